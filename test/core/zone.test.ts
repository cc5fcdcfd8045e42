import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatInstant } from '../../src/core/instant.ts';
import {
  formatLocal,
  instantOfLocal,
  isoWeek,
  isTimeZone,
  localFields,
  offsetAt,
  wallReached,
} from '../../src/core/zone.ts';
import { offsetMeasure } from '../../src/core/zone.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC'];

/** `2026-03-29 02:30` as if it were UTC. */
const wallOf = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`);

/** A second opinion: the fields of the local clock, as Intl spells them out. */
function clockOf(zone: string): (instant: number) => number {
  const formatter = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (instant) => {
    const [date, month, year, ...time] = formatter
      .format(instant)
      .split(/[/:, ]+/)
      .map(Number);
    return Date.UTC(year ?? 0, (month ?? 0) - 1, date, ...time);
  };
}

test('isTimeZone knows the names of the IANA database, links and any case included', () => {
  const names = [
    'UTC',
    'Etc/UTC',
    'GMT',
    'Etc/GMT+5',
    'EST5EDT',
    'Asia/Calcutta',
    'Asia/Kolkata',
    'europe/paris',
  ];
  for (const name of [...zones, ...names]) assert.equal(isTimeZone(name), true, name);
});

test('isTimeZone refuses offsets and everything else', () => {
  const names = [
    '+01:00',
    '-0530',
    '+01',
    '\u221201:00',
    '',
    ' ',
    'Z',
    'UTC+1',
    'GMT+1',
    'Europe/Atlantis',
    'Europe',
  ];
  const odd = [
    ' UTC',
    'UTC ',
    'UTC\n',
    'Europe/Paris\0',
    'constructor',
    '__proto__',
    '../etc/passwd',
    'local',
    '0',
  ];
  for (const name of [...names, ...odd]) assert.equal(isTimeZone(name), false, name);
});

test('an unknown zone is an error, not a silent UTC', () => {
  assert.throws(() => offsetAt(0, 'Europe/Atlantis'), RangeError);
  assert.throws(() => instantOfLocal(0, 'Europe/Atlantis'), RangeError);
});

test('no wall time, no instant', () => {
  assert.throws(() => instantOfLocal(NaN, 'UTC'), RangeError);
});

const offsets: readonly (readonly [string, string, number])[] = [
  ['UTC', '2026-06-20T00:00:00Z', 0],
  ['Africa/Douala', '2026-06-20T00:00:00Z', hour],
  ['Asia/Kathmandu', '2026-06-20T00:00:00Z', 5.75 * hour],
  ['America/St_Johns', '2026-01-20T00:00:00Z', -3.5 * hour],
  ['Pacific/Kiritimati', '2026-06-20T00:00:00Z', 14 * hour],
  ['Europe/Paris', '2026-03-29T00:59:59.999Z', hour],
  ['Europe/Paris', '2026-03-29T01:00:00Z', 2 * hour],
  ['Europe/Paris', '2026-10-25T00:59:59.999Z', 2 * hour],
  ['Europe/Paris', '2026-10-25T01:00:00Z', hour],
  ['America/New_York', '2026-03-08T07:00:00Z', -4 * hour],
  ['America/New_York', '2026-03-08T06:59:59.999Z', -5 * hour],
  ['Australia/Lord_Howe', '2026-04-04T14:59:59.999Z', 11 * hour],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 10.5 * hour],
  // History with seconds, and changes that are not daylight saving.
  ['Europe/Paris', '1900-01-01T00:00:00Z', 9 * minute + 21 * second],
  ['Africa/Monrovia', '1972-01-07T00:44:29.999Z', -(44 * minute + 30 * second)],
  ['Africa/Monrovia', '1972-01-07T00:44:30Z', 0],
  ['America/Caracas', '2016-05-01T06:59:59.999Z', -4.5 * hour],
  ['America/Caracas', '2016-05-01T07:00:00Z', -4 * hour],
  ['Pacific/Apia', '2011-12-30T09:59:59.999Z', -10 * hour],
  ['Pacific/Apia', '2011-12-30T10:00:00Z', 14 * hour],
  // The farthest from UTC that any clock ever was.
  ['Asia/Manila', '1840-01-01T00:00:00Z', -(15 * hour + 56 * minute + 8 * second)],
];

for (const [zone, at, expected] of offsets) {
  test(`the offset of ${zone} at ${at}`, () =>
    assert.equal(offsetAt(Date.parse(at), zone), expected));
}

test('two changes within a week are both seen', () => {
  // Boa Vista had summer time for one week in October 2000.
  const found = [7, 8, 14, 15, 16].map(
    (date) => offsetAt(Date.UTC(2000, 9, date, 12), 'America/Boa_Vista') / hour,
  );
  assert.deepEqual(found, [-4, -3, -3, -4, -4]);
});

test('offsets agree with the clock that Intl shows: every zone, from 1900 to 2100', () => {
  for (const zone of zones) {
    const clock = clockOf(zone);
    for (let at = Date.UTC(1900, 0, 1); at < Date.UTC(2100, 0, 1); at += 61 * day) {
      if (at + offsetAt(at, zone) !== clock(at)) assert.fail(`${zone} at ${formatInstant(at)}`);
    }
  }
});

/** Instants at which the offset of a zone changes. */
function changesOf(zone: string, from: number, until: number): number[] {
  const changes: number[] = [];
  for (let at = from; at < until; at += day) {
    if (offsetAt(at, zone) === offsetAt(at + day, zone)) continue;
    let [low, high] = [at, at + day];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle, zone) === offsetAt(low, zone)) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  return changes;
}

test('every change from 2024 to 2035 is exact to the millisecond, and its wall times map as promised', () => {
  let seen = 0;
  for (const zone of zones) {
    const clock = clockOf(zone);
    for (const change of changesOf(zone, Date.UTC(2024, 0, 1), Date.UTC(2036, 0, 1))) {
      seen += 1;
      const before = change - second + offsetAt(change - 1, zone);
      const after = change + offsetAt(change, zone);
      assert.deepEqual([clock(change - second), clock(change)], [before, after], zone);
      const jump = after - before - second;
      assert.equal(instantOfLocal(before, zone), change - second);
      if (jump > 0) {
        for (const wall of [after - jump, after - jump / 2, after - 1, after]) {
          assert.equal(instantOfLocal(wall, zone), change, zone);
        }
        assert.equal(instantOfLocal(after + 1, zone), change + 1);
      } else {
        assert.equal(instantOfLocal(after, zone), change + jump, zone);
        assert.equal(instantOfLocal(after - jump - 1, zone), change - 1, zone);
        assert.equal(instantOfLocal(after - jump, zone), change - jump, zone);
      }
    }
  }
  assert.ok(seen > 1_000, `only ${seen} changes seen`);
});

/** Wall time, and the instant that it means. */
const walls: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'Europe/Paris': [
    ['2026-03-29 01:59', '2026-03-29T00:59:00Z'],
    ['2026-03-29 02:00', '2026-03-29T01:00:00Z'],
    ['2026-03-29 02:30', '2026-03-29T01:00:00Z'],
    ['2026-03-29 02:59', '2026-03-29T01:00:00Z'],
    ['2026-03-29 03:00', '2026-03-29T01:00:00Z'],
    ['2026-03-29 03:01', '2026-03-29T01:01:00Z'],
    ['2026-10-25 01:59', '2026-10-24T23:59:00Z'],
    ['2026-10-25 02:00', '2026-10-25T00:00:00Z'],
    ['2026-10-25 02:59', '2026-10-25T00:59:00Z'],
    ['2026-10-25 03:00', '2026-10-25T02:00:00Z'],
  ],
  'America/New_York': [
    ['2026-03-08 02:30', '2026-03-08T07:00:00Z'],
    ['2026-03-08 03:30', '2026-03-08T07:30:00Z'],
    ['2026-11-01 00:59', '2026-11-01T04:59:00Z'],
    ['2026-11-01 01:30', '2026-11-01T05:30:00Z'],
    ['2026-11-01 02:00', '2026-11-01T07:00:00Z'],
  ],
  'Australia/Lord_Howe': [
    ['2026-10-04 01:59', '2026-10-03T15:29:00Z'],
    ['2026-10-04 02:15', '2026-10-03T15:30:00Z'],
    ['2026-10-04 02:30', '2026-10-03T15:30:00Z'],
    ['2026-04-05 01:29', '2026-04-04T14:29:00Z'],
    ['2026-04-05 01:45', '2026-04-04T14:45:00Z'],
    ['2026-04-05 02:00', '2026-04-04T15:30:00Z'],
  ],
  // Standard time during Ramadan.
  'Africa/Casablanca': [
    ['2024-03-10 02:30', '2024-03-10T01:30:00Z'],
    ['2024-03-10 03:00', '2024-03-10T03:00:00Z'],
    ['2024-04-14 02:30', '2024-04-14T02:00:00Z'],
    ['2024-04-14 03:00', '2024-04-14T02:00:00Z'],
  ],
  // At midnight, until 2022.
  'Asia/Tehran': [
    ['2022-03-21 23:59', '2022-03-21T20:29:00Z'],
    ['2022-03-22 00:00', '2022-03-21T20:30:00Z'],
    ['2022-03-22 00:30', '2022-03-21T20:30:00Z'],
    ['2022-03-22 01:00', '2022-03-21T20:30:00Z'],
    ['2022-09-21 23:30', '2022-09-21T19:00:00Z'],
    ['2022-09-22 00:00', '2022-09-21T20:30:00Z'],
    ['2026-06-20 12:00', '2026-06-20T08:30:00Z'],
  ],
  // A whole day skipped, and a whole day lived twice.
  'Pacific/Apia': [
    ['2011-12-29 23:59', '2011-12-30T09:59:00Z'],
    ['2011-12-30 12:00', '2011-12-30T10:00:00Z'],
    ['2011-12-31 00:00', '2011-12-30T10:00:00Z'],
  ],
  'Pacific/Kwajalein': [['1993-08-21 12:00', '1993-08-21T12:00:00Z']],
  'Africa/Monrovia': [['1972-01-07 00:20', '1972-01-07T00:44:30Z']],
};

for (const [zone, rows] of Object.entries(walls)) {
  for (const [wall, expected] of rows) {
    test(`${wall} in ${zone}`, () =>
      assert.equal(formatInstant(instantOfLocal(wallOf(wall), zone)), expected));
  }
}

const instants = fc.integer({ min: Date.UTC(1840, 0, 1), max: Date.UTC(9999, 11, 31) });
const recent = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2040, 0, 1) });
const anyZone = fc.constantFrom(...zones);

test('an instant shows its own wall time, and is the instant of it unless the clocks repeat it', () => {
  fc.assert(
    fc.property(instants, anyZone, (instant, zone) => {
      const wall = instant + offsetAt(instant, zone);
      const first = instantOfLocal(wall, zone);
      assert.ok(first <= instant);
      assert.equal(first + offsetAt(first, zone), wall);
    }),
    { numRuns: 5_000 },
  );
});

test('instantOfLocal never decreases, and is where wallReached first arrives', () => {
  fc.assert(
    fc.property(recent, fc.integer({ min: 0, max: 2 * day }), anyZone, (wall, more, zone) => {
      const instant = instantOfLocal(wall, zone);
      assert.ok(instant <= instantOfLocal(wall + more, zone));
      assert.ok(wallReached(instant, zone) >= wall);
      assert.ok(wallReached(instant - 1, zone) < wall);
    }),
    { numRuns: 5_000 },
  );
});

test('wallReached stands still in a repeated hour and jumps with the clock', () => {
  const reached = (at: string): string =>
    formatInstant(wallReached(Date.parse(at), 'Europe/Paris'));
  assert.equal(reached('2026-06-20T10:00:00Z'), '2026-06-20T12:00:00Z');
  assert.equal(reached('2026-10-25T00:59:59.999Z'), '2026-10-25T02:59:59.999Z');
  assert.equal(reached('2026-10-25T01:00:00Z'), '2026-10-25T02:59:59.999Z');
  assert.equal(reached('2026-10-25T01:59:59.999Z'), '2026-10-25T02:59:59.999Z');
  assert.equal(reached('2026-10-25T02:00:00Z'), '2026-10-25T03:00:00Z');
  assert.equal(reached('2026-03-29T01:00:00Z'), '2026-03-29T03:00:00Z');
});

test('what was remembered is forgotten in time, and measured again the same', () => {
  const first = offsetAt(Date.UTC(2026, 6, 1), 'Europe/Rome');
  for (let at = 0; at < 20_001; at += 1) offsetAt(at * 2 * day, 'Europe/Rome');
  assert.equal(offsetAt(Date.UTC(2026, 6, 1), 'Europe/Rome'), first);
  assert.equal(first, 2 * hour);
});

test('wallReached remembers a whole day that was lived twice', () => {
  // Alaska was on Asia's side of the date line until the purchase; Kwajalein went over to the other side in 1969.
  const repeats = [
    { zone: 'America/Juneau', from: Date.UTC(1867, 9, 16) },
    { zone: 'Pacific/Kwajalein', from: Date.UTC(1969, 8, 28) },
  ];
  for (const { zone, from } of repeats) {
    let expected = -Infinity;
    let stoodStill = 0;
    for (let at = from; at < from + 6 * day; at += second) {
      const now = at + offsetAt(at, zone);
      if (now < expected) stoodStill += second;
      expected = Math.max(expected, now);
      if (at % (10 * minute) !== 0 || at < from + day) continue;
      assert.ok(
        Math.abs(wallReached(at, zone) - expected) < second,
        `${zone} ${formatInstant(at)}`,
      );
    }
    assert.ok(stoodStill > 22 * hour);
  }
});

test('localFields shows calendar and clock, Monday first', () => {
  assert.deepEqual(localFields(Date.parse('2026-06-20T23:30:15.5Z'), 'Africa/Douala'), {
    year: 2026,
    month: 6,
    day: 21,
    hour: 0,
    minute: 30,
    second: 15,
    weekday: 7,
  });
  assert.equal(localFields(Date.parse('2026-06-21T23:30:00Z'), 'Africa/Douala').weekday, 1);
  assert.equal(localFields(Date.parse('2026-12-31T23:30:00Z'), 'Pacific/Auckland').year, 2027);
  assert.equal(localFields(Date.parse('1970-01-01T00:00:00Z'), 'America/New_York').year, 1969);
});

const weeks: readonly (readonly [readonly [number, number, number], string])[] = [
  [[2026, 1, 1], '2026-W1'],
  [[2026, 12, 31], '2026-W53'],
  [[2027, 1, 1], '2026-W53'],
  [[2027, 1, 3], '2026-W53'],
  [[2027, 1, 4], '2027-W1'],
  [[2024, 12, 29], '2024-W52'],
  [[2024, 12, 30], '2025-W1'],
  [[2021, 1, 3], '2020-W53'],
  [[2024, 2, 29], '2024-W9'],
  [[2026, 6, 20], '2026-W25'],
];

for (const [[year, month, date], expected] of weeks) {
  test(`the ISO week of ${year}-${month}-${date}`, () => {
    const found = isoWeek(year, month, date);
    assert.equal(`${found.year}-W${found.week}`, expected);
  });
}

test('ISO weeks change on Mondays only, and count up or begin anew', () => {
  let last = isoWeek(1970, 1, 1);
  for (let at = day; at < Date.UTC(2100, 0, 1); at += day) {
    const { year, month, day: date, weekday } = localFields(at, 'UTC');
    const found = isoWeek(year, month, date);
    if (weekday !== 1) assert.deepEqual(found, last);
    else if (found.year === last.year) assert.equal(found.week, last.week + 1);
    else assert.ok(found.week === 1 && found.year === last.year + 1 && last.week >= 52);
    last = found;
  }
});

const shown: readonly (readonly [string, string, string])[] = [
  ['2026-06-20T20:00:59Z', 'Africa/Douala', '2026-06-20 21:00 (Africa/Douala)'],
  ['2026-10-24T23:59:00Z', 'Europe/Paris', '2026-10-25 01:59 (Europe/Paris)'],
  ['2026-10-25T00:30:00Z', 'Europe/Paris', '2026-10-25 02:30 +02:00 (Europe/Paris)'],
  ['2026-10-25T01:30:00Z', 'Europe/Paris', '2026-10-25 02:30 +01:00 (Europe/Paris)'],
  ['2026-10-25T02:00:00Z', 'Europe/Paris', '2026-10-25 03:00 (Europe/Paris)'],
  ['2026-11-01T05:30:00Z', 'America/New_York', '2026-11-01 01:30 -04:00 (America/New_York)'],
  ['2026-04-04T14:45:00Z', 'Australia/Lord_Howe', '2026-04-05 01:45 +11:00 (Australia/Lord_Howe)'],
  ['2026-03-29T01:00:00Z', 'Europe/Paris', '2026-03-29 03:00 (Europe/Paris)'],
  ['2026-06-20T20:00:00Z', 'UTC', '2026-06-20 20:00 (UTC)'],
  // Paris went from its own mean time to Greenwich's.
  ['1911-03-10T23:50:38Z', 'Europe/Paris', '1911-03-10 23:59 +00:09:21 (Europe/Paris)'],
  ['1911-03-10T23:50:39Z', 'Europe/Paris', '1911-03-10 23:50 +00:00 (Europe/Paris)'],
];

for (const [at, zone, expected] of shown) {
  test(`formatLocal shows ${at} as ${expected}`, () =>
    assert.equal(formatLocal(Date.parse(at), zone), expected));
}

test('formatLocal never shows two minutes alike', () => {
  const changes = ['Europe/Paris', 'Australia/Lord_Howe', 'Africa/Casablanca'].flatMap((zone) =>
    changesOf(zone, Date.UTC(2024, 0, 1), Date.UTC(2025, 0, 1)).map((change) => ({ zone, change })),
  );
  assert.equal(changes.length, 6);
  for (const { zone, change } of changes) {
    const texts = new Set<string>();
    for (let at = change - 3 * hour; at < change + 3 * hour; at += minute) {
      texts.add(formatLocal(at, zone));
    }
    assert.equal(texts.size, 360);
  }
});

test('Temporal and Intl tell the same offset, in every zone, every 13 days from 2024 to 2035', () => {
  for (const zone of [...Intl.supportedValuesOf('timeZone'), 'UTC']) {
    const byTemporal = offsetMeasure(zone);
    const byIntl = offsetMeasure(zone, {});
    for (let instant = Date.UTC(2024, 0); instant < Date.UTC(2036, 0); instant += 13 * 86_400_000) {
      assert.equal(byTemporal(instant), byIntl(instant), `${zone} ${instant}`);
    }
  }
});
