import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatInstant,
  parseInstant,
  parseVersionStamp,
  versionStamp,
} from '../../src/core/instant.ts';

const instant = Date.UTC(2026, 5, 20, 18, 37, 35);
const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

test('formatInstant writes RFC 3339 in UTC, milliseconds only where there are some', () => {
  assert.equal(formatInstant(instant), '2026-06-20T18:37:35Z');
  assert.equal(formatInstant(instant + 1), '2026-06-20T18:37:35.001Z');
  assert.equal(formatInstant(instant + 500), '2026-06-20T18:37:35.500Z');
  assert.equal(formatInstant(0), '1970-01-01T00:00:00Z');
  assert.equal(formatInstant(lastInstant), '9999-12-31T23:59:59.999Z');
});

test('formatInstant writes what Date writes, for every year from 0 to 9999', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(-1, 11, 31) + 86_400_000, max: lastInstant }), (ms) => {
      assert.equal(formatInstant(ms), new Date(ms).toISOString().replace('.000Z', 'Z'));
    }),
    // More dates than are kept.
    { numRuns: 2_500 },
  );
});

test('versionStamp writes whole seconds that sort as text', () => {
  assert.equal(versionStamp(instant), '20260620T183735Z');
  assert.equal(versionStamp(instant + 999), '20260620T183735Z');
  assert.equal(versionStamp(0), '19700101T000000Z');
});

const stamps: readonly (readonly [string, { instant: number; ordinal: number } | null])[] = [
  ['20260620T183735Z', { instant, ordinal: 1 }],
  ['20260620T183735Z-2', { instant, ordinal: 2 }],
  ['20260620T183735Z-10', { instant, ordinal: 10 }],
  ['20240229T000000Z', { instant: Date.UTC(2024, 1, 29), ordinal: 1 }],
  ['20260620T183735Z-0', null],
  ['20260620T183735Z-1', null],
  ['20260620T183735Z-02', null],
  ['20260620T183735Z-', null],
  ['20260620T183735Z-2-3', null],
  ['20260620T183735Z-1000000000', null],
  ['20260620T183735', null],
  ['20260620T183735z', null],
  ['2026-06-20T18:37:35Z', null],
  ['20260230T000000Z', null],
  ['20250229T000000Z', null],
  ['20261301T000000Z', null],
  ['20260001T000000Z', null],
  ['20260100T000000Z', null],
  ['20260620T240000Z', null],
  ['20260620T186035Z', null],
  ['20260620T183760Z', null],
  ['19691231T235959Z', null],
  [' 20260620T183735Z', null],
  ['20260620T183735Z\n', null],
  ['current', null],
];

for (const [text, expected] of stamps) {
  test(`parseVersionStamp(${JSON.stringify(text)})`, () =>
    assert.deepEqual(parseVersionStamp(text), expected));
}

test('parseVersionStamp is the inverse of versionStamp', () => {
  const seconds = fc.integer({ min: 0, max: Math.floor(lastInstant / 1000) });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 2, max: 999_999_999 }), (second, ordinal) => {
      const stamp = versionStamp(second * 1000);
      assert.deepEqual(parseVersionStamp(stamp), { instant: second * 1000, ordinal: 1 });
      assert.deepEqual(parseVersionStamp(`${stamp}-${ordinal}`), {
        instant: second * 1000,
        ordinal,
      });
    }),
  );
});

/** Douala is one hour ahead of UTC all year. */
const times: readonly (readonly [string, number])[] = [
  ['2026-06-20T18:37:35Z', instant],
  ['2026-06-20 18:37:35Z', instant],
  ['2026-06-20T18:37:35z', instant],
  ['2026-06-20T18:37Z', instant - 35_000],
  ['2026-06-20T18:37:35.5Z', instant + 500],
  ['2026-06-20T18:37:35,05Z', instant + 50],
  ['2026-06-20T18:37:35.001999999999999999Z', instant + 1],
  ['2026-06-20T18:37:35.9999Z', instant + 999],
  ['2026-06-20T19:37:35+01:00', instant],
  ['2026-06-20T19:37:35+0100', instant],
  ['2026-06-20T19:37:35+01', instant],
  ['2026-06-20T13:07:35-05:30', instant],
  ['2026-06-20T18:37:35-00:00', instant],
  ['2026-06-21T18:36:35+23:59', instant],
  ['2026-06-20T19:37:35', instant],
  ['2026-06-20 19:37:35.123456', instant + 123],
  ['2026-06-20 19:37', instant - 35_000],
  ['2024-02-29T00:00Z', Date.UTC(2024, 1, 29)],
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T01:00:00', 0],
  ['9999-12-31T23:59:59.999Z', lastInstant],
];

for (const [text, expected] of times) {
  test(`parseInstant reads ${text}`, () =>
    assert.equal(parseInstant(text, 'Africa/Douala'), expected));
}

const noTimes = [
  '',
  ' ',
  'now',
  'null',
  '2026',
  '2026-06-20',
  '20260620T183735Z',
  '1781980655',
  '18:37:35',
  '2026-02-30T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-32T00:00:00Z',
  '2026-06-20T24:00:00Z',
  '2026-06-20T18:60:00Z',
  '2026-06-20T18:37:60Z',
  '2026-06-20T18Z',
  '2026-06-20T18:37.5Z',
  '2026-06-20T18:37:35.Z',
  '2026-06-20T18:37:35:5Z',
  '2026-6-20T18:37:35Z',
  '2026-06-20T8:37:35Z',
  '2026-06-20t18:37:35Z',
  '2026-06-20  18:37:35Z',
  '2026-06-20T18:37:35 Z',
  '2026-06-20T18:37:35 +01:00',
  '2026-06-20T18:37:35+24:00',
  '2026-06-20T18:37:35+01:60',
  '2026-06-20T18:37:35+1',
  '2026-06-20T18:37:35+01:0',
  '2026-06-20T18:37:35+010',
  '2026-06-20T18:37:35Z+01',
  '2026-06-20T18:37:35UTC',
  '2026-06-20T18:37:35\u221201:00',
  ' 2026-06-20T18:37:35Z',
  '2026-06-20T18:37:35Z ',
  '2026-06-20T18:37:35Z\n',
  '2026/06/20 18:37:35',
  '1969-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '10000-01-01T00:00:00Z',
  '+02026-06-20T18:37:35Z',
  '-2026-06-20T18:37:35Z',
  '1970-01-01T00:59:59',
  '1970-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
  '２026-06-20T18:37:35Z',
  `2026-06-20T18:37:35.${'0'.repeat(50)}Z`,
  `2026-06-20T18:37:35.${'1'.repeat(1e6)}`,
];

for (const text of noTimes) {
  const name = JSON.stringify(text.slice(0, 40));
  test(`parseInstant refuses ${name}`, () =>
    assert.equal(parseInstant(text, 'Africa/Douala'), null));
}

test('a fraction counts to the last of 64 characters', () => {
  const text = `2026-06-20T18:37:35.${'7'.repeat(43)}Z`;
  assert.equal(text.length, 64);
  assert.equal(parseInstant(text, 'UTC'), instant + 777);
});

test('a time without an offset is local: skipped times mean the end of the gap, repeated ones the first', () => {
  const read = (text: string): string =>
    formatInstant(parseInstant(text, 'Europe/Paris') as number);
  assert.equal(read('2026-03-29T01:59:59.999'), '2026-03-29T00:59:59.999Z');
  assert.equal(read('2026-03-29T02:00'), '2026-03-29T01:00:00Z');
  assert.equal(read('2026-03-29 02:59:59,5'), '2026-03-29T01:00:00Z');
  assert.equal(read('2026-03-29T03:00'), '2026-03-29T01:00:00Z');
  assert.equal(read('2026-10-25T02:30'), '2026-10-25T00:30:00Z');
  assert.equal(read('2026-10-25T02:30+01:00'), '2026-10-25T01:30:00Z');
  assert.equal(read('2026-10-25T03:00'), '2026-10-25T02:00:00Z');
});

test('parseInstant is the inverse of formatInstant', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: lastInstant }), (ms) => {
      assert.equal(parseInstant(formatInstant(ms), 'Asia/Tehran'), ms);
    }),
  );
});

test('parseInstant never throws, and what it accepts can be written', () => {
  const pieces = fc.constantFrom(
    '2026',
    '1970',
    '9999',
    '-',
    '06',
    '12',
    '31',
    'T',
    ' ',
    ':',
    '00',
    '23',
    '59',
    '60',
    '.',
    ',',
    '5',
    'Z',
    '+',
    '14',
  );
  const near = fc
    .tuple(fc.array(pieces, { maxLength: 12 }), fc.array(pieces, { maxLength: 3 }))
    .map(([free, end]) => [free.join(''), `2026-12-31T23:59:59${end.join('')}`]);
  fc.assert(
    fc.property(near, (texts) => {
      for (const text of texts) {
        const ms = parseInstant(text, 'America/New_York');
        if (ms !== null) assert.equal(Date.parse(formatInstant(ms)), ms);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('formatInstant shows what lies beyond the notation as its end', () => {
  for (const ms of [253_402_300_800_000, 8.64e15 + 1, Infinity])
    assert.equal(formatInstant(ms), '9999-12-31T23:59:59.999Z');
});
