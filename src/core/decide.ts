/**
 * Everything that one scan decides about one job: what each report is worth, which versions are published, held and
 * pruned, which cycles were missed, and what is remembered for the next scan. Pure; the executor only does what it says.
 */
import { withConclusion, withCover, withJudged } from './advance.ts';
import {
  rawHash,
  type ArrivalFacts,
  type Conclusion,
  type FileFact,
  type VersionFact,
} from './conclusion.ts';
import type { Job } from './job.ts';
import { judge } from './judge.ts';
import {
  cyclesOf,
  missedNow,
  missedBefore,
  scheduleKeyOf,
  type Calendar,
  type Missed,
} from './missed.ts';
import type { ReportEntry } from './report.ts';
import { decideRetention, type RetentionDecision } from './retention.ts';
import { missingMessage, standingNow } from './standing.ts';
import type { JobState, Standing } from './state.ts';
import { catalogue } from './statuses.ts';

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

interface Draft {
  state: JobState;
  versions: KnownVersion[];
  readonly decided: (Decided & { readonly at: number })[];
  readonly waiting: string[];
  readonly confirmed: string[];
  readonly publish: string[];
  hold: string | null;
  endHold: boolean;
}

const aside = (reason: string, message: string): Conclusion => ({
  status: 'UNKNOWN',
  severity: 'ok',
  reason,
  message,
  assurance: null,
  found: null,
});

const byEnd = (left: { endedAt: number }, right: { endedAt: number }): number =>
  left.endedAt - right.endedAt;

/** A watch begins with the first complete scan that finds the job with its present schedule and zone. */
export function withWatch(
  job: Job,
  state: JobState,
  now: number,
  complete: boolean,
): { readonly state: JobState; readonly began: boolean } {
  const scheduleKey = scheduleKeyOf(job);
  const watched = state.watchBegan !== null && state.scheduleKey === scheduleKey;
  if (watched || !complete) return { state, began: false };
  const anew = { settledThrough: null, coveredThrough: null, standing: null, since: null };
  return {
    began: true,
    state: { ...state, ...anew, watchBegan: now, scheduleKey, arrivingUntil: null },
  };
}

function addMissed(draft: Draft, facts: JobFacts, missed: Missed): void {
  const { job } = facts;
  for (const cycle of missed.cycles) {
    const deadline = cycle + job.rules.grace;
    const blocked = cycle === missed.cycles.at(-1) ? draft.state.blocked : null;
    const said =
      cycle === missed.newestOfMore
        ? {
            reason: 'no_reports',
            message: `${missed.more} cycles up to this one passed without a report`,
          }
        : missingMessage(cycle, deadline, blocked);
    const conclusion: Conclusion = {
      ...aside(said.reason, said.message),
      status: 'MISSING',
      severity: 'critical',
    };
    const stands = draft.state.coveredThrough === null || cycle > draft.state.coveredThrough;
    const count = cycle === missed.newestOfMore ? missed.more : 1;
    draft.decided.push({
      about: 'cycle',
      key: null,
      cycle,
      conclusion,
      count,
      stands,
      at: deadline,
    });
    if (stands) draft.state = withConclusion(draft.state, conclusion, cycle, deadline);
  }
  draft.state = { ...draft.state, settledThrough: missed.settledThrough };
}

/** The cycle a report belongs to. With `every`, whole periods without any report before it are missed first. */
function cycleOf(draft: Draft, facts: JobFacts, pending: PendingEntry): number {
  if (pending.judgedBefore?.cycle != null) return pending.judgedBefore.cycle;
  addMissed(draft, facts, missedBefore(facts.job, draft.state, pending.endedAt));
  // Before the watch of an `every` job, and outside a calendar, a round stands for itself.
  return (
    cyclesOf(facts.job, draft.state, facts.calendar)?.cycleOf(pending.endedAt) ?? pending.endedAt
  );
}

function put(
  draft: Draft,
  pending: PendingEntry,
  cycle: number | null,
  conclusion: Conclusion,
): void {
  const stands = conclusion.status !== 'UNKNOWN';
  draft.decided.push({
    about: 'entry',
    key: pending.key,
    cycle,
    conclusion,
    count: 1,
    stands,
    at: pending.endedAt,
  });
}

function judgeOne(
  draft: Draft,
  facts: JobFacts,
  pending: PendingEntry,
  later: readonly PendingEntry[],
): void {
  const { job, now } = facts;
  const { lastJudgedEnd } = draft.state;
  if (pending.judgedBefore === null && lastJudgedEnd !== null && pending.endedAt < lastJudgedEnd) {
    put(
      draft,
      pending,
      null,
      aside('replayed', 'older than the last report judged: it changes nothing'),
    );
    return;
  }
  const cycle = cycleOf(draft, facts, pending);
  const verdict = judge({
    entry: pending.entry,
    file: pending.file,
    arrival: pending.arrival,
    rules: job.rules,
    newestVersion: draft.versions.toSorted(byEnd).at(-1) ?? null,
    sizes: draft.state.sizes,
    cycle,
    heldCycles: draft.state.heldCycles,
    deadline: cycle + job.rules.grace,
    now,
  });
  if (verdict.kind === 'blocked') {
    const since = facts.state.blocked?.since ?? now;
    draft.state = {
      ...draft.state,
      blocked: { reason: verdict.reason, message: verdict.message, since },
    };
    draft.waiting.push(pending.key);
    return;
  }
  const mismatch =
    verdict.kind === 'arriving' || verdict.conclusion.status === 'TRANSFER_INTEGRITY_FAILED';
  if (
    mismatch &&
    later.some((other) => other.entry.file !== null && other.entry.file === pending.entry.file)
  ) {
    put(
      draft,
      pending,
      cycle,
      aside('superseded', `a newer report names the same file, ${pending.entry.file}`),
    );
    draft.state = withCover(draft.state, job, pending.endedAt, cycle);
    return;
  }
  if (verdict.kind === 'arriving') {
    const until = Math.max(verdict.until, draft.state.arrivingUntil ?? 0);
    draft.state = { ...draft.state, arrivingUntil: until };
    draft.waiting.push(pending.key);
    return;
  }
  accept(draft, facts, pending, cycle, verdict.conclusion);
}

function accept(
  draft: Draft,
  facts: JobFacts,
  pending: PendingEntry,
  cycle: number,
  conclusion: Conclusion,
): void {
  const before = pending.judgedBefore;
  if (
    before?.status === conclusion.status &&
    before.reason === conclusion.reason &&
    before.message === conclusion.message
  ) {
    draft.confirmed.push(pending.key);
    return;
  }
  put(draft, pending, cycle, conclusion);
  draft.state = withJudged(draft.state, facts.job, pending.endedAt, cycle, conclusion, facts.now);
  if (conclusion.status === 'SIZE_ANOMALY') draft.hold = pending.key;
  if (!catalogue[conclusion.status].healthy) return;
  draft.endHold = true;
  draft.hold = null;
  const { found } = conclusion;
  if (conclusion.status !== 'SUCCESS' || found?.size == null || found.sha256 === null) return;
  draft.publish.push(pending.key);
  draft.versions.push({
    key: pending.key,
    endedAt: pending.endedAt,
    cycle,
    size: found.size,
    sha256: found.sha256,
    rawSha256: rawHash(pending.entry),
    inPlace: true,
  });
}

/** A lost version is critical until the next healthy one: what was safe is not. It counts for nothing any more. */
function loseAll(draft: Draft, facts: JobFacts): void {
  for (const version of facts.lost) {
    const conclusion: Conclusion = {
      ...aside('version_lost', version.message),
      status: 'MISSING',
      severity: 'critical',
    };
    const { key, cycle } = version;
    draft.decided.push({
      about: 'lost',
      key,
      cycle,
      conclusion,
      count: 1,
      stands: true,
      at: -Infinity,
    });
    draft.state = withConclusion(draft.state, conclusion, cycle, facts.now);
  }
}

/** A version that the database did not know covers the cycle of its time, as the report it came from once did. */
function adoptAll(draft: Draft, facts: JobFacts): void {
  for (const version of facts.adopted.toSorted(byEnd)) {
    const { key, endedAt, size, sha256 } = version;
    const cycle = cyclesOf(facts.job, draft.state, facts.calendar)?.cycleOf(endedAt) ?? endedAt;
    const conclusion: Conclusion = {
      status: 'SUCCESS',
      severity: 'ok',
      reason: 'version_adopted',
      message: version.message,
      assurance: 'intact',
      found: { size, sha256 },
    };
    const { lastJudgedEnd } = draft.state;
    const stands = lastJudgedEnd === null || endedAt >= lastJudgedEnd;
    draft.decided.push({ about: 'adopted', key, cycle, conclusion, count: 1, stands, at: endedAt });
    draft.versions.push({ ...version, cycle });
    if (stands) {
      draft.state = withJudged(draft.state, facts.job, endedAt, cycle, conclusion, facts.now);
    }
  }
}

/** Of the reports that already lay there when a watch begins only the newest is judged. */
function judgeAll(draft: Draft, facts: JobFacts, began: boolean): void {
  const sorted = facts.pending.toSorted(byEnd);
  const newestEnd = sorted.at(-1)?.endedAt ?? 0;
  for (const [index, pending] of sorted.entries()) {
    if (began && pending.endedAt < newestEnd) {
      put(
        draft,
        pending,
        null,
        aside('before_watch', 'it lay there before the watch began, and so does a newer one'),
      );
    } else {
      judgeOne(draft, facts, pending, sorted.slice(index + 1));
    }
  }
}

function retentionNow(draft: Draft, facts: JobFacts): readonly RetentionDecision[] | null {
  const { job, now, calendar } = facts;
  const cycles = cyclesOf(job, draft.state, calendar);
  // Failures never cost a version: nothing is pruned unless the newest cycle is healthy.
  if (!catalogue[standingNow(job, draft.state, cycles, now).status].healthy) return null;
  return decideRetention(draft.versions, job.rules.keep, job.rules.timezone, job.rules.schedule);
}

/** Decides one enabled job. */
export function decideJob(facts: JobFacts): JobDecision {
  const watch = withWatch(facts.job, facts.state, facts.now, facts.complete);
  // Both are found anew by each scan, for as long as they last.
  const blocked =
    facts.trouble === null
      ? null
      : { ...facts.trouble, since: facts.state.blocked?.since ?? facts.now };
  const draft: Draft = {
    state: { ...watch.state, blocked, arrivingUntil: facts.reportArrivingUntil },
    versions: [...facts.versions],
    decided: [],
    waiting: [],
    confirmed: [],
    publish: [],
    hold: null,
    endHold: false,
  };
  loseAll(draft, facts);
  adoptAll(draft, facts);
  judgeAll(draft, facts, watch.began);
  const covered = new Set(facts.covered);
  if (draft.state.coveredThrough !== null) covered.add(draft.state.coveredThrough);
  for (const { about, key, cycle } of draft.decided)
    if (about !== 'lost' && key !== null && cycle !== null) covered.add(cycle);
  addMissed(draft, facts, missedNow(facts.job, draft.state, covered, facts.calendar, facts.now));
  const retention = retentionNow(draft, facts);
  const removed = new Set(retention?.filter((item) => !item.keep).map((item) => item.key));
  return {
    decided: draft.decided.toSorted((left, right) => left.at - right.at),
    waiting: draft.waiting,
    confirmed: draft.confirmed,
    publish: draft.publish.filter((key) => !removed.has(key)),
    hold: draft.hold,
    endHold: draft.endHold,
    retention,
    state: draft.state,
  };
}

/**
 * Which pending files are worth a copy while they are read: not those whose content the newest version already holds, and not
 * those that retention would remove at once if every report turned out well. A wrong guess costs a second read, nothing else.
 */
export function worthCopying(
  facts: Pick<JobFacts, 'job' | 'versions'>,
  pending: readonly Omit<PendingEntry, 'file'>[],
): ReadonlySet<string> {
  const expected = pending.map((item) => ({ key: item.key, endedAt: item.endedAt, cycle: null }));
  const { keep, timezone, schedule } = facts.job.rules;
  const kept = decideRetention([...facts.versions, ...expected], keep, timezone, schedule);
  const newest = facts.versions.toSorted(byEnd).at(-1);
  const worth = new Set(kept.filter((item) => item.keep).map((item) => item.key));
  for (const { key, entry } of pending) {
    const same =
      newest?.inPlace === true &&
      (newest.sha256 === entry.expected.sha256 ||
        (newest.rawSha256 !== null && newest.rawSha256 === rawHash(entry)));
    if (same && pending.length === 1) worth.delete(key);
  }
  return worth;
}
