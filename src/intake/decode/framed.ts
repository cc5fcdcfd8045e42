/** Zstandard and LZ4: a walker tells what are frames, a machine decodes them. */
import type { Compression } from '../../core/content.ts';
import type { FrameWalker } from './frames.ts';
import { corrupt, cut, trailing } from './phrases.ts';
import { ending, undecided, type Ending, type Machine, type Stage } from './stage.ts';
import { Tail } from './tail.ts';

export class FramedStage implements Stage {
  readonly #compression: Compression;
  readonly #frames: FrameWalker;
  readonly #machine: Machine;
  #taken = 0;
  #tail: Tail | null = null;

  constructor(compression: Compression, frames: FrameWalker, machine: Machine) {
    this.#compression = compression;
    this.#frames = frames;
    this.#machine = machine;
  }

  readonly take = async (bytes: Buffer): Promise<void> => {
    this.#taken += bytes.length;
    if (this.#tail !== null) {
      this.#tail.take(bytes);
      return;
    }
    const { before, upTo } = this.#frames.walk(bytes);
    await this.#machine.feed(before);
    await this.#machine.feed(bytes.subarray(0, upTo));
    const { end, loose } = this.#frames;
    if (end === null) return;
    this.#tail = new Tail(end);
    this.#tail.take(loose);
    this.#tail.take(bytes.subarray(upTo));
  };

  readonly finish = async (): Promise<Ending> => {
    const name = this.#compression;
    const end = await this.#machine.finish();
    // What could not be decoded came before what could not be walked over.
    if (end.kind === 'corrupt') return ending(end.near ?? 0, corrupt(name, end.near, end.words));
    const { problem } = this.#frames;
    if (problem?.kind === 'unavailable') return undecided(problem.why, true);
    if (problem !== null) return ending(problem.near, corrupt(name, problem.near, problem.words));
    const walked = this.#walked();
    // That the frames are not whole is a fact, also where nothing can decode them.
    if (walked.fault !== null || end.kind === 'done') return walked;
    return end.kind === 'cut' ? this.#cut() : undecided(end.why);
  };

  #cut(): Ending {
    return ending(this.#taken, cut(this.#compression, this.#taken));
  }

  #walked(): Ending {
    const name = this.#compression;
    const tail = this.#tail ?? this.#undecided();
    if (tail === null) return this.#cut();
    if (tail.end === 0) return ending(0, corrupt(name, 0, 'it does not begin with a frame'));
    const fault = tail.from === null ? null : trailing(name, tail.count, tail.from);
    return ending(tail.end, fault, this.#frames.unchecked);
  }

  /** What lies behind the last frame, where the content ended before that was clear; null where it is a part of what is missing. */
  #undecided(): Tail | null {
    const { undecided: bytes, whole } = this.#frames;
    const tail = new Tail(this.#taken - bytes.length);
    tail.take(bytes);
    return whole && (tail.from === null || !this.#frames.mayGoOn(bytes)) ? tail : null;
  }

  readonly stop = (): Promise<void> => this.#machine.stop();
}
