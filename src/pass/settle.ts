/**
 * Decides one job and brings its versions into the tree. What cannot be published is no version: the job is decided again with
 * that trouble as a fact, until what was decided has been done. Nothing is recorded here.
 */
import { decideJob } from '../core/decide.ts';
import type { JobDecision } from '../core/decision.ts';
import type { Status } from '../core/statuses.ts';
import type { AgentZone } from '../deposits/drop-zone.ts';
import type { Trouble } from '../files/trouble.ts';
import type { Tree } from '../validated/publish.ts';
import { carryOut, discard, type Effects } from './carry-out.ts';
import { entryKey, factsOf, type JobCase } from './job-case.ts';
import { measure, type Intake, type Measured } from './measure.ts';

export interface Settled {
  readonly from: JobCase;
  readonly decision: JobDecision;
  /** Folder (relative to the tree) of each published entry, by its key. */
  readonly published: ReadonlyMap<string, string>;
  /** Folder of the held copy, when this pass made one. */
  readonly heldIn: string | null;
  readonly noLinks: boolean;
  readonly notices: readonly string[];
}

const full: ReadonlySet<string> = new Set(['enospc', 'edquot']);

/**
 * What found the disk full is tried once more: copies of others that were under way and did not fit have gone since, and one agent's file
 * that is larger than the disk must not block the jobs of the next.
 */
async function withRoom(intake: Intake, zone: AgentZone | null, from: JobCase): Promise<JobCase> {
  const reads = from.reads.again();
  const measured: Measured[] = [];
  for (const item of from.measured) {
    const wasFull = item.fact.kind === 'trouble' && full.has(item.fact.reason);
    measured.push(wasFull ? await measure(intake, zone, item.item, true, reads) : item);
  }
  return { ...from, measured };
}

/**
 * Publications of one job that fail in one scan before it gives the rest up, which waits with the same trouble: every older report that a
 * full disk lets come into question is read again and decided anew.
 */
const MOST_FAILED = 16;

/** What is or could become a version of its own, were it not for others. */
const WORTH_A_COPY: ReadonlySet<Status> = new Set(['SUCCESS', 'SIZE_ANOMALY', 'HASH_MISMATCH']);

const worthACopy = ({ decided }: JobDecision): string[] =>
  decided.flatMap(({ about, key, conclusion }) =>
    about === 'entry' && WORTH_A_COPY.has(conclusion.status) && key !== null ? [key] : [],
  );

/** Said where a newer backup was judged, which ends the trouble of those before it. */
function notKept(
  { job, measured }: JobCase,
  decision: JobDecision,
  troubles: ReadonlyMap<string, Trouble>,
): string[] {
  if (decision.state.blocked !== null) return [];
  const messages = measured.flatMap(({ item, fact }) => {
    const key = entryKey(item);
    if (!decision.waiting.includes(key)) return [];
    return troubles.get(key)?.message ?? (fact.kind === 'trouble' ? fact.message : []);
  });
  const [first] = messages;
  if (first === undefined) return [];
  const what =
    messages.length === 1 ? 'an older backup was' : `${messages.length} older backups were`;
  return [`${job.id}: ${what} not kept: ${first}`];
}

/** With `tree` null (a dry run) nothing is carried out. */
export async function settle(
  tree: Tree | null,
  intake: Intake,
  zone: AgentZone | null,
  prepared: JobCase,
): Promise<Settled> {
  const from = tree === null ? prepared : await withRoom(intake, zone, prepared);
  const effects: Effects = {
    copies: new Map(
      from.measured.flatMap((item) =>
        item.copy === null ? [] : [[entryKey(item.item), item.copy]],
      ),
    ),
    published: new Map(),
    notices: [],
    heldIn: null,
    noLinks: false,
  };
  const troubles = new Map<string, Trouble>();
  for (;;) {
    const decision = decideJob(factsOf(from, troubles));
    const failed =
      tree === null ? null : await carryOut(tree, intake, zone, from, decision, effects);
    if (failed === null) {
      discard(effects.copies.values());
      const { published, heldIn, noLinks } = effects;
      const notices = [...effects.notices, ...notKept(from, decision, troubles)];
      return { from, decision, published, heldIn, noLinks, notices };
    }
    // Each round takes one entry out for good, so this ends.
    troubles.set(failed.key, failed.trouble);
    if (troubles.size < MOST_FAILED) continue;
    for (const key of worthACopy(decision))
      if (!effects.published.has(key)) troubles.set(key, failed.trouble);
  }
}
