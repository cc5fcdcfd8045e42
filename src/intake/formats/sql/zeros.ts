/** Looks for zero bytes: where a part of a plain file was never written, or was lost, there are many. */
export class Zeros {
  readonly #run: Buffer;
  #before = 0;
  #offset = 0;
  /** Position of the first run of that length; null while there is none. */
  first: number | null = null;

  /** @param run how many in a row count */
  constructor(run: number) {
    this.#run = Buffer.alloc(run);
  }

  push(chunk: Buffer): void {
    if (this.first === null) {
      const begun = this.#begun(chunk);
      const found = begun === null ? chunk.indexOf(this.#run) : 0;
      if (found >= 0) this.first = begun ?? this.#offset + found;
      else this.#before = this.#atEnd(chunk);
    }
    this.#offset += chunk.length;
  }

  /** Where a run begins that the bytes before `chunk` began and that its own complete; null where none does. */
  #begun(chunk: Buffer): number | null {
    if (this.#before === 0) return null;
    const needed = this.#run.length - this.#before;
    for (let at = 0; at < needed; at++) if (chunk[at] !== 0) return null;
    return this.#offset - this.#before;
  }

  #atEnd(chunk: Buffer): number {
    let count = 0;
    while (count < this.#run.length - 1 && chunk[chunk.length - 1 - count] === 0) count++;
    return count < chunk.length ? count : Math.min(count + this.#before, this.#run.length - 1);
  }
}
