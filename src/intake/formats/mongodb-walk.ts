/**
 * The frame of a mongodump archive: a magic number, then blocks, each a header document, documents, and a terminator. The first block is
 * the prelude. After the format's specification (common/archive/spec.md of MongoDB's database tools).
 */
import type { ContentFault } from '../../core/content.ts';

export const MAGIC = Buffer.from([0x6d, 0xe2, 0x99, 0x81]);
const TERMINATOR = 0xffffffff;
/** An empty document: its length and the final zero. */
const SMALLEST = 5;
/** Documents have 16 MiB at most, and the server's own some KiB more; 64 MiB is the server's internal limit. Nothing is allocated by it. */
const LARGEST = 64 * 1024 * 1024;
/** A header names a database and a collection, which have at most 255 bytes together. */
const LARGEST_HEADER = 4096;

/** What stands in an archive, in order. What a method of it finds wrong ends the walk. */
export interface ArchiveParts {
  /** The document that begins a block, the first being the prelude's, and where it stands. */
  readonly header: (document: Buffer, at: number) => ContentFault | null;
  /** The next bytes of the documents of this block, and where they stand. */
  readonly body: (bytes: Buffer, at: number) => ContentFault | null;
  /** A document of the prelude has ended: its first bytes, at most 4096 of them, and where it stands. */
  readonly described: (beginning: Buffer, at: number) => ContentFault | null;
}

/** What is due or under way. */
type Place = 'magic' | 'header' | 'documents';

const corrupt = (message: string): ContentFault => ({ reason: 'dump_corrupt', message });

export class ArchiveWalk {
  readonly #parts: ArchiveParts;
  #place: Place = 'magic';
  /** Blocks that have ended; the first is the prelude. */
  #blocks = 0;
  #position = 0;
  #lastBlockEnd = 0;
  /** A length, a terminator or the magic number, as far as it is there. */
  readonly #word = Buffer.alloc(4);
  #wordBytes = 0;
  /** Of the present document: where it stands, and what is still to come of it. */
  #start = 0;
  #left = 0;
  /** The beginning of the present document, where it is wanted. */
  #captured: Buffer[] = [];
  #wanted = 0;

  constructor(parts: ArchiveParts) {
    this.#parts = parts;
  }

  get inPrelude(): boolean {
    return this.#blocks === 0;
  }

  /** The last block has ended; the header of another may have begun. */
  get betweenBlocks(): boolean {
    return this.#place === 'header' && !this.inPrelude;
  }

  /** Bytes up to the end of the last whole block. */
  get lastBlockEnd(): number {
    return this.#lastBlockEnd;
  }

  /** Bytes taken. */
  get position(): number {
    return this.#position;
  }

  push(bytes: Buffer): ContentFault | null {
    for (let at = 0; at < bytes.length;) {
      const from = this.#position;
      const fault = this.#take(bytes, at);
      if (fault !== null) return fault;
      at += this.#position - from;
    }
    return null;
  }

  #take(bytes: Buffer, at: number): ContentFault | null {
    if (this.#left > 0) return this.#takeDocument(bytes.subarray(at, at + this.#left));
    const end = this.#endOfWholeDocuments(bytes, at);
    if (end === at) return this.#takeWord(bytes.subarray(at, at + 4 - this.#wordBytes));
    const from = this.#position;
    this.#position += end - at;
    return this.#parts.body(bytes.subarray(at, end), from);
  }

  /** Documents that lie in `bytes` whole are handed on all at once: they may be small, and many. */
  #endOfWholeDocuments(bytes: Buffer, from: number): number {
    if (this.#place !== 'documents' || this.inPrelude || this.#wordBytes > 0) return from;
    let at = from;
    while (at + 4 <= bytes.length) {
      const size = bytes.readUInt32LE(at);
      const end = at + size;
      if (size < SMALLEST || size > LARGEST || end > bytes.length || bytes[end - 1] !== 0) break;
      at = end;
    }
    return at;
  }

  #takeWord(bytes: Buffer): ContentFault | null {
    bytes.copy(this.#word, this.#wordBytes);
    this.#wordBytes += bytes.length;
    this.#position += bytes.length;
    if (this.#wordBytes < 4) return null;
    this.#wordBytes = 0;
    const at = this.#position - 4;
    if (this.#place === 'magic') {
      this.#place = 'header';
      return this.#word.equals(MAGIC) ? null : corrupt('it does not begin like a MongoDB archive');
    }
    const size = this.#word.readUInt32LE(0);
    if (size === TERMINATOR && this.#place === 'documents') {
      this.#place = 'header';
      this.#blocks += 1;
      this.#lastBlockEnd = this.#position;
      return null;
    }
    const largest = this.#place === 'header' ? LARGEST_HEADER : LARGEST;
    if (size < SMALLEST || size > largest) {
      const found = this.#word.toString('hex');
      const expected = this.#place === 'header' ? 'a header' : 'a document or the end of a block';
      return corrupt(`expected ${expected} at byte ${at}, found ${found}`);
    }
    return this.#beginDocument(size, at);
  }

  #beginDocument(size: number, at: number): ContentFault | null {
    this.#start = at;
    this.#left = size - 4;
    const wanted = this.#place === 'header' || this.inPrelude;
    this.#captured = wanted ? [Buffer.from(this.#word)] : [];
    this.#wanted = wanted ? LARGEST_HEADER - 4 : 0;
    return this.#place === 'documents' ? this.#parts.body(this.#word, at) : null;
  }

  #takeDocument(bytes: Buffer): ContentFault | null {
    const from = this.#position;
    this.#position += bytes.length;
    this.#left -= bytes.length;
    if (this.#wanted > 0) {
      const piece = Buffer.from(bytes.subarray(0, this.#wanted));
      this.#captured.push(piece);
      this.#wanted -= piece.length;
    }
    const fault = this.#place === 'documents' ? this.#parts.body(bytes, from) : null;
    if (fault !== null || this.#left > 0) return fault;
    if (bytes.at(-1) !== 0)
      return corrupt(`the document at byte ${this.#start} does not end with a zero`);
    return this.#endDocument();
  }

  #endDocument(): ContentFault | null {
    if (this.#place === 'documents') {
      if (!this.inPrelude) return null;
      return this.#parts.described(Buffer.concat(this.#captured), this.#start);
    }
    this.#place = 'documents';
    return this.#parts.header(Buffer.concat(this.#captured), this.#start);
  }
}
