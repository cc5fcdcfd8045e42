/** Every zone of the machine, every day of five years: a daily job is due once for each date, whatever the clocks do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { occurrencesOf } from '../../src/calendar/occurrences.ts';
import { cronCycles } from '../../src/core/cycles.ts';
import { offsetAt } from '../../src/core/zone.ts';

const hour = 3_600_000;
const day = 24 * hour;
const from = Date.UTC(2024, 0, 1);
const until = Date.UTC(2029, 0, 1);
const usual = [150, 0, 90];

interface Change {
  /** The minute of the local day at which the skipped or repeated stretch begins. */
  readonly minute: number;
  readonly skipped: boolean;
}

/** How the clocks of a zone change: each different time of day once. Changes happen at full quarters of an hour. */
function changesOf(zone: string): Change[] {
  const changes = new Map<string, Change>();
  for (let at = from; at < until; at += day) {
    if (offsetAt(at, zone) === offsetAt(at + day, zone)) continue;
    let change = at;
    while (offsetAt(change, zone) === offsetAt(at, zone)) change += hour / 4;
    const [before, after] = [offsetAt(at, zone), offsetAt(change, zone)];
    const begin = change + Math.min(before, after);
    const one = { minute: (begin % day) / 60_000, skipped: after > before };
    changes.set(JSON.stringify(one), one);
  }
  return [...changes.values()];
}

const expressionAt = (minute: number): string => `${minute % 60} ${Math.floor(minute / 60)} * * *`;

/** Where a cycle fell on the next date because its gap lasted until midnight. */
const pushedPastMidnight: string[] = [];

/** Walks a daily job through all the years; `minute` is its time of day. */
function walk(zone: string, minute: number): void {
  const cycles = cronCycles(occurrencesOf(expressionAt(minute), zone), {
    grace: hour,
    early: null,
  });
  let wall = from + minute * 60_000;
  let due = cycles.next(wall - offsetAt(wall, zone) - day / 2) as number;
  let last = cycles.previous(due) as number;
  let begin = cycles.start(due);
  for (; wall < until; wall += day) {
    const where = `${zone} ${expressionAt(minute)} ${due}`;
    const shown = due + offsetAt(due, zone);
    if (Math.floor(shown / day) !== Math.floor(wall / day)) {
      // Only when the date had no such time and no later one either.
      assert.ok(shown === (Math.floor(wall / day) + 1) * day, where);
      assert.ok(due - 1 + offsetAt(due - 1, zone) < wall, where);
      pushedPastMidnight.push(where);
    } else if (shown !== wall) {
      // A skipped time: due when the gap ends, which is when the clock jumped over it.
      assert.ok(shown > wall && due - 1 + offsetAt(due - 1, zone) < wall, where);
    }
    assert.ok(begin <= due && last < begin, where);
    assert.equal(cycles.cycleOf(begin - 1), last, where);
    assert.equal(cycles.cycleOf(begin), due, where);
    assert.equal(cycles.cycleOf(due), due, where);
    last = due;
    due = cycles.next(due) as number;
    begin = cycles.start(due);
  }
}

test('one cycle for each local date, in order, in every zone from 2024 to 2028', () => {
  let skipped = 0;
  let repeated = 0;
  for (const [index, zone] of [...Intl.supportedValuesOf('timeZone'), 'UTC'].entries()) {
    const changes = changesOf(zone);
    const forward = changes.find((change) => change.skipped);
    const back = changes.find((change) => !change.skipped);
    skipped += forward === undefined ? 0 : 1;
    repeated += back === undefined ? 0 : 1;
    const minutes = [usual[index % usual.length], forward?.minute, back?.minute];
    const inside = forward === undefined ? undefined : forward.minute + 15;
    for (const minute of new Set([...minutes, inside])) {
      if (minute !== undefined) walk(zone, minute);
    }
  }
  assert.ok(skipped > 50 && repeated > 50, `${skipped} zones skip, ${repeated} repeat`);
});

test('where a gap lasts until midnight, the cycle of that date is due as the next date begins', () => {
  assert.ok(pushedPastMidnight.length > 0);
  for (const where of pushedPastMidnight) assert.match(where, /^\S+ \d+ 23 /);
});
