/** What follows the end of a stream: zero padding is allowed, and counted; anything else is kept in mind. */
import { firstNonZero } from './zeros.ts';

/** Enough to tell the beginning of another stream (xz has the longest mark). */
const FIRST_BYTES = 6;

export class Tail {
  /** Where the stream ended. */
  readonly end: number;
  #at: number;
  #from: number | null = null;
  #first: Buffer = Buffer.alloc(0);

  /** @param end bytes of the stream before it */
  constructor(end: number) {
    this.end = end;
    this.#at = end;
  }

  /** Position of the first byte that is not zero; null while there is none. */
  get from(): number | null {
    return this.#from;
  }

  /** The first bytes from there, at most 6. */
  get first(): Buffer {
    return this.#first;
  }

  /** How many bytes there are from there to the end. */
  get count(): number {
    return this.#from === null ? 0 : this.#at - this.#from;
  }

  take(bytes: Buffer): void {
    let rest = bytes;
    if (this.#from === null) {
      const index = firstNonZero(bytes);
      if (index !== -1) this.#from = this.#at + index;
      rest = index === -1 ? bytes.subarray(bytes.length) : bytes.subarray(index);
    }
    this.#at += bytes.length;
    const missing = FIRST_BYTES - this.#first.length;
    if (missing > 0 && rest.length > 0) {
      this.#first = Buffer.concat([this.#first, rest.subarray(0, missing)]);
    }
  }
}
