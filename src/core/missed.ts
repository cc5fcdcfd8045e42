/** Which cycles have passed their deadline without a report that covers them. */
import { cronCycles, everyCycles, type Cycles } from './cycles.ts';
import type { Job } from './job.ts';
import type { Occurrences } from './schedule.ts';
import type { WatchedState } from './state.ts';

/** At most this many MISSING events a job and scan; the rest become one event with a count. */
const MISSING_LIMIT = 100;
/** Counting further than this is of no use to anybody, and a minutely schedule after years would take seconds. */
const COUNT_LIMIT = 10_000;

/** Looks up the occurrences of a cron expression in a zone; the calendar room supplies it. */
export type Calendar = (expression: string, zone: string) => Occurrences;

/** The cycles of a job as they stand now; null for `every` before the watch began, when there is nothing to count from. */
export function cyclesOf(job: Job, state: WatchedState, calendar: Calendar): Cycles | null {
  const { schedule, grace, early, timezone } = job.rules;
  if (schedule.kind === 'cron') {
    return cronCycles(calendar(schedule.expression, timezone), { grace, early });
  }
  const anchor = state.settledThrough ?? state.watchBegan;
  return anchor === null ? null : everyCycles(anchor, { period: schedule.period, grace });
}

/** Most jobs share their rules. */
const scheduleKeys = new WeakMap<Job['rules'], string>();

/** What makes the watch of a job begin anew when it changes. */
export function scheduleKeyOf({ rules }: Job): string {
  const known = scheduleKeys.get(rules);
  if (known !== undefined) return known;
  const key = JSON.stringify([rules.schedule, rules.timezone]);
  scheduleKeys.set(rules, key);
  return key;
}

/**
 * When the watch of the job began; null before it has. A change of the schedule or zone ends it at once, not only when the
 * next complete scan begins the new one: the cycles of the new schedule before that are nobody's fault.
 */
export const watchedSince = (job: Job, state: WatchedState): number | null =>
  state.scheduleKey === scheduleKeyOf(job) ? state.watchBegan : null;

/** The latest cycle of a cron schedule whose deadline has passed at `now`. */
export function latestPassed(cycles: Cycles, now: number): number | null {
  const current = cycles.cycleOf(now);
  if (current === null || cycles.deadline(current) <= now) return current;
  return cycles.previous(current);
}

/** With `every`: the latest of the open cycle and those that follow it which is due at `instant` or before. */
export function latestDue(open: number, period: number, instant: number): number | null {
  const periods = Math.floor((instant - open) / period);
  return periods < 0 ? null : open + periods * period;
}

/** With `every`: the anchor, when it is a cycle that was missed and not the end of a report. */
export function missedAnchor(job: Job, state: WatchedState): number | null {
  const { settledThrough, lastJudgedEnd } = state;
  if (job.rules.schedule.kind === 'cron' || settledThrough === null) return null;
  return settledThrough > (lastJudgedEnd ?? -Infinity) ? settledThrough : null;
}

/** The cycle of a report, or of a version, by its end time; the instant itself outside every calendar or watch. */
export function cycleOfReport(
  job: Job,
  state: WatchedState,
  calendar: Calendar,
  endedAt: number,
): number {
  const { schedule } = job.rules;
  const anchor = state.settledThrough ?? state.watchBegan;
  if (schedule.kind === 'every' && anchor !== null && endedAt <= anchor) {
    // It comes late: the cycle that it was in time for has been told as MISSING, or was before the watch.
    return anchor - Math.floor((anchor - endedAt) / schedule.period) * schedule.period;
  }
  return cyclesOf(job, state, calendar)?.cycleOf(endedAt) ?? endedAt;
}

/**
 * A report that was still arriving at the last look excuses its cycle for as long as it may be arriving, but no longer than
 * `settle` after the deadline: else an agent that touches a file for ever would never be late.
 */
const deadlineWithArrival = (deadline: number, job: Job, state: WatchedState): number =>
  Math.max(deadline, Math.min(state.arrivingUntil ?? deadline, deadline + job.rules.settle));

/** The latest cycle of the watch that is overdue at `now` unless a report covers it; null for none, or outside a watch. */
export function latestOverdue(
  job: Job,
  state: WatchedState,
  cycles: Cycles,
  now: number,
): number | null {
  const since = watchedSince(job, state);
  const current = cycles.cycleOf(now);
  if (since === null || current === null) return null;
  const { schedule, grace } = job.rules;
  let latest =
    schedule.kind === 'cron'
      ? latestPassed(cycles, now)
      : latestDue(current, schedule.period, now - grace);
  if (latest !== null && deadlineWithArrival(cycles.deadline(latest), job, state) > now) {
    latest = cycles.previous(latest);
  }
  return latest === null || latest < since ? null : latest;
}

export interface Missed {
  /** Due instants, oldest first; when there are more than MISSING_LIMIT + 1, the first stands for `more` cycles. */
  readonly cycles: readonly number[];
  readonly more: number;
  /** The first of `cycles` when it stands for more than itself; else null. */
  readonly newestOfMore: number | null;
  readonly settledThrough: number | null;
}

const nothing = (state: WatchedState): Missed => ({
  cycles: [],
  more: 0,
  newestOfMore: null,
  settledThrough: state.settledThrough,
});

/** Walks back from `latest` to what is settled, or to `since`, the beginning of the watch. */
function missedUpTo(
  latest: number,
  since: number,
  cycles: Cycles,
  state: WatchedState,
  covered: ReadonlySet<number>,
): Missed {
  const floor = Math.max(state.settledThrough ?? -Infinity, since - 1);
  if (latest <= floor) return nothing(state);
  const newestFirst: number[] = [];
  let cycle: number | null = latest;
  for (let step = 0; cycle !== null && cycle > floor && step < COUNT_LIMIT; step += 1) {
    if (!covered.has(cycle)) newestFirst.push(cycle);
    cycle = cycles.previous(cycle);
  }
  const more = newestFirst.length - MISSING_LIMIT;
  return {
    cycles: newestFirst.slice(0, MISSING_LIMIT + 1).toReversed(),
    more: Math.max(0, more),
    newestOfMore: more > 1 ? (newestFirst[MISSING_LIMIT] as number) : null,
    settledThrough: latest,
  };
}

/**
 * With `every P`: the cycles that a report which ended at `endedAt` is too late for, because the next one was due by then.
 * One whose grace lasts even longer is not missed: the report covers it.
 */
export function missedBefore(job: Job, state: WatchedState, endedAt: number): Missed {
  const { schedule, grace } = job.rules;
  const since = watchedSince(job, state);
  if (schedule.kind === 'cron' || since === null) return nothing(state);
  const { period } = schedule;
  const anchor = state.settledThrough ?? since;
  const latest = latestDue(anchor + period, period, endedAt - Math.max(period, grace));
  if (latest === null) return nothing(state);
  return missedUpTo(latest, since, everyCycles(anchor, { period, grace }), state, new Set());
}

/**
 * All cycles that are overdue at `now`, since the last settled one or the beginning of the watch: cycles due before it are
 * nobody's fault. `covered` holds the cycles in that span that reports cover.
 */
export function missedNow(
  job: Job,
  state: WatchedState,
  covered: ReadonlySet<number>,
  calendar: Calendar,
  now: number,
): Missed {
  const since = watchedSince(job, state);
  const cycles = cyclesOf(job, state, calendar);
  if (since === null || cycles === null) return nothing(state);
  const latest = latestOverdue(job, state, cycles, now);
  return latest === null ? nothing(state) : missedUpTo(latest, since, cycles, state, covered);
}
