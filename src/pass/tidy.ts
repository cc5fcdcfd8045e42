/** What follows the commit of one agent in its drop zone: removing deposits, counting what piles up, archiving reports. */
import { recentFileNames } from '../db/entries.ts';
import { setDepositFiles, type JobRecord } from '../db/jobs.ts';
import { transaction } from '../db/open.ts';
import { markArchived } from '../db/reports.ts';
import { listFileNames, type AgentZone } from '../deposits/drop-zone.ts';
import { archiveReport, type ReportFile } from '../deposits/report-files.ts';
import { Trouble } from '../files/trouble.ts';
import type { RecordedIds } from './record-context.ts';
import { waitingReports, type AgentResult } from './record.ts';
import type { Round } from './round.ts';
import { removeAll } from './tidy-deposits.ts';
import { attemptStep, type TidyContext } from './tidy-step.ts';

/** Names of the newest reports that are looked for when the files that pile up are counted. */
const NAMES_COUNTED = 100;

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

/** After the commit of one agent. What the zone refuses as a whole is left to the next scan. */
export async function tidyAgent(
  context: TidyContext,
  zone: AgentZone | null,
  result: AgentResult,
  ids: RecordedIds,
): Promise<void> {
  const { round } = result;
  if (zone === null || round === null) return;
  const judged = result.settled.flatMap(({ from }) => {
    const id = ids.jobs.get(from.job.id);
    return from.measured.length === 0 || id === undefined ? [] : [{ id, record: from.record }];
  });
  try {
    const staying = await removeAll(context, zone, round, result.settled, ids.entries);
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
