/** One stream of zlib, whose work is done on a thread of the pool while the consumer's own goes on here. */
import type { BrotliDecompress, Gunzip, InflateRaw, ZstdDecompress } from 'node:zlib';
import type { Outlet } from './outlet.ts';
import { isLastOf, release } from './release.ts';
import type { Machine, MachineEnd } from './stage.ts';

interface StreamOptions {
  readonly chunkSize: number;
  readonly readableHighWaterMark: number;
  readonly writableHighWaterMark: number;
}

type ZlibStream = BrotliDecompress | Gunzip | InflateRaw | ZstdDecompress;

/**
 * The stream is left with at most one chunk that nobody has taken. That also makes what came out before an error the same each
 * time: while a chunk waits nothing is decoded, so that no error can overtake it.
 */
export const streamOptions = (chunkSize: number): StreamOptions => ({
  chunkSize,
  readableHighWaterMark: 1,
  writableHighWaterMark: 1,
});

/**
 * Lets whoever waits to push come first: the thread of the pool then has the next bytes to work on while the consumer hashes these.
 */
const afterOthers = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

function endOf(error: NodeJS.ErrnoException, near: number): MachineEnd {
  const code = error.code ?? '';
  if (code === 'Z_BUF_ERROR') return { kind: 'cut' };
  if (/MEM_ERROR|memory|ALLOC/u.test(code)) {
    return { kind: 'unavailable', why: 'there was not enough memory to decode it' };
  }
  const words = /BROTLI/u.test(code) ? `${error.message} (${code})` : error.message;
  return { kind: 'corrupt', words, near };
}

export class ZlibMachine implements Machine {
  readonly #stream: ZlibStream;
  readonly #chunkSize: number;
  readonly #give: Outlet['give'];
  readonly #before: number;
  readonly #pumped: Promise<void>;
  #wake: (() => void) | null = null;
  #ended = false;
  #end: MachineEnd = { kind: 'done' };
  #thrown: { readonly error: unknown } | null = null;

  /**
   * @param give takes what comes out
   * @param before position of its first byte, for messages
   */
  constructor(stream: ZlibStream, chunkSize: number, give: Outlet['give'], before: number) {
    this.#stream = stream;
    this.#chunkSize = chunkSize;
    this.#give = give;
    this.#before = before;
    stream.once('close', () => this.#wake?.());
    this.#pumped = this.#pump();
  }

  /** Position after the last byte that it has used. Exact at its end; where it failed, that of the last step that did not. */
  get position(): number {
    return this.#before + this.#stream.bytesWritten;
  }

  /** It saw the end of its stream, and wants nothing of what follows. */
  get ended(): boolean {
    return this.#ended;
  }

  /** It failed, or was stopped. */
  get closed(): boolean {
    return this.#stream.destroyed;
  }

  /** How many of the bytes were used: all, but for an end or a failure. */
  async feed(bytes: Buffer): Promise<number> {
    if (this.closed || this.#ended || bytes.length === 0) return 0;
    const before = this.#stream.bytesWritten;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#stream.write(bytes, () => {
        resolve();
      });
    });
    this.#rethrow();
    const used = this.#stream.bytesWritten - before;
    this.#ended = used < bytes.length && !this.closed;
    return used;
  }

  async finish(): Promise<MachineEnd> {
    if (!this.#ended && !this.closed) this.#stream.end();
    await this.#pumped;
    this.#stream.destroy();
    this.#rethrow();
    return this.#end;
  }

  async stop(): Promise<void> {
    this.#stream.destroy();
    await this.#pumped;
  }

  #rethrow(): void {
    if (this.#thrown !== null) throw this.#thrown.error;
  }

  /** Never rejects. */
  async #pump(): Promise<void> {
    // The chunk in whose buffer there is still room, which the stream goes on filling.
    let open: Buffer | null = null;
    try {
      // Reading has the next chunk decoded before this one is handed over; leaving the loop destroys the stream.
      for await (const chunk of this.#stream as AsyncIterable<Buffer>) {
        await afterOthers();
        if (!(await this.#handOver(chunk))) return;
        const full = isLastOf(chunk, this.#chunkSize);
        if (full) release(chunk);
        open = full ? null : chunk;
      }
    } catch (error) {
      const failure = error as NodeJS.ErrnoException;
      // That of a stream that was stopped.
      if (failure.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
      this.#end = endOf(failure, this.position);
    }
    if (open !== null && open.buffer.byteLength === this.#chunkSize) release(open);
  }

  async #handOver(chunk: Buffer): Promise<boolean> {
    try {
      return await this.#give(chunk);
    } catch (error) {
      this.#thrown = { error };
      return false;
    }
  }
}
