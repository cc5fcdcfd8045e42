/** Writes what was decided about one job: entries, events, versions, the held copy, and what is remembered. */
import { rawHash } from '../core/conclusion.ts';
import type { Decided } from '../core/decision.ts';
import { recordEntry } from '../db/entries.ts';
import { insertEvent, type EventRecord } from '../db/events.ts';
import { insertJob, updateJob } from '../db/jobs.ts';
import type { Database } from '../db/schema.ts';
import {
  confirmVersion,
  insertVersion,
  putHeld,
  retireHold,
  setVersionState,
  versionsOfJob,
  type HeldRecord,
} from '../db/versions.ts';
import { Trouble } from '../files/trouble.ts';
import { folderMtime, type Stray } from '../validated/compare.ts';
import type { Measured } from './measure.ts';
import { belongsTo, type Uncounted } from './reconcile.ts';
import { entryKey, strayKey } from './job-case.ts';
import type { Settled } from './settle.ts';

/** Row ids that the steps after the commit need: reports by digest, entries by entryKey, jobs by `agent/database`. */
export interface RecordedIds {
  readonly reports: Map<string, number>;
  readonly entries: Map<string, number>;
  readonly jobs: Map<string, number>;
}

export interface RecordContext {
  readonly db: Database;
  readonly passId: number | null;
  readonly now: number;
  readonly validated: string;
  readonly ids: RecordedIds;
  /** Held copies as they were before this pass, by job id. */
  readonly held: ReadonlyMap<number, HeldRecord>;
}

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

async function recordVersion(
  context: RecordContext,
  settled: Settled,
  jobId: number,
  decided: Decided,
  entryId: number | null,
): Promise<number | null> {
  const { from, published } = settled;
  const { conclusion } = decided;
  const item = from.measured.find((candidate) => entryKey(candidate.item) === decided.key);
  const stray = from.adopted.find((candidate) => strayKey(candidate) === decided.key);
  const folder = item === undefined ? stray?.folder : published.get(entryKey(item.item));
  const file = item?.item.entry.file ?? stray?.file;
  const size = conclusion.found?.size;
  const sha256 = conclusion.found?.sha256;
  if (folder === undefined || file === undefined || size == null || sha256 == null) return null;
  const known = from.tree.present.find((version) => version.record.folder === folder);
  if (known !== undefined) return known.record.id;
  return insertVersion(context.db, {
    jobId,
    entryId,
    cycle: decided.cycle,
    endedAt: item?.item.endedAt ?? stray?.endedAt ?? 0,
    folder,
    file,
    size,
    sha256,
    rawSha256: item === undefined ? null : rawHash(item.item.entry, conclusion.content),
    fingerprint: conclusion.content?.fingerprint ?? null,
    contentKind: conclusion.content?.kind ?? null,
    assurance: conclusion.assurance,
    origin: stray === undefined ? 'scan' : 'adopted',
    publishedAt: context.now,
  });
}

async function recordHeld(
  context: RecordContext,
  settled: Settled,
  jobId: number,
  item: Measured,
  entryId: number,
  eventId: number,
  cycle: number,
): Promise<void> {
  const { fact } = item;
  if (settled.heldIn === null || fact.kind !== 'read') return;
  await putHeld(context.db, {
    jobId,
    entryId,
    eventId,
    cycle,
    endedAt: item.item.endedAt,
    folder: settled.heldIn,
    file: item.item.entry.file ?? '',
    size: fact.size,
    sha256: fact.sha256,
    rawSha256: rawHash(item.item.entry, fact.content),
    heldAt: context.now,
  });
}

/** Marks what retention gives up and what is gone. Pruning is done after the commit; until then the mark is the intent. */
async function recordVersionStates(context: RecordContext, settled: Settled): Promise<void> {
  const { present, lost } = settled.from.tree;
  for (const version of lost) {
    await setVersionState(context.db, version.record.id, 'lost', context.now, version.message);
  }
  const removed = new Map(
    settled.decision.retention
      ?.filter((item) => !item.keep)
      .map((item) => [item.key, item.reasons]),
  );
  for (const version of present) {
    const reasons = removed.get(version.key);
    if (reasons === undefined) continue;
    await setVersionState(
      context.db,
      version.record.id,
      'pruning',
      context.now,
      reasons.join('; '),
    );
  }
}

/**
 * What a killed scan had published and not recorded, of a report that retention gives up by now: it is not published again, and what lies
 * there is pruned like any version.
 */
async function recordGivenUp(
  context: RecordContext,
  settled: Settled,
  jobId: number,
): Promise<void> {
  const { from, decision, published } = settled;
  const givenUp = new Map(decision.retention?.map((item) => [item.key, item]));
  for (const { item } of from.measured) {
    const key = entryKey(item);
    const retention = givenUp.get(key);
    const stray = from.tree.strays.find((one) => belongsTo(one, [item]));
    if (retention?.keep !== false || stray === undefined || published.has(key)) continue;
    const id = await recordStray(context, jobId, stray, 'present');
    await setVersionState(context.db, id, 'pruning', context.now, retention.reasons.join('; '));
  }
}

const RECHECKED = new Set(['TRANSFER_INTEGRITY_FAILED', 'CONTENT_INVALID']);

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
    const item =
      decided.about === 'entry' && decided.key !== null ? byKey.get(decided.key) : undefined;
    const entryId = item === undefined ? null : await recordEntryOf(context, jobId, item);
    const versionId = await recordVersion(context, settled, jobId, decided, entryId);
    const eventId = await insertEvent(db, {
      scanId: context.passId,
      jobId,
      agent: from.job.agent,
      at: now,
      cycle: decided.cycle,
      conclusion: decided.conclusion,
      entryId,
      versionId,
      operator: null,
      count: decided.count,
    });
    events.push({ ...viewOf(settled, decided, now), id: eventId });
    if (decided.stands) standingId = eventId;
    if (item !== undefined && decided.conclusion.status !== 'UNKNOWN')
      recheck = RECHECKED.has(decided.conclusion.status) ? entryId : null;
    if (decided.conclusion.status === 'HASH_MISMATCH') await confirmNewest(context, jobId);
    if (
      decided.key !== null &&
      decided.key === decision.hold &&
      item !== undefined &&
      entryId !== null
    ) {
      await recordHeld(context, settled, jobId, item, entryId, eventId, decided.cycle ?? 0);
    }
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

/** The held copy goes when a normal backup has come, or when a newer one is held. */
async function recordHoldEnd(context: RecordContext, settled: Settled): Promise<void> {
  const held = context.held.get(settled.from.record?.id ?? -1);
  if (held === undefined) return;
  if (settled.decision.endHold) {
    await retireHold(context.db, held, context.now, 'a normal backup has ended the hold');
  } else if (settled.heldIn !== null && settled.heldIn !== held.folder) {
    await retireHold(context.db, held, context.now, 'a newer one is held');
  }
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

/** The version that was found to hold the same content. */
async function confirmNewest(context: RecordContext, jobId: number): Promise<void> {
  const newest = (await versionsOfJob(context.db, jobId)).at(-1);
  if (newest !== undefined) await confirmVersion(context.db, newest.id, context.now);
}

function recordStray(
  context: RecordContext,
  jobId: number,
  stray: Stray,
  state: 'present' | Uncounted['state'],
): Promise<number> {
  return insertVersion(context.db, {
    jobId,
    entryId: null,
    cycle: null,
    endedAt: stray.endedAt,
    folder: stray.folder,
    file: stray.file,
    size: stray.size,
    sha256: stray.sha256,
    rawSha256: null,
    fingerprint: null,
    contentKind: null,
    assurance: null,
    origin: 'adopted',
    publishedAt: context.now,
    state,
  });
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
