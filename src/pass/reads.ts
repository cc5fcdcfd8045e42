/**
 * What was found in the files of one agent in one pass. However many of its reports name a file, it is read once: a thousand reports of one
 * terabyte must not cost a thousand terabytes.
 */
import type { FileFact } from '../core/conclusion.ts';
import { outputLimit } from '../core/content.ts';
import type { ToJudge } from './round.ts';

type Claim = number | null;

/** The uncompressed size that a report gives; null where it gives none. */
export const claimOf = ({ entry }: ToJudge): Claim =>
  entry.stages.compress === null ? null : entry.raw.size;

/**
 * Reads of one name in one pass: two folders, three ways to verify, and one more for a copy. More are asked for only where it changes
 * again and again while we look, or where many of its reports do not fit on a full disk.
 */
const READS_OF_ONE_NAME = 7;

export class Reads {
  readonly #facts = new Map<string, Promise<FileFact>>();
  readonly #claims: Map<string, Set<Claim>>;
  readonly #counts: Map<string, number>;

  constructor(items: readonly ToJudge[], before?: Reads) {
    this.#claims = before === undefined ? new Map<string, Set<Claim>>() : before.#claims;
    this.#counts = before === undefined ? new Map<string, number>() : before.#counts;
    for (const item of items) {
      const name = item.entry.file ?? '';
      const claims = this.#claims.get(name) ?? new Set<Claim>();
      this.#claims.set(name, claims.add(claimOf(item)));
    }
  }

  /** Bytes that may come out of a file: as many as the most generous of the reports that name it allows. */
  limit(name: string, size: number): number {
    const claims = this.#claims.get(name) ?? [];
    return [...claims].reduce<number>((most, claim) => Math.max(most, outputLimit(size, claim)), 0);
  }

  /** Nothing is known, to read files once more; but no more often than they may be read in all. */
  again(): Reads {
    return new Reads([], this);
  }

  /** Counts a read of that name; false when there were enough. */
  take(name: string): boolean {
    const count = this.#counts.get(name) ?? 0;
    this.#counts.set(name, count + 1);
    return count < READS_OF_ONE_NAME;
  }

  /** What a read of that key found, or is about to find; undefined before the first. */
  get(key: string): Promise<FileFact> | undefined {
    return this.#facts.get(key);
  }

  put(key: string, fact: Promise<FileFact>): void {
    // Whoever began the read meets its failure, too.
    fact.catch(() => undefined);
    this.#facts.set(key, fact);
  }
}
