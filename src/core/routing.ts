/** Who wants to hear of what. Pure. */
import type { Routing } from './notifications.ts';
import { severities, type Severity } from './statuses.ts';

/** Whether a job, `agent/database`, or an agent is named by a list of agents and jobs. */
export function isNamed(names: readonly string[] | null, name: string): boolean {
  if (names === null) return true;
  const slash = name.indexOf('/');
  return names.includes(name) || (slash > 0 && names.includes(name.slice(0, slash)));
}

/**
 * Whether somebody hears of something.
 * @param names of the jobs or agents that it is about
 * @param worst the worst that it has been since people were told of it: who was told that it began is told that it ends
 */
export const wants = (
  { jobs, severity }: Routing,
  names: readonly string[],
  worst: Severity,
): boolean =>
  severities.indexOf(worst) >= severities.indexOf(severity) &&
  names.some((name) => isNamed(jobs, name));
