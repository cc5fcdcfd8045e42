/** What it takes to tell people of what was recorded. */
import type { Config } from '../core/job.ts';
import type { Calendar } from '../core/missed.ts';
import type { Database } from '../db/schema.ts';

export interface AlarmRequest {
  readonly db: Database;
  readonly config: Config;
  readonly calendar: Calendar;
  /** Milliseconds UTC; that of the pass. */
  readonly now: number;
  /** After a scan of all jobs: only that sends a digest. */
  readonly complete: boolean;
}

/** Every way by which alarms go out. */
export const hasWays = ({ notifications }: Config): boolean =>
  notifications.email !== null ||
  notifications.webhooks.length > 0 ||
  notifications.commands.length > 0;
