/**
 * When a cron schedule is due in a zone. Cron speaks of wall times: each one that the calendar names is due once, at the
 * instant that core/zone.ts gives it. So a time that the clocks skip is due just after the change (and not a second time
 * when that instant is named as well), and a time that the clocks repeat is due at its first showing only.
 */
import type { Occurrences } from '../core/schedule.ts';
import { instantOfLocal, wallReached } from '../core/zone.ts';
import { tidy } from './expression.ts';
import { readCron, wallCalendar } from './walls.ts';
import type { WallCalendar } from './walls.ts';

export { parseCron } from './expression.ts';

function remembered<Value>(make: (key: string) => Value): (key: string) => Value {
  const values = new Map<string, Value>();
  return (key) => {
    const known = values.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    values.set(key, value);
    return value;
  };
}

/** One calendar per expression, shared by all zones. */
const calendarOf = remembered(wallCalendar);

function occurrencesIn(calendar: WallCalendar, zone: string): Occurrences {
  const instantOf = (wall: number | null): number | null =>
    wall === null ? null : instantOfLocal(wall, zone);
  return {
    // A wall time is due by `instant` exactly when the clock has reached it by then: both directions follow from that.
    atOrBefore: (instant) => instantOf(calendar.atOrBefore(wallReached(instant, zone))),
    after: (instant) => instantOf(calendar.after(wallReached(instant, zone))),
  };
}

const inZone = remembered((zone: string) =>
  remembered((expression) => occurrencesIn(calendarOf(expression), zone)),
);

/**
 * The occurrences of a valid expression (see parseCron) in an IANA zone, for instants of the years 1 to 2999. Remembered:
 * the same arguments give the same object.
 *
 * @throws (its functions) RangeError for an unknown zone, Error for an expression that cannot be read
 */
export function occurrencesOf(expression: string, zone: string): Occurrences {
  return inZone(zone)(tidy(expression));
}

const sampleStart = Date.UTC(2024, 0, 1);
const sampleEnd = sampleStart + 400 * 86_400_000;
const sampleSize = 1_000;

const shortestWallGap = remembered((expression: string): number => {
  const cron = readCron(expression);
  let shortest = Infinity;
  let before = -Infinity;
  // A rare date (29 February) needs more than the sampled days before there are two to compare.
  for (
    let count = 0;
    count < sampleSize && (before < sampleEnd || shortest === Infinity);
    count += 1
  ) {
    const next = cron.nextRun(new Date(Math.max(before, sampleStart - 1)));
    if (next === null) break;
    shortest = Math.min(shortest, next.getTime() - before);
    before = next.getTime();
  }
  return shortest;
});

/**
 * The shortest time between neighbouring occurrences, in milliseconds, in a sample that is always the same: from 1 January
 * 2024, 400 days or 1,000 occurrences, whichever ends first; Infinity when there is only one. It is measured on the calendar, so that
 * the hour that the clocks skip once a year shortens no gap: a grace that is right on every other day of the year stays
 * right, and cycles are told apart even then (see core/cycles.ts). The zone therefore does not change the answer.
 */
export function shortestGap(expression: string, _zone: string): number {
  return shortestWallGap(tidy(expression));
}
