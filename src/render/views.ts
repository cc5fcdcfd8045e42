/** What the renderers are given: facts already gathered and decided. Instants are milliseconds UTC, sizes bytes. */
import type { CycleState, JobStanding } from '../core/standing.ts';
import type { Job } from '../core/job.ts';
import type { Mute } from '../core/mute.ts';
import type { Expectation, Stage, StageName } from '../core/report.ts';
import type { ContentFact } from '../core/content.ts';
import type { Assurance, Severity, Status } from '../core/statuses.ts';

/** One recorded conclusion; the shape of an event in the contract, section 3. */
export interface EventView {
  /** null in a dry run. */
  readonly id: number | null;
  /** Empty for an event of backupmon itself. */
  readonly agent: string;
  /** null for an event of the agent. */
  readonly database: string | null;
  readonly cycle: number | null;
  readonly at: number;
  readonly status: Status;
  readonly severity: Severity;
  readonly reason: string;
  readonly message: string;
  readonly operator: string | null;
  /** How many alike it stands for. */
  readonly count: number;
  /** Why it decides nothing any more, or null. */
  readonly setAside: string | null;
  readonly report: {
    readonly file: string;
    readonly startedAt: number | null;
    readonly endedAt: number;
    readonly stages: Readonly<Record<StageName, Stage | null>>;
  } | null;
  readonly file: {
    readonly name: string | null;
    readonly expected: Expectation;
    readonly found: Expectation;
  } | null;
  readonly assurance: Assurance | null;
  /** What the content was found to be; null where it was not looked into. */
  readonly content: ContentFact | null;
  /** Absolute path of the version's file, or null. */
  readonly promotedTo: string | null;
}

export interface HeldView {
  /** Absolute path of the held copy. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly endedAt: number;
  readonly heldAt: number;
  /** Held cycles in a row. */
  readonly cycles: number;
}

export interface JobView {
  readonly job: Job;
  /** false: disabled or removed; shown only because it was named. */
  readonly expected: boolean;
  readonly standing: JobStanding;
  readonly cycleState: CycleState;
  /** Our own trouble that keeps it from being judged. */
  readonly blocked: {
    readonly reason: string;
    readonly message: string;
    readonly since: number;
  } | null;
  readonly lastSuccessAt: number | null;
  /** Of the newest version; null where there is none. */
  readonly newest: {
    /** Absolute; through `current` where the tree has links. */
    readonly path: string;
    readonly size: number;
    readonly sha256: string;
    readonly assurance: Assurance | null;
    readonly endedAt: number;
    readonly lastConfirmedAt: number;
  } | null;
  readonly versions: number;
  readonly held: HeldView | null;
  /** Recent healthy sizes, oldest first. */
  readonly sizes: readonly number[];
  /** Files of this job lying in the drop zone. */
  readonly depositFiles: number;
  /** Why its alarms are not sent; null where they are. */
  readonly snoozed: Mute | null;
}

/** An alarm that one of its recipients has not got yet. */
export interface UndeliveredView {
  /** `email`, or the name of a webhook or command. */
  readonly way: string;
  readonly recipient: string;
  /** When it was written. */
  readonly since: number;
  readonly attempts: number;
  /** Why the last attempt failed; null before the first. */
  readonly error: string | null;
}

export interface UnexpectedView {
  readonly agent: string;
  /** At most 100 names. */
  readonly names: readonly string[];
  readonly count: number;
  readonly lastReportedAt: number | null;
}

export interface StatusView {
  readonly now: number;
  readonly site: string;
  /** Worst of all jobs shown, and of `scanOverdue`. */
  readonly severity: Severity;
  /** Worst first. */
  readonly jobs: readonly JobView[];
  readonly summary: Readonly<Record<Severity | 'total', number>>;
  readonly lastScan: {
    readonly startedAt: number;
    readonly finishedAt: number | null;
    readonly exitCode: number | null;
  } | null;
  /** One sentence, when the scanner itself has not run for too long. */
  readonly scanOverdue: string | null;
  readonly unexpected: readonly UnexpectedView[];
  /** Oldest first. */
  readonly undelivered: readonly UndeliveredView[];
  /** Sentences about no single job: no links in the tree, … */
  readonly notes: readonly string[];
}

/** The evidence behind one job's status. */
export interface JobDetailView {
  readonly status: StatusView;
  readonly job: JobView;
  readonly configFile: string;
  /** The event that makes up the status; null when it is computed (overdue) or there is none. */
  readonly event: EventView | null;
  /** Median and bounds of the size rule, or null while it does not apply. */
  readonly sizeBounds: {
    readonly median: number;
    readonly low: number;
    readonly high: number;
    readonly samples: number;
  } | null;
  /** Versions present, newest first, each with why retention keeps it (or why it would go). */
  readonly versions: readonly {
    readonly path: string;
    readonly endedAt: number;
    readonly size: number;
    readonly sha256: string;
    readonly lastConfirmedAt: number;
    readonly keep: boolean;
    readonly reasons: readonly string[];
  }[];
  /** The last events, newest first. */
  readonly recent: readonly EventView[];
}

/** What a scan or a promotion did. */
export interface PassView {
  readonly now: number;
  readonly command: 'scan' | 'promote';
  /** Worst current severity of the jobs in scope and of the reports refused. */
  readonly severity: Severity;
  readonly dryRun: boolean;
  readonly events: readonly EventView[];
  readonly unexpected: readonly UnexpectedView[];
  /** What changed for people: new problems and recoveries. */
  readonly news: readonly {
    readonly kind: 'problem' | 'recovery';
    readonly severity: Severity;
    readonly job: string;
    readonly status: Status;
    readonly message: string;
    readonly advice: string;
  }[];
  readonly notices: readonly string[];
  /** Jobs that could not be judged, because of trouble of our own. */
  readonly blocked: readonly {
    readonly job: string;
    readonly reason: string;
    readonly since: number;
    readonly message: string;
  }[];
}

export interface HistoryView {
  readonly now: number;
  /** Newest first. */
  readonly events: readonly EventView[];
  /** More were recorded than are shown. */
  readonly limited: boolean;
}

/** Colours of one stream; each returns its text unchanged where there is no colour. */
export interface Paint {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** How a stream shows things. */
export interface Screen {
  readonly paint: Paint;
  /** Columns; 80 when it is no terminal. */
  readonly width: number;
  /** false: the locale is not UTF-8, use ASCII only. */
  readonly unicode: boolean;
}
