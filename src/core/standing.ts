/** Where a job stands at this moment: its last conclusion, or MISSING as soon as a deadline has passed, scan or no scan. */
import type { Cycles } from './cycles.ts';
import { formatInstant } from './instant.ts';
import type { Job } from './job.ts';
import { latestDue, latestOverdue, missedAnchor, watchedSince } from './missed.ts';
import { newState, type WatchedState, type Standing } from './state.ts';

export const cycleStates = ['waiting', 'late', 'arriving', 'done', 'missed'] as const;
export type CycleState = (typeof cycleStates)[number];

export interface JobStanding extends Standing {
  readonly since: number | null;
  /** The current cycle, and where it stands. */
  readonly currentCycle: number | null;
  readonly cycleState: CycleState;
  /** When the next backup is due that is not there yet, and when it will count as MISSING. */
  readonly nextDue: number | null;
  readonly deadline: number | null;
}

const unknown = (reason: string, message: string): Standing => ({
  eventId: null,
  status: 'UNKNOWN',
  severity: 'pending',
  reason,
  message,
  cycle: null,
});

/** The cycle that is open or just over at `now`; never one from before the watch. */
function currentCycle(job: Job, state: WatchedState, cycles: Cycles, now: number): number | null {
  const { schedule } = job.rules;
  const cycle = cycles.cycleOf(now);
  if (cycle === null) return null;
  if (schedule.kind === 'every') {
    return latestDue(cycle, schedule.period, now) ?? missedAnchor(job, state) ?? cycle;
  }
  const since = watchedSince(job, state);
  if (since === null || cycle >= since) return cycle;
  return isCovered(state, cycle) ? cycle : cycles.next(cycle);
}

const isCovered = (state: WatchedState, cycle: number): boolean =>
  state.coveredThrough !== null && state.coveredThrough >= cycle;

/** The newest cycle that nobody reported in time, or null. */
function overdueCycle(job: Job, state: WatchedState, cycles: Cycles, now: number): number | null {
  const latest = latestOverdue(job, state, cycles, now) ?? missedAnchor(job, state);
  return latest === null || isCovered(state, latest) ? null : latest;
}

/** The first of the cycles in a row, up to the overdue one, that nobody reported: no more is known of those between than of it. */
function firstMissed(job: Job, state: WatchedState, cycles: Cycles, now: number): number | null {
  if (job.rules.schedule.kind === 'every') return missedAnchor(job, state) ?? cycles.cycleOf(now);
  const began = watchedSince(job, state) as number;
  return cycles.next(Math.max(state.coveredThrough ?? -Infinity, began - 1));
}

/** What MISSING says of one cycle. `blocked` names our own trouble, when that is why nothing was judged. */
export function missingMessage(
  due: number,
  deadline: number,
  blocked: WatchedState['blocked'],
): { reason: 'not_judged' | 'no_report'; message: string } {
  if (blocked !== null) {
    return {
      reason: 'not_judged',
      message: `a report may be there, but it could not be judged: ${blocked.message}`,
    };
  }
  return {
    reason: 'no_report',
    message: `due ${formatInstant(due)}, and no report covers it by ${formatInstant(deadline)}`,
  };
}

function statusNow(
  job: Job,
  state: WatchedState,
  cycles: Cycles | null,
  now: number,
): { readonly standing: Standing; readonly since: number | null } {
  const recorded = state.standing ?? unknown('not_judged_yet', 'no backup has been judged yet');
  const overdue = cycles === null ? null : overdueCycle(job, state, cycles, now);
  if (cycles === null || overdue === null) return { standing: recorded, since: state.since };
  if (recorded.status === 'MISSING' && recorded.cycle !== null && recorded.cycle >= overdue) {
    return { standing: recorded, since: state.since };
  }
  const deadline = cycles.deadline(overdue);
  const first = firstMissed(job, state, cycles, now) as number;
  const standing: Standing = {
    eventId: null,
    status: 'MISSING',
    severity: 'critical',
    ...missingMessage(overdue, deadline, state.blocked),
    cycle: overdue,
  };
  return {
    standing,
    since: recorded.status === 'MISSING' ? state.since : cycles.deadline(first),
  };
}

function cycleStateNow(
  job: Job,
  state: WatchedState,
  cycles: Cycles,
  cycle: number,
  now: number,
): CycleState {
  if (isCovered(state, cycle)) return 'done';
  if (state.arrivingUntil !== null && state.arrivingUntil > now) return 'arriving';
  if (watchedSince(job, state) === null || now < cycle) return 'waiting';
  return cycles.deadline(cycle) <= now ? 'missed' : 'late';
}

/** `remembered` is null for a job that no scan has seen; `cycles` come from `cyclesOf`. */
export function standingNow(
  job: Job,
  remembered: WatchedState | null,
  cycles: Cycles | null,
  now: number,
): JobStanding {
  const state = remembered ?? newState;
  const { standing, since } =
    remembered === null
      ? {
          standing: unknown('not_scanned_yet', 'no scan has seen this job yet'),
          since: null,
        }
      : statusNow(job, state, cycles, now);
  const cycle = cycles === null ? null : currentCycle(job, state, cycles, now);
  if (cycles === null || cycle === null) {
    return {
      ...standing,
      since,
      currentCycle: null,
      cycleState: 'waiting',
      nextDue: null,
      deadline: null,
    };
  }
  const cycleState = cycleStateNow(job, state, cycles, cycle, now);
  const over = cycleState === 'done' || cycleState === 'missed';
  const nextDue = over ? cycles.next(cycle) : cycle;
  return {
    ...standing,
    since,
    currentCycle: cycle,
    cycleState,
    nextDue,
    deadline: nextDue === null ? null : cycles.deadline(nextDue),
  };
}
