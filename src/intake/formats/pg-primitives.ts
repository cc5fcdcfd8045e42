/**
 * The small parts that PostgreSQL's archives are made of. An integer is a byte for its sign (0 or 1) and four bytes of magnitude, least
 * significant first; a string is its length as such an integer (-1: none at all) and its bytes, which never hold a zero byte.
 */
import { Broken, SPAN, type Pull, type Walk } from './members-pull.ts';

/** Sizes of an integer and of the length before each piece of data, in bytes. */
export const INTEGER_BYTES = 5;

/** PostgreSQL allocates no text of 1 GiB, so that no string of its own is longer. */
const MAX_STRING = 2 ** 30;

/** What is being read, for messages: the header, or the entry of the table of contents. */
export interface Place {
  readonly what: string;
}

/** Exactly so many bytes, or a fault that names `place`. */
export function* exactly(source: Pull, count: number, place: Place): Walk<Buffer> {
  const at = source.position;
  const bytes = source.take(count) ?? (yield count);
  if (bytes.length < count)
    throw new Broken(
      'dump_cut',
      `ends at byte ${at + bytes.length}, in the middle of ${place.what}`,
    );
  return bytes;
}

/** The integer at `at`, which has INTEGER_BYTES there; null where it is none. */
export function integerAt(bytes: Buffer, at: number): number | null {
  const sign = bytes[at];
  const magnitude = bytes.readUInt32LE(at + 1);
  if (sign === 0) return magnitude < 2 ** 31 ? magnitude : null;
  // The smallest of all has no positive counterpart. Object identifiers above 2^31 are written as negative integers.
  return sign === 1 && magnitude > 0 && magnitude <= 2 ** 31 ? -magnitude : null;
}

export function* integer(source: Pull, place: Place): Walk<number> {
  const at = source.position;
  const value = integerAt(yield* exactly(source, INTEGER_BYTES, place), 0);
  if (value === null) throw new Broken('dump_corrupt', `no number at byte ${at}, in ${place.what}`);
  return value;
}

/** An integer from `least` to `most`. */
export function* integerWithin(
  source: Pull,
  least: number,
  most: number,
  place: Place,
): Walk<number> {
  const at = source.position;
  const value = yield* integer(source, place);
  if (value < least || value > most)
    throw new Broken(
      'dump_corrupt',
      `${value} at byte ${at}, in ${place.what}; expected ${least} to ${most}`,
    );
  return value;
}

/** The first `keep` bytes of a string, the rest of which is read but not kept; null for none at all. */
export function* string(source: Pull, keep: number, place: Place): Walk<string | null> {
  const at = source.position;
  const length = yield* integer(source, place);
  if (length === -1) return null;
  if (length < 0 || length > MAX_STRING)
    throw new Broken('dump_corrupt', `a text of ${length} bytes at byte ${at}, in ${place.what}`);
  const kept = yield* exactly(source, Math.min(length, keep), place);
  withoutZero(kept, at, place);
  const text = kept.toString();
  for (let left = length - kept.length; left > 0;) {
    const bytes = yield Math.max(SPAN, -left);
    if (bytes.length === 0)
      throw new Broken(
        'dump_cut',
        `ends at byte ${source.position}, in the middle of ${place.what}`,
      );
    withoutZero(bytes, at, place);
    left -= bytes.length;
  }
  return text;
}

function withoutZero(bytes: Buffer, at: number, place: Place): void {
  if (bytes.includes(0))
    throw new Broken('dump_corrupt', `zero bytes in the text at byte ${at}, in ${place.what}`);
}
