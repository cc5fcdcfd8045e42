/** Writes what was decided about one job: entries, events, what became of its files, and what is remembered. */
import type { Decided } from '../core/decision.ts';
import { recordEntry } from '../db/entries.ts';
import { insertEvent, type EventRecord } from '../db/events.ts';
import { insertJob, updateJob } from '../db/jobs.ts';
import { Trouble } from '../files/trouble.ts';
import { folderMtime } from '../validated/compare.ts';
import { entryKey } from './job-case.ts';
import type { Measured } from './measure.ts';
import type { Uncounted } from './reconcile.ts';
import type { RecordContext } from './record-context.ts';
import {
  confirmNewest,
  recordGivenUp,
  recordHeld,
  recordHoldEnd,
  recordStray,
  recordVersion,
  recordVersionStates,
} from './record-versions.ts';
import type { Settled } from './settle.ts';

/** What an event looks like to people and scripts; its id comes with the record. */
export function viewOf(settled: Settled, decided: Decided, now: number): EventRecord {
  const { from, published } = settled;
  const item = from.measured.find((candidate) => entryKey(candidate.item) === decided.key);
  const folder = item === undefined ? undefined : published.get(entryKey(item.item));
  const { conclusion } = decided;
  return {
    id: null,
    agent: from.job.agent,
    database: from.job.database,
    cycle: decided.cycle,
    at: now,
    status: conclusion.status,
    severity: conclusion.severity,
    reason: conclusion.reason,
    message: conclusion.message,
    operator: null,
    count: decided.count,
    setAside: null,
    report:
      item === undefined
        ? null
        : {
            file: item.item.report.name,
            startedAt: item.item.report.startedAt,
            endedAt: item.item.endedAt,
            stages: item.item.entry.stages,
          },
    file:
      item === undefined
        ? null
        : {
            name: item.item.entry.file,
            expected: item.item.entry.expected,
            found: conclusion.found ?? { size: null, sha256: null },
          },
    assurance: conclusion.assurance,
    content: conclusion.content,
    promotedTo: folder === undefined ? null : `${folder}/${item?.item.entry.file ?? ''}`,
  };
}

const RECHECKED = new Set(['TRANSFER_INTEGRITY_FAILED', 'CONTENT_INVALID']);

/** One conclusion, with its entry, its version and the held copy. Returns the ids of event and entry. */
async function recordDecided(
  context: RecordContext,
  settled: Settled,
  jobId: number,
  decided: Decided,
  item: Measured | undefined,
): Promise<{ readonly eventId: number; readonly entryId: number | null }> {
  const { conclusion, cycle } = decided;
  const entryId = item === undefined ? null : await recordEntryOf(context, jobId, item);
  const versionId = await recordVersion(context, settled, jobId, decided, item, entryId);
  const eventId = await insertEvent(context.db, {
    scanId: context.passId,
    jobId,
    agent: settled.from.job.agent,
    at: context.now,
    cycle,
    conclusion,
    entryId,
    versionId,
    operator: null,
    count: decided.count,
  });
  if (conclusion.status === 'HASH_MISMATCH') await confirmNewest(context, jobId);
  const isHeld = decided.key !== null && decided.key === settled.decision.hold;
  if (isHeld && item !== undefined && entryId !== null)
    await recordHeld(context, settled, jobId, item, entryId, eventId, cycle ?? 0);
  return { eventId, entryId };
}

/** Everything about one job. Returns its events, with their ids. */
export async function recordJob(
  context: RecordContext,
  settled: Settled,
  uncounted: readonly Uncounted[],
): Promise<EventRecord[]> {
  const { db, now } = context;
  const { from, decision } = settled;
  const jobId = from.record?.id ?? (await insertJob(db, from.job, decision.state));
  context.ids.jobs.set(from.job.id, jobId);
  const byKey = new Map(from.measured.map((item) => [entryKey(item.item), item]));
  const events: EventRecord[] = [];
  let standingId = from.record?.state.standing?.eventId ?? null;
  let recheck: number | null | undefined;
  await recordHoldEnd(context, settled);
  for (const key of decision.confirmed) {
    const item = byKey.get(key);
    if (item !== undefined) await recordEntryOf(context, jobId, item);
  }
  for (const decided of decision.decided) {
    const { about, key, conclusion } = decided;
    const item = about === 'entry' && key !== null ? byKey.get(key) : undefined;
    const { eventId, entryId } = await recordDecided(context, settled, jobId, decided, item);
    events.push({ ...viewOf(settled, decided, now), id: eventId });
    if (decided.stands) standingId = eventId;
    if (item !== undefined && conclusion.status !== 'UNKNOWN')
      recheck = RECHECKED.has(conclusion.status) ? entryId : null;
  }
  await recordVersionStates(context, settled);
  await recordGivenUp(context, settled, jobId);
  for (const stray of uncounted) await recordStray(context, jobId, stray, stray.state);
  const { standing } = decision.state;
  await updateJob(
    db,
    jobId,
    {
      ...decision.state,
      standing: standing === null ? null : { ...standing, eventId: standingId },
    },
    {
      path: from.job.path,
      expected: true,
      folderMtime: mtimeNow(context, settled),
      ...(recheck !== undefined && { recheckEntryId: recheck }),
    },
  );
  return events;
}

/** null, so that the folder is listed again, while something in it is not accounted for or it cannot be looked at. */
function mtimeNow(context: RecordContext, { from }: Settled): string | null {
  if (from.trouble !== null || from.tree.strays.length > 0) return null;
  try {
    return folderMtime(context.validated, from.job.path);
  } catch (error) {
    if (error instanceof Trouble) return null;
    throw error;
  }
}

async function recordEntryOf(
  context: RecordContext,
  jobId: number,
  item: Measured,
): Promise<number> {
  const reportId = context.ids.reports.get(item.item.digest) ?? item.item.recorded?.reportId;
  if (reportId === undefined)
    throw new Error(`the report of ${item.item.job.id} was judged but not recorded`);
  const id = await recordEntry(context.db, {
    reportId,
    jobId,
    endedAt: item.item.endedAt,
    entry: item.item.entry,
    fileState: item.fileState,
  });
  context.ids.entries.set(entryKey(item.item), id);
  return id;
}
