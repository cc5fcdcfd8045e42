/**
 * Decides one job and brings its versions into the tree. What cannot be published is no version: the job is decided again with
 * that trouble as a fact, until what was decided has been done. Nothing is recorded here.
 */
import { decideJob } from '../core/decide.ts';
import type { JobDecision, JobFacts, PendingEntry } from '../core/decision.ts';
import type { FileFact } from '../core/conclusion.ts';
import type { Job } from '../core/job.ts';
import type { Calendar } from '../core/missed.ts';
import { newState } from '../core/state.ts';
import type { Status } from '../core/statuses.ts';
import type { JobRecord } from '../db/jobs.ts';
import type { AgentZone } from '../deposits/drop-zone.ts';
import { flushFolder, removeTree } from '../files/durable.ts';
import { Trouble } from '../files/trouble.ts';
import type { Stray } from '../validated/compare.ts';
import {
  hold,
  makeDurable,
  pointCurrent,
  publish,
  type PrivateCopy,
  type Tree,
} from '../validated/publish.ts';
import type { ToJudge } from './round.ts';
import { measure, type Intake, type Measured } from './measure.ts';
import type { Reads } from './reads.ts';
import type { TreeState } from './reconcile.ts';

export interface JobCase {
  readonly job: Job;
  readonly record: JobRecord | null;
  readonly tree: TreeState;
  /** Strays that were verified, to be adopted. */
  readonly adopted: readonly Stray[];
  readonly measured: readonly Measured[];
  readonly covered: ReadonlySet<number>;
  readonly reportArrivingUntil: number | null;
  readonly trouble: Trouble | null;
  readonly calendar: Calendar;
  readonly now: number;
  readonly complete: boolean;
  /** What was read of its agent. */
  readonly reads: Reads;
}

export interface Settled {
  readonly from: JobCase;
  readonly decision: JobDecision;
  /** Folder (relative to the tree) of each published entry, by its key. */
  readonly published: ReadonlyMap<string, string>;
  /** Folder of the held copy, when this pass made one. */
  readonly heldIn: string | null;
  readonly noLinks: boolean;
  readonly notices: readonly string[];
}

/** Names one entry of one report within a pass. */
export const entryKey = (item: ToJudge): string =>
  `${item.job.id}:${item.digest}:${item.recorded?.id ?? ''}`;
export const strayKey = (stray: Stray): string => `stray:${stray.folder}`;

function toPending(from: JobCase, item: Measured, fact: FileFact): PendingEntry {
  const { recorded, endedAt, entry } = item.item;
  const standing = from.record?.state.standing ?? null;
  const isNewest = recorded !== null && recorded.endedAt === from.record?.state.lastJudgedEnd;
  // Once a later cycle was missed the status is no longer this report's: whatever it is now is news.
  const movedOn = standing === null || standing.status === 'MISSING' || from.tree.lost.length > 0;
  const nothing = { status: 'UNKNOWN', reason: '', message: '', cycle: null } as const;
  return {
    key: entryKey(item.item),
    endedAt,
    entry,
    file: fact,
    arrival: item.arrival,
    judgedBefore: isNewest ? (movedOn ? nothing : standing) : null,
  };
}

function factsOf(from: JobCase, troubles: ReadonlyMap<string, Trouble>): JobFacts {
  const trouble = (item: Measured): FileFact => {
    const met = troubles.get(entryKey(item.item));
    return met === undefined
      ? item.fact
      : { kind: 'trouble', reason: met.reason, message: met.message };
  };
  return {
    job: from.job,
    state: from.record?.state ?? newState,
    versions: from.tree.present,
    pending: from.measured.map((item) => toPending(from, item, trouble(item))),
    adopted: from.adopted.map((stray) => ({
      key: strayKey(stray),
      endedAt: stray.endedAt,
      cycle: null,
      size: stray.size,
      sha256: stray.sha256,
      rawSha256: null,
      fingerprint: null,
      contentKind: null,
      inPlace: true,
      message: `${stray.folder} was not recorded; its SHA256SUMS verifies, and it is kept`,
    })),
    lost: from.tree.lost,
    reportArrivingUntil: from.reportArrivingUntil,
    trouble:
      from.trouble === null ? null : { reason: from.trouble.reason, message: from.trouble.message },
    covered: from.covered,
    calendar: from.calendar,
    now: from.now,
    complete: from.complete,
  };
}

interface Effects {
  readonly copies: Map<string, PrivateCopy>;
  readonly published: Map<string, string>;
  readonly notices: string[];
  heldIn: string | null;
  noLinks: boolean;
}

/** The private copy of an entry; read again where the first read made none. @throws Trouble */
async function copyOf(
  intake: Intake,
  zone: AgentZone | null,
  item: Measured,
  reads: Reads,
  effects: Effects,
): Promise<PrivateCopy> {
  const key = entryKey(item.item);
  const made = effects.copies.get(key);
  if (made !== undefined) return made;
  const again = await measure(intake, zone, item.item, true, reads.again());
  const same =
    again.fact.kind === 'read' &&
    item.fact.kind === 'read' &&
    again.fact.sha256 === item.fact.sha256;
  if (again.copy !== null && same) {
    effects.copies.set(key, again.copy);
    return again.copy;
  }
  if (again.copy !== null) removeTree(again.copy.folder);
  if (again.fact.kind === 'trouble')
    throw new Trouble(again.fact.reason.toUpperCase(), 'copy', item.item.entry.file ?? '');
  throw new Trouble('EAGAIN', 'copy (it changed after it was judged)', item.item.entry.file ?? '');
}

async function carryOut(
  tree: Tree,
  intake: Intake,
  zone: AgentZone | null,
  from: JobCase,
  decision: JobDecision,
  effects: Effects,
): Promise<{ key: string; trouble: Trouble } | null> {
  const { path } = from.job;
  const byKey = new Map(from.measured.map((item) => [entryKey(item.item), item]));
  // The newest first: of a disk that is nearly full it has to have the room.
  const newestFirst = decision.publish.toSorted(
    (left, right) => (byKey.get(right)?.item.endedAt ?? 0) - (byKey.get(left)?.item.endedAt ?? 0),
  );
  const wanted = decision.hold === null ? newestFirst : [...newestFirst, decision.hold];
  for (const key of wanted) {
    const item = byKey.get(key);
    if (item === undefined || effects.published.has(key)) continue;
    try {
      const copy = await copyOf(intake, zone, item, from.reads, effects);
      const bring = key === decision.hold ? hold : publish;
      const folder = bring(tree, path, item.item.endedAt, copy);
      effects.copies.delete(key);
      if (key !== decision.hold) {
        effects.published.set(key, folder);
        effects.noLinks = pointNewest(tree.root, from, effects);
      }
      await makeDurable(tree, folder);
      if (key === decision.hold) effects.heldIn = folder;
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      // It may lie in place; the next scan finds it there, and tries again.
      if (effects.published.delete(key)) await repoint(tree, from, effects);
      return { key, trouble: error };
    }
  }
  if (from.adopted.length > 0 || from.tree.lost.length > 0) await repoint(tree, from, effects);
  return null;
}

/** After an adoption, a loss or trouble: nothing that was judged depends on the link, so trouble with it is only told. */
async function repoint(tree: Tree, from: JobCase, effects: Effects): Promise<void> {
  try {
    effects.noLinks = pointNewest(tree.root, from, effects);
    await flushFolder(`${tree.root}/${from.job.path}`, tree.flush);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    effects.notices.push(error.message);
  }
}

/** `current` points to the newest end time, of versions old and new. Returns whether links cannot be made. @throws Trouble */
function pointNewest(root: string, from: JobCase, effects: Effects): boolean {
  const candidates = [
    ...from.tree.present
      .filter((version) => version.inPlace)
      .map((version) => ({ endedAt: version.endedAt, folder: version.record.folder })),
    ...from.adopted.map((stray) => ({ endedAt: stray.endedAt, folder: stray.folder })),
    ...from.measured.flatMap((item) => {
      const folder = effects.published.get(entryKey(item.item));
      return folder === undefined ? [] : [{ endedAt: item.item.endedAt, folder }];
    }),
  ].toSorted((left, right) => left.endedAt - right.endedAt);
  const newest = candidates.at(-1);
  if (newest === undefined) return false;
  const name = newest.folder.slice(newest.folder.lastIndexOf('/') + 1);
  return pointCurrent(root, from.job.path, name) === 'no_links';
}

/** Removes private copies that nobody needs; what cannot be removed now is cleaned by the next scan. */
function discard(copies: Iterable<PrivateCopy>): void {
  for (const copy of copies) {
    try {
      removeTree(copy.folder);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
    }
  }
}

const full: ReadonlySet<string> = new Set(['enospc', 'edquot']);

/**
 * What found the disk full is tried once more: copies of others that were under way and did not fit have gone since, and one agent's file
 * that is larger than the disk must not block the jobs of the next.
 */
async function withRoom(intake: Intake, zone: AgentZone | null, from: JobCase): Promise<JobCase> {
  const reads = from.reads.again();
  const measured: Measured[] = [];
  for (const item of from.measured) {
    const wasFull = item.fact.kind === 'trouble' && full.has(item.fact.reason);
    measured.push(wasFull ? await measure(intake, zone, item.item, true, reads) : item);
  }
  return { ...from, measured };
}

/**
 * Publications of one job that fail in one scan before it gives the rest up, which waits with the same trouble: every older report that a
 * full disk lets come into question is read again and decided anew.
 */
const MOST_FAILED = 16;

/** What is or could become a version of its own, were it not for others. */
const WORTH_A_COPY: ReadonlySet<Status> = new Set(['SUCCESS', 'SIZE_ANOMALY', 'HASH_MISMATCH']);

const worthACopy = ({ decided }: JobDecision): string[] =>
  decided.flatMap(({ about, key, conclusion }) =>
    about === 'entry' && WORTH_A_COPY.has(conclusion.status) && key !== null ? [key] : [],
  );

/** Said where a newer backup was judged, which ends the trouble of those before it. */
function notKept(
  { job, measured }: JobCase,
  decision: JobDecision,
  troubles: ReadonlyMap<string, Trouble>,
): string[] {
  if (decision.state.blocked !== null) return [];
  const messages = measured.flatMap(({ item, fact }) => {
    const key = entryKey(item);
    if (!decision.waiting.includes(key)) return [];
    return troubles.get(key)?.message ?? (fact.kind === 'trouble' ? fact.message : []);
  });
  const [first] = messages;
  if (first === undefined) return [];
  const what =
    messages.length === 1 ? 'an older backup was' : `${messages.length} older backups were`;
  return [`${job.id}: ${what} not kept: ${first}`];
}

/** With `tree` null (a dry run) nothing is carried out. */
export async function settle(
  tree: Tree | null,
  intake: Intake,
  zone: AgentZone | null,
  prepared: JobCase,
): Promise<Settled> {
  const from = tree === null ? prepared : await withRoom(intake, zone, prepared);
  const effects: Effects = {
    copies: new Map(
      from.measured.flatMap((item) =>
        item.copy === null ? [] : [[entryKey(item.item), item.copy]],
      ),
    ),
    published: new Map(),
    notices: [],
    heldIn: null,
    noLinks: false,
  };
  const troubles = new Map<string, Trouble>();
  for (;;) {
    const decision = decideJob(factsOf(from, troubles));
    const failed =
      tree === null ? null : await carryOut(tree, intake, zone, from, decision, effects);
    if (failed === null) {
      discard(effects.copies.values());
      const { published, heldIn, noLinks } = effects;
      const notices = [...effects.notices, ...notKept(from, decision, troubles)];
      return { from, decision, published, heldIn, noLinks, notices };
    }
    // Each round takes one entry out for good, so this ends.
    troubles.set(failed.key, failed.trouble);
    if (troubles.size < MOST_FAILED) continue;
    for (const key of worthACopy(decision))
      if (!effects.published.has(key)) troubles.set(key, failed.trouble);
  }
}
