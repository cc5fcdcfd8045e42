/**
 * How much work an agent makes: who is served first, and how much of it one scan does. A file of another size than its report says is not
 * read, and no more comes out of it than `outputLimit` allows; so what judging it may take at most is known before it is opened.
 */
import { outputLimit } from '../core/content.ts';
import type { Job } from '../core/job.ts';
import { needsFile } from '../core/judge.ts';
import { sizeIn, type AgentZone } from '../deposits/drop-zone.ts';
import { claimOf } from './reads.ts';
import type { Round, ToJudge } from './round.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** Opening, flushing and recording one file take about as long as reading this much. */
const FILE_BYTES = MiB;

/** Agents with no more to do than this, one small file, are served in the order of the configuration, before all others. */
const LIGHT_BYTES = 2 * GiB + 64 * MiB;

/** Of one agent in one scan, read and unpacked; what is begun is done, so the least is one file. */
export const JUDGED_BYTES_PER_SCAN = 1024 * GiB;

/** Bytes to be read and decompressed for one file. */
export interface Weight {
  /** By its reports, which may be silent about what comes out of it. */
  readonly claimed: number;
  /** Whatever comes out of it. */
  readonly most: number;
}

/** Of a file that is unpacked: what comes out of it, and of all that is compressed within it, see ContentTask. */
function weightOf(size: number, items: readonly ToJudge[]): Weight {
  const bytes = FILE_BYTES + size;
  if (items.every(({ job }) => job.rules.verify === 'intact'))
    return { claimed: bytes, most: bytes };
  const limits = items.map((item) => outputLimit(size, claimOf(item)));
  const most = bytes + Math.max(...limits) + outputLimit(size, null);
  const claims = items.map((item, index) => Math.min(claimOf(item) ?? 0, limits[index] ?? 0));
  return { claimed: bytes + Math.max(...claims), most };
}

/** By the name of the file; one that several reports name is read once. @throws Trouble */
export function weigh(zone: AgentZone, items: readonly ToJudge[]): ReadonlyMap<string, Weight> {
  const named = items.filter(({ entry }) => entry.file !== null && needsFile(entry));
  const byFile = Map.groupBy(named, ({ entry }) => entry.file ?? '');
  return new Map(
    [...byFile].map(([file, list]) => {
      const sizes = list.map(({ entry }) => entry.expected.size ?? sizeIn(zone, file));
      return [file, weightOf(Math.max(...sizes), list)];
    }),
  );
}

/**
 * The jobs with the least to do first, so that the heaviest wait for the next scan where there is too much for one. Of one job the oldest
 * first: it would not be judged any more after a newer one.
 */
export function lightestFirst(
  items: readonly ToJudge[],
  weights: ReadonlyMap<string, Weight>,
): ToJudge[] {
  const files = Map.groupBy(items, ({ job }) => job);
  const most = new Map(
    [...files].map(([job, list]) => {
      const names = new Set(list.map(({ entry }) => entry.file ?? ''));
      return [job, sum([...names].map((name) => weights.get(name)?.most ?? 0))];
    }),
  );
  const jobs = [...files].toSorted(
    ([left], [right]) => (most.get(left) ?? 0) - (most.get(right) ?? 0),
  );
  return jobs.flatMap(([, list]) => list.toSorted((left, right) => left.endedAt - right.endedAt));
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

/** What one scan does for one agent. */
export class Share {
  readonly #weights: ReadonlyMap<string, Weight>;
  /** What was charged for each file, and not used yet. */
  readonly #prepaid = new Map<string, number>();
  readonly #waiting = new Set<Job>();
  #bytes = 0;

  constructor(weights: ReadonlyMap<string, Weight>) {
    this.#weights = weights;
  }

  /** Charges what is claimed about a file; false when it has to wait for the next scan, as all that follow of its job do then. */
  begin({ job, entry }: ToJudge): boolean {
    if (this.#waiting.has(job)) return false;
    const file = entry.file ?? '';
    if (this.#prepaid.has(file)) return true;
    if (this.#bytes >= JUDGED_BYTES_PER_SCAN) {
      this.#waiting.add(job);
      return false;
    }
    const claimed = this.#weights.get(file)?.claimed ?? 0;
    this.#prepaid.set(file, claimed);
    this.#bytes += claimed;
    return true;
  }

  /** Charges what it took beyond that. */
  end({ entry }: ToJudge, bytes: number): void {
    const file = entry.file ?? '';
    const prepaid = this.#prepaid.get(file) ?? 0;
    this.#prepaid.set(file, Math.max(0, prepaid - bytes));
    this.#bytes += Math.max(0, bytes - prepaid);
  }
}

/** 0 for a light agent, then one more for each doubling. */
function classOf({ round }: { readonly round: Round | null }): number {
  const bytes = sum([...(round?.weights.values() ?? [])].map(({ most }) => most));
  return bytes <= LIGHT_BYTES ? 0 : Math.ceil(Math.log2(bytes / LIGHT_BYTES));
}

/**
 * The least to do first, so that nobody waits for another whose files may make more than twice the work that their own may; in the order
 * of the configuration where it is about the same.
 */
export function fairOrder<T extends { readonly round: Round | null }>(works: readonly T[]): T[] {
  const classes = new Map(works.map((work) => [work, classOf(work)]));
  return works.toSorted((left, right) => (classes.get(left) ?? 0) - (classes.get(right) ?? 0));
}
