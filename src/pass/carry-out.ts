/** Brings what was decided about one job into the tree: versions, the held copy, `current`. Nothing is recorded here. */
import type { JobDecision } from '../core/decision.ts';
import type { AgentZone } from '../deposits/drop-zone.ts';
import { flushFolder, removeTree } from '../files/durable.ts';
import { Trouble } from '../files/trouble.ts';
import {
  hold,
  makeDurable,
  pointCurrent,
  publish,
  type PrivateCopy,
  type Tree,
} from '../validated/publish.ts';
import { entryKey, type JobCase } from './job-case.ts';
import { measure, type Intake, type Measured } from './measure.ts';
import type { Reads } from './reads.ts';

/** What is there by now, filled by `carryOut`. */
export interface Effects {
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

/** Returns the first entry that could not be brought into the tree, and why; null when all of them were. */
export async function carryOut(
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
export function discard(copies: Iterable<PrivateCopy>): void {
  for (const copy of copies) {
    try {
      removeTree(copy.folder);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
    }
  }
}
