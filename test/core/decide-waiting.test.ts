/** Reports that wait: still arriving, or our own trouble in the way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PendingEntry } from '../../src/core/decision.ts';
import { day, found, jobWith, minute, monday, report, Story, withFile } from './support.ts';

const job = jobWith();
const absent = (pending: PendingEntry): PendingEntry => withFile(pending, { kind: 'absent' });
const status = (story: Story) => story.state.standing?.status;
const passed = monday + 90 * minute;

const arriving = (pending: PendingEntry, changedAt: number): PendingEntry => ({
  ...absent(pending),
  arrival: { reportChangedAt: changedAt, fileChangedAt: null, temporaryChangedAt: null },
});

test('a mismatch within settle waits, also over the deadline, and is judged when it has settled', () => {
  const story = new Story(job);
  const fresh = arriving(report(monday), passed - minute);
  assert.deepEqual(story.scan(passed, [fresh]), []);
  assert.deepEqual(story.last?.waiting, [fresh.key]);
  assert.equal(story.state.arrivingUntil, passed + minute);
  assert.deepEqual(story.scan(passed + minute, [report(monday)]), ['SUCCESS verified']);
  assert.equal(story.state.arrivingUntil, null);
  assert.deepEqual(story.missing, []);
});

test('of two that are arriving the later one counts', () => {
  const story = new Story(job);
  story.scan(monday, [
    arriving(report(monday - 2), monday),
    arriving(report(monday - 1), monday - minute),
  ]);
  assert.equal(story.state.arrivingUntil, monday + 2 * minute);
});

test('an agent that touches a file for ever is MISSING in the end', () => {
  const story = new Story(job);
  const said: string[] = [];
  for (let now = monday; now <= passed + 10 * minute; now += minute) {
    said.push(...story.scan(now, [arriving(report(monday), now)]));
    assert.equal(said.length, now < passed + 2 * minute ? 0 : 1);
  }
  assert.deepEqual(said, ['MISSING no_report']);
});

test('a temporary file of rsync excuses until the deadline, and no longer', () => {
  const story = new Story(job);
  const coming = (now: number): PendingEntry => ({
    ...absent(report(monday)),
    arrival: { reportChangedAt: 0, fileChangedAt: null, temporaryChangedAt: now },
  });
  assert.deepEqual(story.scan(passed - 1, [coming(passed - 1)]), []);
  assert.equal(story.state.arrivingUntil, passed);
  assert.deepEqual(story.scan(passed, [coming(passed)]), ['TRANSFER_INTEGRITY_FAILED file_absent']);
});

test('a report that is cut short excuses the deadline, also beside an older one that is judged', () => {
  const story = new Story(job);
  const cut = { reportArrivingUntil: passed + day + minute };
  const said = story.scan(passed + day, [report(monday)], cut);
  assert.deepEqual(said, ['SUCCESS verified']);
  assert.deepEqual(story.scan(passed + day + minute), ['MISSING no_report']);
});

const trouble = (pending: PendingEntry): PendingEntry =>
  withFile(pending, { kind: 'trouble', reason: 'eacces', message: 'permission denied' });

test('our own trouble keeps the status, and is not_judged at the deadline', () => {
  const story = new Story(job);
  story.scan(monday - day, [report(monday - day)]);
  assert.deepEqual(story.scan(monday, [trouble(report(monday))]), []);
  assert.equal(status(story), 'SUCCESS');
  const blocked = { reason: 'eacces', message: 'permission denied', since: monday };
  assert.deepEqual(story.state.blocked, blocked);
  assert.deepEqual(story.scan(passed, [trouble(report(monday))]), ['MISSING not_judged']);
  assert.deepEqual(story.state.blocked, blocked);
  assert.match(story.state.standing?.message ?? '', /permission denied/);
  assert.deepEqual(story.scan(passed + 1, [report(monday)]), ['SUCCESS verified']);
  assert.equal(story.state.blocked, null);
});

test('a report that waits for its turn excuses its job as long as one that arrives, and is not_judged then', () => {
  const waits = (pending: PendingEntry): PendingEntry => withFile(pending, { kind: 'postponed' });
  const story = new Story(job);
  story.scan(monday - day, [report(monday - day)]);
  assert.deepEqual(story.scan(passed - 1, [waits(report(monday))]), []);
  assert.equal(story.state.blocked, null);
  assert.deepEqual(story.last?.waiting, [report(monday).key]);
  assert.deepEqual(story.scan(passed + 1, [waits(report(monday))]), []);
  assert.equal(status(story), 'SUCCESS');
  const late = passed + job.rules.settle;
  assert.deepEqual(story.scan(late, [waits(report(monday))]), ['MISSING not_judged']);
  assert.match(story.state.standing?.message ?? '', /waits for the next/);
  assert.deepEqual(story.scan(late + 1, [report(monday)]), ['SUCCESS verified']);
});

test('a report that our trouble keeps from being judged is not said to be absent, though a newer one is good', () => {
  const story = new Story(job);
  const said = story.scan(monday + day, [trouble(report(monday)), report(monday + day)]);
  assert.deepEqual(said, ['MISSING not_judged (history)', 'SUCCESS verified']);
});

test('a report that is judged ends what kept an older one waiting', () => {
  const story = new Story(job);
  const older = report(monday - 2);
  story.scan(monday, [trouble(older), report(monday - 1)]);
  assert.equal(story.state.blocked, null);
  assert.deepEqual(story.last?.waiting, [older.key]);
  const other = new Story(job);
  other.scan(monday, [arriving(older, monday), report(monday - 1)]);
  assert.equal(other.state.arrivingUntil, null);
});

test('trouble with the whole job is not_judged at the deadline', () => {
  const story = new Story(job);
  const none = { trouble: { reason: 'eacces', message: 'permission denied' } };
  assert.deepEqual(story.scan(passed, [], none), ['MISSING not_judged']);
});

test('trouble with the whole job lasts, whatever is adopted, and is over when it is', () => {
  const story = new Story(job);
  const none = { trouble: { reason: 'eio', message: 'disk' } };
  story.scan(monday, [], { ...none, adopted: [found(monday - minute)] });
  assert.deepEqual(story.state.blocked, { reason: 'eio', message: 'disk', since: monday });
  story.scan(monday + minute, [], none);
  assert.equal(story.state.blocked?.since, monday);
  story.scan(monday + 2 * minute);
  assert.equal(story.state.blocked, null);
});
