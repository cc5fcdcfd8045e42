/**
 * Walks over a content made of frames without decoding it: where each ends, whether it is whole, what it would take to decode it.
 * The decoder is given frames only, so that whatever follows the last one is found where it begins, to the byte.
 */
import { Pieces } from './pieces.ts';

export type FrameProblem =
  | { readonly kind: 'corrupt'; readonly near: number; readonly words: string }
  | { readonly kind: 'unavailable'; readonly why: string };

/** What of a piece of the content belongs to frames. */
export interface Walked {
  /** Bytes of earlier pieces that were held back until it was clear what they are. To be decoded first. */
  readonly before: Buffer;
  /** This many bytes of the piece come next. */
  readonly upTo: number;
}

const NOTHING = Buffer.alloc(0);

/**
 * One format: `look` is shown a field of `need` bytes, and says what comes next by setting `skip`, `need` and `held`.
 * Fields of a few bytes are read where they lie; there may be hundreds of millions of them.
 */
export abstract class FrameWalker {
  /** Bytes to go over before the next field. */
  protected skip = 0;
  /** Bytes of the next field. */
  protected need = 4;
  /** The next field is not decoded before `look` has accepted it: it may turn out to be no part of a frame. */
  protected held = true;
  #pieces = new Pieces();
  /** Position of the piece being walked over. */
  #base = 0;
  #problem: FrameProblem | null = null;
  #end: number | null = null;
  #loose: Buffer = NOTHING;

  /** `look` came upon a frame whose content no checksum covers. */
  unchecked = false;

  /** What makes it impossible to go on. */
  get problem(): FrameProblem | null {
    return this.#problem;
  }

  /** Where something begins that is no frame; null while there are frames. */
  get end(): number | null {
    return this.#end;
  }

  /** Bytes of earlier pieces from `end` on. */
  get loose(): Buffer {
    return this.#loose;
  }

  /** At the end of the content: the bytes that were not enough to tell what they are. */
  get undecided(): Buffer {
    return this.#pieces.first(this.#pieces.length);
  }

  /** At the end of the content: nothing of the last frame is missing, but for what the undecided bytes may be. */
  get whole(): boolean {
    return this.skip === 0 && this.between();
  }

  /** To be called with everything, in order. */
  walk(bytes: Buffer): Walked {
    const heldBack = this.held ? this.#pieces.length : 0;
    let before: Buffer = NOTHING;
    let at = 0;
    let upTo = 0;
    while (this.#problem === null && this.#end === null) {
      const step = Math.min(this.skip, bytes.length - at);
      this.skip -= step;
      at += step;
      if (step > 0) upTo = at;
      if (this.skip > 0) break;
      const { need } = this;
      const missing = need - this.#pieces.length;
      if (bytes.length - at < missing) {
        this.#pieces.take(bytes, at, need);
        if (!this.held) upTo = bytes.length;
        break;
      }
      if (this.#pieces.length === 0) {
        if (this.look(bytes, at, this.#base + at)) upTo = at += need;
        continue;
      }
      const start = this.#base + at - this.#pieces.length;
      this.#pieces.take(bytes, at, need);
      at += missing;
      if (this.look(this.#pieces.bytes, 0, start)) {
        before = this.#pieces.first(heldBack);
        this.#pieces.clear();
        upTo = at;
      } else if (this.#end !== null) this.#loose = this.#pieces.first(heldBack);
    }
    this.#base += bytes.length;
    return { before, upTo };
  }

  protected fail(problem: FrameProblem): void {
    this.#problem = problem;
  }

  protected endAt(position: number): void {
    this.#end = position;
  }

  /**
   * @returns false to be shown the same bytes again with more, as many as `need` then says
   */
  protected abstract look(source: Buffer, at: number, position: number): boolean;

  /** Whether the next field is the beginning of a frame. */
  protected abstract between(): boolean;

  /** Whether the undecided bytes, not all of them zero, may be the beginning of what comes next. */
  abstract mayGoOn(undecided: Buffer): boolean;
}
