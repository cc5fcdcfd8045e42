import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SizeSample } from '../../src/core/conclusion.ts';
import { isOutside, sizeBounds, withSample } from '../../src/core/sizes.ts';

const mega = 1_000_000;
const history = (...sizes: readonly number[]): SizeSample[] =>
  sizes.map((size, cycle) => ({ cycle, size }));
const steady = history(...Array.from({ length: 7 }, () => 100 * mega));

test('six sizes are no history yet', () => assert.equal(sizeBounds(steady.slice(1), 0.5), null));
test('size_change off judges no size', () => assert.equal(sizeBounds(steady, null), null));

const cases: readonly {
  readonly story: string;
  readonly sizes: readonly SizeSample[];
  readonly change: number;
  readonly low: number;
  readonly high: number;
}[] = [
  {
    story: 'size_change of the median, for a steady history',
    sizes: steady,
    change: 0.5,
    low: 50 * mega,
    high: 150 * mega,
  },
  {
    story: 'five deviations, for a history that spreads wider',
    sizes: history(...[40, 60, 80, 100, 120, 140, 160].map((size) => size * mega)),
    change: 0.5,
    low: 10 * mega,
    high: 300 * mega,
  },
  {
    story: '64 KiB, for small backups, and never below a tenth of the median',
    sizes: history(...Array.from({ length: 8 }, () => 1000)),
    change: 0.5,
    low: 100,
    high: 1000 + 65_536,
  },
  {
    story: 'the middle of the two middle sizes, of an even number',
    sizes: history(...[1, 1, 1, 1, 2, 2, 2, 2].map((size) => size * mega)),
    change: 0,
    low: mega * 0.15,
    high: mega * 4,
  },
];

for (const { story, sizes, change, low, high } of cases) {
  test(`a size may lie within ${story}`, () => {
    const bounds = sizeBounds(sizes, change);
    assert.ok(bounds !== null);
    assert.deepEqual([Math.round(bounds.low), Math.round(bounds.high)], [low, high]);
    assert.equal(isOutside(bounds.low, bounds), false);
    assert.equal(isOutside(bounds.high, bounds), false);
    assert.equal(isOutside(bounds.low - 1, bounds), true);
    assert.equal(isOutside(bounds.high + 1, bounds), true);
  });
}

/** The middle by counting: the mean of the largest value that at most half lie below, and of its mirror. */
function naiveMedian(values: readonly number[]): number {
  const rest = [...values];
  while (rest.length > 2) {
    rest.splice(rest.indexOf(Math.min(...rest)), 1);
    rest.splice(rest.indexOf(Math.max(...rest)), 1);
  }
  return rest.reduce((sum, value) => sum + value, 0) / rest.length;
}

test('the bounds are those of a naive median and median absolute deviation, in any order of the history', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 2 ** 50 }), { minLength: 7, maxLength: 40 });
  fc.assert(
    fc.property(sizes, fc.double({ min: 0, max: 10, noNaN: true }), (list, change) => {
      const median = naiveMedian(list);
      const spread = naiveMedian(list.map((size) => Math.abs(size - median)));
      const reach = Math.max(5 * spread, change * median, 65_536);
      assert.deepEqual(sizeBounds(history(...list), change), {
        median,
        low: Math.max(median - reach, median * 0.1),
        high: median + reach,
        samples: list.length,
      });
    }),
  );
});

test('a rerun replaces the size of its cycle', () => {
  const list = withSample(history(1, 2, 3), { cycle: 1, size: 9 });
  assert.deepEqual(list, history(1, 9, 3));
});

test('the history is ordered by cycle, and forgets the oldest after forty', () => {
  let list: readonly SizeSample[] = [];
  for (let cycle = 50; cycle > 0; cycle -= 1) list = withSample(list, { cycle, size: cycle });
  assert.deepEqual(
    list.map((sample) => sample.cycle),
    Array.from({ length: 40 }, (_, index) => index + 11),
  );
});
