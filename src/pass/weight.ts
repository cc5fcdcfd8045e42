/**
 * How much work an agent makes: who is served first, and how much of it one scan does. A file of another size than its report says is not
 * read, and no more comes out of it than `outputLimit`; so what judging it may take at most is known before it is opened.
 */
import { outputLimit } from '../core/content.ts';
import { needsFile } from '../core/judge.ts';
import { sizeIn, type AgentZone } from '../deposits/drop-zone.ts';
import { claimOf } from './reads.ts';
import type { Round, ToJudge } from './round.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** Opening, flushing and recording one file take about as long as reading this much. */
const FILE_BYTES = MiB;

/** Agents with no more to do than this, one small file, are served in the order of the configuration, before all others. */
const LIGHT_BYTES = 2 * GiB;

/** Of one agent in one scan, read and unpacked; what is begun is done, so the least is one file. */
export const JUDGED_BYTES_PER_SCAN = 1024 * GiB;

/** Bytes to be read and decompressed for one file. */
export interface Weight {
  /** By its report, which may be silent about what comes out of it. */
  readonly claimed: number;
  /** Whatever comes out of it. */
  readonly most: number;
}

function weightOf(item: ToJudge, size: number): Weight {
  const claim = claimOf(item);
  const bytes = FILE_BYTES + size;
  const isUnpacked = item.job.rules.verify !== 'intact';
  // Of the file itself, and of all that is compressed within it: see ContentTask.
  const most = isUnpacked ? outputLimit(size, claim) + outputLimit(size, null) : 0;
  return { claimed: bytes + (claim ?? 0), most: bytes + most };
}

/** By the name of the file; one that several reports name is read once. @throws Trouble */
export function weigh(zone: AgentZone, items: readonly ToJudge[]): ReadonlyMap<string, Weight> {
  const weights = new Map<string, Weight>();
  for (const item of items) {
    const { file, expected } = item.entry;
    if (file === null || !needsFile(item.entry)) continue;
    const { claimed, most } = weightOf(item, expected.size ?? sizeIn(zone, file));
    const known = weights.get(file) ?? { claimed: 0, most: 0 };
    weights.set(file, {
      claimed: Math.max(claimed, known.claimed),
      most: Math.max(most, known.most),
    });
  }
  return weights;
}

/** The least to do first, so that the heaviest wait for the next scan where there is too much for one; the newest first of the same file. */
export const lightestFirst = (
  items: readonly ToJudge[],
  weights: ReadonlyMap<string, Weight>,
): ToJudge[] =>
  items.toSorted(
    (left, right) => mostOf(left, weights) - mostOf(right, weights) || right.endedAt - left.endedAt,
  );

const mostOf = ({ entry }: ToJudge, weights: ReadonlyMap<string, Weight>): number =>
  weights.get(entry.file ?? '')?.most ?? 0;

/** What one scan does for one agent. */
export class Share {
  readonly #weights: ReadonlyMap<string, Weight>;
  readonly #begun = new Set<string>();
  #bytes = 0;

  constructor(weights: ReadonlyMap<string, Weight>) {
    this.#weights = weights;
  }

  /** Charges what is claimed about a file; false when it has to wait for the next scan. */
  begin(file: string): boolean {
    if (this.#begun.has(file)) return true;
    if (this.#bytes >= JUDGED_BYTES_PER_SCAN) return false;
    this.#begun.add(file);
    this.#bytes += this.#claimed(file);
    return true;
  }

  /** Charges what it took beyond that. */
  end(file: string, bytes: number): void {
    this.#bytes += Math.max(0, bytes - this.#claimed(file));
  }

  #claimed(file: string): number {
    return this.#weights.get(file)?.claimed ?? 0;
  }
}

/** 0 for a light agent, then one more for each doubling. */
function classOf({ round }: { readonly round: Round | null }): number {
  const weights = [...(round?.weights.values() ?? [])];
  const most = weights.reduce((total, weight) => total + weight.most, 0);
  const bytes = Math.min(most, JUDGED_BYTES_PER_SCAN);
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
