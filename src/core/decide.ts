/**
 * Everything that one scan decides about one job: what each report is worth, which versions are published, held and
 * pruned, which cycles were missed, and what is remembered for the next scan. Pure; the executor only does what it says.
 */
import { withConclusion, withWorth } from './advance.ts';
import type { Conclusion } from './conclusion.ts';
import type { JobDecision, JobFacts, PendingEntry } from './decision.ts';
import { decideEntry } from './decide-entry.ts';
import { byEnd, newDraft, putAside, putMissed, unproved, type Draft } from './draft.ts';
import { cycleOfReport, cyclesOf, missedNow } from './missed.ts';
import { decideRetention, type RetentionDecision } from './retention.ts';
import { standingNow } from './standing.ts';
import { catalogue } from './statuses.ts';
import { withWatch } from './watch.ts';

/** A lost version is critical until the next healthy one: what was safe is not. It counts for nothing any more. */
function loseAll(draft: Draft, facts: JobFacts): void {
  for (const { key, cycle, message } of facts.lost) {
    const conclusion = unproved('MISSING', 'critical', 'version_lost', message);
    const decided = { about: 'lost', key, cycle, conclusion, count: 1, stands: true } as const;
    draft.decided.push({ ...decided, at: -Infinity });
    draft.state = withConclusion(draft.state, conclusion, cycle, facts.now);
  }
}

/** A version that the database did not know covers the cycle of its time, as the report it came from once did. */
function adoptAll(draft: Draft, facts: JobFacts): void {
  const { job, calendar, now } = facts;
  for (const version of facts.adopted.toSorted(byEnd)) {
    const { key, endedAt, size, sha256 } = version;
    const cycle = cycleOfReport(job, draft.state, calendar, endedAt);
    const conclusion: Conclusion = {
      status: 'SUCCESS',
      severity: 'ok',
      reason: 'version_adopted',
      message: version.message,
      assurance: 'intact',
      found: { size, sha256 },
      content: null,
    };
    const { lastJudgedEnd } = draft.state;
    // The name of a folder has whole seconds.
    const stands = lastJudgedEnd === null || endedAt >= Math.floor(lastJudgedEnd / 1000) * 1000;
    draft.decided.push({ about: 'adopted', key, cycle, conclusion, count: 1, stands, at: endedAt });
    draft.versions.push({ ...version, cycle });
    if (!stands) continue;
    const standing = withConclusion(draft.state, conclusion, cycle, now);
    const state = withWorth(standing, job, endedAt, cycle, conclusion);
    // A database that has forgotten versions has forgotten their reports too: what was due before them is nobody's fault.
    const due = cycle <= now ? cycle : cyclesOf(job, state, calendar)?.previous(cycle);
    draft.state =
      job.rules.schedule.kind === 'cron' && due != null
        ? { ...state, settledThrough: Math.max(state.settledThrough ?? due, due) }
        : state;
  }
}

/** By end time; of the same one, the correction was written later. */
const inOrder = (left: PendingEntry, right: PendingEntry): number =>
  byEnd(left, right) || left.arrival.reportChangedAt - right.arrival.reportChangedAt;

/** Of the reports that already lay there when a watch begins only the newest is judged. */
function judgeAll(draft: Draft, facts: JobFacts, began: boolean): void {
  const sorted = facts.pending.toSorted(inOrder);
  const newestEnd = sorted.at(-1)?.endedAt ?? 0;
  for (const [index, pending] of sorted.entries()) {
    if (began && pending.endedAt < newestEnd) {
      const message = 'it lay there before the watch began, and so does a newer one';
      putAside(draft, pending, null, 'before_watch', message);
    } else {
      decideEntry(draft, facts, pending, sorted.slice(index + 1));
    }
  }
}

/** The cycles that recorded reports cover, and those of this scan. */
function coveredNow(draft: Draft, facts: JobFacts): ReadonlySet<number> {
  const covered = new Set(facts.covered);
  if (draft.state.coveredThrough !== null) covered.add(draft.state.coveredThrough);
  for (const { about, cycle } of draft.decided) {
    if ((about === 'entry' || about === 'adopted') && cycle !== null) covered.add(cycle);
  }
  return covered;
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
  const { job, calendar, now } = facts;
  const watch = withWatch(job, facts.state, calendar, now, facts.complete);
  const draft = newDraft(facts, watch.state);
  loseAll(draft, facts);
  adoptAll(draft, facts);
  judgeAll(draft, facts, watch.began);
  putMissed(draft, facts, missedNow(job, draft.state, coveredNow(draft, facts), calendar, now));
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
