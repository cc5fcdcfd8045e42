/** Decides one report entry within the decision about its job. */
import { isOvertaken, withConclusion, withCover, withWorth } from './advance.ts';
import { rawHash, type Conclusion, type Verdict } from './conclusion.ts';
import type { JobFacts, PendingEntry } from './decision.ts';
import { byEnd, freshly, putAside, putEntry, putMissed, type Draft } from './draft.ts';
import { judge } from './judge.ts';
import { cycleOfReport, missedBefore } from './missed.ts';
import { catalogue } from './statuses.ts';

const newestOf = (draft: Draft) => draft.versions.toSorted(byEnd).at(-1) ?? null;

/** The cycle a report belongs to. With `every`, whole periods without any report before it are missed first. */
function cycleOf(draft: Draft, facts: JobFacts, pending: PendingEntry): number {
  const { standing, lastJudgedEnd } = draft.state;
  const known = pending.judgedBefore?.cycle ?? null;
  if (known !== null) return known;
  // A correction belongs where the report that it corrects does.
  const corrects = pending.endedAt === lastJudgedEnd && standing?.status !== 'MISSING';
  if (corrects && standing?.cycle != null) return standing.cycle;
  putMissed(draft, facts, missedBefore(facts.job, draft.state, pending.endedAt));
  return cycleOfReport(facts.job, draft.state, facts.calendar, pending.endedAt);
}

function verdictOn(draft: Draft, facts: JobFacts, pending: PendingEntry, cycle: number): Verdict {
  const { rules } = facts.job;
  const { sizes, heldCycles } = draft.state;
  return judge({
    entry: pending.entry,
    file: pending.file,
    arrival: pending.arrival,
    rules,
    newestVersion: newestOf(draft),
    sizes,
    cycle,
    heldCycles,
    deadline: cycle + rules.grace,
    now: facts.now,
  });
}

/** Judges a report; it waits while it is arriving or our own trouble is in the way. `later` are the reports after it. */
export function decideEntry(
  draft: Draft,
  facts: JobFacts,
  pending: PendingEntry,
  later: readonly PendingEntry[],
): void {
  const { lastJudgedEnd } = draft.state;
  if (pending.judgedBefore === null && lastJudgedEnd !== null && pending.endedAt < lastJudgedEnd) {
    const message = 'older than the last report judged: it changes nothing';
    putAside(draft, pending, null, 'replayed', message);
    return;
  }
  const cycle = cycleOf(draft, facts, pending);
  const verdict = verdictOn(draft, facts, pending, cycle);
  const overtaken = overtakenBy(draft, pending, later);
  if (verdict.kind === 'blocked') {
    const { reason, message } = verdict;
    const blocked = { reason, message, since: facts.state.blocked?.since ?? facts.now };
    draft.notJudged.set(cycle, blocked);
    draft.state = { ...draft.state, blocked };
    draft.waiting.push(pending.key);
  } else if (verdict.kind === 'postponed') {
    const { message } = verdict;
    draft.notJudged.set(cycle, { reason: 'postponed', message, since: facts.now });
    excuseUntil(draft, verdict.until);
    draft.waiting.push(pending.key);
  } else if (isMismatch(verdict) && overtaken !== null) {
    putAside(draft, pending, cycle, 'superseded', overtaken);
    draft.state = withCover(draft.state, facts.job, pending.endedAt, cycle);
  } else if (verdict.kind === 'arriving') {
    excuseUntil(draft, verdict.until);
    draft.waiting.push(pending.key);
  } else {
    accept(draft, facts, pending, cycle, verdict.conclusion);
  }
}

function excuseUntil(draft: Draft, until: number): void {
  const { arrivingUntil } = draft.state;
  draft.state = { ...draft.state, arrivingUntil: Math.max(until, arrivingUntil ?? 0) };
}

const isMismatch = (verdict: Exclude<Verdict, { kind: 'blocked' | 'postponed' }>): boolean =>
  verdict.kind === 'arriving' || verdict.conclusion.status === 'TRANSFER_INTEGRITY_FAILED';

const sameFileLater = ({ entry }: PendingEntry, later: readonly PendingEntry[]): boolean =>
  entry.file !== null && later.some((other) => other.entry.file === entry.file);

/**
 * The version that a report tells of, to the second and the byte, as it is when a scan was killed before it could record what it had
 * published, or when the database was lost.
 */
const isSafe = (draft: Draft, { endedAt, entry, judgedBefore }: PendingEntry): boolean =>
  judgedBefore === null &&
  draft.versions.some(
    (version) =>
      version.sha256 === entry.expected.sha256 &&
      Math.floor(version.endedAt / 1000) === Math.floor(endedAt / 1000),
  );

/** Why a file that does not match says nothing about the backup of this report; null when it does. */
function overtakenBy(
  draft: Draft,
  pending: PendingEntry,
  later: readonly PendingEntry[],
): string | null {
  const { file } = pending.entry;
  if (sameFileLater(pending, later)) return `a newer report names the same file, ${file}`;
  return isSafe(draft, pending)
    ? `its backup is in the tree; ${file} is another file by now`
    : null;
}

/** Judged again with the result it had; a backup that now equals its own version has not become "unchanged" either. */
function isConfirmed(draft: Draft, pending: PendingEntry, conclusion: Conclusion): boolean {
  const before = pending.judgedBefore;
  if (before === null) return false;
  if (before.status === 'SUCCESS' && conclusion.status === 'HASH_MISMATCH') {
    return newestOf(draft)?.endedAt === pending.endedAt;
  }
  const { status, reason, message } = conclusion;
  return before.status === status && before.reason === reason && before.message === message;
}

function accept(
  draft: Draft,
  facts: JobFacts,
  pending: PendingEntry,
  cycle: number,
  conclusion: Conclusion,
): void {
  if (isConfirmed(draft, pending, conclusion)) {
    draft.confirmed.push(pending.key);
    return;
  }
  const { key, endedAt } = pending;
  const stands = !isOvertaken(draft.state, cycle);
  putEntry(draft, pending, cycle, conclusion, stands);
  if (stands) draft.state = withConclusion(draft.state, conclusion, cycle, facts.now);
  draft.state = {
    ...withWorth(draft.state, facts.job, endedAt, cycle, conclusion),
    ...freshly(facts),
  };
  if (conclusion.status === 'SIZE_ANOMALY') {
    // A normal backup before it in the same scan has ended the last hold; this begins another.
    draft.hold = key;
    draft.endHold = false;
  }
  if (!catalogue[conclusion.status].healthy) return;
  draft.endHold = true;
  draft.hold = null;
  if (conclusion.status !== 'SUCCESS' || pending.file.kind !== 'read') return;
  draft.publish.push(key);
  const { size, sha256, content } = pending.file;
  draft.versions.push({
    key,
    endedAt,
    cycle,
    size,
    sha256,
    rawSha256: rawHash(pending.entry, content),
    fingerprint: content?.fingerprint ?? null,
    contentKind: content?.kind ?? null,
    inPlace: true,
  });
}
