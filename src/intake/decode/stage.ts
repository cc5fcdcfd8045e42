/** The parts that a decoder is made of. */
import type { ContentFault } from '../../core/content.ts';
import type { Decoded } from './decoder.ts';

/** What a stage concludes; what came out was counted by the outlet. */
export type Ending = Omit<Decoded, 'produced'>;

export const ending = (
  consumed: number,
  fault: ContentFault | null,
  unchecked = false,
): Ending => ({
  consumed,
  fault,
  unchecked: unchecked && fault === null,
  unavailable: null,
  demanding: false,
});

/** Nothing may be concluded. */
export const undecided = (why: string, demanding = false): Ending => ({
  consumed: 0,
  fault: null,
  unchecked: false,
  unavailable: why,
  demanding,
});

/** What one compression does with its input, which comes in order and one piece after the other. */
export interface Stage {
  /** Resolves when `bytes` are used up, or nothing more is wanted. Rejects with what the consumer of the output threw. */
  readonly take: (bytes: Buffer) => Promise<void>;
  /** After the last byte: waits for what is under way. Rejects likewise. */
  readonly finish: () => Promise<Ending>;
  /** Releases everything at once; always called, also twice, and after `finish`. */
  readonly stop: () => Promise<void>;
}

/** How decoding ended, as the library or the tool sees it. */
export type MachineEnd =
  | { readonly kind: 'done' }
  /** It wanted more. */
  | { readonly kind: 'cut' }
  /** `near` is how many bytes had been read for certain; null where that is not told. `words` are its own. */
  | { readonly kind: 'corrupt'; readonly words: string; readonly near: number | null }
  | { readonly kind: 'unavailable'; readonly why: string };

/** A library or a tool that turns compressed bytes into others. After it failed, what it is fed is ignored. */
export interface Machine {
  readonly feed: (bytes: Buffer) => Promise<unknown>;
  readonly finish: () => Promise<MachineEnd>;
  readonly stop: () => Promise<void>;
}

/**
 * Room for what comes out of zlib at once. Less costs more turns between threads; more is given back to the system each time that it is
 * freed in a worker thread (glibc trims an arena from 2 MiB on), and faulting it in again took a quarter of the time of a scan.
 */
const LARGEST_CHUNK = 512 * 1024;
const SMALLEST_CHUNK = 16 * 1024;

/** A small content (a member of an archive of thousands) needs no MiB; `first` is how many bytes of it came at once. */
export const chunkFor = (first: number): number =>
  Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, first * 4));
