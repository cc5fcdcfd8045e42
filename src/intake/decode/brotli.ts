/** Brotli (RFC 7932) by node's zlib: one stream, without a mark and without a checksum. */
import { createBrotliDecompress } from 'node:zlib';
import type { Outlet } from './outlet.ts';
import { corrupt, cut, trailing } from './phrases.ts';
import { chunkFor, ending, undecided, type Ending, type Stage } from './stage.ts';
import { Tail } from './tail.ts';
import { streamOptions, ZlibMachine } from './zlib-machine.ts';

/** The first byte of a stream with a window of more than 16 MiB, an extension that needs as much memory (`brotli --large_window`). */
const LARGE_WINDOW = 0x11;

export class BrotliStage implements Stage {
  readonly #machine: ZlibMachine;
  #first: number | null = null;
  #taken = 0;
  #tail: Tail | null = null;

  constructor(outlet: Outlet, first: number) {
    const chunkSize = chunkFor(first);
    const stream = createBrotliDecompress(streamOptions(chunkSize));
    this.#machine = new ZlibMachine(stream, chunkSize, (bytes) => outlet.give(bytes), 0);
  }

  readonly take = async (bytes: Buffer): Promise<void> => {
    this.#first ??= bytes[0] ?? 0;
    this.#taken += bytes.length;
    let rest = bytes;
    if (this.#tail === null) {
      rest = bytes.subarray(await this.#machine.feed(bytes));
      if (this.#machine.ended) this.#tail = new Tail(this.#machine.position);
    }
    this.#tail?.take(rest);
  };

  readonly finish = async (): Promise<Ending> => {
    const end = await this.#machine.finish();
    if (end.kind === 'unavailable') return undecided(end.why);
    if (end.kind === 'corrupt') {
      if (this.#first === LARGE_WINDOW)
        return undecided('it needs a window of more than 16 MiB', true);
      return ending(end.near ?? 0, corrupt('brotli', end.near, end.words));
    }
    if (end.kind === 'cut') return ending(this.#taken, cut('brotli', this.#taken));
    const { from = null, count = 0 } = this.#tail ?? {};
    const fault = from === null ? null : trailing('brotli', count, from);
    return ending(this.#machine.position, fault, true);
  };

  readonly stop = (): Promise<void> => this.#machine.stop();
}
