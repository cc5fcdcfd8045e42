/** A decoder around a stage: puts its input in order, keeps a copy of what is under way, and concludes. */
import type { Compression } from '../../core/content.ts';
import type { Decoded, Decoder, DecodeRequest } from './decoder.ts';
import { Outlet } from './outlet.ts';
import { expandsTooFar, nothingIn } from './phrases.ts';
import { release } from './release.ts';
import { ending, type Ending, type Stage } from './stage.ts';

/** More is worked off in slices. */
const LARGEST_SLICE = 1024 * 1024;

/** Makes the stage when the first bytes are there; `first` is how many. */
export type StageMaker = (outlet: Outlet, first: number) => Stage;

/**
 * `push` copies (40 GiB/s) and returns while its bytes are decoded: whoever pushes reads, hashes or writes meanwhile, and a
 * library's thread that is still busy with bytes when it is told to stop never sees them change.
 */
class InOrder implements Decoder {
  readonly #compression: Compression;
  readonly #limit: number;
  readonly #outlet: Outlet;
  readonly #makeStage: StageMaker;
  #stage: Stage | null = null;
  #copy: Buffer = Buffer.alloc(0);
  #underWay: Promise<void> = Promise.resolve();
  #ended: Promise<Decoded> | null = null;

  constructor(compression: Compression, request: DecodeRequest, makeStage: StageMaker) {
    this.#compression = compression;
    this.#limit = request.limit;
    this.#outlet = new Outlet(request);
    this.#makeStage = makeStage;
  }

  readonly push = async (bytes: Buffer): Promise<void> => {
    for (let at = 0; at < bytes.length; at += LARGEST_SLICE) {
      await this.#underWay;
      // Its thread may still read the copy: it is left alone from here on.
      if (this.#outlet.overflowed) return;
      this.#start(bytes.subarray(at, at + LARGEST_SLICE));
    }
  };

  #start(bytes: Buffer): void {
    if (this.#copy.length < bytes.length) this.#copy = Buffer.allocUnsafeSlow(bytes.length);
    bytes.copy(this.#copy);
    this.#stage ??= this.#makeStage(this.#outlet, bytes.length);
    this.#underWay = this.#work(this.#stage, this.#copy.subarray(0, bytes.length));
    // The next push, or the end, tells whoever pushes.
    this.#underWay.catch(() => undefined);
  }

  async #work(stage: Stage, bytes: Buffer): Promise<void> {
    await stage.take(bytes);
    if (this.#outlet.overflowed) await stage.stop();
  }

  readonly end = (): Promise<Decoded> => {
    this.#ended ??= this.#finish();
    return this.#ended;
  };

  async #finish(): Promise<Decoded> {
    try {
      await this.#underWay;
      const end = await this.#conclude();
      if (!this.#outlet.overflowed) release(this.#copy);
      const { produced } = this.#outlet;
      // In a stream of nothing no bit of a content can flip.
      return { ...end, unchecked: end.unchecked && produced > 0, produced };
    } finally {
      await this.#stage?.stop();
    }
  }

  async #conclude(): Promise<Ending> {
    if (this.#stage === null) {
      return ending(0, nothingIn(this.#compression));
    }
    if (!this.#outlet.overflowed) {
      const end = await this.#stage.finish();
      // What had not come out yet may have been too much.
      if (!this.#outlet.overflowed) return end;
    }
    return ending(0, expandsTooFar(this.#compression, this.#limit));
  }
}

export function inOrder(
  compression: Compression,
  request: DecodeRequest,
  makeStage: StageMaker,
): Decoder {
  return new InOrder(compression, request, makeStage);
}
