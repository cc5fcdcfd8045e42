/** How what is remembered about a job moves on with each conclusion. */
import type { Conclusion, SizeSample } from './conclusion.ts';
import type { Job } from './job.ts';
import { withSample } from './sizes.ts';
import type { JobState } from './state.ts';
import { catalogue } from './statuses.ts';

/** The conclusion becomes the job's status. `at` is the instant it became true; a status that lasts keeps its beginning. */
export function withConclusion(
  state: JobState,
  conclusion: Conclusion,
  cycle: number | null,
  at: number,
): JobState {
  const { status, severity, reason, message } = conclusion;
  const lasts = state.standing?.status === status && state.since !== null;
  return {
    ...state,
    standing: { eventId: null, status, severity, reason, message, cycle },
    since: lasts ? state.since : at,
  };
}

/** A report of a cycle before one that is MISSING is judged late, but cannot mend the newer cycle: that stays the status. */
export const isOvertaken = ({ standing }: JobState, cycle: number): boolean =>
  standing?.status === 'MISSING' &&
  standing.reason !== 'version_lost' &&
  standing.cycle !== null &&
  standing.cycle > cycle;

/**
 * A report was accepted: its cycle is covered; with `every` the next one is counted from the report's end, unless the cycle
 * that this would give is settled already: a report that comes so late must not have a cycle told as MISSING again.
 */
export function withCover(state: JobState, job: Job, endedAt: number, cycle: number): JobState {
  const lastJudgedEnd = Math.max(state.lastJudgedEnd ?? endedAt, endedAt);
  const { schedule } = job.rules;
  if (schedule.kind === 'cron') {
    return {
      ...state,
      lastJudgedEnd,
      coveredThrough: Math.max(state.coveredThrough ?? cycle, cycle),
    };
  }
  const anchor = state.settledThrough ?? state.watchBegan ?? -Infinity;
  const moves = endedAt + schedule.period > anchor;
  return { ...state, lastJudgedEnd, settledThrough: moves ? endedAt : state.settledThrough };
}

/** A healthy backup: it counts as the last good one and as a size of the history, and it ends a hold. */
export function withHealthy(state: JobState, endedAt: number, sample: SizeSample | null): JobState {
  return {
    ...state,
    lastSuccessAt: Math.max(state.lastSuccessAt ?? endedAt, endedAt),
    sizes: sample === null ? state.sizes : withSample(state.sizes, sample),
    heldCycles: [],
  };
}

/** A report was judged: it covers its cycle, whatever it is worth; a healthy or suspicious size is remembered. */
export function withWorth(
  state: JobState,
  job: Job,
  endedAt: number,
  cycle: number,
  conclusion: Conclusion,
): JobState {
  const judged = withCover(state, job, endedAt, cycle);
  if (conclusion.status === 'SIZE_ANOMALY') {
    const others = judged.heldCycles.filter((held) => held !== cycle);
    return { ...judged, heldCycles: [...others, cycle] };
  }
  return catalogue[conclusion.status].healthy
    ? withHealthy(judged, endedAt, sampleOf(conclusion, cycle))
    : judged;
}

/** The measures of a backup; null where not even its size is known. */
function sampleOf({ found, content }: Conclusion, cycle: number): SizeSample | null {
  if (found?.size == null) return null;
  const raw = content?.raw?.size ?? null;
  return { cycle, size: found.size, raw, tables: content?.measures.tables ?? null };
}

/** A version promoted by hand: a new baseline begins with its size, and the hold is over. */
export function withPromoted(
  state: JobState,
  conclusion: Conclusion,
  from: { readonly endedAt: number; readonly cycle: number },
  now: number,
): JobState {
  const stands = withConclusion(state, conclusion, from.cycle, now);
  return withHealthy({ ...stands, sizes: [] }, from.endedAt, sampleOf(conclusion, from.cycle));
}
