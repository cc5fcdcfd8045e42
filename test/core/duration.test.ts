import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../src/core/duration.ts';

const readable: readonly (readonly [string, number])[] = [
  ['1s', 1_000],
  ['90s', 90_000],
  ['90m', 5_400_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
  ['1h30m', 5_400_000],
  ['1w2d3h4m5s', 788_645_000],
  ['1h0m', 3_600_000],
  ['007d', 604_800_000],
  ['36525d', 3_155_760_000_000],
];

for (const [text, expected] of readable) {
  test(`parseDuration reads ${text}`, () => assert.equal(parseDuration(text), expected));
}

const unreadable = [
  '',
  ' ',
  '90',
  'h',
  '0',
  '0s',
  '0h0m',
  '-1h',
  '+1h',
  '1.5h',
  '1,5h',
  '1 h',
  ' 1h',
  '1h ',
  '1h\n',
  '1H',
  '1y',
  '1ms',
  '1min',
  '1hour',
  '30m1h',
  '1h1h',
  '1h30',
  '٣h',
  '0x1h',
  '1e3s',
  'NaNs',
  'off',
  '9007199254741s',
  '999999999999999w',
  '1000000000000000s',
  '9'.repeat(100_000) + 's',
];

for (const text of unreadable) {
  const shown = JSON.stringify(text.slice(0, 20));
  test(`parseDuration refuses ${shown}`, () => assert.equal(parseDuration(text), null));
}

const shown: readonly (readonly [number, string])[] = [
  [0, '0s'],
  [999, '0s'],
  [1_000, '1s'],
  [45_000, '45s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [90_000, '1m 30s'],
  [720_000, '12m'],
  [3_599_999, '59m 59s'],
  [3_600_000, '1h'],
  [3_659_000, '1h'],
  [12_000_000, '3h 20m'],
  [86_399_999, '23h 59m'],
  [86_400_000, '1d'],
  [86_460_000, '1d'],
  [187_200_000, '2d 4h'],
  [40 * 86_400_000, '40d'],
  [-90_000, '-1m 30s'],
  [-1, '0s'],
];

for (const [ms, expected] of shown) {
  test(`formatDuration(${ms}) is ${expected}`, () => assert.equal(formatDuration(ms), expected));
}

test('what formatDuration writes is read back, less than an hour short', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_000, max: 3_155_760_000_000 }), (ms) => {
      const text = formatDuration(ms);
      const back = parseDuration(text.replace(' ', '')) as number;
      assert.ok(back <= ms && ms - back < 3_600_000, text);
      assert.equal(formatDuration(back), text);
    }),
  );
});

test('parseDuration gives a positive safe integer or null, whatever the text', () => {
  const pieces = fc.constantFrom('1', '0', '99', 'w', 'd', 'h', 'm', 's', '-', '.', ' ');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const ms = parseDuration(parts.join(''));
      assert.ok(ms === null || (Number.isSafeInteger(ms) && ms > 0));
    }),
  );
});
