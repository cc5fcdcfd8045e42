import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cronCycles } from '../../src/core/cycles.ts';
import {
  cycleOfReport,
  cyclesOf,
  latestDue,
  latestOverdue,
  latestPassed,
  missedAnchor,
  missedBefore,
  missedNow,
  scheduleKeyOf,
  watchedSince,
} from '../../src/core/missed.ts';
import { newState } from '../../src/core/state.ts';
import { calendar, day, everyDay, hour, jobWith, minute, monday, watched } from './support.ts';

const grace = 90 * minute;
const cron = jobWith();
const every = jobWith({ schedule: everyDay });
const cronic = cronCycles(calendar('24', 'UTC'), { grace, early: null });

test('a watch is for one schedule and one zone, whatever else changes', () => {
  const key = scheduleKeyOf(cron);
  assert.equal(scheduleKeyOf(jobWith({ grace: 0, early: 5 })), key);
  assert.notEqual(scheduleKeyOf(jobWith({ timezone: 'Asia/Tokyo' })), key);
  assert.notEqual(scheduleKeyOf(every), key);
  assert.equal(watchedSince(cron, watched(cron)), monday - hour);
  assert.equal(watchedSince(every, watched(cron)), null);
  assert.equal(watchedSince(cron, newState), null);
});

const passing: readonly (readonly [string, number, number])[] = [
  ['the one before, until the deadline', monday + grace - 1, monday - day],
  ['the present one, from the deadline', monday + grace, monday],
  ['the present one, when the next has started', monday + day - hour, monday],
];

for (const [story, now, expected] of passing) {
  test(`the latest cycle passed is ${story}`, () =>
    assert.equal(latestPassed(cronic, now), expected));
}

test('of a schedule that never occurs no cycle passes', () => {
  const never = cronCycles(calendar('never', 'UTC'), { grace, early: null });
  assert.equal(latestPassed(never, monday), null);
  assert.equal(latestOverdue(cron, watched(cron), never, monday), null);
});

test('with every P the latest due of the open cycle and its followers', () => {
  assert.equal(latestDue(monday, day, monday - 1), null);
  assert.equal(latestDue(monday, day, monday), monday);
  assert.equal(latestDue(monday, day, monday + 3 * day - 1), monday + 2 * day);
});

test('the anchor of every P is a missed cycle when it lies after the newest report', () => {
  const anchored = (settledThrough: number | null, lastJudgedEnd: number | null) =>
    missedAnchor(every, watched(every, { settledThrough, lastJudgedEnd }));
  assert.equal(anchored(null, null), null);
  assert.equal(anchored(monday, null), monday);
  assert.equal(anchored(monday, monday - 1), monday);
  assert.equal(anchored(monday, monday), null);
  assert.equal(missedAnchor(cron, watched(cron, { settledThrough: monday })), null);
});

test('every P has no cycles before its watch, and a report stands for itself', () => {
  assert.equal(cyclesOf(every, newState, calendar), null);
  assert.equal(cycleOfReport(every, newState, calendar, 5), 5);
});

const reports: readonly (readonly [string, number, number])[] = [
  ['after the anchor covers the open cycle', monday + 1, monday + day],
  ['long after the anchor does too', monday + 9 * day, monday + day],
  ['at the anchor belongs to it', monday, monday],
  ['within P before the anchor belongs to it', monday - day + 1, monday],
  ['earlier belongs to a cycle before it', monday - day, monday - day],
];

for (const [story, endedAt, expected] of reports) {
  test(`with every P a report that ended ${story}`, () => {
    const state = watched(every, { settledThrough: monday });
    assert.equal(cycleOfReport(every, state, calendar, endedAt), expected);
  });
}

test('with cron a report belongs to the cycle of its time', () =>
  assert.equal(cycleOfReport(cron, watched(cron), calendar, monday + 5), monday));

test('what is arriving excuses a deadline for as long as it may be, and no longer than settle', () => {
  const overdue = (arrivingUntil: number | null, now: number) =>
    latestOverdue(cron, watched(cron, { arrivingUntil }), cronic, now);
  const deadline = monday + grace;
  assert.equal(overdue(null, deadline), monday);
  assert.equal(overdue(deadline - 1, deadline), monday);
  assert.equal(overdue(deadline + minute, deadline), null);
  assert.equal(overdue(deadline + minute, deadline + minute), monday);
  assert.equal(overdue(deadline + day, deadline + 2 * minute - 1), null);
  assert.equal(overdue(deadline + day, deadline + 2 * minute), monday);
});

test('nothing is missed outside a watch, nor of cycles due before it', () => {
  const nobody = new Set<number>();
  const late = monday + 9 * day;
  assert.deepEqual(missedNow(cron, newState, nobody, calendar, late).cycles, []);
  assert.deepEqual(missedNow(every, newState, nobody, calendar, late).cycles, []);
  assert.deepEqual(missedBefore(every, newState, late).cycles, []);
  const young = watched(cron, { watchBegan: monday + 1 });
  assert.deepEqual(missedNow(cron, young, nobody, calendar, monday + grace).cycles, []);
});

test('covered cycles are not missed; the latest is settled all the same', () => {
  const found = missedNow(
    cron,
    watched(cron),
    new Set([monday + day]),
    calendar,
    monday + grace + day,
  );
  assert.deepEqual(found, {
    cycles: [monday],
    more: 0,
    newestOfMore: null,
    settledThrough: monday + day,
  });
});

test('no cron cycle is missed on account of a later report', () => {
  const state = watched(cron, { settledThrough: monday });
  assert.deepEqual(missedBefore(cron, state, monday + 9 * day), {
    cycles: [],
    more: 0,
    newestOfMore: null,
    settledThrough: monday,
  });
});
