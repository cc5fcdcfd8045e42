/**
 * Turns what is pushed into what is pulled: a format is read by a walk, a generator that asks for its bytes in the order in which they
 * are described, wherever the pushed pieces begin and end. Nothing is copied but what lies across two pieces.
 */
import type { ContentFault, ContentReason } from '../../core/content.ts';
import type { ContentHash } from '../content-hash.ts';

/**
 * What a walk asks for: a positive number for exactly so many bytes (at most MAX_EXACT; fewer come only at the end), a negative one for
 * a span of at least one and at most so many bytes (none at the end), a promise to be waited for. Bytes are good until the next question.
 */
export type Want = number | Promise<void>;
export type Walk<Result = void> = Generator<Want, Result, Buffer>;

/** The most that may be asked for as one piece, in bytes. */
export const MAX_EXACT = 65_536;

/** As many bytes as there are at once. */
export const SPAN = -1_073_741_824;

const nothing: Buffer = Buffer.alloc(0);

/** Thrown within a walk, and caught around it: what is wrong with the content. */
export class Broken extends Error {
  readonly fault: ContentFault;

  constructor(reason: ContentReason, message: string) {
    super(message);
    this.fault = { reason, message };
  }
}

/** Waits within a walk, and gives what came of it. */
export function* awaited<Result>(promise: Promise<Result>): Walk<Result> {
  const results: Result[] = [];
  const keep = async (): Promise<void> => {
    results.push(await promise);
  };
  yield keep();
  return results[0] as Result;
}

export class Pull {
  readonly #hash: ContentHash;
  readonly #walk: Walk;
  #want: Want | null = null;
  #fault: ContentFault | null = null;
  /** The piece that was pushed, how much of it was handed out, and how much of that went to the hash. */
  #piece: Buffer = nothing;
  #at = 0;
  #hashed = 0;
  /** Bytes before the piece. */
  #before = 0;
  /** Where what lies across pieces is put together, and how much of it is there. */
  #joint: Buffer | null = null;
  #joined = 0;
  #dropping = false;
  #ended = false;

  /** Every byte goes to `hash` in order, to `drop` while `dropping` was set, whatever becomes of the walk. */
  constructor(hash: ContentHash, walk: (source: Pull) => Walk) {
    this.#hash = hash;
    this.#walk = walk(this);
  }

  /** Bytes handed out so far. */
  get position(): number {
    return this.#before + this.#at;
  }

  /** Whether what is handed out from now on changes by itself and is left out of the fingerprint. */
  set dropping(value: boolean) {
    if (value !== this.#dropping) this.#flush();
    this.#dropping = value;
  }

  /** What is left of the piece, for a walk that goes through it by itself; see `advance`. */
  get rest(): Buffer {
    return this.#piece.subarray(this.#at);
  }

  /** Takes so many bytes of `rest`; negative to give back bytes of the last span, where nothing else was asked for since. */
  advance(count: number): void {
    this.#at += count;
  }

  /** Exactly so many bytes, if they lie in the piece: spares `yield` where a format has very many small parts. */
  take(count: number): Buffer | null {
    const end = this.#at + count;
    if (end > this.#piece.length) return null;
    const bytes = this.#piece.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  push(bytes: Buffer): void | Promise<void> {
    this.#piece = bytes;
    this.#at = 0;
    this.#hashed = 0;
    this.#want ??= this.#step(nothing);
    return this.#work();
  }

  /** What is wrong with the content; null when the walk came to its end. */
  async end(): Promise<ContentFault | null> {
    this.#ended = true;
    await this.push(nothing);
    return this.#fault;
  }

  #work(): void | Promise<void> {
    const wait = this.#run();
    return wait === null ? undefined : this.#workAfter(wait);
  }

  async #workAfter(first: Promise<void>): Promise<void> {
    for (let wait: Promise<void> | null = first; wait !== null; wait = this.#run()) {
      await wait;
      this.#want = this.#step(nothing);
    }
  }

  /** Lets the walk go on until the piece is used up (null) or there is something to wait for. */
  #run(): Promise<void> | null {
    for (;;) {
      const want = this.#want;
      // After its end a walk asks for nothing, and the rest goes by.
      if (want === null) this.#at = this.#piece.length;
      else if (typeof want !== 'number') return want;
      const bytes = want === null ? null : want < 0 ? this.#span(-want) : this.#exactly(want);
      if (bytes === null) break;
      this.#want = this.#step(bytes);
    }
    this.#flush();
    this.#before += this.#piece.length;
    this.#piece = nothing;
    this.#at = 0;
    this.#hashed = 0;
    return null;
  }

  #step(bytes: Buffer): Want | null {
    try {
      const next = this.#walk.next(bytes);
      return next.done === true ? null : next.value;
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.#fault = error.fault;
      return null;
    }
  }

  #span(most: number): Buffer | null {
    const end = Math.min(this.#piece.length, this.#at + most);
    if (end === this.#at && !this.#ended) return null;
    const bytes = this.#piece.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  #exactly(count: number): Buffer | null {
    if (this.#joined === 0) {
      const bytes = this.take(count);
      if (bytes !== null) return bytes;
    }
    const end = Math.min(this.#piece.length, this.#at + count - this.#joined);
    this.#joint ??= Buffer.allocUnsafeSlow(MAX_EXACT);
    this.#joined += this.#piece.copy(this.#joint, this.#joined, this.#at, end);
    this.#at = end;
    if (this.#joined < count && !this.#ended) return null;
    const bytes = this.#joint.subarray(0, this.#joined);
    this.#joined = 0;
    return bytes;
  }

  #flush(): void {
    if (this.#hashed === this.#at) return;
    const bytes = this.#piece.subarray(this.#hashed, this.#at);
    if (this.#dropping) this.#hash.drop(bytes);
    else this.#hash.keep(bytes);
    this.#hashed = this.#at;
  }
}
