/**
 * One pass: gather what each agent reports, read every new file once, decide, bring versions into the tree, record, tidy up.
 * Agents are gathered first, so that it is known how much there is to read; then they are finished one after the other, in the
 * order of the configuration, while the files of the next ones are already being read.
 */
import { cyclesOf, type Calendar } from '../core/missed.ts';
import { standingNow } from '../core/standing.ts';
import { worst, type Severity } from '../core/statuses.ts';
import type { EventRecord } from '../db/events.ts';
import { unexpectedDatabases } from '../db/agents.ts';
import { retireJob } from '../db/jobs.ts';
import { transaction } from '../db/open.ts';
import { getMeta, setMeta } from '../db/scans.ts';
import { deleteHeld, type HeldRecord } from '../db/versions.ts';
import { singleReader } from '../intake/reader.ts';
import { openZone, type AgentZone } from '../deposits/drop-zone.ts';
import { closeFolder, openFolder, type Folder } from '../files/folder.ts';
import { Trouble } from '../files/trouble.ts';
import { missingPart } from '../validated/compare.ts';
import { agentsOf } from './agents.ts';
import { latestPassedOf, memoisedCalendar, scheduleKeys } from './calendar.ts';
import { setAsideFuture } from './clock.ts';
import { gather, type Round } from './gather.ts';
import type { Intake } from './measure.ts';
import { checkPaths, loadMemory, type Memory } from './memory.ts';
import {
  isQuiet,
  openJobs,
  prepare,
  type OpenJob,
  type Prepared,
  type PrepareContext,
} from './prepare.ts';
import { recordAgent, refusalEvents, type AgentResult } from './record.ts';
import { viewOf, type RecordedIds } from './record-job.ts';
import type { JobChangeView, PassAgent, PassOutcome, PassRequest } from './request.ts';
import { settle, type Settled } from './settle.ts';
import { cleanUp, prune, tidyAgent, type TidyContext } from './tidy.ts';

/** An agent with something to do. */
interface Work {
  readonly agent: PassAgent;
  readonly round: Round | null;
  readonly jobs: readonly OpenJob[];
}

interface Running {
  readonly request: PassRequest;
  /** Trouble: the drop zone as a whole cannot be read, and every job is blocked by it. */
  readonly deposits: Folder | Trouble;
  readonly memory: Memory;
  readonly calendar: Calendar;
  readonly tidy: TidyContext;
  readonly events: EventRecord[];
  readonly notices: string[];
  readonly settled: Map<string, Settled>;
  pruned: number;
  noLinks: boolean;
}

async function gatherAgent(
  running: Pick<Running, 'request' | 'deposits' | 'memory'>,
  agent: PassAgent,
): Promise<Round | Trouble | null> {
  const { request, deposits, memory } = running;
  if (deposits instanceof Trouble) return deposits;
  let zone: AgentZone | null = null;
  try {
    zone = openZone(deposits, agent.id);
    if (zone === null) return null;
    const timezone = agent.configured?.timezone ?? request.config.timezone;
    return await gather({ db: request.db, memory, agent, zone, timezone, now: request.now });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return error;
  } finally {
    zone?.close();
  }
}

const isEmpty = (round: Round): boolean =>
  round.seen.length === 0 &&
  round.leftovers.length === 0 &&
  round.toJudge.length === 0 &&
  round.arrivingUntil === null;

/** What there is to do for one agent; null when nothing is. */
async function planAgent(
  running: Pick<Running, 'request' | 'deposits' | 'memory'>,
  context: PrepareContext,
  agent: PassAgent,
): Promise<Work | null> {
  const found = await gatherAgent(running, agent);
  const trouble = found instanceof Trouble ? found : null;
  const round = found instanceof Trouble || found === null || isEmpty(found) ? null : found;
  const waiting = new Set(round?.toJudge.map((item) => item.job));
  const mayChange = trouble !== null || round?.arrivingUntil != null;
  const toOpen = agent.scope.filter(
    (job) => mayChange || waiting.has(job) || !isQuiet(context, job),
  );
  const jobs = toOpen.length === 0 ? [] : await openJobs(context, toOpen, trouble);
  return round === null && jobs.length === 0 ? null : { agent, round, jobs };
}

async function settleAll(
  running: Running,
  intake: Intake,
  zone: AgentZone | null,
  prepared: Prepared,
): Promise<Settled[]> {
  const { request } = running;
  const root = request.dryRun ? null : request.config.validated;
  const settled: Settled[] = [];
  for (const from of prepared.cases) {
    const result = await settle(root, intake, zone, from);
    settled.push(result);
    running.settled.set(from.job.id, result);
    if (result.noLinks) running.noLinks = true;
    running.notices.push(...result.notices);
  }
  return settled;
}

/** Decides, publishes, records and tidies up one agent whose files have been read. */
async function finishAgent(
  running: Running,
  intake: Intake,
  zone: AgentZone | null,
  work: Work,
  prepared: Prepared,
): Promise<void> {
  const { request, memory } = running;
  const { db, now, config } = request;
  const settled = await settleAll(running, intake, zone, prepared);
  const result: AgentResult = {
    agent: work.agent.id,
    round: work.round,
    settled,
    unverified: prepared.unverified,
  };
  for (const strays of prepared.unverified.values()) {
    for (const stray of strays)
      running.notices.push(
        `${stray.folder} is not recorded and its SHA256SUMS does not verify: it is left alone and counts for nothing`,
      );
  }
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
  running.events.push(...(await transaction(db, () => recordAgent(record, result, newestEnd))));
  running.pruned += await prune(running.tidy);
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
async function finishAll(
  running: Running,
  context: PrepareContext,
  list: readonly Work[],
): Promise<void> {
  const { deposits } = running;
  const { threads } = context.intake.reader;
  const ahead = threads > 1 ? threads * 2 : 0;
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
      await finishAgent(running, context.intake, current.zone, work, await current.prepared);
    } finally {
      current.zone?.close();
    }
  }
}

/** Jobs that were expected and are not any more are neither judged nor counted from now on. */
async function retire({ db, config }: PassRequest, memory: Memory): Promise<void> {
  const enabled = new Set(config.jobs.filter((job) => job.enabled).map((job) => job.id));
  const gone = [...memory.jobs].filter(([id, record]) => record.expected === 1 && !enabled.has(id));
  if (gone.length === 0) return;
  await transaction(db, async () => {
    for (const [, record] of gone) await retireJob(db, record.id);
  });
}

function isGone(validated: string, held: HeldRecord): boolean {
  try {
    return missingPart(validated, held) !== null;
  } catch (error) {
    // What cannot be looked at is not gone.
    if (error instanceof Trouble) return false;
    throw error;
  }
}

/** A held copy that is gone can be promoted no more: by a promotion that was killed before it could record itself, or by hand. */
async function dropLostHolds({ db, config }: PassRequest, memory: Memory): Promise<void> {
  for (const [jobId, held] of memory.held) {
    if (!isGone(config.validated, held)) continue;
    await deleteHeld(db, jobId);
    memory.held.delete(jobId);
  }
}

async function tellLinks(running: Running): Promise<void> {
  const { db } = running.request;
  if (!running.noLinks || (await getMeta(db, 'no_links')) !== null) return;
  await setMeta(db, 'no_links', '1');
  running.notices.push(
    `${running.request.config.validated} has no symbolic links: versions are kept, but no \`current\` points to the newest one`,
  );
}

/** How the jobs that something was decided about stand, before and after. */
function changesOf({ request, settled, calendar }: Running): JobChangeView[] {
  return [...settled.values()].map(({ from: { job, record }, decision: { state } }) => {
    const before = record?.state;
    return {
      job,
      before: before?.standing ?? null,
      blockedBefore: before?.blocked != null,
      after: standingNow(job, state, cyclesOf(job, state, calendar), request.now),
      blocked: state.blocked,
    };
  });
}

/** The worst of those that nothing was decided about: their status is what was recorded. */
function quietOf({ request, memory, settled }: Running): { jobs: number; severity: Severity } {
  const quiet = request.config.jobs.filter(
    (job) => job.enabled && !settled.has(job.id) && request.inScope(job),
  );
  const severity = worst(
    quiet.map((job) => (memory.jobs.get(job.id)?.severity ?? 'pending') as Severity),
  );
  return { jobs: quiet.length, severity };
}

function outcomeOf(
  running: Running,
  works: readonly Work[],
  unexpected: PassOutcome['unexpected'],
  bytesRead: number,
): PassOutcome {
  const { events, notices, settled } = running;
  const changes = changesOf(running);
  const quiet = quietOf(running);
  return {
    events,
    changes,
    quiet: quiet.severity,
    notices,
    unexpected,
    counts: {
      jobs: changes.length + quiet.jobs,
      reports: works.reduce((sum, work) => sum + (work.round?.seen.length ?? 0), 0),
      events: events.length,
      published: [...settled.values()].reduce((sum, item) => sum + item.published.size, 0),
      pruned: running.pruned,
      refused: events
        .filter((event) => event.status === 'REPORT_REFUSED')
        .reduce((sum, event) => sum + event.count, 0),
      blocked: changes.filter((change) => change.blocked !== null).length,
      bytesRead,
    },
  };
}

async function unexpectedNow({ db, config }: PassRequest): Promise<PassOutcome['unexpected']> {
  const found = await unexpectedDatabases(db, config.jobs);
  return found.map((agent) => ({
    agent: agent.agent,
    names: agent.unexpected,
    count: agent.unexpectedCount,
    lastReportedAt: agent.newestReportEnd,
  }));
}

function openDeposits(path: string): Folder | Trouble {
  try {
    return openFolder(path);
  } catch (error) {
    if (error instanceof Trouble) return error;
    throw error;
  }
}

async function planAll(
  running: Pick<Running, 'request' | 'deposits' | 'memory'>,
  context: PrepareContext,
): Promise<Work[]> {
  const works: Work[] = [];
  for (const agent of agentsOf(running.request, running.deposits)) {
    const work = await planAgent(running, context, agent);
    if (work !== null) works.push(work);
  }
  return works;
}

/** Reads, decides and records everything that was planned. Returns how many bytes were read. */
async function carryOut(
  running: Running,
  base: PrepareContext,
  works: readonly Work[],
): Promise<number> {
  const { request } = running;
  const waiting = works.flatMap((work) => work.round?.toJudge ?? []);
  const size = waiting.reduce((sum, item) => sum + (item.entry.expected.size ?? 0), 0);
  const reader = request.openReader(size, waiting.length);
  let bytes = 0;
  let files = 0;
  const context: PrepareContext = {
    ...base,
    intake: {
      reader,
      validated: request.dryRun ? null : request.config.validated,
      reflink: true,
    },
    onFile: (item) => {
      bytes += item.bytesRead;
      files += 1;
      request.onFile({ files, bytes });
    },
  };
  try {
    await finishAll(running, context, works);
    return bytes;
  } finally {
    request.onEnd();
    await reader.close();
  }
}

/** @throws ConfigConflict when the paths of jobs and what lies in the tree do not go together */
export async function scan(request: PassRequest): Promise<PassOutcome> {
  const { config, db, now, dryRun } = request;
  const { validated, archiveReports } = config;
  const deposits = openDeposits(config.deposits);
  try {
    const tidy: TidyContext = { db, validated, archiveReports, onVerbose: request.onVerbose };
    const notices = dryRun ? [] : await setAsideFuture(db, now);
    const pruned = dryRun ? 0 : await cleanUp(tidy);
    const memory = await loadMemory(db);
    checkPaths(config.jobs, memory);
    if (!dryRun) await dropLostHolds(request, memory);
    const calendar = memoisedCalendar(request.calendar);
    const context: PrepareContext = {
      db,
      memory,
      calendar,
      latestPassed: latestPassedOf(calendar, now),
      scheduleKey: scheduleKeys(),
      validated,
      now,
      complete: request.complete,
      intake: { reader: singleReader(() => undefined), validated: null, reflink: false },
      onFile: () => undefined,
    };
    const running: Running = {
      request,
      deposits,
      memory,
      calendar,
      tidy,
      events: [],
      notices,
      settled: new Map(),
      pruned,
      noLinks: false,
    };
    const works = await planAll(running, context);
    const bytesRead = await carryOut(running, context, works);
    if (!dryRun && request.complete) await retire(request, memory);
    if (!dryRun) await tellLinks(running);
    return outcomeOf(running, works, await unexpectedNow(request), bytesRead);
  } finally {
    if (!(deposits instanceof Trouble)) closeFolder(deposits);
  }
}
