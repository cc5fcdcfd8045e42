/**
 * Local time in IANA zones, on Temporal where the runtime has it, else on Intl. Instants are milliseconds UTC. A wall
 * time is what the local clock shows, encoded as if it were UTC: 02:30 on 1 January 1970 is 9,000,000 in every zone.
 */

const hour = 3_600_000;
const day = 24 * hour;

/**
 * Offsets are looked up per window. A window holds at most one change of offset: in the whole tz database no two changes
 * of one zone lie closer than 3 days 23 h (Africa/Freetown, 1939); since 1970, 6 days 23 h.
 */
const windowLength = 2 * day;

/** No zone was ever further from UTC than this (Asia/Manila, until 1844: −15:56:08). */
const farthestOffset = 16 * hour;

/** Bounds the memory that times in agents' reports, which may be anything, can make us keep for one zone. */
const windowsKept = 20_000;

/** A stretch of time with one offset: `start` inclusive, `end` exclusive; cut at the edges of its window. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

interface Zone {
  readonly measure: Measure;
  readonly windows: Map<number, readonly Stretch[]>;
}

const zones = new Map<string, Zone>();

function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = { measure: offsetMeasure(name), windows: new Map() };
  zones.set(name, zone);
  return zone;
}

/** As much of Temporal as is needed; Node has it from 26 on. */
interface TemporalLike {
  readonly Instant: {
    readonly fromEpochMilliseconds: (instant: number) => {
      readonly toZonedDateTimeISO: (zone: string) => { readonly offsetNanoseconds: number };
    };
  };
}

type Measure = (instant: number) => number;

/**
 * How the offset of a zone (milliseconds) is asked of the runtime. Temporal answers at once; the first DateTimeFormat of a process
 * costs 10 ms, half a bare start. Both read the same tz database.
 *
 * @throws RangeError when the zone is unknown
 */
export function offsetMeasure(
  name: string,
  runtime: { readonly Temporal?: TemporalLike } = globalThis as object,
): Measure {
  const { Temporal } = runtime;
  if (Temporal === undefined) return measureByIntl(name);
  const measure: Measure = (instant) =>
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name).offsetNanoseconds /
    1e6;
  measure(0);
  return measure;
}

/** Reads the end of `6/20/2026, GMT+01:00`, `…GMT-00:44:30` or, in some versions of ICU, a bare `…GMT`. */
function measureByIntl(name: string): Measure {
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    timeZoneName: 'longOffset',
  });
  return (instant) => {
    const text = formatter.format(instant);
    const sign = text.lastIndexOf('GMT') + 3;
    const [hours, minutes = 0, seconds = 0] = text.slice(sign + 1).split(':');
    const size = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    return size === 0 ? 0 : (text[sign] === '-' ? -1000 : 1000) * size;
  };
}

/** Measures one window; the change inside it, if any, is found by halving, exact to the millisecond. */
function measuredWindow(index: number, zone: Zone): readonly Stretch[] {
  const start = index * windowLength;
  const end = start + windowLength;
  const before = zone.measure(start);
  const after = zone.measure(end);
  if (before === after) return [{ start, end, offset: before }];
  let low = start;
  let high = end;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.measure(middle) === before) low = middle;
    else high = middle;
  }
  // A change at the very edge leaves an empty second stretch, which no instant falls into.
  return [
    { start, end: high, offset: before },
    { start: high, end, offset: after },
  ];
}

function windowAt(instant: number, zone: Zone): readonly Stretch[] {
  const index = Math.floor(instant / windowLength);
  const known = zone.windows.get(index);
  if (known !== undefined) return known;
  if (zone.windows.size >= windowsKept) zone.windows.clear();
  const measured = measuredWindow(index, zone);
  zone.windows.set(index, measured);
  return measured;
}

/** Stretches in order, from so long before `time` (an instant or a wall time) to so long after that no clock bridges it. */
function* stretchesAround(time: number, zone: Zone): Generator<Stretch> {
  const last = time + farthestOffset;
  for (let at = time - 2 * farthestOffset; at <= last;) {
    for (const stretch of windowAt(at, zone)) {
      yield stretch;
      at = stretch.end;
    }
  }
}

/**
 * True for names of the IANA database, `UTC` included, in any case. Offsets such as `+01:00`, which Intl accepts, are no
 * zones: they know nothing of changes of the clocks.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    zoneOf(name);
    return true;
  } catch {
    // A RangeError: the runtime knows no such zone.
    return false;
  }
}

/**
 * Local time minus UTC, in milliseconds; whole seconds where history has them.
 *
 * @throws RangeError when the zone is unknown: check with isTimeZone at the door.
 */
export function offsetAt(instant: number, zone: string): number {
  const [first, second] = windowAt(instant, zoneOf(zone)) as [Stretch, Stretch?];
  return second === undefined || instant < first.end ? first.offset : second.offset;
}

export interface LocalFields {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** ISO: Monday is 1, Sunday 7. */
  readonly weekday: number;
}

/** What calendar and clock on the wall show at an instant. */
export function localFields(instant: number, zone: string): LocalFields {
  const wall = new Date(instant + offsetAt(instant, zone));
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
    weekday: wall.getUTCDay() === 0 ? 7 : wall.getUTCDay(),
  };
}

/** ISO 8601 week of a calendar date (`month` 1 to 12). The year of the week differs from that of the date around New Year. */
export function isoWeek(year: number, month: number, date: number): { year: number; week: number } {
  const wall = Date.UTC(year, month - 1, date);
  // The Thursday of a week lies in the year that the week belongs to.
  const thursday = wall + (3 - ((new Date(wall).getUTCDay() + 6) % 7)) * day;
  const weekYear = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(weekYear, 0, 1)) / (7 * day)) + 1;
  return { year: weekYear, week };
}

/**
 * The instant of a wall time: the earliest at which the local clock shows it or has jumped past it. So a time that occurs
 * twice means the first of the two, and every time inside a gap means the end of the gap, as Debian's cron runs it
 * ("just after"). Never decreases as `wall` grows.
 *
 * @param wall the local time, encoded as milliseconds as if it were UTC
 */
export function instantOfLocal(wall: number, zone: string): number {
  for (const { start, end, offset } of stretchesAround(wall, zoneOf(zone))) {
    const candidate = Math.max(start, wall - offset);
    if (candidate < end) return candidate;
  }
  throw new RangeError(`no instant of ${zone} shows ${wall}`);
}

/**
 * The latest wall time that the local clock has shown up to this instant, itself included. It is what the clock shows now,
 * except after it was set back: until it has caught up, this stays where the clock had already been. A wall time `w` has had
 * its instant (`instantOfLocal(w) <= instant`) exactly when `w <= wallReached(instant)`.
 */
export function wallReached(instant: number, zone: string): number {
  let reached = -Infinity;
  for (const { start, end, offset } of stretchesAround(instant, zoneOf(zone))) {
    if (start <= instant) reached = Math.max(reached, Math.min(instant, end - 1) + offset);
  }
  return reached;
}

/** True when the local clock shows this time of this day twice. */
function isRepeated(wall: number, zone: string): boolean {
  let times = 0;
  for (const { start, end, offset } of stretchesAround(wall, zoneOf(zone))) {
    const candidate = wall - offset;
    if (candidate >= start && candidate < end) times += 1;
  }
  return times > 1;
}

function offsetText(offset: number): string {
  const size = Math.abs(offset);
  const text = new Date(size).toISOString().slice(11, size % 60_000 === 0 ? 16 : 19);
  return (offset < 0 ? '-' : '+') + text;
}

/**
 * For people, to the minute: `2026-06-20 21:00 (Africa/Douala)`. In an hour that the clocks repeat the offset is added, so
 * that the text always means one time: `2026-10-25 02:30 +02:00 (Europe/Paris)`.
 */
export function formatLocal(instant: number, zone: string): string {
  const offset = offsetAt(instant, zone);
  const wall = instant + offset;
  const text = new Date(wall).toISOString().slice(0, 16).replace('T', ' ');
  const precise = isRepeated(wall, zone) ? ` ${offsetText(offset)}` : '';
  return `${text}${precise} (${zone})`;
}
