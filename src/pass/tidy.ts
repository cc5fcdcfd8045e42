/**
 * What follows a commit: pruning, dropping a held copy, removing and archiving deposits. Everything here may fail without harm: it
 * was recorded as intended, and the next scan does what is left.
 */
import { entriesOfReport, recentFileNames, setFileState } from '../db/entries.ts';
import { sameByMeasure, type Reason } from '../core/reasons.ts';
import { isKept } from '../db/events.ts';
import { setDepositFiles, type JobRecord } from '../db/jobs.ts';
import { transaction } from '../db/open.ts';
import { markArchived } from '../db/reports.ts';
import type { Database } from '../db/schema.ts';
import { markPruned, versionsIn, type HeldRecord } from '../db/versions.ts';
import { fileStateIn, listFileNames, type AgentZone } from '../deposits/drop-zone.ts';
import { isSetAside, removeDeposit } from '../deposits/remove.ts';
import { archiveReport, type ReportFile } from '../deposits/report-files.ts';
import { removeTree } from '../files/durable.ts';
import { Trouble } from '../files/trouble.ts';
import { heldCopies } from '../validated/compare.ts';
import { remove } from '../validated/publish.ts';
import { leftovers } from '../validated/tree.ts';
import { waitingReports, type AgentResult } from './record.ts';
import type { Round } from './round.ts';
import { entryKey } from './job-case.ts';
import type { Settled } from './settle.ts';

/** Names of the newest reports that are looked for when the files that pile up are counted. */
const NAMES_COUNTED = 100;

export interface TidyContext {
  readonly db: Database;
  readonly validated: string;
  readonly archiveReports: boolean;
  readonly onVerbose: (line: string) => void;
}

/** Runs one step; trouble is told with -v and left to the next scan. */
function attemptStep(context: TidyContext, step: () => void): boolean {
  try {
    step();
    return true;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    context.onVerbose(error.message);
    return false;
  }
}

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

async function countDeposits(
  context: TidyContext,
  lying: ReadonlySet<string>,
  jobs: readonly { id: number; record: JobRecord | null }[],
): Promise<void> {
  for (const { id, record } of jobs) {
    const names = await recentFileNames(context.db, id, NAMES_COUNTED);
    const count = names.filter((name) => lying.has(name)).length;
    if (count !== record?.depositFiles) await setDepositFiles(context.db, id, count);
  }
}

interface ToArchive {
  readonly id: number;
  readonly file: ReportFile;
  readonly digest: string;
  readonly endedAt: number | null;
}

/** Its name in the archive; null where it was not archived. */
function archiveOne(context: TidyContext, zone: AgentZone, item: ToArchive): string | null {
  let as: string | null = null;
  attemptStep(context, () => {
    const archived = archiveReport(zone, item.file, item.digest, item.endedAt);
    if (archived.kind === 'archived') ({ as } = archived);
  });
  return as;
}

function judgedReports(
  round: Round,
  result: AgentResult,
  reportIds: ReadonlyMap<string, number>,
): ToArchive[] {
  const waiting = waitingReports(result);
  const seen = round.seen.flatMap((file): ToArchive[] => {
    const id = reportIds.get(file.key);
    if (file.stays || file.refused !== null || waiting.has(file.digest) || id === undefined)
      return [];
    return [{ id, file: file.file, digest: file.digest, endedAt: file.endedAt }];
  });
  const left = round.leftovers.map(({ known, file }) => ({
    id: known.id,
    file,
    digest: known.digest,
    endedAt: known.endedAt,
  }));
  return [...seen, ...(round.agent.configured === null ? [] : left)];
}

export interface AgentIds {
  readonly reports: ReadonlyMap<string, number>;
  readonly entries: ReadonlyMap<string, number>;
  readonly jobs: ReadonlyMap<string, number>;
}

/** Reports that have to stay where they are, because a deposit of theirs is still to be removed. */
async function removeAll(
  context: TidyContext,
  zone: AgentZone,
  round: Round,
  result: AgentResult,
  ids: AgentIds,
): Promise<ReadonlySet<string>> {
  const failed: string[] = [];
  for (const settled of result.settled) {
    failed.push(...(await removeDeposits(context, zone, settled, ids.entries)));
  }
  for (const { known } of round.leftovers) {
    if (!(await removeLeftover(context, zone, round, known.id))) failed.push(known.digest);
  }
  return new Set(failed);
}

/** After the commit of one agent. What the zone refuses as a whole is left to the next scan. */
export async function tidyAgent(
  context: TidyContext,
  zone: AgentZone | null,
  result: AgentResult,
  ids: AgentIds,
): Promise<void> {
  const { round } = result;
  if (zone === null || round === null) return;
  const judged = result.settled.flatMap(({ from }) => {
    const id = ids.jobs.get(from.job.id);
    return from.measured.length === 0 || id === undefined ? [] : [{ id, record: from.record }];
  });
  try {
    const staying = await removeAll(context, zone, round, result, ids);
    const lying = judged.length === 0 ? new Set<string>() : listFileNames(zone);
    const whole = round.agent.scope.length === round.agent.jobs.length;
    const archiving = context.archiveReports && whole;
    const archived = (archiving ? judgedReports(round, result, ids.reports) : [])
      .filter((item) => !staying.has(item.digest))
      .map((item) => ({ id: item.id, as: archiveOne(context, zone, item) }));
    // One commit, and not one for each of these.
    await transaction(context.db, async () => {
      await countDeposits(context, lying, judged);
      for (const { id, as } of archived) if (as !== null) await markArchived(context.db, id, as);
    });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    context.onVerbose(error.message);
  }
}
