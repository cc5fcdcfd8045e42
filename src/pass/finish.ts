/** Agent by agent: decide, publish, record, tidy up, while the files of the next agents are being read. */
import { transaction } from '../db/open.ts';
import { openZone, type AgentZone } from '../deposits/drop-zone.ts';
import type { Folder } from '../files/folder.ts';
import { Trouble } from '../files/trouble.ts';
import { openTree, type Tree } from '../validated/publish.ts';
import { inTurn } from './in-turn.ts';
import type { Intake } from './measure.ts';
import type { Memory } from './memory.ts';
import { prepare, type Prepared, type PrepareContext } from './prepare.ts';
import type { Uncounted } from './reconcile.ts';
import { agentNow, recordIncidents } from './record-incidents.ts';
import { recordAgent, refusalEvents, type AgentResult } from './record.ts';
import type { RecordedIds } from './record-context.ts';
import { viewOf } from './record-job.ts';
import type { Running, Work } from './running.ts';
import { settle, type Settled } from './settle.ts';
import { dropUnknownHolds, prune } from './tidy-tree.ts';
import { tidyAgent } from './tidy.ts';

async function settleAll(
  running: Running,
  tree: Tree | null,
  intake: Intake,
  zone: AgentZone | null,
  prepared: Prepared,
): Promise<Settled[]> {
  const settled = await inTurn(prepared.cases, intake.reader.atOnce, (from) =>
    settle(tree, intake, zone, from),
  );
  for (const result of settled) {
    running.settled.set(result.from.job.id, result);
    if (result.noLinks) running.noLinks = true;
    running.notices.push(...result.notices);
  }
  return settled;
}

function noticeOf({ folder, state }: Uncounted): string {
  const why = state === 'set_aside' ? 'its time has not come' : 'its SHA256SUMS does not verify';
  return `${folder} is not recorded and ${why}: it is left alone and counts for nothing`;
}

const postponedJobs = ({ cases }: Prepared): number =>
  cases.filter(({ measured }) => measured.some(({ fact }) => fact.kind === 'postponed')).length;

/** The end of the agent's newest report, as far as it is remembered. */
function lastEndOf({ agents, jobs }: Memory, { agent }: Work): number | null {
  const ends = agent.jobs.flatMap((job) => jobs.get(job.id)?.lastJudgedEnd ?? []);
  const last = Math.max(agents.get(agent.id)?.newestReportEnd ?? -Infinity, ...ends);
  return last === -Infinity ? null : last;
}

/** Decides, publishes, records and tidies up one agent whose files have been read. */
async function finishAgent(
  running: Running,
  tree: Tree | null,
  intake: Intake,
  zone: AgentZone | null,
  work: Work,
  prepared: Prepared,
): Promise<void> {
  const { request, memory } = running;
  const { db, now, config } = request;
  const settled = await settleAll(running, tree, intake, zone, prepared);
  const result: AgentResult = {
    agent: work.agent.id,
    round: work.round,
    settled,
    uncounted: prepared.uncounted,
  };
  const waiting = postponedJobs(prepared);
  if (waiting > 0)
    request.onVerbose(
      `${work.agent.id}: ${waiting} of its jobs wait for the next scan, with more files than one scan reads of one agent`,
    );
  for (const strays of prepared.uncounted.values()) running.notices.push(...strays.map(noticeOf));
  if (request.dryRun) {
    if (work.round !== null) running.events.push(...refusalEvents(work.round, now));
    running.events.push(
      ...settled.flatMap((item) =>
        item.decision.decided.map((decided) => viewOf(item, decided, now)),
      ),
    );
    return;
  }
  const ids: RecordedIds = { reports: new Map(), entries: new Map(), jobs: new Map() };
  const newestEnd = memory.agents.get(work.agent.id)?.newestReportEnd ?? null;
  const { held } = memory;
  const record = { db, passId: request.passId, now, validated: config.validated, ids, held };
  const incidents = { db, now, calendar: running.calendar, incidents: memory.incidents };
  const recorded = await transaction(db, async () => {
    const events = await recordAgent(record, result, newestEnd);
    const about = agentNow(incidents, result, work.agent.jobs, events, lastEndOf(memory, work));
    await recordIncidents(incidents, about);
    return events;
  });
  running.events.push(...recorded);
  running.pruned += await prune(running.tidy);
  dropUnknownHolds(running.tidy, result.settled, held);
  await tidyAgent(running.tidy, zone, result, ids);
}

/** Trouble, such as too many open files, is that of the agent's jobs. */
function zoneOf(deposits: Folder | Trouble, work: Work): AgentZone | Trouble | null {
  if (work.round === null || deposits instanceof Trouble) return null;
  try {
    return openZone(deposits, work.agent.id);
  } catch (error) {
    if (error instanceof Trouble) return error;
    throw error;
  }
}

/** Finishes the agents in order, and keeps the readers busy with the files of those that follow. */
export async function finishAll(
  running: Running,
  context: PrepareContext,
  list: readonly Work[],
): Promise<void> {
  const { deposits, request } = running;
  const { threads, atOnce, flush } = context.intake.reader;
  const ahead = atOnce > 1 ? threads * 2 : 0;
  const tree = request.dryRun ? null : openTree(request.config.validated, flush);
  const started = new Map<number, { zone: AgentZone | null; prepared: Promise<Prepared> }>();
  const start = (index: number): void => {
    const work = list[index];
    if (work === undefined || started.has(index)) return;
    const zone = zoneOf(deposits, work);
    const prepared =
      zone instanceof Trouble
        ? prepare(
            context,
            null,
            work.round,
            work.jobs.map((job) => ({ ...job, trouble: zone })),
          )
        : prepare(context, zone, work.round, work.jobs);
    // It is awaited later; until then a failure must not count as unhandled.
    prepared.catch(() => undefined);
    started.set(index, { zone: zone instanceof Trouble ? null : zone, prepared });
  };
  for (const [index, work] of list.entries()) {
    for (let next = index; next <= index + ahead; next += 1) start(next);
    const current = started.get(index);
    if (current === undefined) continue;
    started.delete(index);
    try {
      await finishAgent(running, tree, context.intake, current.zone, work, await current.prepared);
    } finally {
      current.zone?.close();
    }
  }
}
