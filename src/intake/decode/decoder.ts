/** What it takes to undo one compression, as a stream and in constant memory. */
import type { ContentFault } from '../../core/content.ts';

export interface Decoded {
  /**
   * Compressed bytes that belonged to the stream; what follows them is zero padding, or the fault says so. Of a corrupt stream: how
   * many had been read for certain, 0 where that is not told (by a tool, or where too much came out).
   */
  readonly consumed: number;
  /** Bytes that were handed over to `output`. */
  readonly produced: number;
  readonly fault: ContentFault | null;
  /** A part of it carries no checksum of its content: a bit that flipped there may have gone unnoticed. Means nothing beside a fault. */
  readonly unchecked: boolean;
  /** Why it could not be decoded here, as a phrase (`xz is not installed`); then `fault` is null and nothing may be concluded. */
  readonly unavailable: string | null;
  /** It is the stream that is in the way, and would be everywhere: it needs a dictionary, or more memory than is allowed. */
  readonly demanding: boolean;
}

export interface Decoder {
  /**
   * The next compressed bytes. When it resolves they may be overwritten, and are decoded while the next ones are read. After a fault
   * the rest is taken and ignored. Never rejects for a fault of the stream, but with what `output` threw.
   */
  readonly push: (bytes: Buffer) => Promise<void>;
  /**
   * All bytes were pushed: waits for what is under way. Must be called, also after a fault; releases everything. Rejects as `push` does,
   * and with the Trouble of a tool that could not be started this time.
   */
  readonly end: () => Promise<Decoded>;
}

export interface DecodeRequest {
  /** Called with what comes out, in order, one call after the other has resolved; the bytes may be overwritten then. */
  readonly output: (bytes: Buffer) => void | Promise<void>;
  /** No more than this may come out: `expands_too_far` beyond it. */
  readonly limit: number;
  /** Asked before so many bytes are handed over, where others take from the same budget; false ends it as the limit does. */
  readonly take?: (bytes: number) => boolean;
}
