/** A calendar that answers the same question once: thousands of jobs share a handful of schedules. */
import type { Job, JobRules } from '../core/job.ts';
import { cyclesOf, latestPassed, scheduleKeyOf, type Calendar } from '../core/missed.ts';
import type { Occurrences } from '../core/schedule.ts';
import { newState } from '../core/state.ts';

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

/** Asks once for each set of rules: jobs share them by the thousand. */
function oncePerRules<T>(ask: (job: Job) => T): (job: Job) => T {
  const known = new Map<JobRules, T>();
  return (job) => {
    const found = known.get(job.rules);
    if (found !== undefined || known.has(job.rules)) return found as T;
    const answer = ask(job);
    known.set(job.rules, answer);
    return answer;
  };
}

export const scheduleKeys = (): ((job: Job) => string) => oncePerRules(scheduleKeyOf);

/** The latest cycle of a cron job whose deadline has passed. */
export const latestPassedOf = (calendar: Calendar, now: number): ((job: Job) => number | null) =>
  oncePerRules((job) => {
    const cycles = cyclesOf(job, newState, calendar);
    return cycles === null ? null : latestPassed(cycles, now);
  });
