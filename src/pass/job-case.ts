/** One job in one pass: everything that was found of it, and as `decideJob` asks for it. */
import type { FileFact } from '../core/conclusion.ts';
import type { JobFacts, PendingEntry } from '../core/decision.ts';
import type { Job } from '../core/job.ts';
import type { Calendar } from '../core/missed.ts';
import { newState } from '../core/state.ts';
import type { JobRecord } from '../db/jobs.ts';
import type { Trouble } from '../files/trouble.ts';
import type { Stray } from '../validated/compare.ts';
import type { Measured } from './measure.ts';
import type { Reads } from './reads.ts';
import type { TreeState } from './reconcile.ts';
import type { ToJudge } from './round.ts';

export interface JobCase {
  readonly job: Job;
  readonly record: JobRecord | null;
  readonly tree: TreeState;
  /** Strays that were verified, to be adopted. */
  readonly adopted: readonly Stray[];
  readonly measured: readonly Measured[];
  readonly covered: ReadonlySet<number>;
  readonly reportArrivingUntil: number | null;
  readonly trouble: Trouble | null;
  readonly calendar: Calendar;
  readonly now: number;
  readonly complete: boolean;
  /** What was read of its agent. */
  readonly reads: Reads;
}

/** Names one entry of one report within a pass. */
export const entryKey = (item: ToJudge): string =>
  `${item.job.id}:${item.digest}:${item.recorded?.id ?? ''}`;
export const strayKey = (stray: Stray): string => `stray:${stray.folder}`;

function toPending(from: JobCase, item: Measured, fact: FileFact): PendingEntry {
  const { recorded, endedAt, entry } = item.item;
  const standing = from.record?.state.standing ?? null;
  const isNewest = recorded !== null && recorded.endedAt === from.record?.state.lastJudgedEnd;
  // Once a later cycle was missed the status is no longer this report's: whatever it is now is news.
  const movedOn = standing === null || standing.status === 'MISSING' || from.tree.lost.length > 0;
  const nothing = { status: 'UNKNOWN', reason: '', message: '', cycle: null } as const;
  return {
    key: entryKey(item.item),
    endedAt,
    entry,
    file: fact,
    arrival: item.arrival,
    judgedBefore: isNewest ? (movedOn ? nothing : standing) : null,
  };
}

/** @param troubles met while publishing, by entryKey: they are facts like those met while reading */
export function factsOf(from: JobCase, troubles: ReadonlyMap<string, Trouble>): JobFacts {
  const trouble = (item: Measured): FileFact => {
    const met = troubles.get(entryKey(item.item));
    return met === undefined
      ? item.fact
      : { kind: 'trouble', reason: met.reason, message: met.message };
  };
  return {
    job: from.job,
    state: from.record?.state ?? newState,
    versions: from.tree.present,
    pending: from.measured.map((item) => toPending(from, item, trouble(item))),
    adopted: from.adopted.map((stray) => ({
      key: strayKey(stray),
      endedAt: stray.endedAt,
      cycle: null,
      size: stray.size,
      sha256: stray.sha256,
      rawSha256: null,
      fingerprint: null,
      contentKind: null,
      inPlace: true,
      message: `${stray.folder} was not recorded; its SHA256SUMS verifies, and it is kept`,
    })),
    lost: from.tree.lost,
    reportArrivingUntil: from.reportArrivingUntil,
    trouble:
      from.trouble === null ? null : { reason: from.trouble.reason, message: from.trouble.message },
    covered: from.covered,
    calendar: from.calendar,
    now: from.now,
    complete: from.complete,
  };
}
