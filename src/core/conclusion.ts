/** What backupmon concludes about one report entry, and the facts it concludes from. */
import type { Reason } from './reasons.ts';
import type { Expectation, ReportEntry } from './report.ts';
import type { Assurance, Severity, Status } from './statuses.ts';

/** What was found where the report said the file would be. Sizes are bytes, hashes lower-case hex. */
export type FileFact =
  | { readonly kind: 'not_looked_for' }
  | { readonly kind: 'absent' }
  /** A link, hard link, FIFO, device or folder: refused without reading. */
  | { readonly kind: 'unsafe'; readonly what: string }
  /** There, but not read: its size already differs from the reported one. */
  | { readonly kind: 'wrong_size'; readonly size: number }
  | { readonly kind: 'read'; readonly size: number; readonly sha256: string }
  /** It changed while it was read: whatever was read proves nothing. */
  | { readonly kind: 'changing' }
  /** Our own trouble: says nothing about the backup. `reason` is an errno in lower case. */
  | { readonly kind: 'trouble'; readonly reason: string; readonly message: string };

/** When things in the drop zone last changed by the server's clock (ctime; mtime is the agent's to set), ms UTC. */
export interface ArrivalFacts {
  readonly reportChangedAt: number;
  readonly fileChangedAt: number | null;
  /** The newest rsync temporary file of the expected name. */
  readonly temporaryChangedAt: number | null;
}

/** One healthy version as far as the core needs to know it. */
export interface VersionFact {
  readonly endedAt: number;
  readonly cycle: number | null;
  readonly size: number;
  readonly sha256: string;
  readonly rawSha256: string | null;
  /** On disk, under its name, with its size, under the job's present path. */
  readonly inPlace: boolean;
}

/** A healthy size: bytes, and the cycle it counts for. */
export interface SizeSample {
  readonly cycle: number;
  readonly size: number;
}

export interface Conclusion {
  readonly status: Status;
  readonly severity: Severity;
  /** Machine word in snake_case; the README lists them all. */
  readonly reason: Reason;
  /** For people: what was expected and what was found. File names in it are the agent's: sanitise when printing. */
  readonly message: string;
  readonly assurance: Assurance | null;
  readonly found: Expectation | null;
}

export type Verdict =
  | { readonly kind: 'concluded'; readonly conclusion: Conclusion }
  /** Still being written; decided at the latest when `until` (ms UTC) has passed. */
  | { readonly kind: 'arriving'; readonly until: number; readonly message: string }
  | { readonly kind: 'blocked'; readonly reason: string; readonly message: string };

/** The uncompressed content's hash as the agent claims it; without a COMPRESS stage that is the file's own. */
export function rawHash(entry: ReportEntry): string | null {
  return entry.stages.compress === null ? entry.expected.sha256 : entry.raw.sha256;
}
