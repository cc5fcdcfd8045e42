/** Looks for the first place of some bytes in a content, however it is cut into pieces. */
export class Search {
  readonly #wanted: Buffer;
  /** Last bytes of what was seen: one less than are looked for, at most. */
  #seen: Buffer;
  #offset = 0;
  /** Where the bytes that are looked for stand first; null while they were not found. */
  first: number | null = null;

  /** @param before what the content is preceded by; its own place is negative then */
  constructor(wanted: Buffer, before: Buffer = Buffer.alloc(0)) {
    this.#wanted = wanted;
    this.#seen = before;
  }

  push(chunk: Buffer): void {
    if (this.first === null) this.#look(chunk);
    this.#offset += chunk.length;
  }

  #look(chunk: Buffer): void {
    const most = this.#wanted.length - 1;
    const joint = Buffer.concat([this.#seen, chunk.subarray(0, most)]);
    const across = joint.indexOf(this.#wanted);
    const at = across < 0 ? chunk.indexOf(this.#wanted) : across - this.#seen.length;
    if (across >= 0 || at >= 0) this.first = this.#offset + at;
    const last = chunk.length < most ? joint : chunk;
    this.#seen = Buffer.from(last.subarray(Math.max(0, last.length - most)));
  }
}
