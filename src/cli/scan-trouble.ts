/** Tells people that a scan could not be done at all. */
import { composeAll } from '../alarms/tell.ts';
import { occurrencesOf } from '../calendar/occurrences.ts';
import type { Config } from '../core/job.ts';
import type { Database } from '../db/schema.ts';
import { recordScanTrouble, type ScanTrouble } from '../pass/scan-trouble.ts';
import type { Context } from './context.ts';
import { deliver } from './ways.ts';

/** Best effort: where the database is the trouble nothing can be recorded, and what is thrown by the scan is what counts. */
export async function tellScanTrouble(
  context: Context,
  config: Config,
  db: Database,
  now: number,
  trouble: ScanTrouble,
): Promise<void> {
  const alarms = { db, config, calendar: occurrencesOf, now, complete: false };
  try {
    await recordScanTrouble(db, now, trouble);
    await composeAll(alarms, { published: 0, pruned: 0 });
    await deliver(context, { ...alarms, passId: null, onVerbose: () => undefined });
  } catch {
    // Told with the next scan that can record it.
  }
}
