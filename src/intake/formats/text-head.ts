/** The first bytes of a content, however it is cut into pieces. */
export class ContentHead {
  readonly #bytes: Buffer;
  #length = 0;

  /** @param limit how many are kept */
  constructor(limit: number) {
    this.#bytes = Buffer.allocUnsafe(limit);
  }

  push(chunk: Buffer): void {
    if (this.#length < this.#bytes.length) this.#length += chunk.copy(this.#bytes, this.#length);
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
