/** bzip2 by the system's tool. */
import { Bzip2Ends } from './bzip2-ends.ts';
import type { Outlet } from './outlet.ts';
import { corrupt, cut, trailing, trailingAfter } from './phrases.ts';
import { ending, undecided, type Ending, type Stage } from './stage.ts';
import { Tool } from './tool.ts';
import { ZeroHold } from './zero-hold.ts';

/** A stream may itself end in zeros: the last 4 bits of its end mark, 32 of a checksum, and 7 to fill up the byte. */
const OWN_ZEROS = 6;

/** What bzip2 1.0 says. */
const says = {
  cut: 'ends unexpectedly',
  corrupt: 'Data integrity error when decompressing',
  foreign: 'is not a bzip2 file',
  ignored: 'trailing garbage after EOF ignored',
} as const;

export class Bzip2Stage implements Stage {
  readonly #tool: Tool;
  readonly #zeros = new ZeroHold();
  readonly #ends = new Bzip2Ends();
  #taken = 0;

  constructor(outlet: Outlet) {
    this.#tool = new Tool('bzip2', ['--decompress', '--stdout'], outlet);
  }

  readonly take = async (bytes: Buffer): Promise<void> => {
    this.#taken += bytes.length;
    this.#ends.take(bytes);
    await this.#zeros.pass(bytes, (piece) => this.#tool.feed(piece));
  };

  readonly finish = async (): Promise<Ending> => {
    await this.#zeros.release(OWN_ZEROS, (piece) => this.#tool.feed(piece));
    const end = await this.#tool.finish();
    if (end.kind === 'unavailable') return undecided(end.why);
    if (end.code === 0) return this.#decoded(end.said.includes(says.ignored));
    if (end.said.includes(says.cut)) return ending(this.#taken, cut('bzip2', this.#taken));
    const words = [says.corrupt, says.foreign].find((phrase) => end.said.includes(phrase));
    if (words === undefined) return undecided(`bzip2 ended with code ${end.code}`);
    return ending(0, corrupt('bzip2', null, `bzip2 says "${words}"`));
  };

  /** `ignored`: something follows the end, if only zeros. */
  #decoded(ignored: boolean): Ending {
    const { tail } = this.#ends;
    if (!ignored) return ending(this.#taken - this.#zeros.held, null);
    if (tail === null) return ending(0, trailingAfter('bzip2', 0));
    if (tail.from === null) return ending(tail.end, null);
    return ending(tail.end, trailing('bzip2', tail.count, tail.from));
  }

  readonly stop = (): Promise<void> => this.#tool.stop();
}
