/** What follows a commit with `deposit: remove`: deposits go whose content is safe in the tree. */
import { sameByMeasure, type Reason } from '../core/reasons.ts';
import { entriesOfReport, setFileState } from '../db/entries.ts';
import { isKept } from '../db/events.ts';
import { fileStateIn, type AgentZone } from '../deposits/drop-zone.ts';
import { isSetAside, removeDeposit } from '../deposits/remove.ts';
import { entryKey } from './job-case.ts';
import type { Round } from './round.ts';
import type { Settled } from './settle.ts';
import { attemptStep, type TidyContext } from './tidy-step.ts';

/** Removes one deposit and remembers that its absence is our doing. Returns false when it could not be removed. */
async function removeOne(
  context: TidyContext,
  zone: AgentZone,
  deposit: { readonly name: string; readonly state: string; readonly entryId: number },
): Promise<boolean> {
  const { name, state, entryId } = deposit;
  let left: string | null = null;
  const removed = attemptStep(context, () => {
    removeDeposit(zone, name, state);
    left = fileStateIn(zone, name);
  });
  if (left !== null) await setFileState(context.db, entryId, left);
  return removed;
}

const isSafe = (reason: Reason | undefined): boolean =>
  reason !== undefined && sameByMeasure.has(reason);

/**
 * `deposit: remove`: the deposit of a version that is durable, or of the very content that the newest version has. Never on the agent's
 * word alone that another file holds the same. Returns the reports of which something could not be removed: they stay where they
 * are, and the next scan tries again.
 */
async function removeDeposits(
  context: TidyContext,
  zone: AgentZone,
  settled: Settled,
  entryIds: ReadonlyMap<string, number>,
): Promise<string[]> {
  const failed: string[] = [];
  if (settled.from.job.rules.deposit !== 'remove') return failed;
  for (const { item, matchedState } of settled.from.measured) {
    const key = entryKey(item);
    const decided = settled.decision.decided.find((one) => one.key === key);
    const safe = settled.published.has(key) || isSafe(decided?.conclusion.reason);
    const name = item.entry.file;
    const entryId = entryIds.get(key);
    if (!safe || name === null || matchedState === null || entryId === undefined) continue;
    const done = await removeOne(context, zone, { name, state: matchedState, entryId });
    if (!done) failed.push(item.digest);
  }
  return failed;
}

/** The same for a report that was judged by an earlier scan and still lies there. Returns whether nothing is left to remove. */
async function removeLeftover(
  context: TidyContext,
  zone: AgentZone,
  round: Round,
  reportId: number,
): Promise<boolean> {
  const removing = new Set(
    round.agent.scope.filter((job) => job.rules.deposit === 'remove').map((job) => job.database),
  );
  if (removing.size === 0) return true;
  let all = true;
  for (const { id, entry, fileState } of await entriesOfReport(context.db, reportId)) {
    if (!removing.has(entry.database) || entry.file === null || fileState === null) continue;
    const state = fileState.split('|')[0] ?? 'absent';
    if (state === 'absent') continue;
    if (fileStateIn(zone, entry.file) !== fileState && !isSetAside(zone, entry.file)) continue;
    if (!(await isKept(context.db, id))) continue;
    all = (await removeOne(context, zone, { name: entry.file, state, entryId: id })) && all;
  }
  return all;
}

/** Reports that have to stay where they are, because a deposit of theirs is still to be removed. */
export async function removeAll(
  context: TidyContext,
  zone: AgentZone,
  round: Round,
  settled: readonly Settled[],
  entryIds: ReadonlyMap<string, number>,
): Promise<ReadonlySet<string>> {
  const failed: string[] = [];
  for (const one of settled) {
    failed.push(...(await removeDeposits(context, zone, one, entryIds)));
  }
  for (const { known } of round.leftovers) {
    if (!(await removeLeftover(context, zone, round, known.id))) failed.push(known.digest);
  }
  return new Set(failed);
}
