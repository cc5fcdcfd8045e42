/** A place in a text that only moves forward, and the faults that reading there can meet. */
import { unprintableIn } from '../../core/text.ts';

/** Ends the reading from any depth; parseJson turns it into a value. `at` counts UTF-16 units from 0. */
export class JsonFault extends Error {
  readonly kind: 'cut_short' | 'invalid' | 'too_many_values';
  readonly at: number;

  constructor(kind: JsonFault['kind'], problem = '', at = 0) {
    super(problem);
    this.kind = kind;
    this.at = at;
  }
}

export class Cursor {
  readonly text: string;
  /** UTF-16 units from 0. */
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  ended(): boolean {
    return this.at >= this.text.length;
  }

  /** The character here; the empty string at the end. */
  peek(): string {
    return this.text.charAt(this.at);
  }

  /** Steps over `char` if it stands here. */
  take(char: string): boolean {
    if (this.peek() !== char) return false;
    this.at += 1;
    return true;
  }

  /** JSON's four white space characters, no others. */
  skipSpace(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at += 1;
  }

  fault(problem: string, at: number = this.at): JsonFault {
    return new JsonFault('invalid', problem, at);
  }

  /** What stands here is not what must stand here; where nothing stands, the text was cut. */
  unexpected(expected: string): JsonFault {
    if (this.ended()) return new JsonFault('cut_short');
    const found = String.fromCodePoint(this.text.codePointAt(this.at) as number);
    const shown = found === '"' ? 'a double quote' : (unprintableIn(found) ?? `"${found}"`);
    return this.fault(`expected ${expected}, found ${shown}`);
  }

  /** Both count from 1. */
  lineAndColumn(at: number): { line: number; column: number } {
    let line = 1;
    let start = 0;
    let end = this.text.indexOf('\n');
    while (end !== -1 && end < at) {
      line += 1;
      start = end + 1;
      end = this.text.indexOf('\n', start);
    }
    return { line, column: at - start + 1 };
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
