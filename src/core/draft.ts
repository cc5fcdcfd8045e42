/** A decision in the making: what every step of deciding about a job adds to. */
import { withConclusion } from './advance.ts';
import type { Conclusion } from './conclusion.ts';
import type { Reason } from './reasons.ts';
import type { Decided, JobFacts, KnownVersion, PendingEntry } from './decision.ts';
import type { Missed } from './missed.ts';
import { missingMessage } from './standing.ts';
import type { JobState } from './state.ts';

export interface Draft {
  state: JobState;
  /** Oldest knowledge first: of the same end time, the later in the list is the newer. */
  versions: KnownVersion[];
  readonly decided: (Decided & { readonly at: number })[];
  /** Cycles whose report could not be judged, and our own trouble that kept it from being. */
  readonly notJudged: Map<number, NonNullable<JobState['blocked']>>;
  readonly waiting: string[];
  readonly confirmed: string[];
  readonly publish: string[];
  hold: string | null;
  endHold: boolean;
}

/** Where a scan starts from: our own trouble and what is arriving are found anew by each, for as long as they last. */
export function freshly(facts: JobFacts): Pick<JobState, 'blocked' | 'arrivingUntil'> {
  const { trouble, state, now } = facts;
  return {
    blocked: trouble === null ? null : { ...trouble, since: state.blocked?.since ?? now },
    arrivingUntil: facts.reportArrivingUntil,
  };
}

export const newDraft = (facts: JobFacts, state: JobState): Draft => ({
  state: { ...state, ...freshly(facts) },
  versions: [...facts.versions],
  decided: [],
  notJudged: new Map(),
  waiting: [],
  confirmed: [],
  publish: [],
  hold: null,
  endHold: false,
});

export const byEnd = (left: { endedAt: number }, right: { endedAt: number }): number =>
  left.endedAt - right.endedAt;

/** A conclusion without a proof. */
export const unproved = (
  status: Conclusion['status'],
  severity: Conclusion['severity'],
  reason: Reason,
  message: string,
): Conclusion => ({
  status,
  severity,
  reason,
  message,
  assurance: null,
  found: null,
  content: null,
});

export function putEntry(
  draft: Draft,
  pending: PendingEntry,
  cycle: number | null,
  conclusion: Conclusion,
  stands: boolean,
): void {
  const { key, endedAt } = pending;
  draft.decided.push({ about: 'entry', key, cycle, conclusion, count: 1, stands, at: endedAt });
}

/** An event of the history about a report that is not judged. */
export function putAside(
  draft: Draft,
  pending: PendingEntry,
  cycle: number | null,
  reason: Reason,
  message: string,
): void {
  putEntry(draft, pending, cycle, unproved('UNKNOWN', 'ok', reason, message), false);
}

/** MISSING once for each cycle; it becomes the job's status unless a newer cycle is covered already. */
export function putMissed(draft: Draft, facts: JobFacts, missed: Missed): void {
  for (const cycle of missed.cycles) {
    const deadline = cycle + facts.job.rules.grace;
    const newest = cycle === missed.cycles.at(-1) ? draft.state.blocked : null;
    const summed = cycle === missed.newestOfMore;
    const { reason, message } = summed
      ? {
          reason: 'no_reports' as const,
          message: `${missed.more} cycles up to this one passed without a report`,
        }
      : missingMessage(cycle, deadline, draft.notJudged.get(cycle) ?? newest);
    const conclusion = unproved('MISSING', 'critical', reason, message);
    const stands = draft.state.coveredThrough === null || cycle > draft.state.coveredThrough;
    const count = summed ? missed.more : 1;
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
