/**
 * Follows the quotes of SQL text, to tell where a line begins outside of them. For what pg_dump and sqlite3 write: a quote within
 * a string is doubled there, never escaped by a backslash, so that closing and opening again comes to the same.
 *
 * Rules of PostgreSQL: https://www.postgresql.org/docs/current/sql-syntax-lexical.html (dollar quotes, nested comments);
 * of SQLite: https://www.sqlite.org/lang_keywords.html (`[name]` and backticks).
 */
export interface QuoteRules {
  /** Dollar quotes, and comments within comments. */
  readonly dollars: boolean;
  /** Names in square brackets and in backticks. */
  readonly brackets: boolean;
}

const LINE_END = 10;
const SPACE_TO_SLASH = 47;
const NAME = 34;
const DOLLAR = 36;
const STRING = 39;
const STAR = 42;
const DASH = 45;
const SLASH = 47;
const BRACKET = 91;
const BRACKET_END = 93;
const BACKTICK = 96;

/** The longest tag of a dollar quote, with its dollars; PostgreSQL's names have at most 63 bytes. */
const TAG_BYTES = 66;
const tagPattern = /^\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$/u;
const tagBeginning = /^\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?$/u;

/** Shorter strings are faster to look through than to hand over to a native search. */
const SHORT = 48;

const enclosed: Readonly<Record<number, number>> = {
  [NAME]: NAME,
  [STRING]: STRING,
  [BRACKET]: BRACKET_END,
  [BACKTICK]: BACKTICK,
};

const closingComment = Buffer.from('*/');

/** Position of the next `closing`; -1 where there is none. */
function endOf(bytes: Buffer, from: number, closing: number): number {
  const near = Math.min(bytes.length, from + SHORT);
  for (let at = from; at < near; at++) if (bytes[at] === closing) return at;
  return bytes.indexOf(closing, near);
}

export class Quotes {
  readonly #rules: QuoteRules;
  /** The byte that ends what is open; 0 where it is no single byte. */
  #closing = 0;
  #tag: Buffer | null = null;
  /** How many block comments are open, one within the other. */
  #comments = 0;
  #lineComment = false;
  /** Whether the last `cross` ended behind a line end outside of quotes. */
  lineEnded = false;

  constructor(rules: QuoteRules) {
    this.#rules = rules;
  }

  /** Whether something is open that may reach over a line end. */
  get open(): boolean {
    return this.#closing !== 0 || this.#tag !== null || this.#comments > 0;
  }

  /**
   * Crosses `bytes` from `from` on, to behind the next line end outside of quotes or to where more bytes are needed.
   *
   * @param last nothing follows `bytes`
   * @returns the position of the first byte that was not crossed
   */
  cross(bytes: Buffer, from: number, last: boolean): number {
    this.lineEnded = false;
    let at = from;
    while (at < bytes.length && !this.lineEnded) {
      const before = at;
      if (this.#closing !== 0) at = this.#inEnclosed(bytes, at);
      else if (this.#tag !== null) at = this.#inDollars(bytes, at, this.#tag, last);
      else if (this.#comments > 0) at = this.#inComment(bytes, at, last);
      else if (this.#lineComment) at = this.#inLineComment(bytes, at);
      else at = this.#outside(bytes, at, last);
      if (at === before) break;
    }
    return at;
  }

  #outside(bytes: Buffer, from: number, last: boolean): number {
    const { length } = bytes;
    const { brackets } = this.#rules;
    for (let at = from; at < length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte > SPACE_TO_SLASH && !(brackets && (byte === BRACKET || byte === BACKTICK))) continue;
      if (byte === LINE_END) {
        this.lineEnded = true;
        return at + 1;
      }
      if (byte === STRING || byte === NAME || byte > SPACE_TO_SLASH) {
        const closing = enclosed[byte] ?? 0;
        const end = endOf(bytes, at + 1, closing);
        if (end < 0) {
          this.#closing = closing;
          return length;
        }
        at = end;
        continue;
      }
      if (byte === DASH || byte === SLASH || (byte === DOLLAR && this.#rules.dollars)) {
        const behind = this.#open(bytes, at, byte, last);
        // What it is cannot be told yet.
        if (behind < 0) return at;
        if (behind > at) return behind;
      }
    }
    return length;
  }

  /** Opens what begins at `at`, and returns the position behind its mark; `at` where nothing begins, -1 where more has to be seen. */
  #open(bytes: Buffer, at: number, byte: number, last: boolean): number {
    const next = bytes[at + 1];
    if (next === undefined) return last ? at : -1;
    if (byte === DOLLAR) return this.#openDollars(bytes, at, last);
    if (byte === DASH && next === DASH) this.#lineComment = true;
    else if (byte === SLASH && next === STAR) this.#comments = 1;
    else return at;
    return at + 2;
  }

  #openDollars(bytes: Buffer, at: number, last: boolean): number {
    const text = bytes.toString('latin1', at, at + TAG_BYTES);
    const tag = tagPattern.exec(text)?.[0];
    if (tag === undefined)
      return !last && text.length < TAG_BYTES && tagBeginning.test(text) ? -1 : at;
    this.#tag = Buffer.from(tag, 'latin1');
    return at + tag.length;
  }

  #inEnclosed(bytes: Buffer, from: number): number {
    const end = endOf(bytes, from, this.#closing);
    if (end < 0) return bytes.length;
    this.#closing = 0;
    return end + 1;
  }

  #inDollars(bytes: Buffer, from: number, tag: Buffer, last: boolean): number {
    const found = bytes.indexOf(tag, from);
    // Its end may have begun.
    if (found < 0) return last ? bytes.length : Math.max(from, bytes.length - tag.length + 1);
    this.#tag = null;
    return found + tag.length;
  }

  #inComment(bytes: Buffer, from: number, last: boolean): number {
    if (!this.#rules.dollars) {
      const found = bytes.indexOf(closingComment, from);
      if (found < 0) return last ? bytes.length : Math.max(from, bytes.length - 1);
      this.#comments = 0;
      return found + 2;
    }
    const star = bytes.indexOf(STAR, from);
    if (star < 0) return last ? bytes.length : Math.max(from, bytes.length - 1);
    if (star > from && bytes[star - 1] === SLASH) {
      this.#comments++;
      return star + 1;
    }
    if (star + 1 >= bytes.length) return last ? bytes.length : Math.max(from, star - 1);
    if (bytes[star + 1] !== SLASH) return star + 1;
    this.#comments--;
    return star + 2;
  }

  #inLineComment(bytes: Buffer, from: number): number {
    const found = bytes.indexOf(LINE_END, from);
    if (found < 0) return bytes.length;
    this.#lineComment = false;
    this.lineEnded = true;
    return found + 1;
  }
}
