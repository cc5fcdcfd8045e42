/** A calendar that answers the same question once: thousands of jobs share a handful of schedules. */
import type { JobRules } from '../core/job.ts';
import { latestPassed, cyclesOf, type Calendar } from '../core/missed.ts';
import type { Occurrences } from '../core/schedule.ts';
import { newState } from '../core/state.ts';
import type { Job } from '../core/job.ts';

/** The question and its answer are kept for as long as the calendar lives: one pass. */
function memoise(ask: (instant: number) => number | null): (instant: number) => number | null {
  const answers = new Map<number, number | null>();
  return (instant) => {
    let answer = answers.get(instant);
    if (answer === undefined) {
      answer = ask(instant);
      answers.set(instant, answer);
    }
    return answer;
  };
}

export function memoisedCalendar(calendar: Calendar): Calendar {
  const known = new Map<string, Occurrences>();
  return (expression, zone) => {
    const key = `${zone}\n${expression}`;
    let occurrences = known.get(key);
    if (occurrences === undefined) {
      const { atOrBefore, after } = calendar(expression, zone);
      occurrences = { atOrBefore: memoise(atOrBefore), after: memoise(after) };
      known.set(key, occurrences);
    }
    return occurrences;
  };
}

/** The latest cycle of a cron job whose deadline has passed; asked once for each set of rules. */
export function latestPassedOf(calendar: Calendar, now: number): (job: Job) => number | null {
  const known = new Map<JobRules, number | null>();
  return (job) => {
    let latest = known.get(job.rules);
    if (latest === undefined) {
      const cycles = cyclesOf(job, newState, calendar);
      latest = cycles === null ? null : latestPassed(cycles, now);
      known.set(job.rules, latest);
    }
    return latest;
  };
}
