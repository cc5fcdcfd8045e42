/** What a pass does when this server's clock was, or is, wrong. */
import { formatDuration } from '../core/duration.ts';
import { formatInstant } from '../core/instant.ts';
import { passesAround, passStarts, setAsideFuture as setAside } from '../db/clock.ts';
import { transaction } from '../db/open.ts';
import type { Database } from '../db/schema.ts';

/** What is dated further ahead than this was dated by a wrong clock, the agent's or an earlier one of this server. Milliseconds. */
export const CLOCK_SKEW = 5 * 60_000;

const LONG_AGO = 7 * 24 * 3_600_000;

/** A clock by which passes have followed one another for so long is believed. */
const LONG_ENOUGH = 24 * 3_600_000;
/** No pass can have run before there was a backupmon; machines without a battery start in 1970 or 2000. */
const THE_FIRST = Date.UTC(2026, 0, 1);

/** How far the clock had jumped forward before it made records of the future; a first scan may have had a wrong one from the start. */
function jumped(newest: number, before: number | null, after: number): number {
  if (before !== null) return after - before;
  return newest - after < LONG_ENOUGH ? Infinity : 0;
}

/**
 * Why the clock must be wrong just now, as a sentence; null when it may be right. Of records in the future of `now` either they were made
 * by a wrong clock, or this one is. In the first case the clock had jumped forward before they were made, about as far as they now lie ahead;
 * if the passes followed one another as ever, it has jumped back. Judging by it would set aside what is true.
 */
export async function clockFault(db: Database, now: number): Promise<string | null> {
  const { newest, before, after } = await passesAround(db, now);
  const ahead = newest === null ? 0 : newest - now;
  if (
    now >= THE_FIRST &&
    (newest === null || after === null || jumped(newest, before, after) >= ahead / 2)
  )
    return null;
  const last =
    newest === null
      ? ''
      : `, and the last scan started at ${formatInstant(newest)}, ${formatDuration(ahead)} ahead of that`;
  return `the clock is wrong: it says ${formatInstant(now)}${last}`;
}

/** Sets aside what a wrong clock recorded; returns what people should be told. */
export async function setAsideFuture(db: Database, now: number): Promise<string[]> {
  const notices: string[] = [];
  const starts = await passStarts(db);
  const last = starts[0] ?? null;
  if (last !== null && last > now) {
    notices.push(
      `the clock moved back: the last scan started at ${formatInstant(last)}, ${formatDuration(last - now)} ahead of now`,
    );
  }
  if (last !== null && now - last > LONG_AGO) {
    notices.push(
      `the last scan started ${formatDuration(now - last)} ago, at ${formatInstant(last)}: was the scanner off, or is the clock wrong?`,
    );
  }
  // A pass records nothing later than its own start: without one from the future there is nothing to look for.
  if (!starts.some((start) => start > now)) return notices;
  const jobs = await transaction(db, () => setAside(db, now));
  if (jobs > 0) {
    notices.push(
      `records of ${jobs} ${jobs === 1 ? 'job' : 'jobs'} lie in the future: a wrong clock made them, and they are set aside (clock_was_wrong)`,
    );
  }
  return notices;
}
