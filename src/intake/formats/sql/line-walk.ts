/**
 * Walks through SQL text line by line, in constant memory and without looking at more of it than has to be seen: data is jumped
 * over. Lines that begin outside of quotes are shown to whoever knows the dialect; every byte goes to the hash, in order.
 */
import type { ContentHash } from '../../content-hash.ts';
import { CopyData } from './copy-data.ts';
import { Quotes, type QuoteRules } from './quotes.ts';
import { Waiting } from './waiting.ts';
import { endsInCopyFromInput } from './words.ts';

/**
 * What to do with a line that was shown: `body` to follow its quotes, `skip` to go on behind it, `drop` to leave it out of the
 * fingerprint as well, `copy` where it begins a COPY statement: followed like a body, since names may hold line ends, and by data
 * where it ends like one that data follows.
 */
export type Step = 'body' | 'skip' | 'drop' | 'copy';

/** A line as it is shown: one character for each byte, without its line end, and no longer than its limit. */
export interface Line {
  readonly text: string;
  /** Position of its first byte in the whole text. */
  readonly at: number;
  /** It ends within the limit. */
  readonly whole: boolean;
}

/** Longer lines are shown by their beginning. Long enough for every line that pg_dump or mysqldump writes about itself. */
const LINE_BYTES = 1024;
/** As much of the end of a COPY statement as tells whether data follows it; options may stand behind `FROM stdin`. */
const COPY_END_BYTES = 200;

const LINE_END = 10;
const RETURN = 13;
const SPACE = 32;
const PARENTHESIS = 40;
const INSERT_BEGINS = 73;
const REPLACE_BEGINS = 82;

const byteOrderMark = Buffer.from('\ufeff');
const insertWord = Buffer.from('INSERT ');
const replaceWord = Buffer.from('REPLACE ');

function beginsWith(bytes: Buffer, at: number, word: Buffer): boolean {
  if (bytes.length - at < word.length) return false;
  for (let index = 0; index < word.length; index++)
    if (bytes[at + index] !== word[index]) return false;
  return true;
}

export class LineWalk {
  readonly #hash: ContentHash;
  readonly #show: (line: Line) => Step;
  readonly #dumpInData: (at: number) => void;
  readonly #quotes: Quotes | null;
  /** `line`: at the beginning of one, outside of quotes; `body`: within one; `rest`: of one without quotes; `data`: of COPY. */
  #mode: 'line' | 'body' | 'rest' | 'data' = 'line';
  #data = new CopyData();
  /** Position of its first byte. */
  #dataAt = 0;
  /** Whether the line under way is an INSERT statement. */
  #insert = false;
  /** The end of the COPY statement under way, as far as it was seen; null in all others. */
  #copy: string | null = null;
  #needsMore = false;
  readonly #waiting = new Waiting((bytes, last) => this.#walk(bytes, last));
  /** Bytes walked through. */
  #offset = 0;
  /** Up to where the bytes walked through were handed over to the hash. */
  #handed = 0;
  /** INSERT and REPLACE statements that began while `counts`. */
  inserts = 0;
  /** COPY statements that data followed. */
  copies = 0;
  counts = true;
  /** Shows every line that is not blank, also those that begin like data or continue a statement. */
  showsAll = false;

  /**
   * @param quotes null where quotes are not followed: then every line begins outside of them
   * @param dumpInData called at the end of the data of the COPY statement that was shown last, where a dump seems to begin within it
   */
  constructor(
    hash: ContentHash,
    quotes: QuoteRules | null,
    show: (line: Line) => Step,
    dumpInData: (at: number) => void,
  ) {
    this.#hash = hash;
    this.#show = show;
    this.#dumpInData = dumpInData;
    this.#quotes = quotes === null ? null : new Quotes(quotes);
  }

  /** What is not closed: data of COPY or INSERT, another quote, or nothing. */
  get open(): 'data' | 'quote' | null {
    if (this.#mode === 'data' || this.#copiesFromInput) return 'data';
    if (this.#mode !== 'body' || this.#quotes?.open !== true) return null;
    return this.#insert ? 'data' : 'quote';
  }

  get #copiesFromInput(): boolean {
    return this.#copy !== null && endsInCopyFromInput(this.#copy);
  }

  push(chunk: Buffer): void {
    this.#waiting.push(chunk);
  }

  end(): void {
    this.#waiting.end();
  }

  /** Walks as far as it gets and hands that over to the hash; returns how many bytes that were. */
  #walk(bytes: Buffer, last: boolean): number {
    let at = 0;
    this.#handed = 0;
    this.#needsMore = false;
    while (at < bytes.length && !this.#needsMore) {
      if (this.#mode === 'line') at = this.#line(bytes, at, last);
      else if (this.#mode === 'data') at = this.#inData(bytes, at, last);
      else if (this.#mode === 'rest' || this.#quotes === null) at = this.#rest(bytes, at);
      else at = this.#body(bytes, at, last, this.#quotes);
    }
    if (at > this.#handed) this.#hash.keep(bytes.subarray(this.#handed, at));
    this.#offset += at;
    return at;
  }

  #line(bytes: Buffer, at: number, last: boolean): number {
    const first = bytes[at] ?? 0;
    if (first === LINE_END) return at + 1;
    if (first === byteOrderMark[0] && this.#offset + at === 0) {
      if (beginsWith(bytes, at, byteOrderMark)) return byteOrderMark.length;
      if (bytes.length < byteOrderMark.length && !last) {
        this.#needsMore = true;
        return at;
      }
    }
    this.#insert =
      (first === INSERT_BEGINS && beginsWith(bytes, at, insertWord)) ||
      (first === REPLACE_BEGINS && beginsWith(bytes, at, replaceWord));
    if (this.#insert || first <= SPACE || first === PARENTHESIS) {
      if (!this.showsAll) {
        if (this.#insert && this.counts) this.inserts++;
        this.#mode = 'body';
        return at;
      }
    }
    return this.#shown(bytes, at, last);
  }

  #shown(bytes: Buffer, at: number, last: boolean): number {
    const found = bytes.indexOf(LINE_END, at);
    const end = found < 0 ? bytes.length : found;
    if (found < 0 && !last && end - at < LINE_BYTES) {
      this.#needsMore = true;
      return at;
    }
    const whole = end - at < LINE_BYTES && (found >= 0 || last);
    const shownEnd = whole && end > at && bytes[end - 1] === RETURN ? end - 1 : end;
    if (this.#insert && this.counts) this.inserts++;
    const text = bytes.toString('latin1', at, Math.min(shownEnd, at + LINE_BYTES));
    const step = this.#show({ text, at: this.#offset + at, whole });
    const next = found < 0 ? end : found + 1;
    if (step === 'body' || step === 'copy') {
      this.#mode = 'body';
      this.#copy = step === 'copy' ? '' : null;
      return at;
    }
    if (step === 'drop' && whole) this.#drop(bytes, at, next);
    this.#mode = found < 0 && !last ? 'rest' : 'line';
    return next;
  }

  #drop(bytes: Buffer, from: number, to: number): void {
    if (from > this.#handed) this.#hash.keep(bytes.subarray(this.#handed, from));
    this.#hash.drop(bytes.subarray(from, to));
    this.#handed = to;
  }

  /** To behind the end of the line. */
  #rest(bytes: Buffer, at: number): number {
    const found = bytes.indexOf(LINE_END, at);
    const next = found < 0 ? bytes.length : found + 1;
    this.#passed(bytes, at, next, found >= 0);
    return next;
  }

  /** To behind the next end of a line that does not lie within quotes. */
  #body(bytes: Buffer, at: number, last: boolean, quotes: Quotes): number {
    const next = quotes.cross(bytes, at, last);
    this.#passed(bytes, at, next, quotes.lineEnded);
    this.#needsMore = !quotes.lineEnded;
    return next;
  }

  /** A part of a line was passed, up to its end where it `ended`. */
  #passed(bytes: Buffer, from: number, to: number, ended: boolean): void {
    if (this.#copy !== null) {
      const seen = bytes.toString('latin1', Math.max(from, to - COPY_END_BYTES), to);
      this.#copy = (this.#copy + seen).slice(-COPY_END_BYTES);
    }
    if (!ended) return;
    this.#mode = 'line';
    if (this.#copiesFromInput) {
      this.#mode = 'data';
      this.#data = new CopyData();
      this.#dataAt = this.#offset + to;
      this.copies++;
    }
    this.#copy = null;
  }

  #inData(bytes: Buffer, at: number, last: boolean): number {
    const [position, ended] = this.#data.cross(bytes, at, last);
    this.#needsMore = !ended;
    if (!ended) return position;
    this.#mode = 'line';
    if (this.#data.dump !== null) this.#dumpInData(this.#dataAt + this.#data.dump);
    return position;
  }
}
