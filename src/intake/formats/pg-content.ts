/**
 * What lies in the data blocks of an archive: the rows of one table, or one large object, each compressed by itself. It comes in pieces of
 * a few bytes (a row) to 4 KiB, which are put together before anything is done with them.
 */
import type { ContentFault } from '../../core/content.ts';

/** So many bytes are put together. */
export const GATHERED_BYTES = 256 * 1024;

/** What is wrong with a content: its message is a phrase that follows its name. Null when nothing is. */
export type Problem = ContentFault | null;

/** One content after the other, each from `add` to `finish`. */
export interface BlockContent {
  /** Bytes that can be added before `flush`. */
  readonly room: number;
  add(source: Buffer, from: number, to: number): void;
  /** Makes room; then `problem` may say what was found. */
  flush(): Promise<void> | null;
  /** No more belongs to this content; the next may begin once what it returns has resolved. */
  finish(): Promise<void> | null;
  readonly problem: Problem;
  /** Why a content could not be looked into, as a phrase. */
  readonly shortfall: string | null;
  /** Gives up what is under way. */
  stop(): Promise<void>;
}

/** Not looked into: large objects that are not compressed, and lz4. */
export class Unread implements BlockContent {
  readonly shortfall: string | null;
  readonly room = Number.POSITIVE_INFINITY;
  readonly problem = null;

  constructor(shortfall: string | null) {
    this.shortfall = shortfall;
  }

  add(): void {}
  flush(): null {
    return null;
  }
  finish(): null {
    return null;
  }
  async stop(): Promise<void> {}
}

/** Rows that are not compressed: text, in which no zero byte can be. */
export class Rows implements BlockContent {
  readonly #gathered = Buffer.allocUnsafeSlow(GATHERED_BYTES);
  #filled = 0;
  problem: Problem = null;
  shortfall: string | null = null;

  get room(): number {
    return GATHERED_BYTES - this.#filled;
  }

  add(source: Buffer, from: number, to: number): void {
    this.#filled += source.copy(this.#gathered, this.#filled, from, to);
  }

  flush(): null {
    if (this.#gathered.subarray(0, this.#filled).includes(0))
      this.problem ??= corrupt('has zero bytes among its rows, which are text');
    this.#filled = 0;
    return null;
  }

  finish(): null {
    return this.flush();
  }

  async stop(): Promise<void> {}
}

export function corrupt(message: string): ContentFault {
  return { reason: 'dump_corrupt', message };
}
