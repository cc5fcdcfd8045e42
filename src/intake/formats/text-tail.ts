/** The last bytes of a text: enough to show its last line and to see how it ends, whatever came before. */
import { forPeople } from '../../core/text.ts';

/** Kept at least; more than any end of a dump that has to be recognised. */
const TAIL_BYTES = 4096;

/** The longest last line that people are shown, in UTF-16 units. */
const SHOWN = 200;

const lineEnd = /\r?\n/u;

/** Bytes of a file, in which characters of several bytes may stand for one byte each, as people read them. */
export const readable = (latin1: string, limit: number): string =>
  forPeople(Buffer.from(latin1, 'latin1').toString('utf8'), limit);

export class TextTail {
  readonly #bytes = Buffer.allocUnsafe(2 * TAIL_BYTES);
  #length = 0;
  #dropped = false;

  push(chunk: Buffer): void {
    const last = chunk.length > TAIL_BYTES ? chunk.subarray(chunk.length - TAIL_BYTES) : chunk;
    if (last.length < chunk.length) {
      this.#dropped = true;
      this.#length = 0;
    } else if (this.#length + last.length > this.#bytes.length) {
      this.#dropped = true;
      this.#bytes.copyWithin(0, this.#length - TAIL_BYTES, this.#length);
      this.#length = TAIL_BYTES;
    }
    last.copy(this.#bytes, this.#length);
    this.#length += last.length;
  }

  /** The last lines that are not blank, one character for each byte, without line ends; the first may lack its beginning. */
  lines(): readonly string[] {
    const from = Math.max(0, this.#length - TAIL_BYTES);
    const text = this.#bytes.toString('latin1', from, this.#length);
    return text.split(lineEnd).filter((line) => line.trim() !== '');
  }

  /** The last line that is not blank, or its end where its beginning lies far back; null where there is none. */
  lastLine(): string | null {
    const lines = this.lines();
    const line = lines.at(-1);
    if (line === undefined) return null;
    const cut = lines.length === 1 && (this.#dropped || this.#length > TAIL_BYTES);
    const shown = cut ? `…${readable(line.slice(1 - SHOWN), SHOWN - 1)}` : readable(line, SHOWN);
    return shown === '' ? null : shown;
  }
}
