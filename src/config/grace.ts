/** How long after it was due a backup may still come: never so long that two cycles would be open at once. */
import { shortestGap } from '../calendar/occurrences.ts';
import { formatDuration } from '../core/duration.ts';
import type { Schedule } from '../core/job.ts';
import type { Complaint } from './problem.ts';

const hour = 3_600_000;

/**
 * The longest grace of a schedule in milliseconds: half of the shortest gap (contract, section 4); no limit for a
 * period, whose next cycle begins with the last report.
 */
function longestGrace(schedule: Schedule, zone: string): number {
  return schedule.kind === 'every'
    ? Number.POSITIVE_INFINITY
    : Math.floor(shortestGap(schedule.expression, zone) / 2);
}

/**
 * A bound that costs nothing: with one minute given, occurrences are at least an hour apart; with one hour too, a day.
 * Measuring the real gap takes milliseconds for each schedule.
 */
function certainGrace(schedule: Schedule): number {
  if (schedule.kind === 'every') return Number.POSITIVE_INFINITY;
  const [minute = '', clock = ''] = schedule.expression.split(' ');
  if (!/^\d+$/.test(minute)) return 0;
  return /^\d+$/.test(clock) ? 12 * hour : hour / 2;
}

/** An inherited grace, shortened to what the schedule allows. Milliseconds. */
export function shortenedGrace(grace: number, schedule: Schedule, zone: string): number {
  return grace <= certainGrace(schedule) ? grace : Math.min(grace, longestGrace(schedule, zone));
}

/** What is wrong with a grace that was written for this very job; null when nothing is. */
export function graceFault(
  grace: number,
  schedule: Schedule,
  zone: string,
): Omit<Complaint, 'path'> | null {
  if (grace <= certainGrace(schedule) || schedule.kind === 'every') return null;
  const longest = longestGrace(schedule, zone);
  if (grace <= longest) return null;
  const limit = formatDuration(longest);
  return {
    message: `the grace of ${formatDuration(grace)} exceeds half of the shortest gap of the schedule "${schedule.expression}"`,
    expected: `at most ${limit}`,
    suggestion: limit.replaceAll(' ', ''),
  };
}
