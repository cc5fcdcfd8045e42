/** What deciding about one job is given, and what it answers. Plain data. */
import type { ArrivalFacts, Conclusion, FileFact, VersionFact } from './conclusion.ts';
import type { Job } from './job.ts';
import type { Calendar } from './missed.ts';
import type { ReportEntry } from './report.ts';
import type { RetentionDecision } from './retention.ts';
import type { JobState, Standing } from './state.ts';

/** One report entry that waits for a judgement, with what was measured. */
export interface PendingEntry {
  /** Whatever the caller knows it by; unique within the job. */
  readonly key: string;
  readonly endedAt: number;
  readonly entry: ReportEntry;
  readonly file: FileFact;
  readonly arrival: ArrivalFacts;
  /** What it was judged as before, when its file has changed since; else null. */
  readonly judgedBefore: Pick<Standing, 'status' | 'reason' | 'message' | 'cycle'> | null;
}

export interface KnownVersion extends VersionFact {
  /** Whatever the caller knows it by; unique within the job. */
  readonly key: string;
}

/** A version found in the tree that was not known, and verified; or one that was known and is gone. */
export interface FoundVersion extends KnownVersion {
  readonly message: string;
}

export interface JobFacts {
  readonly job: Job;
  readonly state: JobState;
  /** Versions that are on disk, in any order. */
  readonly versions: readonly KnownVersion[];
  readonly pending: readonly PendingEntry[];
  readonly adopted: readonly FoundVersion[];
  readonly lost: readonly FoundVersion[];
  /** Until when some report of the agent that cannot be read yet counts as still arriving. */
  readonly reportArrivingUntil: number | null;
  /** Our own trouble with the agent's folder or the job's: nothing of it could be looked at. */
  readonly trouble: { readonly reason: string; readonly message: string } | null;
  /** Cycles after the last settled one that recorded reports cover. */
  readonly covered: ReadonlySet<number>;
  readonly calendar: Calendar;
  readonly now: number;
  /** Only a scan of all jobs begins watches. */
  readonly complete: boolean;
}

export interface Decided {
  /** What it is about: a pending entry, a version that was found or lost, or a cycle that nothing covers. */
  readonly about: 'entry' | 'adopted' | 'lost' | 'cycle';
  /** Key of the entry or version; null for a cycle. */
  readonly key: string | null;
  readonly cycle: number | null;
  readonly conclusion: Conclusion;
  /** How many cycles it stands for. */
  readonly count: number;
  /** false: an event of the history only, never the job's status. */
  readonly stands: boolean;
}

export interface JobDecision {
  /** In the order in which it happened. */
  readonly decided: readonly Decided[];
  /** Pending entries that are neither judged nor put aside: they stay for the next scan. */
  readonly waiting: readonly string[];
  /** Pending entries judged again with the result they had before. */
  readonly confirmed: readonly string[];
  /** Pending entries whose file becomes a version, in order of their end times. */
  readonly publish: readonly string[];
  /** The pending entry whose file becomes the held copy. */
  readonly hold: string | null;
  /** A normal backup has ended the hold: the held copy goes. */
  readonly endHold: boolean;
  /** What retention says of every version, those to publish included; null while pruning is suspended. */
  readonly retention: readonly RetentionDecision[] | null;
  readonly state: JobState;
}
