import type { JobView } from './views.ts';

/** What `--problems` shows: a job that is not well, or that we cannot judge, whatever its last status. */
export const isProblem = ({ standing, blocked }: JobView): boolean =>
  standing.severity === 'critical' || standing.severity === 'warning' || blocked !== null;
