/** When the watch of a job begins. */
import { cyclesOf, scheduleKeyOf, type Calendar } from './missed.ts';
import type { Job } from './job.ts';
import type { JobState } from './state.ts';

/**
 * A watch begins with the first complete scan that finds the job with its present schedule and zone. What was concluded
 * under another schedule is no status any more; what scans of a few jobs concluded before the first watch is one.
 *
 * With cron a report that was judged before covers the cycle that its end time belongs to now: it cannot come again.
 */
export function withWatch(
  job: Job,
  state: JobState,
  calendar: Calendar,
  now: number,
  complete: boolean,
): { readonly state: JobState; readonly began: boolean } {
  const scheduleKey = scheduleKeyOf(job);
  const watched = state.watchBegan !== null && state.scheduleKey === scheduleKey;
  if (watched || !complete) return { state, began: false };
  const status = state.watchBegan === null ? {} : { standing: null, since: null };
  const watch = { scheduleKey, watchBegan: now, settledThrough: null, coveredThrough: null };
  const anew = { ...state, ...status, ...watch };
  if (job.rules.schedule.kind === 'every' || state.lastJudgedEnd === null) {
    return { began: true, state: anew };
  }
  const coveredThrough = cyclesOf(job, anew, calendar)?.cycleOf(state.lastJudgedEnd) ?? null;
  return { began: true, state: { ...anew, coveredThrough } };
}
