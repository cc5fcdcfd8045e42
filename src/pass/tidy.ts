/**
 * What follows a commit: pruning, dropping a held copy, removing and archiving deposits. Everything here may fail without harm: it
 * was recorded as intended, and the next scan does what is left.
 */
import { catalogue } from '../core/statuses.ts';
import { recentFileNames, setFileState } from '../db/entries.ts';
import { setDepositFiles, type JobRecord } from '../db/jobs.ts';
import { markArchived } from '../db/reports.ts';
import type { Database } from '../db/schema.ts';
import { markPruned, versionsIn, type HeldRecord } from '../db/versions.ts';
import { listFileNames, type AgentZone } from '../deposits/drop-zone.ts';
import { removeDeposit } from '../deposits/remove.ts';
import { archiveReport, type ReportFile } from '../deposits/report-files.ts';
import { Trouble } from '../files/trouble.ts';
import { remove } from '../validated/publish.ts';
import { cleanIncoming } from '../validated/tree.ts';
import { fileStateIn, type Round } from './gather.ts';
import { waitingReports, type AgentResult } from './record.ts';
import { entryKey, type Settled } from './settle.ts';

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
  cleanIncoming(context.validated);
  return prune(context);
}

function dropHeld(context: TidyContext, settled: Settled, held: HeldRecord | undefined): void {
  if (held === undefined) return;
  const replaced = settled.heldIn !== null && settled.heldIn !== held.folder;
  if (settled.decision.endHold || replaced)
    attemptStep(context, () => remove(context.validated, held.folder));
}

/** `deposit: remove`: the deposit of a version that is durable, or of content that the newest version already has. */
async function removeDeposits(
  context: TidyContext,
  zone: AgentZone,
  settled: Settled,
  entryIds: ReadonlyMap<string, number>,
): Promise<void> {
  if (settled.from.job.rules.deposit !== 'remove') return;
  for (const { item, matchedState } of settled.from.measured) {
    const decided = settled.decision.decided.find((one) => one.key === entryKey(item));
    const name = item.entry.file;
    const state = matchedState;
    if (decided === undefined || name === null || state === null) continue;
    const kept =
      settled.published.has(entryKey(item)) || decided.conclusion.status === 'HASH_MISMATCH';
    if (!kept || !catalogue[decided.conclusion.status].healthy) continue;
    const removed = attemptStep(context, () => removeDeposit(zone, name, state));
    const id = entryIds.get(entryKey(item));
    if (removed && id !== undefined) await setFileState(context.db, id, fileStateIn(zone, name));
  }
}

async function countDeposits(
  context: TidyContext,
  zone: AgentZone,
  jobs: readonly { id: number; record: JobRecord | null }[],
): Promise<void> {
  const lying = listFileNames(zone);
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

async function archiveOne(context: TidyContext, zone: AgentZone, item: ToArchive): Promise<void> {
  let as: string | null = null;
  attemptStep(context, () => {
    const archived = archiveReport(zone, item.file, item.digest, item.endedAt);
    if (archived.kind === 'archived') ({ as } = archived);
  });
  if (as !== null) await markArchived(context.db, item.id, as);
}

function judgedReports(
  round: Round,
  result: AgentResult,
  reportIds: ReadonlyMap<string, number>,
): ToArchive[] {
  const waiting = waitingReports(result);
  const seen = round.seen.flatMap((file): ToArchive[] => {
    const id = reportIds.get(file.digest);
    if (file.stays || file.refused !== null || waiting.has(file.digest) || id === undefined)
      return [];
    return [{ id, file: file.file, digest: file.digest, endedAt: file.report?.endedAt ?? null }];
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

/** After the commit of one agent. */
export async function tidyAgent(
  context: TidyContext,
  zone: AgentZone | null,
  result: AgentResult,
  ids: AgentIds,
  held: ReadonlyMap<number, HeldRecord>,
): Promise<void> {
  for (const settled of result.settled) {
    dropHeld(context, settled, held.get(settled.from.record?.id ?? -1));
    if (zone !== null) await removeDeposits(context, zone, settled, ids.entries);
  }
  const { round } = result;
  if (zone === null || round === null) return;
  const judged = result.settled.flatMap(({ from }) => {
    const id = ids.jobs.get(from.job.id);
    return from.measured.length === 0 || id === undefined ? [] : [{ id, record: from.record }];
  });
  try {
    await countDeposits(context, zone, judged);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
  }
  const whole = round.agent.scope.length === round.agent.jobs.length;
  if (!context.archiveReports || !whole) return;
  for (const item of judgedReports(round, result, ids.reports))
    await archiveOne(context, zone, item);
}
