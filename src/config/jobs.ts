/** Checked drafts to jobs: the last faults are those of one job's rules among themselves. */
import type { Job, JobRules } from '../core/job.ts';
import type { Draft } from './drafts.ts';
import { graceFault, shortenedGrace } from './grace.ts';
import type { Inherited } from './inherit.ts';
import { scheduleWords } from './pieces.ts';
import type { ProblemList } from './problem.ts';

/**
 * The jobs; those with faults are left out and reported. Jobs with the same rules share one object.
 *
 * @param paths the rendered path of each draft; null where it was faulty
 */
export function buildJobs(
  drafts: readonly Draft[],
  paths: readonly (string | null)[],
  problems: ProblemList,
): Job[] {
  const shared = new Map<Inherited, JobRules | null>();
  return drafts.flatMap((draft, index) => {
    const { id, agent, database, inherited } = draft;
    checkRules(draft, problems);
    const known = shared.get(inherited);
    const rules = known === undefined ? rulesOf(inherited) : known;
    shared.set(inherited, rules);
    const path = paths[index];
    if (rules === null || path === null || path === undefined) return [];
    const { enabled, labels, lines } = inherited;
    return [{ id, agent, database, enabled, labels, path, rules, lines }];
  });
}

function checkRules({ id, key, path, inherited }: Draft, problems: ProblemList): void {
  const { values, written, faulty } = inherited;
  const { schedule, timezone, grace } = values;
  if (schedule === undefined && !faulty.has('schedule')) {
    problems.add(key, {
      path: [...path, 'schedule'],
      message: `${id} has no schedule`,
      expected: `${scheduleWords}; here, in its agent or in defaults`,
    });
  }
  const own =
    written.grace !== undefined && written.grace.path.length > path.length ? written.grace : null;
  const known = !faulty.has('schedule') && !faulty.has('grace') && !faulty.has('timezone');
  if (own === null || !known || schedule === undefined) return;
  const fault = graceFault(grace, schedule, timezone);
  if (fault !== null) problems.add(own.span, { path: own.path, ...fault });
}

function rulesOf({ values, faulty }: Inherited): JobRules | null {
  const { schedule, path: _, ...rules } = values;
  if (schedule === undefined || faulty.size > 0) return null;
  return { ...rules, schedule, grace: shortenedGrace(rules.grace, schedule, rules.timezone) };
}
