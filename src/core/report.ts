/** What an agent claims about one backup round, after parsing: values that cannot hold a bad path, number or hash. */

export type StageName = 'backup' | 'compress' | 'transfer';

/** One stage as reported. Times are milliseconds UTC, sizes bytes, hashes lower-case hex; what was unreadable is null. */
export interface Stage {
  /** null: the status was absent or unreadable. */
  readonly ok: boolean | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly size: number | null;
  readonly sha256: string | null;
  /** The agent's own words, unchanged but cut to 2,000 characters: sanitise before a person sees them. */
  readonly error: string | null;
}

export interface Expectation {
  readonly size: number | null;
  readonly sha256: string | null;
}

/** One database of a report. */
export interface ReportEntry {
  /** Any text of at most 255 characters: to be compared with configured names, never to be a path. */
  readonly database: string;
  /** null: the stage was absent. A stage that was no object is there, with nothing in it. */
  readonly stages: Readonly<Record<StageName, Stage | null>>;
  /** A safe single file name, or null when there is none to look for. */
  readonly file: string | null;
  /** Size and hash of the file as transferred. */
  readonly expected: Expectation;
  /** Size and hash before compression, where a COMPRESS stage makes them differ from `expected`. */
  readonly raw: Expectation;
  /** Why the file cannot be verified (name, SHA-256 or size unusable), a phrase fit for people; null when it can. */
  readonly unverifiable: string | null;
  /** What is missing or unreadable in the stages, a phrase fit for people; null when they are readable. */
  readonly incomplete: string | null;
}

export interface Report {
  readonly startedAt: number | null;
  /** The round's end: milliseconds UTC. */
  readonly endedAt: number;
  readonly entries: readonly ReportEntry[];
}

/** Why a report was refused. `forged` and `clock_skew` are decided outside the parser, which knows neither folder nor clock. */
export const refusalReasons = [
  'unreadable',
  'too_large',
  'too_many_databases',
  'too_many_files',
  'unsafe_file',
  'bad_shape',
  'no_time',
  'bad_time',
  'no_agent_id',
  'forged',
  'clock_skew',
  'cut_short',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** The parser's answer: one typed value, or one reason. `cut_short` is retried while the file is young. */
export type ParsedReport =
  | { readonly kind: 'report'; readonly agentId: string; readonly report: Report }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      /** A phrase fit for people. */
      readonly message: string;
    };
