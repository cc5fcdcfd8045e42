/** Writes what became of the files of one job: versions, and the held copy. */
import { rawHash } from '../core/conclusion.ts';
import type { Decided } from '../core/decision.ts';
import {
  confirmVersion,
  insertVersion,
  putHeld,
  retireHold,
  setVersionState,
  versionsOfJob,
} from '../db/versions.ts';
import type { Stray } from '../validated/compare.ts';
import { entryKey, strayKey } from './job-case.ts';
import type { Measured } from './measure.ts';
import { belongsTo, type Uncounted } from './reconcile.ts';
import type { RecordContext } from './record-context.ts';
import type { Settled } from './settle.ts';

export async function recordVersion(
  context: RecordContext,
  settled: Settled,
  jobId: number,
  decided: Decided,
  item: Measured | undefined,
  entryId: number | null,
): Promise<number | null> {
  const { from, published } = settled;
  const { conclusion } = decided;
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

export async function recordHeld(
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

/** The held copy goes when a normal backup has come, or when a newer one is held. */
export async function recordHoldEnd(context: RecordContext, settled: Settled): Promise<void> {
  const held = context.held.get(settled.from.record?.id ?? -1);
  if (held === undefined) return;
  if (settled.decision.endHold) {
    await retireHold(context.db, held, context.now, 'a normal backup has ended the hold');
  } else if (settled.heldIn !== null && settled.heldIn !== held.folder) {
    await retireHold(context.db, held, context.now, 'a newer one is held');
  }
}

/** Marks what retention gives up and what is gone. Pruning is done after the commit; until then the mark is the intent. */
export async function recordVersionStates(context: RecordContext, settled: Settled): Promise<void> {
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
export async function recordGivenUp(
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

/** The version that was found to hold the same content. */
export async function confirmNewest(context: RecordContext, jobId: number): Promise<void> {
  const newest = (await versionsOfJob(context.db, jobId)).at(-1);
  if (newest !== undefined) await confirmVersion(context.db, newest.id, context.now);
}

export function recordStray(
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
