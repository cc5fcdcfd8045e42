/** Instants and ages for people. All instants are milliseconds UTC. */
import { formatDuration } from '../core/duration.ts';
import { formatInstant } from '../core/instant.ts';

const day = 24 * 3_600_000;
/** From this distance on a date needs its year. */
const farAway = 300 * day;

/** `2026-06-20 18:37`, UTC. */
export const minuteOf = (instant: number): string =>
  formatInstant(instant).slice(0, 16).replace('T', ' ');

/** `06-20 18:37` near now, `2025-01-07` far away: 11 columns at most. */
export function shortMoment(instant: number, now: number): string {
  const text = minuteOf(instant);
  return Math.abs(now - instant) < farAway ? text.slice(5) : text.slice(0, 10);
}

/** The largest unit alone: `2d`, `35m`. */
export const roughly = (ms: number): string =>
  formatDuration(Math.max(0, ms)).split(' ', 1)[0] as string;

/** `2026-06-20 18:37 UTC, 3h 20m ago` */
export function momentAndAge(instant: number, now: number): string {
  const distance = formatDuration(Math.abs(now - instant));
  return `${minuteOf(instant)} UTC, ${instant > now ? `in ${distance}` : `${distance} ago`}`;
}
