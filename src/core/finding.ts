/** What `doctor` finds out about the machine: plain data, one thing each. */
import type { Severity } from './statuses.ts';

/** What is looked at, in the order in which it is told. */
export const areas = [
  'configuration',
  'user',
  'folders',
  'file_systems',
  'database',
  'clock',
  'programs',
  'deposits',
  'schedule',
  'notifications',
  'jobs',
] as const;
export type Area = (typeof areas)[number];

export interface Finding {
  readonly area: Area;
  /** What it is about: a path, a program, an agent, a job. */
  readonly subject: string;
  readonly severity: Exclude<Severity, 'pending'>;
  /** One line: what was found, and where. */
  readonly message: string;
  /** What happens otherwise; null where nothing is wrong. */
  readonly why: string | null;
  /** A command that mends it, or is the first step to it, as a shell takes it; null where nothing is wrong or there is none. */
  readonly mend: string | null;
}
