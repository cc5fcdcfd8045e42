/** xz by the system's tool. */
import type { Outlet } from './outlet.ts';
import { corrupt, cut, trailing } from './phrases.ts';
import { ending, undecided, type Ending, type Stage } from './stage.ts';
import type { Tail } from './tail.ts';
import { Tool } from './tool.ts';
import { XzEnds } from './xz-ends.ts';
import { ZeroHold } from './zero-hold.ts';

/** `xz -9` needs 65 MiB to be undone; a larger dictionary is the sender's choice, and memory. */
const MEMORY_LIMIT = '256MiB';
const MARK = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
/** A header of a stream; of fewer bytes xz says that the input ended too early, whatever they are. */
const HEADER_BYTES = 12;

/** What xz 5.2 to 5.8 say. */
const says = {
  cut: 'Unexpected end of input',
  corrupt: 'Compressed data is corrupt',
  foreign: 'File format not recognized',
  memory: 'Memory usage limit reached',
  unsupported: /Unsupported options|Unsupported type of integrity check/u,
} as const;

export class XzStage implements Stage {
  readonly #tool: Tool;
  readonly #zeros = new ZeroHold();
  readonly #ends = new XzEnds();
  #taken = 0;

  constructor(outlet: Outlet) {
    const args = ['--decompress', '--stdout', '--format=xz', '--threads=1'];
    this.#tool = new Tool('xz', [...args, `--memlimit-decompress=${MEMORY_LIMIT}`], outlet);
  }

  readonly take = async (bytes: Buffer): Promise<void> => {
    this.#taken += bytes.length;
    this.#ends.take(bytes);
    await this.#zeros.pass(bytes, (piece) => this.#tool.feed(piece));
  };

  readonly finish = async (): Promise<Ending> => {
    // A footer ends in `YZ`: none of the zeros belongs to the stream, and xz would want multiples of four.
    const end = await this.#tool.finish();
    if (end.kind === 'unavailable') return undecided(end.why);
    if (end.code === 0) {
      return ending(this.#taken - this.#zeros.held, null, this.#ends.unchecked);
    }
    return this.#refused(end.said);
  };

  #refused(said: string): Ending {
    if (said.includes(says.memory)) {
      // The number that xz adds is not the one that was needed.
      return undecided(`it needs more than the ${MEMORY_LIMIT} of memory that are allowed`, true);
    }
    if (says.unsupported.test(said)) return undecided('it uses what this xz does not support');
    const short = said.includes(says.cut) || (said.includes(says.foreign) && this.#isShort());
    if (!short && !said.includes(says.corrupt) && !said.includes(says.foreign)) {
      return undecided('xz failed without saying why');
    }
    const { tail } = this.#ends;
    if (tail !== null && this.#isForeign(tail, short)) {
      return ending(tail.end, trailing('xz', tail.count, tail.from ?? tail.end));
    }
    if (short) return ending(this.#taken, cut('xz', this.#taken));
    const words = said.includes(says.corrupt) ? says.corrupt : says.foreign;
    return ending(0, corrupt('xz', null, `xz says "${words}"`));
  }

  #isShort(): boolean {
    return this.#taken < HEADER_BYTES;
  }

  /** Whether what follows the last footer is no stream, and neither the beginning of one that was cut. */
  #isForeign({ from, first, count }: Tail, short: boolean): boolean {
    if (from === null || (short && count >= HEADER_BYTES)) return false;
    return !MARK.subarray(0, first.length).equals(first);
  }

  readonly stop = (): Promise<void> => this.#tool.stop();
}
