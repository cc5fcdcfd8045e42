/** A job, its reports and its scans, for the tests of what is decided about it. */
import type { ContentFact } from '../../src/core/content.ts';
import type { FileFact, VersionFact } from '../../src/core/conclusion.ts';
import { decideJob } from '../../src/core/decide.ts';
import type {
  FoundVersion,
  JobDecision,
  JobFacts,
  KnownVersion,
  PendingEntry,
} from '../../src/core/decision.ts';
import type { Job, JobRules } from '../../src/core/job.ts';
import { scheduleKeyOf, type Calendar } from '../../src/core/missed.ts';
import type { ReportEntry, Stage } from '../../src/core/report.ts';
import { newState, type JobState } from '../../src/core/state.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** A cycle of `daily` is due at this instant. */
export const monday = Date.UTC(2026, 5, 15, 20);

/** The expression is a number of hours; one occurrence falls on `monday`. `never` has none. */
export const calendar: Calendar = (expression) => {
  if (expression === 'never') return { atOrBefore: () => null, after: () => null };
  const gap = Number(expression) * hour;
  const last = (instant: number): number => monday + Math.floor((instant - monday) / gap) * gap;
  return { atOrBefore: last, after: (instant) => last(instant) + gap };
};

export const daily = { kind: 'cron', expression: '24' } as const;
export const everyDay = { kind: 'every', period: day } as const;
const keepOne = { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
export const keepLast = (last: number) => ({ ...keepOne, last });

export const jobWith = (rules: Partial<JobRules> = {}): Job => ({
  id: 'paris/compta',
  agent: 'paris',
  database: 'compta',
  enabled: true,
  labels: {},
  path: 'paris/compta',
  rules: {
    schedule: daily,
    timezone: 'UTC',
    grace: 90 * minute,
    early: null,
    verify: 'complete',
    keep: keepOne,
    unchanged: 'warning',
    sizeChange: 0.5,
    settle: 2 * minute,
    deposit: 'keep',
    failAfter: 1,
    ...rules,
  },
  lines: {},
});

export const stage = (values: Partial<Stage> = {}): Stage => ({
  ok: true,
  startedAt: null,
  finishedAt: null,
  size: null,
  sha256: null,
  error: null,
  ...values,
});

export const entryWith = (values: Partial<ReportEntry> = {}): ReportEntry => ({
  database: 'compta',
  stages: { backup: stage(), compress: stage(), transfer: stage() },
  file: 'compta.sql.gz',
  expected: { size: 1000, sha256: 'a' },
  raw: { size: 5000, sha256: 'raw-a' },
  unverifiable: null,
  incomplete: null,
  ...values,
});

/** A good backup: its file is there, as reported, and settled long ago. `content` stands for its hash. */
export function report(
  endedAt: number,
  content = `content of ${endedAt}`,
  values: Partial<PendingEntry> & { readonly size?: number; readonly name?: string } = {},
): PendingEntry {
  const { size = 1_000_000, name = `${endedAt}.gz`, ...rest } = values;
  return {
    key: `report ${endedAt} ${content}`,
    endedAt,
    entry: entryWith({
      file: name,
      expected: { size, sha256: content },
      raw: { size: 5 * size, sha256: `raw ${content}` },
    }),
    file: { kind: 'read', size, sha256: content, content: null },
    arrival: { reportChangedAt: 0, fileChangedAt: 0, temporaryChangedAt: null },
    judgedBefore: null,
    ...rest,
  };
}

/** A whole dump of 5,000 bytes in gzip, as it is found in the file of `entryWith()`. */
export const contentFact: ContentFact = {
  assurance: 'complete',
  compression: 'gzip',
  kind: 'mysql',
  description: 'MariaDB dump',
  raw: { size: 5000, sha256: 'raw-a' },
  member: null,
  fingerprint: 'print-a',
  fault: null,
  shortfall: null,
  remarks: [],
  measures: { tables: null, batches: null },
  lastLine: null,
};

export const failed = (endedAt: number): PendingEntry =>
  report(endedAt, 'failed', {
    entry: entryWith({
      stages: { backup: stage({ ok: false }), compress: null, transfer: null },
    }),
    file: { kind: 'not_looked_for' },
  });

export const withFile = (pending: PendingEntry, file: FileFact): PendingEntry => ({
  ...pending,
  file,
});

export const version = (values: Partial<VersionFact> = {}): VersionFact => ({
  endedAt: 0,
  cycle: 0,
  size: 1000,
  sha256: 'a',
  rawSha256: 'raw-a',
  fingerprint: null,
  contentKind: null,
  inPlace: true,
  ...values,
});

/** A version of the size and content of `report(endedAt)`, as it is found in the tree. */
export function found(endedAt: number): FoundVersion {
  return {
    key: `stray ${endedAt}`,
    endedAt,
    cycle: null,
    size: 1_000_000,
    sha256: `content of ${endedAt}`,
    rawSha256: null,
    fingerprint: null,
    contentKind: null,
    inPlace: true,
    message: 'found',
  };
}

/** A state whose watch began an hour before `monday`. */
export const watched = (job: Job, values: Partial<JobState> = {}): JobState => ({
  ...newState,
  watchBegan: monday - hour,
  scheduleKey: scheduleKeyOf(job),
  ...values,
});

/** One job from scan to scan: the state and the versions of one scan are those that the next one finds. */
export class Story {
  job: Job;
  state: JobState;
  versions: readonly KnownVersion[] = [];
  /** Cycles covered by what was decided so far, as the database remembers them. */
  readonly covered = new Set<number>();
  readonly missing: number[] = [];
  last: JobDecision | null = null;

  constructor(job: Job, state: JobState = watched(job)) {
    this.job = job;
    this.state = state;
  }

  scan(now: number, pending: readonly PendingEntry[] = [], more: Partial<JobFacts> = {}): string[] {
    const decision = decideJob({
      job: this.job,
      state: this.state,
      versions: this.versions,
      pending,
      adopted: [],
      lost: [],
      reportArrivingUntil: null,
      trouble: null,
      covered: this.covered,
      calendar,
      now,
      complete: true,
      ...more,
    });
    this.last = decision;
    this.state = decision.state;
    const published = pending.filter((item) => decision.publish.includes(item.key));
    const removed = new Set(decision.retention?.filter((one) => !one.keep).map((one) => one.key));
    this.versions = [...this.versions, ...published.map(asVersion(decision))].filter(
      (item) => !removed.has(item.key),
    );
    for (const { about, cycle, conclusion } of decision.decided) {
      if (about === 'cycle' && cycle !== null) this.missing.push(cycle);
      else if (about !== 'lost' && cycle !== null && conclusion.status !== 'MISSING')
        this.covered.add(cycle);
    }
    return decision.decided.map(({ conclusion, stands }) => {
      const { status, reason } = conclusion;
      return `${status} ${reason}${stands ? '' : ' (history)'}`;
    });
  }
}

const asVersion =
  (decision: JobDecision) =>
  (item: PendingEntry): KnownVersion => ({
    key: item.key,
    endedAt: item.endedAt,
    cycle: decision.decided.find((one) => one.key === item.key)?.cycle ?? null,
    size: item.entry.expected.size ?? 0,
    sha256: item.entry.expected.sha256 ?? '',
    rawSha256: item.entry.raw.sha256,
    fingerprint: item.file.kind === 'read' ? (item.file.content?.fingerprint ?? null) : null,
    contentKind: item.file.kind === 'read' ? (item.file.content?.kind ?? null) : null,
    inPlace: true,
  });
