/** What a pass is asked to do, and what it reports back. */
import type { AgentConfig, Config, Job } from '../core/job.ts';
import type { Calendar } from '../core/missed.ts';
import type { JobStanding } from '../core/standing.ts';
import type { Severity } from '../core/statuses.ts';
import type { JobState, Standing } from '../core/state.ts';
import type { EventRecord } from '../db/events.ts';
import type { Database } from '../db/schema.ts';
import type { ScanCounts } from '../db/scans.ts';
import type { Reader } from '../intake/reader.ts';

export interface PassRequest {
  readonly config: Config;
  readonly db: Database;
  readonly calendar: Calendar;
  /** Milliseconds UTC; read once. */
  readonly now: number;
  /** Row of this pass in the database; null for a dry run. */
  readonly passId: number | null;
  /** A scan of all jobs: begins watches. */
  readonly complete: boolean;
  readonly inScope: (job: Job) => boolean;
  /** Whether the exit code tells of a job, or of an agent as such. */
  readonly isCounted: (name: string) => boolean;
  readonly dryRun: boolean;
  /** Starts the program, see Intake. */
  readonly program: readonly string[];
  /** Makes the reader once it is known how many bytes wait to be read. */
  readonly openReader: (bytes: number, files: number) => Reader;
  /** Told when a file has been read, and how many files and bytes there are in all. */
  readonly onFile: (done: { readonly files: number; readonly bytes: number }) => void;
  readonly onVerbose: (line: string) => void;
  /** All files have been read. */
  readonly onEnd: () => void;
}

/** How a job stood before the pass and stands after it. */
export interface JobChangeView {
  readonly job: Job;
  readonly before: Standing | null;
  readonly blockedBefore: boolean;
  readonly after: JobStanding;
  readonly blocked: JobState['blocked'];
}

export interface PassOutcome {
  /** In the order in which they were recorded. */
  readonly events: readonly EventRecord[];
  /** Jobs that something was decided about. */
  readonly changes: readonly JobChangeView[];
  /** Worst severity of the jobs in scope that count and that nothing was decided about. */
  readonly quiet: Severity;
  /** Things that are about no job: the clock, a file system without links. */
  readonly notices: readonly string[];
  readonly unexpected: readonly {
    readonly agent: string;
    readonly names: readonly string[];
    readonly count: number;
    readonly lastReportedAt: number | null;
  }[];
  readonly counts: ScanCounts;
}

/** An agent as a pass sees it: those of the configuration, and folders that nobody configured. */
export interface PassAgent {
  readonly id: string;
  readonly configured: AgentConfig | null;
  /** Enabled jobs. */
  readonly jobs: readonly Job[];
  /** Of those, the ones this pass is asked for. */
  readonly scope: readonly Job[];
  /** Names of all configured databases, disabled ones too: they are not unexpected. */
  readonly known: ReadonlySet<string>;
}
