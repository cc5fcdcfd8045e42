/** The data of a COPY statement: lines up to one that is `\.`; within them a backslash is doubled. */
import { Search } from './search.ts';

const LINE_END = 10;
const RETURN = 13;
const DOT = 46;
const BACKSLASH = 92;

const lineEnd = Buffer.from('\n');
const endOfData = Buffer.from('\n\\.');
/** Where this is a row, a dump was cut and another one appended to it, or the rows are the lines of a dump. */
const headOfDump = Buffer.from('\n-- PostgreSQL database dump\n');

export class CopyData {
  /** Whether the next byte begins a line. */
  #atLine = true;
  readonly #heads = new Search(headOfDump, lineEnd);

  /** Where, counted from the beginning of the data, a line stands that begins a dump; null while there was none. */
  get dump(): number | null {
    return this.#heads.first === null ? null : this.#heads.first + 1;
  }

  /**
   * Crosses `bytes` from `from` on.
   *
   * @param last nothing follows `bytes`
   * @returns the position behind what was crossed, and whether the data ended there
   */
  cross(bytes: Buffer, from: number, last: boolean): readonly [position: number, ended: boolean] {
    const crossed = this.#cross(bytes, from, last);
    this.#heads.push(bytes.subarray(from, crossed[0]));
    return crossed;
  }

  #cross(bytes: Buffer, from: number, last: boolean): readonly [position: number, ended: boolean] {
    for (let at = from; ;) {
      if (this.#atLine) {
        const behind = this.#end(bytes, at, last);
        // Whether it is the end cannot be told yet.
        if (behind < 0) return [at, false];
        this.#atLine = false;
        if (behind > at) return [behind, true];
      }
      const found = bytes.indexOf(endOfData, at);
      if (found < 0) {
        // It may have begun.
        const seen = last ? bytes.length : Math.max(at, bytes.length - endOfData.length + 1);
        return [seen, false];
      }
      this.#atLine = true;
      at = found + 1;
    }
  }

  /** The position behind the line at `at`, where it ends the data; `at` where it does not; -1 where more has to be seen. */
  #end(bytes: Buffer, at: number, last: boolean): number {
    const unseen = last ? at : -1;
    if (at >= bytes.length) return unseen;
    if (bytes[at] !== BACKSLASH) return at;
    if (at + 1 >= bytes.length) return unseen;
    if (bytes[at + 1] !== DOT) return at;
    const end = bytes[at + 2] === RETURN ? at + 3 : at + 2;
    if (end >= bytes.length) return last ? bytes.length : -1;
    return bytes[end] === LINE_END ? end + 1 : at;
  }
}
