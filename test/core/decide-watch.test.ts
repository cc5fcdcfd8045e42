/** When a watch begins, and what is MISSING in it (cron). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheduleKeyOf } from '../../src/core/missed.ts';
import { newState } from '../../src/core/state.ts';
import {
  daily,
  day,
  failed,
  hour,
  jobWith,
  minute,
  monday,
  report,
  Story,
  watched,
} from './support.ts';

const job = jobWith();
const status = (story: Story) => story.state.standing?.status;
const keys = (story: Story) => story.versions.map((one) => one.endedAt);
const passed = monday + 90 * minute;

test('when a watch begins, only the newest report that already lies there is judged', () => {
  const story = new Story(job, newState);
  const said = story.scan(monday + hour, [report(monday - 2 * day), report(monday - day)]);
  assert.deepEqual(said, ['UNKNOWN before_watch (history)', 'SUCCESS verified']);
  assert.equal(story.state.watchBegan, monday + hour);
  assert.deepEqual(story.scan(passed), [], 'the cycle due before the watch is nobody’s fault');
  assert.deepEqual(story.scan(passed + day), ['MISSING no_report']);
});

test('a scan of a few jobs begins no watch, but what it concludes is the status', () => {
  const story = new Story(job, newState);
  story.scan(monday, [report(monday - minute)], { complete: false });
  assert.equal(story.state.watchBegan, null);
  assert.deepEqual(story.scan(passed + 5 * day, [], { complete: false }), []);
  story.scan(passed + 5 * day);
  assert.equal(story.state.watchBegan, passed + 5 * day);
  assert.equal(status(story), 'SUCCESS');
});

test('a report judged before the watch began covers its cycle, if that is still to come', () => {
  const story = new Story(job, newState);
  story.scan(monday - hour, [report(monday - 2 * hour)], { complete: false });
  story.scan(monday - minute);
  assert.deepEqual(story.scan(passed), []);
  assert.equal(story.state.coveredThrough, monday);
});

test('a change of the schedule begins the watch anew: UNKNOWN until judged, and nothing missed before', () => {
  const story = new Story(job);
  story.scan(passed);
  assert.equal(status(story), 'MISSING');
  story.job = jobWith({ schedule: { ...daily, expression: '1' } });
  const later = monday + 12 * hour;
  assert.deepEqual(story.scan(later, [], { complete: false }), [], 'no scan of all jobs yet');
  assert.deepEqual(story.scan(later, [failed(monday + 3), failed(monday + 4)]), [
    'UNKNOWN before_watch (history)',
    'FAILED backup_failed',
  ]);
  const anew = new Story(story.job, watched(job, { standing: story.state.standing, since: 1 }));
  anew.scan(later);
  assert.deepEqual([anew.state.standing, anew.state.since], [null, null]);
  assert.equal(anew.state.scheduleKey, scheduleKeyOf(story.job));
});

test('a report judged under the old schedule covers the cycle of the new one that it belongs to', () => {
  const story = new Story(job);
  story.scan(monday - minute, [report(monday - 2 * minute)]);
  story.job = jobWith({ timezone: 'Africa/Douala' });
  story.covered.clear();
  assert.deepEqual(story.scan(monday - 1), []);
  assert.deepEqual(story.scan(passed), []);
});

test('a schedule that never occurs misses nothing; a report stands for itself', () => {
  const never = jobWith({ schedule: { kind: 'cron', expression: 'never' } });
  const story = new Story(never, newState);
  story.scan(monday, [report(monday - 5)]);
  assert.equal(story.state.standing?.cycle, monday - 5);
  assert.deepEqual(story.scan(monday + 99 * day), []);
  story.job = jobWith({ schedule: { kind: 'cron', expression: 'never' }, timezone: 'Asia/Tokyo' });
  story.scan(monday + 100 * day);
  assert.equal(story.state.coveredThrough, null);
});

test('MISSING at the deadline, once, and not before', () => {
  const story = new Story(job);
  assert.deepEqual(story.scan(passed - 1), []);
  assert.deepEqual(story.scan(passed), ['MISSING no_report']);
  assert.deepEqual(story.scan(passed), []);
  assert.deepEqual(story.scan(passed + hour), []);
  assert.equal(story.state.since, passed);
});

test('after days without a scan each cycle is MISSING once, and scanning again doubles nothing', () => {
  const story = new Story(job);
  const said = story.scan(passed + 3 * day);
  assert.deepEqual(said, Array(4).fill('MISSING no_report'));
  assert.deepEqual(
    story.missing,
    [0, 1, 2, 3].map((days) => monday + days * day),
  );
  assert.deepEqual(story.scan(passed + 3 * day), []);
  assert.equal(story.state.since, passed, 'missing since the first of them');
});

test('reports found after days without a scan leave only the other cycles MISSING', () => {
  const story = new Story(job);
  const said = story.scan(passed + 3 * day, [report(monday + day), report(monday + 2 * day)]);
  assert.deepEqual(said, [
    'MISSING no_report (history)',
    'SUCCESS verified',
    'SUCCESS verified',
    'MISSING no_report',
  ]);
  assert.equal(status(story), 'MISSING');
});

test('a missed cycle before one that is covered is told, and is not the status', () => {
  const story = new Story(job);
  assert.deepEqual(story.scan(monday + day + hour, [report(monday + day)]), [
    'MISSING no_report (history)',
    'SUCCESS verified',
  ]);
  assert.equal(status(story), 'SUCCESS');
});

const hourly = jobWith({ schedule: { ...daily, expression: '1' }, grace: minute });

for (const [cycles, events, first] of [
  [100, 100, 'MISSING no_report'],
  [101, 101, 'MISSING no_report'],
  [102, 101, 'MISSING no_reports'],
  [10_000, 101, 'MISSING no_reports'],
] as const) {
  test(`${cycles} missed cycles make ${events} events that count them all, once`, () => {
    const story = new Story(hourly);
    // The first cycle is due when the watch begins, an hour before `monday`.
    const now = monday + (cycles - 2) * hour + minute;
    const said = story.scan(now);
    assert.equal(said.length, events);
    assert.equal(said[0], first);
    const counted = story.last?.decided.reduce((sum, one) => sum + one.count, 0);
    assert.equal(counted, cycles);
    assert.deepEqual(story.scan(now), []);
  });
}

test('nobody counts further than ten thousand missed cycles', () => {
  const story = new Story(hourly);
  story.scan(monday + 20_000 * hour);
  assert.equal(story.last?.decided[0]?.count, 9_900);
  assert.deepEqual(story.scan(monday + 20_000 * hour), []);
});

test('a late report after MISSING recovers the job', () => {
  const story = new Story(job);
  story.scan(passed);
  assert.deepEqual(story.scan(passed + hour, [report(passed + minute)]), ['SUCCESS verified']);
  assert.equal(status(story), 'SUCCESS');
  assert.deepEqual(story.scan(passed + 2 * hour), []);
});

test('a late report of a cycle before the newest MISSING one is judged, and the job stays MISSING', () => {
  const story = new Story(job);
  story.scan(passed + day);
  const said = story.scan(passed + day + hour, [report(monday + hour)]);
  assert.deepEqual(said, ['SUCCESS verified (history)']);
  assert.equal(story.state.standing?.cycle, monday + day);
  assert.deepEqual(keys(story), [monday + hour]);
  assert.equal(story.last?.retention, null);
});
