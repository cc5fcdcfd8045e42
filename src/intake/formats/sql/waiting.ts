/** Bytes that wait for more: what a walk could not use yet is kept, and joined with what comes next. */

/** How many bytes are taken at once to complete what waits. */
const JOIN_BYTES = 4096;

/**
 * Walks through the bytes it is given, and returns how many it is done with; the rest is shown to it again, with more behind it.
 * Once it is given enough, which is for itself to say, it has to go on.
 */
export type Walk = (bytes: Buffer, last: boolean) => number;

export class Waiting {
  readonly #walk: Walk;
  /** At its beginning, the bytes that wait; it grows with need. */
  #held: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(walk: Walk) {
    this.#walk = walk;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (this.#length > 0 && rest.length > 0) {
      const before = this.#length;
      const taken = rest.subarray(0, JOIN_BYTES);
      this.#hold(taken);
      const walked = this.#walk(this.#held.subarray(0, this.#length), false);
      if (walked >= before) {
        this.#length = 0;
        rest = rest.subarray(walked - before);
      } else {
        this.#held.copyWithin(0, walked, this.#length);
        this.#length -= walked;
        rest = rest.subarray(taken.length);
      }
    }
    if (rest.length > 0) this.#hold(rest.subarray(this.#walk(rest, false)));
  }

  end(): void {
    this.#walk(this.#held.subarray(0, this.#length), true);
    this.#length = 0;
  }

  #hold(bytes: Buffer): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * JOIN_BYTES, 2 * needed));
      this.#held.copy(larger, 0, 0, this.#length);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#length);
    this.#length = needed;
  }
}
