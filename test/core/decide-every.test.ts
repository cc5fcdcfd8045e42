import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newState } from '../../src/core/state.ts';
import {
  day,
  everyDay,
  failed,
  hour,
  jobWith,
  minute,
  monday,
  report,
  Story,
  watched,
} from './support.ts';

const grace = 90 * minute;
const job = jobWith({ schedule: everyDay, grace });
/** The watch began an hour before `monday`. */
const began = monday - hour;
const cycles = (story: Story) => story.last?.decided.map((one) => one.cycle);

test('before any report the first cycle is due P after the watch began', () => {
  const story = new Story(job);
  assert.deepEqual(story.scan(began + day + grace - 1), []);
  assert.deepEqual(story.scan(began + day + grace), ['MISSING no_report']);
  assert.deepEqual(cycles(story), [began + day]);
  assert.deepEqual(story.scan(began + day + grace), []);
});

test('the next cycle is due P after the end of the newest report, good or bad', () => {
  const story = new Story(job);
  story.scan(monday, [report(monday - 1)]);
  story.scan(monday + hour, [failed(monday + hour)]);
  assert.equal(story.state.settledThrough, monday + hour);
  assert.deepEqual(story.scan(monday + hour + day + grace - 1), []);
  assert.deepEqual(story.scan(monday + hour + day + grace), ['MISSING no_report']);
});

test('after a MISSING the next cycle is due P after it', () => {
  const story = new Story(job);
  story.scan(began + day + grace);
  assert.deepEqual(story.scan(began + 2 * day + grace - 1), []);
  assert.deepEqual(story.scan(began + 2 * day + grace), ['MISSING no_report']);
});

test('a report late by less than P covers the open cycle', () => {
  const story = new Story(job);
  const late = report(began + day + 20 * hour);
  assert.deepEqual(story.scan(late.endedAt, [late]), ['SUCCESS verified']);
  assert.deepEqual(cycles(story), [began + day]);
});

test('whole periods before a report are missed before it, once', () => {
  const story = new Story(job);
  const late = report(began + 3 * day + hour);
  const said = story.scan(late.endedAt, [late]);
  assert.deepEqual(said, ['MISSING no_report', 'MISSING no_report', 'SUCCESS verified']);
  assert.deepEqual(
    cycles(story),
    [1, 2, 3].map((days) => began + days * day),
  );
  assert.equal(story.state.standing?.status, 'SUCCESS');
  assert.deepEqual(story.scan(late.endedAt), []);
});

test('a report within a grace longer than P is not late', () => {
  const hourly = jobWith({ schedule: { kind: 'every', period: hour }, grace: 3 * hour });
  const story = new Story(hourly);
  const inTime = report(began + 3 * hour);
  assert.deepEqual(story.scan(inTime.endedAt, [inTime]), ['SUCCESS verified']);
});

test('a late report after MISSING recovers the job, and the next cycle is counted from its end', () => {
  const story = new Story(job);
  story.scan(began + day + grace);
  const late = report(began + day + 2 * hour);
  assert.deepEqual(story.scan(late.endedAt, [late]), ['SUCCESS verified']);
  assert.deepEqual(story.scan(late.endedAt + day + grace - 1), []);
});

test('a report that ended before a MISSING cycle was due, and came after its deadline, covers it', () => {
  const story = new Story(job);
  story.scan(began + day + grace);
  const slow = report(began + day - hour);
  assert.deepEqual(story.scan(began + day + 3 * hour, [slow]), ['SUCCESS verified']);
  assert.deepEqual(cycles(story), [began + day]);
  assert.equal(story.state.settledThrough, slow.endedAt);
  assert.equal(story.state.standing?.status, 'SUCCESS');
});

test('a report older than a MISSING cycle by more than P mends nothing, and tells nothing twice', () => {
  const story = new Story(job);
  const now = began + 3 * day + grace;
  story.scan(now);
  assert.deepEqual(story.scan(now + 1, [report(began + hour)]), ['SUCCESS verified (history)']);
  assert.deepEqual(cycles(story), [began + day]);
  assert.equal(story.state.standing?.cycle, began + 3 * day);
  assert.deepEqual(story.scan(began + 4 * day + grace - 1), []);
  assert.deepEqual(story.scan(began + 4 * day + grace), ['MISSING no_report']);
});

test('a correction belongs to the cycle of what it corrects', () => {
  const story = new Story(job);
  story.scan(monday, [report(monday, 'first')]);
  const cycle = story.state.standing?.cycle;
  story.scan(monday + 1, [report(monday, 'second')]);
  assert.deepEqual(cycles(story), [cycle]);
  assert.equal(story.state.sizes.length, 1);
});

test('a correction after a MISSING covers no cycle to come', () => {
  const story = new Story(job);
  story.scan(monday, [report(monday, 'first')]);
  story.scan(monday + day + grace);
  assert.deepEqual(story.scan(monday + day + grace + 1, [report(monday, 'second')]), [
    'SUCCESS verified (history)',
  ]);
  assert.deepEqual(cycles(story), [monday]);
});

test('an old report that lies there when the watch begins is judged, and nothing is MISSING for it', () => {
  const story = new Story(job, newState);
  assert.deepEqual(story.scan(monday, [report(monday - 5 * day)]), ['SUCCESS verified']);
  assert.deepEqual(story.scan(monday + day + grace - 1), []);
  assert.deepEqual(story.scan(monday + day + grace), ['MISSING no_report']);
});

test('without a watch nothing is MISSING, and a round stands for itself', () => {
  const story = new Story(job, newState);
  const partial = { complete: false };
  story.scan(monday, [report(monday)], partial);
  assert.deepEqual(cycles(story), [monday]);
  const later = report(monday + 5 * day);
  assert.deepEqual(story.scan(later.endedAt + day + 1, [later], partial), ['SUCCESS verified']);
});

test('a change of the period begins the watch anew', () => {
  const story = new Story(job, watched(job, { settledThrough: monday - 9 * day }));
  story.job = jobWith({ schedule: { kind: 'every', period: hour }, grace: minute });
  assert.deepEqual(story.scan(monday, [], { complete: false }), []);
  assert.deepEqual(story.scan(monday), []);
  assert.deepEqual(story.scan(monday + hour + minute), ['MISSING no_report']);
});

test('what is arriving excuses the newest cycle only', () => {
  const story = new Story(job);
  const now = began + 2 * day + grace;
  assert.deepEqual(story.scan(now, [], { reportArrivingUntil: now + minute }), [
    'MISSING no_report',
  ]);
  assert.deepEqual(cycles(story), [began + day]);
  assert.deepEqual(story.scan(now + minute), ['MISSING no_report']);
});

test('what is arriving excuses the first cycle, and nothing is settled by it', () => {
  const story = new Story(job);
  const now = began + day + grace;
  assert.deepEqual(story.scan(now, [], { reportArrivingUntil: now + minute }), []);
  assert.equal(story.state.settledThrough, null);
});
