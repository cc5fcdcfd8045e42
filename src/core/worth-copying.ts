/** A guess made before a file is read: whether the read should also make a private copy. */
import { claimedRawHash } from './conclusion.ts';
import type { JobFacts, PendingEntry } from './decision.ts';
import { byEnd } from './draft.ts';
import { decideRetention } from './retention.ts';

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
        (newest.rawSha256 !== null && newest.rawSha256 === claimedRawHash(entry)));
    if (same && pending.length === 1) worth.delete(key);
  }
  return worth;
}
