/** Measures everything that one agent has waiting, ready to be decided. The only part of a pass that takes long. */
import type { PendingEntry } from '../core/decision.ts';
import type { Job } from '../core/job.ts';
import { cyclesOf, type Calendar } from '../core/missed.ts';
import { newState } from '../core/state.ts';
import { withWatch } from '../core/watch.ts';
import { worthCopying } from '../core/worth-copying.ts';
import { coveredCycles } from '../db/events.ts';
import { jobsById, type JobGlance, type JobRecord } from '../db/jobs.ts';
import type { Database } from '../db/schema.ts';
import { versionsOfJobs } from '../db/versions.ts';
import type { AgentZone } from '../deposits/drop-zone.ts';
import { Trouble } from '../files/trouble.ts';
import type { Stray } from '../validated/compare.ts';
import { CLOCK_SKEW } from './clock.ts';
import { Reads } from './reads.ts';
import type { Round, ToJudge } from './round.ts';
import { inTurn } from './in-turn.ts';
import { measure, postponed, type Intake, type Measured } from './measure.ts';
import type { Memory } from './memory.ts';
import {
  belongsTo,
  compareTree,
  isUntouched,
  verifies,
  type TreeState,
  type Uncounted,
} from './reconcile.ts';
import { entryKey, type JobCase } from './job-case.ts';
import { lightestFirst, Share, type Weight } from './weight.ts';

export interface PrepareContext {
  readonly db: Database;
  readonly memory: Memory;
  readonly calendar: Calendar;
  readonly latestPassed: (job: Job) => number | null;
  readonly scheduleKey: (job: Job) => string;
  readonly validated: string;
  readonly intake: Intake;
  readonly now: number;
  readonly complete: boolean;
  readonly onFile: (item: Measured) => void;
}

/** A job that something may have to be decided about, with the state of its tree. */
export interface OpenJob {
  readonly job: Job;
  readonly record: JobRecord | null;
  readonly tree: TreeState;
  readonly trouble: Trouble | null;
}

const emptyTree: TreeState = {
  present: [],
  lost: [],
  strays: [],
  mtime: null,
  mtimeChanged: false,
};

/** Loads what is remembered of some jobs and looks at their trees; `agentTrouble` is what kept the agent's folder from being read. */
export async function openJobs(
  context: PrepareContext,
  jobs: readonly Job[],
  agentTrouble: Trouble | null,
): Promise<OpenJob[]> {
  const ids = jobs.flatMap((job) => context.memory.jobs.get(job.id)?.id ?? []);
  const records = await jobsById(context.db, ids);
  const versions = await versionsOfJobs(context.db, ids);
  return jobs.map((job) => {
    const record = records.get(context.memory.jobs.get(job.id)?.id ?? -1) ?? null;
    const own = versions.get(record?.id ?? -1) ?? [];
    try {
      const { validated, memory } = context;
      const tree = compareTree(validated, job, record, own, memory.unverified);
      return { job, record, tree, trouble: agentTrouble };
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      return { job, record, tree: emptyTree, trouble: error };
    }
  });
}

/** Whether what is remembered of a job, about which no report says anything new, asks for a decision now. */
function isSettled(context: PrepareContext, job: Job, state: JobGlance): boolean {
  if (state.expected === 0 || state.blockedReason !== null || state.arrivingUntil !== null) {
    return false;
  }
  // Bad, and in no incident: a job that was enabled again, or what was recorded before there were any.
  const isBad = state.severity === 'warning' || state.severity === 'critical';
  if (isBad && !context.memory.troubled.has(job.id)) return false;
  // A watch begins, or nothing is expected before a complete scan has begun it.
  if (state.watchBegan === null || state.scheduleKey !== context.scheduleKey(job)) {
    return !context.complete;
  }
  if (job.rules.schedule.kind === 'every') {
    const anchor = state.settledThrough ?? state.watchBegan;
    return anchor + job.rules.schedule.period + job.rules.grace > context.now;
  }
  const latest = context.latestPassed(job);
  const from = Math.max(state.settledThrough ?? -Infinity, state.watchBegan - 1);
  return latest === null || latest <= from;
}

/**
 * Whether nothing has happened to a job: no decision is due, and its versions lie where they lay. Its status is then what was recorded.
 * Most jobs of most scans are quiet, so this makes no more than two system calls each and builds nothing.
 */
export function isQuiet(context: PrepareContext, job: Job): boolean {
  const record = context.memory.jobs.get(job.id);
  if (record === undefined || !isSettled(context, job, record)) return false;
  try {
    return isUntouched(context.validated, job, record, context.memory);
  } catch (error) {
    // Whoever opens the job meets it again, and can say what it means.
    if (error instanceof Trouble) return false;
    throw error;
  }
}

const unmeasured = (item: ToJudge): Omit<PendingEntry, 'file'> => ({
  key: entryKey(item),
  endedAt: item.endedAt,
  entry: item.entry,
  arrival: { reportChangedAt: item.reportChangedAt, fileChangedAt: null, temporaryChangedAt: null },
  judgedBefore: null,
});

/** What waits for the next scan may be. */
const isMatch = ({ fact, matchedState }: Measured): boolean =>
  matchedState !== null || fact.kind === 'postponed';

/**
 * Those that will be judged, and whose file is what their report says: a stray that is theirs is no foundling. Where a watch begins
 * only the newest report is judged.
 */
function matching(
  context: PrepareContext,
  { job, record }: OpenJob,
  measured: readonly Measured[],
): ToJudge[] {
  const { calendar, now, complete } = context;
  const { began } = withWatch(job, record?.state ?? newState, calendar, now, complete);
  const newest = Math.max(...measured.map((one) => one.item.endedAt));
  return measured
    .filter((one) => isMatch(one) && (!began || one.item.endedAt === newest))
    .map((one) => one.item);
}

async function verifyStrays(
  context: PrepareContext,
  open: OpenJob,
  waiting: readonly ToJudge[],
): Promise<{ adopted: Stray[]; uncounted: Uncounted[]; trouble: Trouble | null }> {
  const adopted: Stray[] = [];
  const uncounted: Uncounted[] = [];
  try {
    for (const stray of open.tree.strays) {
      if (belongsTo(stray, waiting)) continue;
      // Adopted, it would be newer than all that comes until then.
      if (stray.endedAt > context.now + CLOCK_SKEW)
        uncounted.push({ ...stray, state: 'set_aside' });
      else if (await verifies(context.validated, stray, context.intake.reader)) adopted.push(stray);
      else uncounted.push({ ...stray, state: 'unverified' });
    }
    return { adopted, uncounted, trouble: null };
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return { adopted: [], uncounted: [], trouble: error };
  }
}

/** Cycles that recorded reports cover and that are not settled yet; only asked for where a cycle may have been missed. */
async function coveredOf(
  context: PrepareContext,
  { job, record }: OpenJob,
): Promise<ReadonlySet<number>> {
  const state = record?.state;
  if (record === null || state?.watchBegan == null) return new Set();
  if (job.rules.schedule.kind === 'every') return new Set();
  const known = new Set(state.coveredThrough === null ? [] : [state.coveredThrough]);
  const latest = context.latestPassed(job);
  const from = state.settledThrough ?? state.watchBegan - 1;
  if (latest === null || latest <= from) return known;
  const previous = cyclesOf(job, newState, context.calendar)?.previous(latest) ?? null;
  // With one cycle in question the newest covered one, which is remembered, decides.
  const one = previous !== null && previous <= from;
  if (one && (state.coveredThrough ?? -Infinity) <= latest) return known;
  return coveredCycles(context.db, record.id, from);
}

export interface Prepared {
  readonly cases: readonly JobCase[];
  readonly uncounted: ReadonlyMap<string, readonly Uncounted[]>;
}

/** Reads every waiting file of the agent once, and every stray version that may be adopted. */
export async function prepare(
  context: PrepareContext,
  zone: AgentZone | null,
  round: Round | null,
  jobs: readonly OpenJob[],
): Promise<Prepared> {
  const waiting = Map.groupBy(round?.toJudge ?? [], (item) => item.job);
  const worth = new Set<string>();
  const toMeasure = jobs.flatMap((open) => {
    const items = open.trouble === null ? (waiting.get(open.job) ?? []) : [];
    for (const key of worthCopying(
      { job: open.job, versions: open.tree.present },
      items.map(unmeasured),
    ))
      worth.add(key);
    return items;
  });
  const weights = round?.weights ?? new Map<string, Weight>();
  const reads = new Reads(toMeasure);
  const share = new Share(weights);
  const inOrder = lightestFirst(toMeasure, weights);
  const measured = await inTurn(inOrder, context.intake.reader.atOnce, async (item) => {
    if (!share.begin(item)) return postponed(item);
    const result = await measure(context.intake, zone, item, worth.has(entryKey(item)), reads);
    share.end(item, result.bytesJudged);
    context.onFile(result);
    return result;
  });
  const byJob = Map.groupBy(measured, (item) => item.item.job);
  const uncounted = new Map<string, readonly Uncounted[]>();
  const cases: JobCase[] = [];
  for (const open of jobs) {
    const strays = await verifyStrays(
      context,
      open,
      matching(context, open, byJob.get(open.job) ?? []),
    );
    if (strays.uncounted.length > 0) uncounted.set(open.job.id, strays.uncounted);
    cases.push({
      job: open.job,
      record: open.record,
      tree: open.tree,
      adopted: strays.adopted,
      measured: byJob.get(open.job) ?? [],
      covered: await coveredOf(context, open),
      reportArrivingUntil: round?.arrivingUntil ?? null,
      trouble: open.trouble ?? strays.trouble,
      calendar: context.calendar,
      now: context.now,
      complete: context.complete,
      reads,
    });
  }
  return { cases, uncounted };
}
