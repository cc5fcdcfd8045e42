/** What backupmon concludes about one report entry, and the facts it concludes from. */
import type { ContentFact, ContentKind } from './content.ts';
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
  | {
      readonly kind: 'read';
      readonly size: number;
      readonly sha256: string;
      /** null: its content was not looked into. */
      readonly content: ContentFact | null;
    }
  /** It changed while it was read: whatever was read proves nothing. */
  | { readonly kind: 'changing' }
  /** Its turn comes in the next scan: this one has done as much for its agent as a scan does. */
  | { readonly kind: 'postponed' }
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
  /** SHA-256 before compression: as measured, or as the agent reported it where the content was not looked into. */
  readonly rawSha256: string | null;
  /** SHA-256 of the content without what changes by itself; null where the content was not looked into. */
  readonly fingerprint: string | null;
  readonly contentKind: ContentKind | null;
  /** On disk, under its name, with its size, under the job's present path. */
  readonly inPlace: boolean;
}

/** The measures of a healthy backup, and the cycle it counts for. */
export interface SizeSample {
  readonly cycle: number;
  /** Of the file, in bytes. */
  readonly size: number;
  /** Of the uncompressed content, in bytes; null or absent where it was not looked into. */
  readonly raw?: number | null;
  /** Number of tables; null or absent where the format does not tell. */
  readonly tables?: number | null;
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
  /** What its content was found to be; null where it was not looked into. */
  readonly content: ContentFact | null;
}

export type Verdict =
  | { readonly kind: 'concluded'; readonly conclusion: Conclusion }
  /** Still being written; decided at the latest when `until` (ms UTC) has passed. */
  | { readonly kind: 'arriving'; readonly until: number; readonly message: string }
  | { readonly kind: 'blocked'; readonly reason: string; readonly message: string }
  /** Nothing is known yet: another scan judges it. It excuses its cycle until `until` (ms UTC). */
  | { readonly kind: 'postponed'; readonly until: number; readonly message: string };

/** The uncompressed content's hash as the agent claims it; without a COMPRESS stage that is the file's own. */
export function claimedRawHash(entry: ReportEntry): string | null {
  return entry.stages.compress === null ? entry.expected.sha256 : entry.raw.sha256;
}

/** The uncompressed content's hash: as measured, else as the agent claims it. */
export const rawHash = (entry: ReportEntry, content: ContentFact | null): string | null =>
  content?.raw?.sha256 ?? claimedRawHash(entry);
