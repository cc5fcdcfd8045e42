/** That a scan could not be done at all, although it could be recorded: the tree is not mounted, the clock is wrong, … */
import { compareIncidents } from '../core/incident.ts';
import { problemOfScan } from '../core/trouble.ts';
import { insertNotice } from '../db/events.ts';
import { openIncidents } from '../db/incidents.ts';
import { transaction } from '../db/open.ts';
import type { Database } from '../db/schema.ts';
import { recordComparison } from './record-incidents.ts';

/** Machine word and sentence. */
export interface ScanTrouble {
  readonly reason: string;
  readonly message: string;
}

const recordEvent = (db: Database, now: number, { reason, message }: ScanTrouble) =>
  insertNotice(db, {
    scanId: null,
    jobId: null,
    agent: '',
    at: now,
    severity: 'critical',
    reason: 'scan_failed',
    message: `${message} (${reason})`,
    operator: null,
    count: 1,
  });

/**
 * Records what kept a scan from being done, or that nothing did. What is known already is not recorded again.
 * @param now milliseconds UTC
 */
export async function recordScanTrouble(
  db: Database,
  now: number,
  trouble: ScanTrouble | null,
): Promise<void> {
  const incidents = await openIncidents(db);
  const open = [...incidents.values()].filter(({ subject }) => subject.kind === 'scan');
  if (trouble === null && open.length === 0) return;
  const problems = trouble === null ? [] : [problemOfScan(trouble.reason, trouble.message, now)];
  const comparison = compareIncidents(open, problems, () => true, now);
  await transaction(db, async () => {
    await recordComparison({ db, now, incidents }, comparison);
    const isNew = comparison.steps.some(({ kind }) => kind !== 'ended');
    if (trouble !== null && isNew) await recordEvent(db, now, trouble);
  });
}
