import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compareIncidents,
  incidentKinds,
  isOfBackups,
  isSameMember,
  remindersDue,
  type Comparison,
  type Incident,
  type Problem,
  type Subject,
} from '../../src/core/incident.ts';
import { day, hour, monday } from './support.ts';

const ofJob = (name: string): Subject => ({ kind: 'job', name });
const silent: Subject = { kind: 'silent', name: 'paris' };
const lost: Subject = { kind: 'lost', name: '' };

const missing = (name: string, cycle = 0, values: Partial<Problem> = {}): Problem => ({
  name,
  subject: ofJob(name),
  status: 'MISSING',
  severity: 'critical',
  reason: 'no_report',
  message: 'no report',
  since: monday + cycle * day,
  cycle: monday + cycle * day,
  eventId: cycle,
  failAfter: 1,
  ...values,
});

const all = (): boolean => true;
const said = ({ steps }: Comparison): string[] =>
  steps.map(
    ({ kind, subject, before, after, members }) =>
      `${subject.kind} ${subject.name} ${kind} ${before}-${after}: ${members.map(({ name }) => name).join(' ')}`,
  );

/** Scans an hour apart; what each has to tell. */
function scans(...found: readonly (readonly Problem[])[]): string[][] {
  let open: readonly Incident[] = [];
  return found.map((problems, index) => {
    const comparison = compareIncidents(open, problems, all, monday + index * hour);
    open = comparison.incidents;
    return said(comparison);
  });
}

test('a problem is told once, and its end', () => {
  assert.deepEqual(scans([], [missing('a/b')], [missing('a/b')], [missing('a/b', 1)], [], []), [
    [],
    ['job a/b opened ok-critical: a/b'],
    [],
    [],
    ['job a/b ended critical-ok: a/b'],
    [],
  ]);
});

test('what becomes worse, better or another problem is told', () => {
  const warning = missing('a/b', 1, { status: 'SIZE_ANOMALY', severity: 'warning' });
  const failed = missing('a/b', 2, { status: 'FAILED' });
  assert.deepEqual(scans([warning], [missing('a/b')], [failed], [failed], [warning]), [
    ['job a/b opened ok-warning: a/b'],
    ['job a/b worsened warning-critical: a/b'],
    ['job a/b changed critical-critical: a/b'],
    [],
    ['job a/b improved critical-warning: a/b'],
  ]);
});

test('fail_after: nothing is told before so many cycles in a row were bad, nor its end', () => {
  const bad = (cycle: number): Problem => missing('a/b', cycle, { failAfter: 3 });
  assert.deepEqual(scans([bad(0)], [bad(0)], [bad(1)], [], [bad(3)], [bad(4)], [bad(5)], []), [
    [],
    [],
    [],
    [],
    [],
    [],
    ['job a/b opened ok-critical: a/b'],
    ['job a/b ended critical-ok: a/b'],
  ]);
});

test('a problem without a cycle is no further cycle', () => {
  const none = missing('a/b', 0, { cycle: null, failAfter: 2 });
  assert.deepEqual(scans([none], [none], [missing('a/b', 1, { failAfter: 2 })]), [[], [], []]);
});

test('an agent that falls silent takes over what its jobs miss, and more of them are no news', () => {
  const quiet = (name: string): Problem => missing(name, 0, { subject: silent });
  const [a, b, c] = [quiet('paris/a'), quiet('paris/b'), quiet('paris/c')];
  assert.deepEqual(scans([missing('paris/a')], [a, b], [a, b, c], [missing('paris/a')], []), [
    ['job paris/a opened ok-critical: paris/a'],
    ['silent paris opened ok-critical: paris/a paris/b'],
    [],
    [
      'silent paris ended critical-ok: paris/a paris/b paris/c',
      'job paris/a opened ok-critical: paris/a',
    ],
    ['job paris/a ended critical-ok: paris/a'],
  ]);
});

test('an agent that is heard of again, though each of its jobs is missing still', () => {
  const silence = ['paris/a', 'paris/b'].map((name) => missing(name, 0, { subject: silent }));
  const both = [missing('paris/a'), missing('paris/b')];
  assert.deepEqual(scans(silence, both, both, []), [
    ['silent paris opened ok-critical: paris/a paris/b'],
    [
      'silent paris ended critical-ok: paris/a paris/b',
      'job paris/a opened ok-critical: paris/a',
      'job paris/b opened ok-critical: paris/b',
    ],
    [],
    ['job paris/a ended critical-ok: paris/a', 'job paris/b ended critical-ok: paris/b'],
  ]);
});

test('refused reports, and scans that cannot be done: another reason is told', () => {
  for (const kind of ['refused', 'scan'] as const) {
    const problem = (reason: string): Problem =>
      missing('x', 0, { subject: { kind, name: 'x' }, reason });
    assert.deepEqual(scans([problem('one')], [problem('one')], [problem('two')]), [
      [`${kind} x opened ok-critical: x`],
      [],
      [`${kind} x changed critical-critical: x`],
    ]);
  }
});

test('what is blocked by another cause, or of another agent, is told', () => {
  const blocked = (name: string, reason = 'enospc'): Problem =>
    missing(name, 0, { subject: { kind: 'blocked', name: '' }, reason });
  const [a, b, c] = [blocked('paris/a'), blocked('paris/b'), blocked('lyon/c')];
  assert.deepEqual(
    scans([a], [a, b], [a, b, c], [blocked('paris/a', 'eacces'), b, c]).map(
      (steps) => steps.length,
    ),
    [1, 0, 1, 1],
  );
});

test('it has been bad since it was first, under whatever name', () => {
  const first = compareIncidents([], [missing('paris/a')], all, monday + hour);
  const later = missing('paris/a', 1, { subject: silent, status: 'FAILED' });
  const [incident] = compareIncidents(first.incidents, [later], all, monday + day).incidents;
  assert.deepEqual(
    incident?.members.map(({ since, badCycles, status }) => [since, badCycles, status]),
    [[monday, 2, 'FAILED']],
  );
});

test('a job that is blocked too keeps its own incident', () => {
  const blocked = missing('a/b', 0, { subject: { kind: 'blocked', name: '' }, reason: 'enospc' });
  assert.deepEqual(scans([missing('a/b')], [missing('a/b'), blocked], [missing('a/b')]), [
    ['job a/b opened ok-critical: a/b'],
    ['blocked  opened ok-critical: a/b'],
    ['blocked  ended critical-ok: a/b'],
  ]);
});

test('another lost version is told, though something is lost already', () => {
  const gone = (name: string): Problem =>
    missing(name, 0, { subject: lost, reason: 'version_lost' });
  assert.deepEqual(scans([gone('a/b')], [gone('a/b'), gone('c/d')], [gone('c/d')], []), [
    ['lost  opened ok-critical: a/b'],
    ['lost  changed critical-critical: a/b c/d'],
    [],
    ['lost  ended critical-ok: c/d'],
  ]);
});

test('what was not looked at stays as it is', () => {
  const blocked: Subject = { kind: 'blocked', name: '' };
  const held = ['a/b', 'c/d'].map((name) => missing(name, 0, { subject: blocked }));
  const { incidents } = compareIncidents([], held, all, monday);
  const isOfA = (_: Subject, name: string): boolean => name.startsWith('a/');
  const next = compareIncidents(incidents, [], isOfA, monday + hour);
  assert.deepEqual(said(next), []);
  assert.deepEqual(
    next.incidents.map(({ openedAt, announcedAt, members }) => [
      openedAt,
      announcedAt,
      members.map(({ name }) => name),
    ]),
    [[monday, monday, ['c/d']]],
  );
  assert.deepEqual(compareIncidents(next.incidents, [], all, monday + day).ended, [blocked]);
});

test('reminders: at each age, then each time as much again as the last has passed', () => {
  const ages = [day, 3 * day, 7 * day];
  const rows = [
    [0, 0],
    [day - 1, 0],
    [day, 1],
    [2 * day, 1],
    [3 * day, 2],
    [7 * day, 3],
    [13 * day, 3],
    [14 * day, 4],
    [70 * day, 12],
  ] as const;
  for (const [age, count] of rows)
    assert.equal(remindersDue(age, ages), count, `${age / day} days`);
  assert.equal(remindersDue(100 * day, []), 0);
  assert.equal(remindersDue(2 * day, [day]), 2);
});

test('what is about backups, and what is not', () => {
  const kinds = incidentKinds.filter((kind) => isOfBackups({ kind, name: '' }));
  assert.deepEqual(kinds, ['job', 'silent', 'lost']);
});

test('a member is the same when nothing about it is different', () => {
  const [incident] = compareIncidents([], [missing('a/b')], all, monday).incidents;
  const [member] = incident?.members ?? [];
  assert.ok(member !== undefined);
  assert.ok(isSameMember(member, { ...member }));
  assert.ok(!isSameMember(member, undefined));
  for (const field of Object.keys(member) as (keyof typeof member)[])
    assert.ok(!isSameMember(member, { ...member, [field]: 'other' }), field);
});

test('what people know of is told wherever it belongs next, whatever fail_after says', () => {
  const gone = missing('a/b', 0, { subject: lost, reason: 'version_lost' });
  const failed = missing('a/b', 1, { status: 'FAILED', failAfter: 3 });
  assert.deepEqual(scans([gone], [failed], []), [
    ['lost  opened ok-critical: a/b'],
    ['job a/b opened ok-critical: a/b'],
    ['job a/b ended critical-ok: a/b'],
  ]);
});
