import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { occurrencesOf, shortestGap } from '../../src/calendar/occurrences.ts';
import { formatInstant } from '../../src/core/instant.ts';
import { instantOfLocal } from '../../src/core/zone.ts';
import { expressions, zones } from './arbitraries.ts';
import { matchesCron } from './oracle.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** All occurrences after `from`, up to and with `until`. */
function between(expression: string, zone: string, from: string, until: string): string[] {
  const { after } = occurrencesOf(expression, zone);
  const found: string[] = [];
  let at = after(Date.parse(from));
  while (at !== null && at <= Date.parse(until)) {
    found.push(formatInstant(at));
    at = after(at);
  }
  return found;
}

interface Story {
  readonly story: string;
  readonly expression: string;
  readonly zone: string;
  readonly from: string;
  readonly until: string;
  readonly expected: readonly string[];
}

const stories: readonly Story[] = [
  {
    story: 'a daily job keeps its wall time over the change',
    expression: '0 20 * * *',
    zone: 'Europe/Paris',
    from: '2026-03-28T00:00:00Z',
    until: '2026-03-30T00:00:00Z',
    expected: ['2026-03-28T19:00:00Z', '2026-03-29T18:00:00Z'],
  },
  {
    story: 'a skipped time is due just after the gap',
    expression: '30 2 * * *',
    zone: 'Europe/Paris',
    from: '2026-03-28T00:00:00Z',
    until: '2026-03-30T12:00:00Z',
    expected: ['2026-03-28T01:30:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'],
  },
  {
    story: 'several skipped times, and the one that ends the gap, are due once',
    expression: '*/20 2,3 * * *',
    zone: 'America/New_York',
    from: '2026-03-08T00:00:00Z',
    until: '2026-03-08T12:00:00Z',
    expected: ['2026-03-08T07:00:00Z', '2026-03-08T07:20:00Z', '2026-03-08T07:40:00Z'],
  },
  {
    story: 'a repeated time is due at its first showing only',
    expression: '30 1 * * *',
    zone: 'America/New_York',
    from: '2026-10-31T12:00:00Z',
    until: '2026-11-02T12:00:00Z',
    expected: ['2026-11-01T05:30:00Z', '2026-11-02T06:30:00Z'],
  },
  {
    story: 'an hourly job leaves out the repeated hour',
    expression: '0 * * * *',
    zone: 'Europe/Paris',
    from: '2026-10-24T22:00:00Z',
    until: '2026-10-25T03:00:00Z',
    expected: [
      '2026-10-24T23:00:00Z',
      '2026-10-25T00:00:00Z',
      '2026-10-25T02:00:00Z',
      '2026-10-25T03:00:00Z',
    ],
  },
  {
    story: 'half an hour skipped',
    expression: '15 2 * * *',
    zone: 'Australia/Lord_Howe',
    from: '2025-10-04T00:00:00Z',
    until: '2025-10-05T18:00:00Z',
    expected: ['2025-10-04T15:30:00Z', '2025-10-05T15:15:00Z'],
  },
  {
    story: 'half an hour repeated',
    expression: '45 1 * * *',
    zone: 'Australia/Lord_Howe',
    from: '2025-04-05T00:00:00Z',
    until: '2025-04-06T18:00:00Z',
    expected: ['2025-04-05T14:45:00Z', '2025-04-06T15:15:00Z'],
  },
  {
    story: 'the end of Ramadan',
    expression: '30 2 * * *',
    zone: 'Africa/Casablanca',
    from: '2024-04-13T00:00:00Z',
    until: '2024-04-15T12:00:00Z',
    expected: ['2024-04-13T02:30:00Z', '2024-04-14T02:00:00Z', '2024-04-15T01:30:00Z'],
  },
  {
    story: 'the beginning of Ramadan',
    expression: '30 2 * * *',
    zone: 'Africa/Casablanca',
    from: '2024-03-09T12:00:00Z',
    until: '2024-03-11T12:00:00Z',
    expected: ['2024-03-10T01:30:00Z', '2024-03-11T02:30:00Z'],
  },
  {
    story: 'midnight skipped',
    expression: '0 0 * * *',
    zone: 'Asia/Tehran',
    from: '2022-03-20T21:00:00Z',
    until: '2022-03-23T00:00:00Z',
    expected: ['2022-03-21T20:30:00Z', '2022-03-22T19:30:00Z'],
  },
  {
    story: 'the hour before midnight repeated',
    expression: '30 23 * * *',
    zone: 'Asia/Tehran',
    from: '2022-09-21T00:00:00Z',
    until: '2022-09-22T23:00:00Z',
    expected: ['2022-09-21T19:00:00Z', '2022-09-22T20:00:00Z'],
  },
  {
    story: 'a day that Samoa skipped is due with the one after it',
    expression: '0 0 * * *',
    zone: 'Pacific/Apia',
    from: '2011-12-28T12:00:00Z',
    until: '2012-01-01T00:00:00Z',
    expected: ['2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z', '2011-12-31T10:00:00Z'],
  },
  {
    story: 'day of month or day of week',
    expression: '0 0 13 * 5',
    zone: 'UTC',
    from: '2026-01-10T00:00:00Z',
    until: '2026-01-24T00:00:00Z',
    expected: ['2026-01-13T00:00:00Z', '2026-01-16T00:00:00Z', '2026-01-23T00:00:00Z'],
  },
  {
    story: 'a step over the star restricts, as in Vixie cron: odd days that are Mondays',
    expression: '0 0 */2 * 1',
    zone: 'UTC',
    from: '2026-06-01T12:00:00Z',
    until: '2026-06-30T00:00:00Z',
    expected: ['2026-06-15T00:00:00Z', '2026-06-29T00:00:00Z'],
  },
  {
    story: '29 February, over a century that has none',
    expression: '0 12 29 2 *',
    zone: 'UTC',
    from: '2092-03-01T00:00:00Z',
    until: '2108-01-01T00:00:00Z',
    expected: ['2096-02-29T12:00:00Z', '2104-02-29T12:00:00Z'],
  },
  {
    story: 'the last day of the month',
    expression: '0 0 L * *',
    zone: 'UTC',
    from: '2026-01-01T00:00:00Z',
    until: '2026-03-01T00:00:00Z',
    expected: ['2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z'],
  },
];

for (const { story, expression, zone, from, until, expected } of stories) {
  test(`${story} (${expression}, ${zone})`, () => {
    assert.deepEqual(between(expression, zone, from, until), expected);
    const { atOrBefore } = occurrencesOf(expression, zone);
    const backwards: string[] = [];
    let at = atOrBefore(Date.parse(until));
    while (at !== null && at > Date.parse(from)) {
      backwards.push(formatInstant(at));
      at = atOrBefore(at - 1);
    }
    assert.deepEqual(backwards.toReversed(), expected);
  });
}

test('the same schedule gives the same object, however it is spaced', () => {
  assert.equal(occurrencesOf('0 20 * * *', 'UTC'), occurrencesOf(' 0  20 * * *', 'UTC'));
  assert.notEqual(occurrencesOf('0 20 * * *', 'UTC'), occurrencesOf('0 20 * * *', 'Africa/Douala'));
});

test('beyond the years that croner knows there is nothing after, and still something before', () => {
  const { after, atOrBefore } = occurrencesOf('0 20 * * *', 'UTC');
  const far = Date.UTC(9999, 11, 31, 23);
  assert.equal(after(far), null);
  assert.equal(atOrBefore(far), far - 3 * hour);
});

test('a date that does not exist never occurs, in neither direction', () => {
  const { after, atOrBefore } = occurrencesOf('0 0 30 2 *', 'UTC');
  assert.equal(after(0), null);
  assert.equal(atOrBefore(0), null);
});

test('an unknown zone or an unreadable expression is an error', () => {
  assert.throws(() => occurrencesOf('0 0 * * *', 'Europe/Atlantis').after(0), RangeError);
  assert.throws(() => occurrencesOf('0 0 * *', 'UTC').after(0), /5-part|five/);
});

const instants = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) });

test('both directions agree, on every side of an occurrence', () => {
  fc.assert(
    fc.property(expressions, zones, instants, (expression, zone, instant) => {
      const { after, atOrBefore } = occurrencesOf(expression, zone);
      const next = after(instant) as number;
      const last = atOrBefore(instant) as number;
      assert.ok(last <= instant && instant < next);
      assert.equal(after(last), next);
      assert.equal(after(next - 1), next);
      assert.equal(atOrBefore(next), next);
      assert.equal(atOrBefore(next - 1), last);
      assert.equal(atOrBefore(last), last);
    }),
    { numRuns: 3_000 },
  );
});

test('the calendar is that of crontab(5), minute by minute', () => {
  fc.assert(
    fc.property(expressions, zones, instants, (expression, zone, instant) => {
      const wall = Math.floor(instant / minute) * minute;
      const until = wall + 2 * day;
      const expected = new Set<number>();
      for (let at = wall + minute; at <= until; at += minute) {
        if (matchesCron(expression, at)) expected.add(instantOfLocal(at, zone));
      }
      const first = instantOfLocal(wall, zone);
      const last = instantOfLocal(until, zone);
      expected.delete(first);
      const found: number[] = [];
      const { after } = occurrencesOf(expression, zone);
      for (let at = after(first); at !== null && at <= last; at = after(at)) found.push(at);
      assert.deepEqual(found, [...expected]);
    }),
    { numRuns: 300 },
  );
});

test('an answer does not depend on what was asked before', () => {
  const expression = '17 */3 * * 1-5';
  const { after, atOrBefore } = occurrencesOf(expression, 'Europe/Paris');
  const start = Date.UTC(2026, 0, 1);
  for (let step = 0; step < 12_000; step += 1) {
    // 7,919 is coprime to 12,000: every hour of 500 days once, in no order.
    const at = start + ((step * 7_919) % 12_000) * hour;
    const next = after(at) as number;
    assert.equal(atOrBefore(next), next);
    assert.ok((atOrBefore(at) as number) <= at && at < next);
    assert.equal(next % hour, 17 * minute);
  }
});

const gaps: readonly (readonly [string, number])[] = [
  ['* * * * *', minute],
  ['*/7 * * * *', 4 * minute],
  ['0 * * * *', hour],
  ['0 20 * * *', day],
  ['30 2 * * *', day],
  ['0 13,20 * * 1-6', 7 * hour],
  ['0 0 * * 1', 7 * day],
  ['0 0 1 * *', 28 * day],
  ['0 0 1 1 *', 365 * day],
  ['0 0 29 2 *', 1_461 * day],
  ['59 23 31 12 *', 365 * day],
];

for (const [expression, expected] of gaps) {
  test(`the shortest gap of "${expression}", the same in every zone`, () => {
    assert.equal(shortestGap(expression, 'UTC'), expected);
    assert.equal(shortestGap(expression, 'Europe/Paris'), expected);
  });
}

test('a schedule that never occurs has no gap', () => {
  assert.equal(shortestGap('0 0 30 2 *', 'UTC'), Infinity);
});
