/** Which cycles have passed their deadline without a report that covers them. */
import { cronCycles, everyCycles, type Cycles } from './cycles.ts';
import type { Job } from './job.ts';
import type { Occurrences } from './schedule.ts';
import type { JobState } from './state.ts';

/** At most this many MISSING events a job and scan; the rest become one event with a count. */
const MISSING_LIMIT = 100;
/** Counting further than this is of no use to anybody, and a minutely schedule after years would take seconds. */
const COUNT_LIMIT = 10_000;

/** Looks up the occurrences of a cron expression in a zone; the calendar room supplies it. */
export type Calendar = (expression: string, zone: string) => Occurrences;

/** The cycles of a job as they stand now; null for `every` before the watch began, when there is nothing to count from. */
export function cyclesOf(job: Job, state: JobState, calendar: Calendar): Cycles | null {
  const { schedule, grace, early, timezone } = job.rules;
  if (schedule.kind === 'cron') {
    return cronCycles(calendar(schedule.expression, timezone), { grace, early });
  }
  const anchor = state.settledThrough ?? state.watchBegan;
  return anchor === null ? null : everyCycles(anchor, { period: schedule.period, grace });
}

/** What makes the watch of a job begin anew when it changes. */
export const scheduleKeyOf = (job: Job): string =>
  JSON.stringify([job.rules.schedule, job.rules.timezone]);

/** The latest cycle whose deadline has passed at `now`. */
export function latestPassed(cycles: Cycles, now: number): number | null {
  const current = cycles.cycleOf(now);
  if (current === null || cycles.deadline(current) <= now) return current;
  return cycles.previous(current);
}

/**
 * A report that was still arriving at the last look excuses its cycle for as long as it may be arriving, but no longer than
 * `settle` after the deadline: else an agent that touches a file for ever would never be late.
 */
export const deadlineWithArrival = (deadline: number, job: Job, state: JobState): number =>
  Math.max(deadline, Math.min(state.arrivingUntil ?? deadline, deadline + job.rules.settle));

export interface Missed {
  /** Due instants, oldest first; with more than MISSING_LIMIT, the first one stands for `more` cycles. */
  readonly cycles: readonly number[];
  readonly more: number;
  readonly newestOfMore: number | null;
  readonly settledThrough: number | null;
}

const nothing = (state: JobState): Missed => ({
  cycles: [],
  more: 0,
  newestOfMore: null,
  settledThrough: state.settledThrough,
});

function summed(newestFirst: readonly number[], settledThrough: number): Missed {
  const newestOfMore = newestFirst[MISSING_LIMIT] ?? null;
  return {
    cycles: newestFirst.slice(0, MISSING_LIMIT + 1).toReversed(),
    more: Math.max(0, newestFirst.length - MISSING_LIMIT),
    newestOfMore,
    settledThrough,
  };
}

/** Whole periods after the anchor that were due at `until` or before. */
function missedOfEvery(anchor: number, period: number, until: number): Missed {
  const count = Math.max(0, Math.floor((until - anchor) / period));
  const listed = Math.min(count, COUNT_LIMIT);
  const newestFirst = Array.from(
    { length: listed },
    (_, index) => anchor + (count - index) * period,
  );
  return summed(newestFirst, anchor + count * period);
}

/** With `every P`: the cycles that a report which ended at `endedAt` is too late for, by a whole period. */
export function missedBefore(job: Job, state: JobState, endedAt: number): Missed {
  const { schedule } = job.rules;
  const anchor = state.settledThrough ?? state.watchBegan;
  if (schedule.kind === 'cron' || anchor === null) return nothing(state);
  const missed = missedOfEvery(anchor, schedule.period, endedAt - schedule.period);
  return missed.cycles.length === 0 ? nothing(state) : missed;
}

/**
 * All cycles that are overdue at `now`. With cron, walks back from the latest passed cycle to the last settled one, or to the
 * beginning of the watch: cycles due before it are nobody's fault. `covered` holds the cycles in that span that reports cover.
 */
export function missedNow(
  job: Job,
  state: JobState,
  covered: ReadonlySet<number>,
  calendar: Calendar,
  now: number,
): Missed {
  const cycles = cyclesOf(job, state, calendar);
  const anchor = state.settledThrough ?? state.watchBegan;
  if (cycles === null || anchor === null || state.watchBegan === null) return nothing(state);
  const { schedule, grace } = job.rules;
  if (schedule.kind === 'every') {
    // Shifts the newest deadline by what is still arriving, as below.
    const latest = anchor + Math.floor((now - grace - anchor) / schedule.period) * schedule.period;
    const excused = deadlineWithArrival(latest + grace, job, state) > now;
    const missed = missedOfEvery(anchor, schedule.period, excused ? latest - 1 : latest);
    return missed.cycles.length === 0 ? nothing(state) : missed;
  }
  let latest = latestPassed(cycles, now);
  if (latest !== null && deadlineWithArrival(cycles.deadline(latest), job, state) > now) {
    latest = cycles.previous(latest);
  }
  const floor = Math.max(state.settledThrough ?? -Infinity, state.watchBegan - 1);
  if (latest === null || latest <= floor) return nothing(state);
  const newestFirst: number[] = [];
  let cycle: number | null = latest;
  for (let step = 0; cycle !== null && cycle > floor && step < COUNT_LIMIT; step += 1) {
    if (!covered.has(cycle)) newestFirst.push(cycle);
    cycle = cycles.previous(cycle);
  }
  return summed(newestFirst, latest);
}
