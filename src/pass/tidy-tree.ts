/** What follows a commit in the validated tree: pruning, and copies that nobody knows. */
import { markPruned, versionsIn, type HeldRecord } from '../db/versions.ts';
import { removeTree } from '../files/durable.ts';
import { heldCopies } from '../validated/compare.ts';
import { remove } from '../validated/publish.ts';
import { leftovers } from '../validated/tree.ts';
import { entryKey } from './job-case.ts';
import type { Settled } from './settle.ts';
import { attemptStep, type TidyContext } from './tidy-step.ts';

/** Does the pruning that is recorded as decided; returns how many versions went. */
export async function prune(context: TidyContext): Promise<number> {
  const done: number[] = [];
  for (const version of await versionsIn(context.db, ['pruning'])) {
    if (attemptStep(context, () => remove(context.validated, version.folder)))
      done.push(version.id);
  }
  await markPruned(context.db, done);
  return done.length;
}

/** What a killed scan left: unfinished copies, and pruning that was decided and not done. */
export async function cleanUp(context: TidyContext): Promise<number> {
  for (const path of leftovers(context.validated)) attemptStep(context, () => removeTree(path));
  return prune(context);
}

/**
 * Held copies that something newer has taken the place of, and that nobody knows: a scan ended before it could record them. What is newer
 * than all that was published or is held stays: it may be the only copy, and its report comes again, or was lost with the database.
 */
export function dropUnknownHolds(
  context: TidyContext,
  settled: readonly Settled[],
  heldBefore: ReadonlyMap<number, HeldRecord>,
): void {
  for (const { from, decision, published, heldIn } of settled) {
    if (published.size === 0 && heldIn === null) continue;
    const before = decision.endHold ? undefined : heldBefore.get(from.record?.id ?? -1);
    const known = heldIn ?? before?.folder;
    attemptStep(context, () => {
      const copies = heldCopies(context.validated, from.job.path);
      const newest = Math.max(
        ...copies.filter(({ folder }) => folder === known).map(({ endedAt }) => endedAt),
        ...from.measured
          .filter(({ item }) => published.has(entryKey(item)))
          .map(({ item }) => item.endedAt),
      );
      for (const { folder, endedAt } of copies)
        if (folder !== known && endedAt <= newest) remove(context.validated, folder);
    });
  }
}
