/** Contents of an archive's data blocks that are compressed, with zlib or zstd. */
import {
  createInflate,
  createZstdDecompress,
  inflateSync,
  zstdDecompressSync,
  type Zlib,
} from 'node:zlib';
import { streamOptions, ZlibMachine } from '../decode/zlib-machine.ts';
import { corrupt, GATHERED_BYTES, type BlockContent, type Problem } from './pg-content.ts';

/** What comes out comes in pieces of this size. */
const OUTPUT_BYTES = 512 * 1024;

/**
 * No zlib stream expands further than 1032 times; zstd does, but only where all is alike. So much of all contents together is too much,
 * but never below so many bytes.
 */
const MOST_EXPANSION = 1100;
const ALWAYS_ALLOWED = 64 * 2 ** 30;

/** What is no larger than this when compressed, and than that afterwards, is not worth a stream of its own. */
const SMALL = 16 * 1024;
const SMALL_RESULT = 1024 * 1024;

const damaged = corrupt('is damaged: it does not decompress');

const surplus = (written: number, consumed: number): Problem =>
  written === consumed
    ? null
    : corrupt(`goes on for ${written - consumed} bytes after its compressed end`);

/** One buffer is filled while the other is worked on. */
export class Compressed implements BlockContent {
  readonly #algorithm: 'zlib' | 'zstd';
  /** Whether PostgreSQL writes nothing at all where there is nothing to compress: some releases since 16. */
  readonly #mayBeAbsent: boolean;
  #filling = Buffer.allocUnsafeSlow(GATHERED_BYTES);
  #working = Buffer.allocUnsafeSlow(GATHERED_BYTES);
  #filled = 0;
  /** Bytes of this content that the machine was given. */
  #written = 0;
  #machine: ZlibMachine | null = null;
  /** Of all contents that went through a machine. */
  #given = 0;
  #expanded = 0;
  /** Until it resolves `working` is in use. */
  #work: Promise<unknown> = Promise.resolve();
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
    this.#given += this.#filled;
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
    this.#machine = null;
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
    return !this.#isTooMuch;
  }

  get #isTooMuch(): boolean {
    return this.#expanded >= Math.max(ALWAYS_ALLOWED, MOST_EXPANSION * this.#given);
  }

  async #conclude(machine: ZlibMachine): Promise<void> {
    const end = await machine.finish();
    if (this.#isTooMuch) this.problem ??= { reason: 'expands_too_far', message: 'expands too far' };
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
      const { engine } = undo(bytes, {
        info: true,
        maxOutputLength: SMALL_RESULT,
      }) as unknown as { engine: Zlib };
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
