/** What one agent has brought since the last pass: the reports that were read, and what there is to judge. Plain data. */
import type { Job } from '../core/job.ts';
import type { RefusalReason, ReportEntry } from '../core/report.ts';
import type { RecordedEntry } from '../db/entries.ts';
import type { KnownReport } from '../db/reports.ts';
import type { ReportFile } from '../deposits/report-files.ts';
import type { Weight } from './weight.ts';
import type { PassAgent } from './request.ts';

export interface Refusal {
  readonly reason: RefusalReason;
  readonly message: string;
}

/** A report that was read and is remembered as seen. */
export interface SeenFile {
  readonly file: ReportFile;
  /** Of its content: the same content is the same report. */
  readonly digest: string;
  /** What it is recorded under: the digest, or, for one more copy of a report, that and the copy's state. */
  readonly key: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly refused: Refusal | null;
  /** It will never be moved. */
  readonly stays: boolean;
}

/** One report entry to judge, before its file was looked at. */
export interface ToJudge {
  readonly job: Job;
  readonly digest: string;
  readonly report: { readonly name: string; readonly startedAt: number | null };
  readonly endedAt: number;
  readonly entry: ReportEntry;
  readonly reportChangedAt: number;
  /** The entry as recorded, when it was judged before. */
  readonly recorded: RecordedEntry | null;
}

/** Databases in the newest report that no job expects. */
export interface Unexpected {
  readonly endedAt: number;
  /** At most MAX_UNEXPECTED; `count` counts them all. */
  readonly names: readonly string[];
  readonly count: number;
}

export const MAX_UNEXPECTED = 100;

export interface Draft {
  readonly seen: SeenFile[];
  /** Judged before, still lying there: only the move to the archive is left. */
  readonly leftovers: { readonly known: KnownReport; readonly file: ReportFile }[];
  /** Recorded as lying there, and not there any more. */
  readonly gone: KnownReport[];
  /** New ones only: each report is refused once. */
  readonly refusals: Refusal[];
  readonly toJudge: ToJudge[];
  /** Until when a report that cannot be read yet counts as still arriving. */
  arrivingUntil: number | null;
  unexpected: Unexpected | null;
}

export interface Round extends Readonly<Draft> {
  readonly agent: PassAgent;
  readonly jobsKey: string;
  /** Of the files to be read, by their names. */
  readonly weights: ReadonlyMap<string, Weight>;
}

export const newDraft = (): Draft => ({
  seen: [],
  leftovers: [],
  gone: [],
  refusals: [],
  toJudge: [],
  arrivingUntil: null,
  unexpected: null,
});

/** A recorded entry, to be judged once more with what its file is by now; its report is not read again. */
export const judgeAgain = (job: Job, recorded: RecordedEntry): ToJudge => ({
  job,
  digest: '',
  report: recorded.report,
  endedAt: recorded.endedAt,
  entry: recorded.entry,
  reportChangedAt: 0,
  recorded,
});
