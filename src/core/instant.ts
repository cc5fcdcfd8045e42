/** Instants in writing: RFC 3339 for machines, stamps for folder names, and whatever ISO form agents send. */
import { instantOfLocal } from './zone.ts';

const firstInstant = 0;
/** 9999-12-31T23:59:59.999Z: beyond it RFC 3339 has no notation. */
const lastInstant = 253_402_300_799_999;

/**
 * RFC 3339, UTC, with `Z`: `2026-06-20T18:37:35Z`; milliseconds only where there are some.
 *
 * @param ms milliseconds UTC, not before the year 0; what lies after the year 9999 (a grace of millennia) is shown as its end
 */
export function formatInstant(ms: number): string {
  const shown = Math.floor(Math.min(ms, lastInstant));
  const day = Math.floor(shown / dayLength);
  const second = Math.floor((shown - day * dayLength) / 1000);
  const minute = Math.floor(second / 60);
  const fraction = shown - day * dayLength - second * 1000;
  const clock = `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}:${twoDigits(second % 60)}`;
  return `${dateOf(day)}T${clock}${fraction === 0 ? '' : `.${String(fraction).padStart(3, '0')}`}Z`;
}

const dayLength = 86_400_000;

const twoDigits = (number: number): string => (number < 10 ? `0${number}` : `${number}`);

/** The dates of late: ten thousand backups are of a few days, and Date takes long for its texts. */
const dates = new Map<number, string>();
const datesKept = 1_000;

/** @param day days since 1970-01-01 */
function dateOf(day: number): string {
  const known = dates.get(day);
  if (known !== undefined) return known;
  if (dates.size === datesKept) dates.clear();
  const date = new Date(day * dayLength).toISOString().slice(0, -14);
  dates.set(day, date);
  return date;
}

/** The name of a version's folder, UTC, whole seconds: `20260620T183735Z`. Milliseconds are cut off. */
export function versionStamp(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace(/\.\d{3}/, '')
    .replaceAll(/[-:]/g, '');
}

export interface VersionName {
  /** Milliseconds UTC, a whole second. */
  readonly instant: number;
  /** 1 for the first version of its second, which has no suffix; 2, 3, … for `-2`, `-3`, … */
  readonly ordinal: number;
}

const stampPattern = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z(?:-([2-9]|[1-9]\d{1,8}))?$/;

/** The exact inverse of versionStamp, with the suffix of a later version of the same second; null for any other name. */
export function parseVersionStamp(text: string): VersionName | null {
  const found = stampPattern.exec(text);
  if (found === null) return null;
  const wall = wallTime(found.slice(1, 7).map(Number));
  return wall === null ? null : { instant: wall, ordinal: Number(found[7] ?? 1) };
}

/** A calendar date and time of day as milliseconds as if UTC; null when there is no such date or time. */
function wallTime(fields: readonly number[]): number | null {
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = fields;
  if (year < 1970 || hour > 23 || minute > 59 || second > 59) return null;
  const wall = Date.UTC(year, month - 1, date, hour, minute, second);
  // Date.UTC carries 30 February over into March: the month tells, for days and for months out of range alike.
  const carried = new Date(wall);
  return carried.getUTCMonth() === month - 1 && carried.getUTCDate() === date ? wall : null;
}

/** Nothing that is meant to be a time is longer; what follows is linear in it. */
const longestTime = 64;

const timePattern =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d{2})(?::?(\d{2}))?)?$/;

/** Milliseconds to subtract for an explicit offset; null when it is out of range. */
function explicitOffset(sign: string, hours: string, minutes: string): number | null {
  const [hour, minute] = [Number(hours), Number(minutes)];
  if (hour > 23 || minute > 59) return null;
  return (sign === '-' ? -1 : 1) * (hour * 60 + minute) * 60_000;
}

/**
 * Reads a time of an agent's report: a full ISO date, `T` or a space, hours and minutes, optionally seconds and a fraction
 * of any length (cut to milliseconds), then `Z`, an offset (`+01:00`, `+0100`, `+01`) or nothing. Without an offset it is local
 * time in `zone`, read by instantOfLocal where the clocks change.
 *
 * @returns milliseconds UTC of the years 1970 to 9999, or null for impossible dates and anything else.
 */
export function parseInstant(text: string, zone: string): number | null {
  if (text.length > longestTime) return null;
  const found = timePattern.exec(text);
  if (found === null) return null;
  const whole = wallTime(found.slice(1, 7).map((field) => Number(field ?? 0)));
  if (whole === null) return null;
  const wall = whole + Number((found[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const instant = instantOf(wall, found, text, zone);
  return instant !== null && instant >= firstInstant && instant <= lastInstant ? instant : null;
}

function instantOf(
  wall: number,
  found: RegExpExecArray,
  text: string,
  zone: string,
): number | null {
  const [sign, hours, minutes = '0'] = found.slice(8);
  if (sign !== undefined && hours !== undefined) {
    const offset = explicitOffset(sign, hours, minutes);
    return offset === null ? null : wall - offset;
  }
  return /[Zz]$/.test(text) ? wall : instantOfLocal(wall, zone);
}
