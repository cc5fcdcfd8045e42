import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  withConclusion,
  withCover,
  withHealthy,
  withPromoted,
  withWorth,
} from '../../src/core/advance.ts';
import type { Conclusion } from '../../src/core/conclusion.ts';
import type { Status } from '../../src/core/statuses.ts';
import { contentFact, day, everyDay, hour, jobWith, monday, watched } from './support.ts';

const cron = jobWith();
const every = jobWith({ schedule: everyDay });
const conclusion = (status: Status, size: number | null = null): Conclusion => ({
  status,
  severity: 'ok',
  reason: 'verified',
  message: 'said',
  assurance: null,
  found: size === null ? null : { size, sha256: 'a' },
  content: null,
});

test('a status that lasts keeps its beginning, a new one begins now', () => {
  const first = withConclusion(watched(cron), conclusion('FAILED'), 1, 10);
  assert.equal(first.since, 10);
  assert.equal(withConclusion(first, conclusion('FAILED'), 2, 20).since, 10);
  const other = withConclusion(first, conclusion('SUCCESS'), 3, 30);
  assert.equal(other.since, 30);
  assert.deepEqual(other.standing, {
    eventId: null,
    status: 'SUCCESS',
    severity: 'ok',
    reason: 'verified',
    message: 'said',
    cycle: 3,
  });
});

test('a status whose beginning is not known begins now', () => {
  const state = { ...withConclusion(watched(cron), conclusion('FAILED'), 1, 10), since: null };
  assert.equal(withConclusion(state, conclusion('FAILED'), 1, 20).since, 20);
});

test('with cron the newest cycle covered and the newest report stay the newest', () => {
  const covered = withCover(watched(cron), cron, monday + hour, monday);
  const older = withCover(covered, cron, monday, monday - day);
  for (const state of [covered, older]) {
    assert.equal(state.coveredThrough, monday);
    assert.equal(state.lastJudgedEnd, monday + hour);
    assert.equal(state.settledThrough, null);
  }
});

const anchors: readonly (readonly [string, number | null, number, number | null])[] = [
  ['moves to the end of a report', monday, monday + hour, monday + hour],
  [
    'moves back to a report that ended within P before a missed cycle',
    monday,
    monday - hour,
    monday - hour,
  ],
  ['does not move for a report whose next cycle was told already', monday, monday - day, monday],
  ['stays the watch for a report whose next cycle was due before it', null, monday - 2 * day, null],
  [
    'leaves the watch for a report whose next cycle is due after it began',
    null,
    monday - 20 * hour,
    monday - 20 * hour,
  ],
];

for (const [story, settledThrough, endedAt, expected] of anchors) {
  test(`with every P the anchor ${story}`, () => {
    const state = withCover(watched(every, { settledThrough }), every, endedAt, monday);
    assert.equal(state.settledThrough, expected);
    assert.equal(state.coveredThrough, null);
  });
}

test('before the watch of every P began, the first report is the anchor', () => {
  const state = withCover(watched(every, { watchBegan: null }), every, 5, 5);
  assert.equal(state.settledThrough, 5);
});

test('a healthy backup adds its size, and ends a hold', () => {
  const state = withHealthy(watched(cron, { lastSuccessAt: 90, heldCycles: [1] }), 50, {
    cycle: 40,
    size: 7,
  });
  assert.deepEqual(
    [state.lastSuccessAt, state.sizes, state.heldCycles],
    [90, [{ cycle: 40, size: 7 }], []],
  );
  assert.equal(withHealthy(watched(cron), 50, null).lastSuccessAt, 50);
});

test('a held backup counts once per cycle; a failure neither adds to a hold nor ends it', () => {
  const hold = (state: typeof first, cycle: number) =>
    withWorth(state, cron, cycle, cycle, conclusion('SIZE_ANOMALY', 1));
  const first = watched(cron);
  const held = hold(hold(hold(first, 1), 2), 1);
  assert.deepEqual(held.heldCycles, [2, 1]);
  const after = withWorth(held, cron, 3, 3, conclusion('FAILED'));
  assert.deepEqual(after.heldCycles, [2, 1]);
  assert.deepEqual(after.sizes, []);
  assert.deepEqual(withWorth(after, cron, 4, 4, conclusion('HASH_MISMATCH', 9)).heldCycles, []);
});

test('what the content measures is remembered with the size', () => {
  const content = { raw: { size: 70, sha256: 'r' }, measures: { tables: 3, batches: 4 } };
  const measured = { ...conclusion('SUCCESS', 9), content: { ...contentFact, ...content } };
  const { sizes } = withWorth(watched(cron), cron, 4, 4, measured);
  assert.deepEqual(sizes, [{ cycle: 4, size: 9, raw: 70, tables: 3 }]);
  const unread = { ...measured, content: { ...contentFact, raw: null } };
  const after = withWorth(watched(cron), cron, 4, 4, unread);
  assert.deepEqual(after.sizes, [{ cycle: 4, size: 9, raw: null, tables: null }]);
});

test('a healthy backup whose size is not known adds none', () => {
  const unknown = { ...conclusion('SUCCESS'), found: { size: null, sha256: 'a' } };
  for (const made of [conclusion('SUCCESS'), unknown]) {
    const { sizes, lastSuccessAt } = withWorth(watched(cron), cron, 4, 3, made);
    assert.deepEqual([sizes, lastSuccessAt], [[], 4]);
  }
});

test('a promotion by hand begins a new baseline', () => {
  const state = watched(cron, { sizes: [{ cycle: 1, size: 1 }], heldCycles: [2], since: 1 });
  const promoted = withPromoted(state, conclusion('SUCCESS', 9), { endedAt: 30, cycle: 20 }, 40);
  assert.deepEqual(promoted.sizes, [{ cycle: 20, size: 9, raw: null, tables: null }]);
  assert.deepEqual(promoted.heldCycles, []);
  assert.equal(promoted.lastSuccessAt, 30);
  assert.equal(promoted.standing?.status, 'SUCCESS');
  assert.equal(promoted.since, 40);
});
