/** A field of a header, which may arrive in pieces. */

/** The longest: the header of a Zstandard frame. */
const LARGEST_FIELD = 18;

export class Pieces {
  readonly bytes = Buffer.alloc(LARGEST_FIELD);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Takes of `source` from `at` what is missing to `need` bytes, or what there is; how many were taken. */
  take(source: Buffer, at: number, need: number): number {
    const count = source.copy(this.bytes, this.#length, at, at + need - this.#length);
    this.#length += count;
    return count;
  }

  /** A copy of the first bytes. */
  first(count: number): Buffer {
    return Buffer.from(this.bytes.subarray(0, count));
  }

  clear(): void {
    this.#length = 0;
  }
}
