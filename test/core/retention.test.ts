import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KeepPolicy } from '../../src/core/job.ts';
import { decideRetention, type RetainedVersion } from '../../src/core/retention.ts';
import { isoWeek, localFields } from '../../src/core/zone.ts';
import { daily, day, everyDay, hour, keepLast, minute } from './support.ts';

const none: KeepPolicy = { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
const at = (text: string): number => Date.parse(text);
const on = (...dates: readonly string[]): RetainedVersion[] =>
  dates.map((date) => ({ key: date, endedAt: at(`${date}T20:00:00Z`), cycle: at(date) }));
const kept = (list: readonly { key: string; keep: boolean }[]): string[] =>
  list.filter((item) => item.keep).map((item) => item.key);

const week = on(
  '2026-01-03',
  '2026-01-02',
  '2026-01-01',
  '2025-12-31',
  '2025-12-28',
  '2025-11-30',
  '2024-06-01',
);

const policies: readonly (readonly [Partial<KeepPolicy>, readonly string[]])[] = [
  [{ last: 1 }, ['2026-01-03']],
  [{ last: 3 }, ['2026-01-03', '2026-01-02', '2026-01-01']],
  [{ daily: 2 }, ['2026-01-03', '2026-01-02']],
  // 28 December 2025 is the Sunday of ISO week 52; the others up to 3 January are of 2026-W01.
  [{ weekly: 2 }, ['2026-01-03', '2025-12-28']],
  [{ monthly: 2 }, ['2026-01-03', '2025-12-31']],
  [{ yearly: 2 }, ['2026-01-03', '2025-12-31']],
  [{ last: 1, yearly: 3 }, ['2026-01-03', '2025-12-31', '2024-06-01']],
  [{ yearly: 9 }, ['2026-01-03', '2025-12-31', '2024-06-01']],
];

for (const [policy, expected] of policies) {
  test(`keep ${JSON.stringify(policy)} keeps ${expected.join(', ')}`, () => {
    const decided = decideRetention(week, { ...none, ...policy }, 'UTC', daily);
    assert.deepEqual(kept(decided), expected);
    assert.equal(decided.length, week.length);
  });
}

test('the reasons say which rules keep a version, and why one goes', () => {
  const list = on('2026-01-02', '2026-01-01', '2025-12-31');
  const decided = decideRetention(list, { ...none, last: 2, monthly: 1, yearly: 1 }, 'UTC', daily);
  assert.deepEqual(
    decided.map((item) => item.reasons),
    [
      ['last 1 of 2', 'monthly 2026-01', 'yearly 2026'],
      ['last 2 of 2'],
      ['no rule of keep counts it any more'],
    ],
  );
});

test('the oldest version of all stays while a rule has room left', () => {
  const list = on('2026-01-03', '2026-01-02', '2026-01-01');
  const decided = decideRetention(list, { ...none, monthly: 2 }, 'UTC', daily);
  assert.deepEqual(kept(decided), ['2026-01-03', '2026-01-01']);
  assert.deepEqual(decided.at(-1)?.reasons, ['oldest, monthly 2026-01']);
});

test('weekly reasons name the ISO week', () => {
  const decided = decideRetention(on('2026-01-03'), { ...none, weekly: 1 }, 'UTC', daily);
  assert.deepEqual(decided[0]?.reasons, ['weekly 2026-W01']);
});

test("calendar days are those of the job's zone", () => {
  const list: RetainedVersion[] = ['2026-06-20T23:30:00Z', '2026-06-20T20:00:00Z'].map((time) => ({
    key: time,
    endedAt: at(time),
    cycle: at(time),
  }));
  const days = (zone: string) => kept(decideRetention(list, { ...none, daily: 2 }, zone, daily));
  assert.equal(days('Africa/Douala').length, 2);
  const reasons = decideRetention(list, { ...none, daily: 1 }, 'Africa/Douala', daily)[0]?.reasons;
  assert.deepEqual(reasons, ['daily 2026-06-21']);
});

test('only the newest version of a cycle counts, so that reruns displace no older cycle', () => {
  const rerun = (key: string, endedAt: number, cycle: number | null) => ({ key, endedAt, cycle });
  const list = [rerun('a', 1, 10), rerun('b', 2, 20), rerun('c', 3, 20), rerun('d', 4, 20)];
  const decided = decideRetention(list, keepLast(2), 'UTC', daily);
  assert.deepEqual(kept(decided), ['d', 'a']);
  assert.deepEqual(decided.at(-1)?.reasons, ['a newer version of the same cycle stands for it']);
});

test('versions of no known cycle each count', () => {
  const list = [1, 2].map((endedAt) => ({ key: String(endedAt), endedAt, cycle: null }));
  assert.deepEqual(kept(decideRetention(list, keepLast(2), 'UTC', daily)), ['2', '1']);
});

test('with every P one version counts per P/2', () => {
  const list = [0, 11 * hour, 13 * hour, 24 * hour].map((endedAt) => ({
    key: String(endedAt / hour),
    endedAt,
    cycle: endedAt,
  }));
  assert.deepEqual(kept(decideRetention(list, keepLast(9), 'UTC', everyDay)), ['24', '11']);
});

test('of the same end time, the later in the list displaces the earlier: a correction', () => {
  for (const [first, second] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    const list = [first, second].map((key) => ({ key, endedAt: 5, cycle: 5 }));
    assert.deepEqual(kept(decideRetention(list, keepLast(1), 'UTC', daily)), [second]);
  }
});

test('nothing to keep, nothing to decide', () =>
  assert.deepEqual(decideRetention([], keepLast(1), 'UTC', daily), []));

const counts = fc.integer({ min: 0, max: 5 });
const policy = fc
  .record({ last: counts, daily: counts, weekly: counts, monthly: counts, yearly: counts })
  .filter((one) => Object.values(one).some((count) => count > 0));
const times = fc.uniqueArray(
  fc.integer({ min: 0, max: 4 * 365 * 24 }).map((hours) => at('2024-01-01') + hours * hour),
  { minLength: 1, maxLength: 30 },
);
const zones = fc.constantFrom('UTC', 'Africa/Douala', 'Europe/Paris', 'Pacific/Auckland');

/** ApplyPolicy of restic's internal/restic/snapshot_policy.go, followed line by line. */
function restic(list: readonly number[], keep: KeepPolicy, zone: string): Set<number> {
  const buckets = [
    { count: keep.last, last: -1, bucker: (_time: number, nr: number) => nr },
    {
      count: keep.daily,
      last: -1,
      bucker: (time: number) => {
        const { year, month, day: date } = localFields(time, zone);
        return year * 10_000 + month * 100 + date;
      },
    },
    {
      count: keep.weekly,
      last: -1,
      bucker: (time: number) => {
        const { year, month, day: date } = localFields(time, zone);
        const iso = isoWeek(year, month, date);
        return iso.year * 100 + iso.week;
      },
    },
    {
      count: keep.monthly,
      last: -1,
      bucker: (time: number) => {
        const { year, month } = localFields(time, zone);
        return year * 100 + month;
      },
    },
    { count: keep.yearly, last: -1, bucker: (time: number) => localFields(time, zone).year },
  ];
  const result = new Set<number>();
  for (const [nr, time] of list.toSorted((a, b) => b - a).entries()) {
    for (const bucket of buckets) {
      if (bucket.count === 0) continue;
      const value = bucket.bucker(time, nr);
      if (value === bucket.last && nr !== list.length - 1) continue;
      result.add(time);
      bucket.last = value;
      bucket.count -= 1;
    }
  }
  return result;
}

const each = (list: readonly number[]): RetainedVersion[] =>
  list.map((endedAt) => ({ key: String(endedAt), endedAt, cycle: endedAt }));

test('with one version per cycle it keeps what restic keeps, and the newest always', () => {
  fc.assert(
    fc.property(times, policy, zones, (list, keep, zone) => {
      const found = new Set(kept(decideRetention(each(list), keep, zone, daily)).map(Number));
      assert.deepEqual(found, restic(list, keep, zone));
      assert.ok(found.has(Math.max(...list)));
    }),
    { numRuns: 300 },
  );
});

test('keep.last = N keeps the newest of each of the last N cycles, or of all there are', () => {
  const versions = fc.array(fc.record({ endedAt: fc.nat(100 * minute), cycle: fc.nat(12) }), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(versions, fc.integer({ min: 1, max: 8 }), (list, last) => {
      const named = list.map((item, index) => ({ key: String(index), ...item }));
      const cycles = new Set(list.map((item) => item.cycle)).size;
      const decided = decideRetention(named, keepLast(last), 'UTC', daily);
      assert.equal(kept(decided).length, Math.min(last, cycles));
      const of = (key: string) => named[Number(key)]?.cycle;
      assert.equal(new Set(kept(decided).map(of)).size, Math.min(last, cycles));
      const newest = Math.max(...list.map((item) => item.endedAt));
      assert.equal(named[Number(kept(decided)[0])]?.endedAt, newest);
    }),
  );
});

test('with every P, any number of versions within P/2 displaces nothing', () => {
  const burst = Array.from({ length: 50 }, (_, index) => 10 * day + index * minute);
  const decided = decideRetention(each([...burst, 9 * day, 8 * day]), keepLast(3), 'UTC', everyDay);
  assert.deepEqual(kept(decided), [String(burst.at(-1)), String(9 * day), String(8 * day)]);
});
