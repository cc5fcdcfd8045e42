import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Standing } from '../../src/core/state.ts';
import {
  problemOfScan,
  problemsOfAgent,
  silencedJobs,
  type JobNow,
} from '../../src/core/trouble.ts';
import { day, hour, monday } from './support.ts';

const standing = (values: Partial<Standing> = {}): Standing => ({
  eventId: 1,
  status: 'MISSING',
  severity: 'critical',
  reason: 'no_report',
  message: 'said',
  cycle: monday,
  ...values,
});

const job = (name: string, values: Partial<Standing> = {}, more: Partial<JobNow> = {}): JobNow => ({
  name,
  standing: standing(values),
  since: monday,
  blocked: null,
  lastJudgedEnd: monday - day,
  failAfter: 1,
  ...more,
});

const good = { status: 'SUCCESS', severity: 'ok', reason: 'verified' } as const;
const blocked = { reason: 'enospc', message: 'no space', since: monday + hour };

const subjects = (jobs: readonly JobNow[], lastSign: number | null = null): string[] =>
  problemsOfAgent('paris', jobs, lastSign).map(
    ({ name, subject, reason }) => `${name}: ${subject.kind} ${subject.name}, ${reason}`,
  );

const isSilent = (jobs: readonly JobNow[], lastSign: number | null): boolean =>
  silencedJobs(jobs, lastSign).length > 0;

test('an agent is silent when two of its jobs miss, and nothing came since they were due', () => {
  const two = [job('paris/a'), job('paris/b')];
  const early = job('paris/c', good, { lastJudgedEnd: monday - hour });
  const late = job('paris/c', good, { lastJudgedEnd: monday + hour });
  assert.equal(isSilent([job('paris/a')], null), false, 'one job is one job');
  assert.equal(isSilent(two, null), true);
  assert.equal(isSilent([...two, job('paris/d', good, { lastJudgedEnd: null })], null), true);
  assert.equal(isSilent([...two, early], null), true, 'the third came before, and is not due');
  assert.equal(isSilent([...two, late], null), false, 'the third came');
  assert.equal(isSilent(two, monday + hour), false, 'a report came, of something else');
  assert.equal(isSilent([job('paris/a', { cycle: null }), job('paris/b')], null), false);
  assert.equal(isSilent([job('paris/a', { reason: 'no_reports' }), job('paris/b')], null), false);
});

test('what is well or not known yet is no problem', () => {
  const pending = { status: 'UNKNOWN', severity: 'pending', reason: 'not_judged_yet' } as const;
  assert.deepEqual(subjects([job('paris/a', good), job('paris/b', pending)]), []);
});

test('each job that is not well belongs to one incident', () => {
  const jobs = [
    job('paris/a'),
    job('paris/b'),
    job('paris/c', { status: 'FAILED', reason: 'backup_failed', cycle: monday - day }),
    job('paris/d', { reason: 'version_lost' }),
  ];
  const rest = ['paris/c: job paris/c, backup_failed', 'paris/d: lost , version_lost'];
  assert.deepEqual(subjects(jobs), [
    'paris/a: silent paris, no_report',
    'paris/b: silent paris, no_report',
    ...rest,
  ]);
  assert.deepEqual(subjects(jobs, monday + hour), [
    'paris/a: job paris/a, no_report',
    'paris/b: job paris/b, no_report',
    ...rest,
  ]);
});

test('what is blocked is told as such, beside what is known of it', () => {
  const unjudged = { reason: 'not_judged' } as const;
  assert.deepEqual(
    subjects([
      job('paris/a', good, { blocked }),
      job('paris/b', unjudged, { blocked }),
      job('paris/c', { reason: 'backup_failed' }, { blocked }),
      job('paris/d', unjudged),
    ]),
    [
      'paris/a: blocked , enospc',
      'paris/b: blocked , enospc',
      'paris/c: job paris/c, backup_failed',
      'paris/c: blocked , enospc',
      'paris/d: job paris/d, not_judged',
    ],
  );
});

test('a scan that could not be done is trouble of its own', () => {
  const { subject, severity, reason } = problemOfScan('validated_unusable', 'not mounted', 7);
  assert.deepEqual([subject.kind, severity, reason], ['scan', 'critical', 'validated_unusable']);
});

test('what was missing while the agent was alive is no sign of its silence', () => {
  // Sunday's weekly job is missing; the agent was heard of after that, and then no more.
  const weekly = job('paris/w', { cycle: monday - day }, { since: monday - day });
  const [a, b] = [job('paris/a'), job('paris/b')];
  assert.deepEqual(silencedJobs([weekly, a, b], monday - hour), ['paris/a', 'paris/b']);
  // Two that are broken for good miss a further cycle, and another one reports each day.
  const broken = (name: string): JobNow => job(name, { cycle: monday + day }, { since: monday });
  assert.deepEqual(silencedJobs([broken('paris/a'), broken('paris/b')], monday + hour), []);
});

test('a lost version is told at once, whatever fail_after says', () => {
  const [lost] = problemsOfAgent(
    'paris',
    [job('paris/a', { reason: 'version_lost' }, { failAfter: 3 })],
    null,
  );
  assert.equal(lost?.failAfter, 1);
});
