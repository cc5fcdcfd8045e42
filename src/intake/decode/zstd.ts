/** Zstandard by node's zlib. */
import { constants, createZstdDecompress } from 'node:zlib';
import { FramedStage } from './framed.ts';
import type { Outlet } from './outlet.ts';
import { chunkFor, type Machine, type MachineEnd } from './stage.ts';
import { streamOptions, ZlibMachine } from './zlib-machine.ts';
import { WINDOW_LOG_MAX, ZstdFrames } from './zstd-frames.ts';

/** One stream for all frames; in Node 24 a stream ends with its first frame, and each needs one of its own. */
class ZstdMachine implements Machine {
  readonly #outlet: Outlet;
  readonly #chunkSize: number;
  #machine: ZlibMachine;

  constructor(outlet: Outlet, first: number) {
    this.#outlet = outlet;
    this.#chunkSize = chunkFor(first);
    this.#machine = this.#begin(0);
  }

  #begin(position: number): ZlibMachine {
    const stream = createZstdDecompress({
      ...streamOptions(this.#chunkSize),
      params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX },
    });
    const give = (bytes: Buffer): Promise<boolean> => this.#outlet.give(bytes);
    return new ZlibMachine(stream, this.#chunkSize, give, position);
  }

  async feed(bytes: Buffer): Promise<void> {
    let rest = bytes.subarray(await this.#machine.feed(bytes));
    while (rest.length > 0 && this.#machine.ended) {
      const end = await this.#machine.finish();
      if (end.kind !== 'done') return;
      this.#machine = this.#begin(this.#machine.position);
      const used = await this.#machine.feed(rest);
      if (used === 0) return;
      rest = rest.subarray(used);
    }
  }

  async finish(): Promise<MachineEnd> {
    return this.#machine.finish();
  }

  async stop(): Promise<void> {
    await this.#machine.stop();
  }
}

export const zstdStage = (outlet: Outlet, first: number): FramedStage =>
  new FramedStage('zstd', new ZstdFrames(), new ZstdMachine(outlet, first));
