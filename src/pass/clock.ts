/** What a pass does when this server's clock was, or is, wrong. */
import { formatDuration } from '../core/duration.ts';
import { formatInstant } from '../core/instant.ts';
import { passStarts, setAsideFuture as setAside } from '../db/clock.ts';
import { transaction } from '../db/open.ts';
import type { Database } from '../db/schema.ts';

const LONG_AGO = 7 * 24 * 3_600_000;

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
