/**
 * What lies in the data blocks of an archive: the rows of one table, or one large object, each compressed by itself. It comes in pieces of
 * a few bytes (a row) to 4 KiB, which are put together before anything is done with them.
 */
import {
  createInflate,
  createZstdDecompress,
  inflateSync,
  zstdDecompressSync,
  type Zlib,
} from 'node:zlib';
import type { ContentFault } from '../../core/content.ts';
import { streamOptions, ZlibMachine } from '../decode/zlib-machine.ts';
import type { BlockCompression } from './pg-header.ts';

/** One is filled while the other is worked on. */
const GATHERED_BYTES = 256 * 1024;

/** What comes out comes in pieces of this size. */
const OUTPUT_BYTES = 512 * 1024;

/** No zlib stream expands further than 1032 times; zstd does, but only where all is alike. Below so many bytes nothing is too much. */
const MOST_EXPANSION = 1100;
const ALWAYS_ALLOWED = 64 * 2 ** 30;

/** What is no larger than this when compressed, and than that afterwards, is not worth a stream of its own. */
const SMALL = 16 * 1024;
const SMALL_RESULT = 1024 * 1024;

/** What is wrong with a content: its message is a phrase that follows its name. Null when nothing is. */
export type Problem = ContentFault | null;

/** One content after the other, each from `add` to `finish`. */
export interface BlockContent {
  /** Bytes that can be added before `flush`. */
  readonly room: number;
  add(source: Buffer, from: number, to: number): void;
  /** Makes room; then `problem` may say what was found. */
  flush(): Promise<void> | null;
  /** No more belongs to this content; the next may begin once what it returns has resolved. */
  finish(): Promise<void> | null;
  readonly problem: Problem;
  /** Uncompressed bytes of all contents so far; those that are not decoded are not counted. */
  readonly produced: number;
  /** Why a content could not be looked into, as a phrase. */
  readonly shortfall: string | null;
  /** Gives up what is under way. */
  stop(): Promise<void>;
}

/** Not looked into: large objects that are not compressed, and lz4. */
export class Unread implements BlockContent {
  readonly shortfall: string | null;
  readonly room = Number.POSITIVE_INFINITY;
  readonly problem = null;
  readonly produced = 0;

  constructor(shortfall: string | null) {
    this.shortfall = shortfall;
  }

  add(): void {}
  flush(): null {
    return null;
  }
  finish(): null {
    return null;
  }
  async stop(): Promise<void> {}
}

/** Rows that are not compressed: text, in which no zero byte can be. */
export class Rows implements BlockContent {
  readonly #gathered = Buffer.allocUnsafeSlow(GATHERED_BYTES);
  #filled = 0;
  produced = 0;
  problem: Problem = null;
  shortfall: string | null = null;

  get room(): number {
    return GATHERED_BYTES - this.#filled;
  }

  add(source: Buffer, from: number, to: number): void {
    this.#filled += source.copy(this.#gathered, this.#filled, from, to);
  }

  flush(): null {
    if (this.#gathered.subarray(0, this.#filled).includes(0))
      this.problem ??= corrupt('has zero bytes among its rows, which are text');
    this.produced += this.#filled;
    this.#filled = 0;
    return null;
  }

  finish(): null {
    return this.flush();
  }

  async stop(): Promise<void> {}
}

export class Compressed implements BlockContent {
  readonly #algorithm: 'zlib' | 'zstd';
  /** Whether PostgreSQL writes nothing at all where there is nothing to compress: some releases since 16. */
  readonly #mayBeAbsent: boolean;
  #filling = Buffer.allocUnsafeSlow(GATHERED_BYTES);
  #working = Buffer.allocUnsafeSlow(GATHERED_BYTES);
  #filled = 0;
  #written = 0;
  #machine: ZlibMachine | null = null;
  #expanded = 0;
  /** Until it resolves `working` is in use. */
  #work: Promise<unknown> = Promise.resolve();
  produced = 0;
  problem: Problem = null;
  shortfall: string | null = null;

  constructor(algorithm: 'zlib' | 'zstd', mayBeAbsent: boolean) {
    this.#algorithm = algorithm;
    this.#mayBeAbsent = mayBeAbsent;
  }

  get room(): number {
    return GATHERED_BYTES - this.#filled;
  }

  add(source: Buffer, from: number, to: number): void {
    this.#filled += source.copy(this.#filling, this.#filled, from, to);
  }

  async flush(): Promise<void> {
    await this.#work;
    this.#machine ??= this.#begin();
    if (this.#machine.closed) await this.#conclude(this.#machine);
    const bytes = this.#filling.subarray(0, this.#filled);
    this.#work = this.#machine.feed(bytes);
    this.#written += this.#filled;
    this.#filled = 0;
    [this.#filling, this.#working] = [this.#working, this.#filling];
  }

  finish(): Promise<void> | null {
    if (this.#machine !== null || !this.#finishedAtOnce()) return this.#finishStream();
    this.#filled = 0;
    return null;
  }

  async #finishStream(): Promise<void> {
    await this.flush();
    await this.#work;
    if (this.#machine !== null) await this.#conclude(this.#machine);
    this.produced += this.#expanded;
    this.#machine = null;
    this.#expanded = 0;
    this.#written = 0;
  }

  #begin(): ZlibMachine {
    const options = streamOptions(OUTPUT_BYTES);
    const stream =
      this.#algorithm === 'zlib' ? createInflate(options) : createZstdDecompress(options);
    return new ZlibMachine(stream, OUTPUT_BYTES, (bytes) => this.#take(bytes), 0);
  }

  /** Nothing is to be seen in what comes out: that its checksum holds is seen by zlib. */
  async #take(bytes: Buffer): Promise<boolean> {
    this.#expanded += bytes.length;
    return this.#expanded < Math.max(ALWAYS_ALLOWED, MOST_EXPANSION * this.#written);
  }

  async #conclude(machine: ZlibMachine): Promise<void> {
    const end = await machine.finish();
    if (this.#expanded >= Math.max(ALWAYS_ALLOWED, MOST_EXPANSION * this.#written))
      this.problem ??= { reason: 'expands_too_far', message: 'expands too far' };
    else if (end.kind === 'unavailable') this.shortfall ??= end.why;
    else if (end.kind === 'done') this.problem ??= surplus(this.#written, machine.position);
    else this.problem ??= damaged;
  }

  /** Whether it was small enough to be undone without a stream. */
  #finishedAtOnce(): boolean {
    if (this.#filled === 0 && this.#mayBeAbsent) return true;
    if (this.#filled > SMALL) return false;
    const undo = this.#algorithm === 'zlib' ? inflateSync : zstdDecompressSync;
    try {
      const bytes = this.#filling.subarray(0, this.#filled);
      // The types do not know that `info` changes what comes back.
      const { buffer, engine } = undo(bytes, {
        info: true,
        maxOutputLength: SMALL_RESULT,
      }) as unknown as { buffer: Buffer; engine: Zlib };
      this.produced += buffer.length;
      this.problem ??= surplus(this.#filled, engine.bytesWritten);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return false;
      this.problem ??= damaged;
      return true;
    }
  }

  async stop(): Promise<void> {
    await this.#machine?.stop();
  }
}

function corrupt(message: string): ContentFault {
  return { reason: 'dump_corrupt', message };
}

const damaged = corrupt('is damaged: it does not decompress');

const surplus = (written: number, consumed: number): Problem =>
  written === consumed
    ? null
    : corrupt(`goes on for ${written - consumed} bytes after its compressed end`);

/** For the rows of tables, or for large objects, of an archive of that version (the second number). */
export function contentFor(
  compression: BlockCompression,
  rows: boolean,
  version: number,
): BlockContent {
  if (compression === 'lz4') return new Unread('lz4 inside of it is not decompressed');
  if (compression === 'none') return rows ? new Rows() : new Unread(null);
  return new Compressed(compression, version >= 15);
}
