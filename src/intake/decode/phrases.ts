/** What is said about a stream that is no good. Positions are bytes of the compressed content, counted from 0. */
import { bytes, exactBytes } from '../../core/bytes.ts';
import type { Compression, ContentFault } from '../../core/content.ts';
import { forPeople } from '../../core/text.ts';

/** The longest quotation of a library or a tool, in UTF-16 units. */
const WORDS = 120;

export const nothingIn = (compression: Compression): ContentFault => ({
  reason: 'empty',
  message: `it is empty: 0 bytes where a ${compression} stream should begin`,
});

/** A bit that flipped can look the same: the decoder goes astray, and waits for an end that never comes. */
export const cut = (compression: Compression, at: number): ContentFault => ({
  reason: 'stream_cut',
  message: `the ${compression} stream does not end: it was cut at byte ${at}, or damaged before`,
});

/** `near` is null where it is not known. */
export function corrupt(
  compression: Compression,
  near: number | null,
  words: string,
): ContentFault {
  const place = near === null ? '' : ` near byte ${near}`;
  return {
    reason: 'stream_corrupt',
    message: `the ${compression} stream is corrupt${place}: ${forPeople(words, WORDS)}`,
  };
}

/** `from` is the first byte after the end that is not zero. */
export const trailing = (compression: Compression, count: number, from: number): ContentFault => ({
  reason: 'trailing_bytes',
  message: `${bytes(count)} of something else follow${count === 1 ? 's' : ''} the end of the ${compression} stream, from byte ${from}`,
});

/** Where the end is not known exactly. */
export const trailingAfter = (compression: Compression, after: number): ContentFault => ({
  reason: 'trailing_bytes',
  message: `something else follows the end of the ${compression} stream, after byte ${after}`,
});

export const expandsTooFar = (compression: Compression, limit: number): ContentFault => ({
  reason: 'expands_too_far',
  message: `more comes out of the ${compression} stream than the ${exactBytes(limit)} that may`,
});
