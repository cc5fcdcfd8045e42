import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from '../../src/core/job.ts';
import { cyclesOf } from '../../src/core/missed.ts';
import { missingMessage, standingNow, type JobStanding } from '../../src/core/standing.ts';
import type { JobState, Standing } from '../../src/core/state.ts';
import {
  calendar,
  daily,
  day,
  everyDay,
  hour,
  jobWith,
  minute,
  monday,
  watched,
} from './support.ts';

const grace = 90 * minute;
const cron = jobWith();
const every = jobWith({ schedule: everyDay });

const at = (now: number, job: Job, state: JobState | null): JobStanding =>
  standingNow(job, state, state === null ? null : cyclesOf(job, state, calendar), now);
const recorded = (status: Standing['status'], cycle: number | null): Standing => ({
  eventId: 7,
  status,
  severity: status === 'SUCCESS' ? 'ok' : 'critical',
  reason: 'recorded',
  message: 'said',
  cycle,
});
const covered = watched(cron, {
  coveredThrough: monday,
  lastJudgedEnd: monday,
  standing: recorded('SUCCESS', monday),
  since: 5,
});
const missed = watched(cron, {
  settledThrough: monday,
  standing: recorded('MISSING', monday),
  since: monday + grace,
});

/** Where a job with cron stands: status, cycle state, current cycle, next due, in days from `monday`. */
const rows: readonly (readonly [string, number, JobState, readonly unknown[]])[] = [
  ['before the first cycle', monday - 1, watched(cron), ['UNKNOWN', 'waiting', 0, 0]],
  ['due', monday, watched(cron), ['UNKNOWN', 'late', 0, 0]],
  ['within grace', monday + grace - 1, watched(cron), ['UNKNOWN', 'late', 0, 0]],
  ['at the deadline, scan or no scan', monday + grace, watched(cron), ['MISSING', 'missed', 0, 1]],
  ['MISSING as recorded', monday + grace, missed, ['MISSING', 'missed', 0, 1]],
  ['MISSING, before the next cycle', monday + day - hour, missed, ['MISSING', 'waiting', 1, 1]],
  ['MISSING again', monday + day + grace, missed, ['MISSING', 'missed', 1, 2]],
  ['done', monday + hour, covered, ['SUCCESS', 'done', 0, 1]],
  ['done, at the deadline', monday + grace, covered, ['SUCCESS', 'done', 0, 1]],
  ['waiting for the next', monday + day - 1, covered, ['SUCCESS', 'waiting', 1, 1]],
  ['overdue after a success', monday + day + grace, covered, ['MISSING', 'missed', 1, 2]],
  ['arriving', monday, watched(cron, { arrivingUntil: monday + 1 }), ['UNKNOWN', 'arriving', 0, 0]],
  [
    'no longer arriving',
    monday + 1,
    watched(cron, { arrivingUntil: monday + 1 }),
    ['UNKNOWN', 'late', 0, 0],
  ],
  [
    'arriving at the deadline',
    monday + grace,
    watched(cron, { arrivingUntil: monday + grace + 1 }),
    ['UNKNOWN', 'arriving', 0, 0],
  ],
  [
    'a watch that began within the cycle, which is not expected',
    monday + minute,
    watched(cron, { watchBegan: monday + 1 }),
    ['UNKNOWN', 'waiting', 1, 1],
  ],
  [
    'a watch that began within a cycle that is covered',
    monday + minute,
    { ...covered, watchBegan: monday + 1 },
    ['SUCCESS', 'done', 0, 1],
  ],
  [
    'no watch yet',
    monday + 9 * day + grace,
    { ...watched(cron), watchBegan: null },
    ['UNKNOWN', 'waiting', 9, 9],
  ],
  [
    'another schedule since the last scan',
    monday + 9 * day + grace,
    { ...covered, scheduleKey: 'another' },
    ['SUCCESS', 'waiting', 9, 9],
  ],
];

const inDays = (instant: number | null): number | null =>
  instant === null ? null : (instant - monday) / day;

for (const [story, now, state, expected] of rows) {
  test(`with cron: ${story}`, () => {
    const { status, cycleState, currentCycle, nextDue, deadline } = at(now, cron, state);
    assert.deepEqual([status, cycleState, inDays(currentCycle), inDays(nextDue)], expected);
    assert.equal(deadline, (nextDue ?? 0) + grace);
  });
}

/** The watch began at `monday`, or a report ended then. */
const fresh = watched(every, { watchBegan: monday });
const reported = watched(every, {
  settledThrough: monday,
  lastJudgedEnd: monday,
  standing: recorded('SUCCESS', monday),
});
const gone = watched(every, {
  settledThrough: monday,
  lastJudgedEnd: monday - day,
  standing: recorded('MISSING', monday),
  since: 5,
});
const everyRows: readonly (readonly [string, number, JobState, readonly unknown[]])[] = [
  ['waiting', monday + day - 1, fresh, ['UNKNOWN', 'waiting', 1, 1]],
  ['due', monday + day, fresh, ['UNKNOWN', 'late', 1, 1]],
  ['at the deadline', monday + day + grace, fresh, ['MISSING', 'missed', 1, 2]],
  ['after a report', monday + hour, reported, ['SUCCESS', 'waiting', 1, 1]],
  ['overdue after a report', monday + day + grace, reported, ['MISSING', 'missed', 1, 2]],
  ['overdue for days', monday + 3 * day + grace, reported, ['MISSING', 'missed', 3, 4]],
  ['due after days', monday + 3 * day, reported, ['MISSING', 'late', 3, 3]],
  ['MISSING as recorded', monday + grace, gone, ['MISSING', 'missed', 0, 1]],
  [
    'MISSING, though something older was judged or promoted since',
    monday + grace,
    { ...gone, standing: recorded('SUCCESS', monday - day) },
    ['MISSING', 'missed', 0, 1],
  ],
];

for (const [story, now, state, expected] of everyRows) {
  test(`with every P: ${story}`, () => {
    const { status, cycleState, currentCycle, nextDue } = at(now, every, state);
    assert.deepEqual([status, cycleState, inDays(currentCycle), inDays(nextDue)], expected);
  });
}

test('a job that no scan has seen is UNKNOWN, and never green', () => {
  const { status, severity, reason, cycleState } = at(monday, cron, null);
  assert.deepEqual(
    [status, severity, reason, cycleState],
    ['UNKNOWN', 'pending', 'not_scanned_yet', 'waiting'],
  );
  const scanned = at(monday - 1, cron, watched(cron));
  assert.deepEqual([scanned.severity, scanned.reason], ['pending', 'not_judged_yet']);
});

test('before the watch of every P there is nothing to count from', () => {
  const state = watched(every, { watchBegan: null });
  const { currentCycle, nextDue, deadline } = at(monday, every, state);
  assert.deepEqual([currentCycle, nextDue, deadline], [null, null, null]);
});

test('a schedule that never occurs has no current cycle', () => {
  const never = jobWith({ schedule: { ...daily, expression: 'never' } });
  assert.equal(at(monday, never, watched(never)).currentCycle, null);
});

test('after the last cycle of all nothing is due', () => {
  const once = () => ({
    atOrBefore: (instant: number) => (instant >= monday ? monday : null),
    after: (instant: number) => (instant < monday ? monday : null),
  });
  const { nextDue, deadline } = standingNow(
    cron,
    covered,
    cyclesOf(cron, covered, once),
    monday + 1,
  );
  assert.deepEqual([nextDue, deadline], [null, null]);
});

test('MISSING lasts since the first deadline, also when it is computed', () => {
  assert.equal(at(monday + day + grace, cron, covered).since, monday + day + grace);
  assert.equal(at(monday + day + grace, cron, missed).since, monday + grace);
  assert.equal(at(monday + hour, cron, covered).since, 5);
  assert.equal(at(monday + grace, cron, missed).eventId, 7);
});

test('after several cycles without a scan MISSING lasts since the first of them, and does not move on', () => {
  const { watchBegan } = watched(cron);
  assert.ok(watchBegan !== null);
  for (const days of [1, 2, 9]) {
    const now = monday + days * day + grace;
    // The report of `monday` was the last; then that no report ever came; then a schedule of a period.
    assert.equal(at(now, cron, covered).since, monday + day + grace, `${days} days`);
    assert.equal(at(now, cron, { ...watched(cron), watchBegan: monday }).since, monday + grace);
    assert.equal(at(now, every, reported).since, monday + day + grace, `${days} days`);
  }
  // A cycle that was told as MISSING, though something older became the status since.
  const older = { ...gone, standing: recorded('SUCCESS', monday - day) };
  assert.equal(at(monday + 5 * day + grace, every, older).since, monday + grace);
});

test('MISSING of a lost version gives way to the cycle that is missing now', () => {
  const lost = { ...missed, standing: recorded('MISSING', null) };
  assert.equal(at(monday + grace, cron, lost).cycle, monday);
});

test('MISSING says what was due, or what kept us from judging', () => {
  assert.deepEqual(missingMessage(monday, monday + grace, null), {
    reason: 'no_report',
    message: 'due 2026-06-15T20:00:00Z, and no report covers it by 2026-06-15T21:30:00Z',
  });
  const blocked = { reason: 'eio', message: 'input/output error', since: 5 };
  const state = watched(cron, { blocked });
  const { reason, message } = at(monday + grace, cron, state);
  assert.equal(reason, 'not_judged');
  assert.match(message, /input\/output error/);
});
