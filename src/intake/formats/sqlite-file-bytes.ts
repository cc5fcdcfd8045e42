/** The bytes of a SQLite database as they pass: its header, and whether there are as many as it promises. */
import { exactBytes } from '../../core/bytes.ts';
import type { ContentFault } from '../../core/content.ts';
import { HEADER_BYTES, headerFault, parseHeader, type SqliteHeader } from './sqlite-file-header.ts';

const ZEROS = Buffer.alloc(65536);
function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const piece = bytes.subarray(at, at + ZEROS.length);
    if (!piece.equals(ZEROS.subarray(0, piece.length))) return false;
  }
  return true;
}

/** Types of b-tree pages that are larger than any type of an entry of a pointer map. */
const LEAF_TYPES = new Set([10, 13]);
const LARGEST_SMALL_TYPE = 5;

/** Takes the bytes of a database and keeps its header and what is needed to judge its size. */
export class DatabaseBytes {
  #head: Buffer = Buffer.alloc(0);
  #header: SqliteHeader | null = null;
  #wrong: ContentFault | null = null;
  #size = 0;
  /** What follows the end of the database, if anything, is zeros. */
  #zeros = true;
  /** The largest first byte of a page behind the end, but for the types of leaves. */
  #largestFirst = 0;

  take(bytes: Buffer): void {
    this.#takeHead(bytes);
    const end = this.#expected;
    const from = end === null ? bytes.length : Math.max(0, end - this.#size);
    if (from < bytes.length) this.#takeBehind(bytes.subarray(from), this.#size + from);
    this.#size += bytes.length;
  }

  #takeBehind(bytes: Buffer, position: number): void {
    this.#zeros &&= isZero(bytes);
    const pageSize = this.#pageSize;
    const toNextPage = (pageSize - (position % pageSize)) % pageSize;
    for (let at = toNextPage; at < bytes.length; at += pageSize) {
      const first = bytes[at] ?? 0;
      if (!LEAF_TYPES.has(first)) this.#largestFirst = Math.max(this.#largestFirst, first);
    }
  }

  #takeHead(bytes: Buffer): void {
    if (this.#header !== null) return;
    const missing = HEADER_BYTES - this.#head.length;
    this.#head = Buffer.concat([this.#head, bytes.subarray(0, missing)]);
    if (this.#head.length < HEADER_BYTES) return;
    this.#header = parseHeader(this.#head);
    this.#wrong = headerFault(this.#head);
  }

  get size(): number {
    return this.#size;
  }

  /** null where there are not enough bytes for it. */
  get header(): SqliteHeader | null {
    return this.#header;
  }

  /** The header alone shows that it is no database. */
  get hopeless(): boolean {
    return this.#wrong !== null;
  }

  get #pageSize(): number {
    return this.#header?.pageSize ?? 0;
  }

  /** Bytes that the header promises; null where it does not. */
  get #expected(): number | null {
    const pages = this.#header?.pages ?? null;
    return pages === null || this.hopeless ? null : pages * this.#pageSize;
  }

  /** What the header and the size tell; null where nothing is wrong. */
  get fault(): ContentFault | null {
    const header = this.#header;
    const cut = (message: string): ContentFault => ({ reason: 'dump_cut', message });
    if (header === null) return cut(`its header of ${HEADER_BYTES} bytes is cut at ${this.#size}`);
    const expected = this.#expected;
    if (this.#wrong !== null || expected === null || expected === this.#size) return this.#wrong;
    const promised = `${header.pages} pages of ${header.pageSize} bytes`;
    if (this.#size < expected)
      return cut(`expected ${promised}, ${exactBytes(expected)}; found ${exactBytes(this.#size)}`);
    if (this.#zeros || this.#leftovers) return null;
    const over = exactBytes(this.#size - expected);
    return { reason: 'trailing_bytes', message: `expected ${promised}; ${over} follow them` };
  }

  /**
   * A database that shrank may keep whole pages behind its end (SQLITE_FCNTL_CHUNK_SIZE; tried), which SQLite ignores. Such a page begins
   * with the type of a b-tree page (2, 5, 10, 13), the type of an entry of a pointer map (1 to 5), or the upper byte of a page's number.
   */
  get #leftovers(): boolean {
    const pages = this.#size / this.#pageSize;
    const largest = Math.max(LARGEST_SMALL_TYPE, Math.floor(pages / 2 ** 24));
    return Number.isInteger(pages) && this.#largestFirst <= largest;
  }

  get remarks(): readonly string[] {
    const expected = this.#expected;
    if (expected === null || this.#size <= expected) return [];
    const what = this.#zeros ? 'zeros' : 'pages that are not in use';
    return [`${exactBytes(this.#size - expected)} of ${what} follow the end of the database`];
  }
}
