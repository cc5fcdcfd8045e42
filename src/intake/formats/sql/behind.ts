/** What stands behind the end mark of a dump. */
import type { ContentFault } from '../../../core/content.ts';
import type { Verdict } from './checker.ts';
import { foreignBehind, quote } from './faults.ts';
import type { Line } from './line-walk.ts';
import { beginsStatement, isBlank, isComment, mayEnd } from './words.ts';

export class Behind {
  readonly #hashes: boolean;
  /** Where SQL begins that follows the end mark; whether it is whole cannot be seen. */
  #statements: number | null = null;

  /** @param hashes whether `#` begins a comment, as in MySQL */
  constructor(hashes: boolean) {
    this.#hashes = hashes;
  }

  /** Looks at a line that follows an end mark; a fault where it has no place there. */
  line(line: Line): ContentFault | null {
    if (this.#statements !== null || isBlank(line.text)) return null;
    if (isComment(line.text) && (this.#hashes || !line.text.startsWith('#'))) return null;
    if (!beginsStatement(line.text)) return foreignBehind(line);
    this.#statements = line.at;
    return null;
  }

  /** Another dump begins. */
  reset(): void {
    this.#statements = null;
  }

  /** The verdict on a text whose end mark was seen. @param last its last line */
  verdict(last: string): Verdict {
    if (this.#statements === null) return { fault: null, shortfall: null };
    if (mayEnd(last)) {
      const shortfall = `SQL follows the end mark from byte ${this.#statements} on, and has no end mark of its own`;
      return { fault: null, shortfall };
    }
    const message = `the SQL that follows the end mark ends within a statement: ${quote(last)}`;
    return { fault: { reason: 'dump_cut', message }, shortfall: null };
  }
}
