/** Holds zeros back until something follows them: those at the very end are padding, which the tools would refuse. */
import { lengthWithoutZeros, ZEROS } from './zeros.ts';

export class ZeroHold {
  #held = 0;

  /** How many zeros are held back. */
  get held(): number {
    return this.#held;
  }

  async pass(bytes: Buffer, feed: (bytes: Buffer) => Promise<void>): Promise<void> {
    const length = lengthWithoutZeros(bytes);
    if (length > 0) {
      await this.release(this.#held, feed);
      await feed(bytes.subarray(0, length));
    }
    this.#held += bytes.length - length;
  }

  /** Lets so many of them go, or as many as there are. */
  async release(count: number, feed: (bytes: Buffer) => Promise<void>): Promise<void> {
    for (let left = Math.min(count, this.#held); left > 0;) {
      const piece = ZEROS.subarray(0, left);
      await feed(piece);
      left -= piece.length;
      this.#held -= piece.length;
    }
  }
}
