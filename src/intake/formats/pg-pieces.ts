/** The pieces that the rows of a table, or one large object, come in: each behind its length, up to a length of zero. */
import { Broken, type Pull, type Walk } from './members-pull.ts';
import type { BlockContent } from './pg-content.ts';
import { exactly, INTEGER_BYTES, integerAt, type Place } from './pg-primitives.ts';

/** Reads one content to its end. */
export function* readContent(source: Pull, content: BlockContent, place: Place): Walk {
  for (;;) {
    if (skimPieces(source, content, place)) break;
    const at = source.position;
    const length = lengthAt(yield* exactly(source, INTEGER_BYTES, place), 0, at, place);
    if (length === 0) break;
    yield* readPiece(source, content, length, place);
  }
  const wait = content.finish();
  if (wait !== null) yield wait;
  check(source, content, place);
}

/**
 * Goes through the pieces that lie wholly within what was pushed, and fit, without asking for each: an archive that is not compressed
 * has one for every row. True when it came to the end of the content.
 */
function skimPieces(source: Pull, content: BlockContent, place: Place): boolean {
  const bytes = source.rest;
  const { position } = source;
  let at = 0;
  let length = -1;
  while (length !== 0 && at + INTEGER_BYTES <= bytes.length) {
    length = lengthAt(bytes, at, position + at, place);
    const from = at + INTEGER_BYTES;
    const to = from + length;
    if (to > bytes.length || length > content.room) break;
    if (length > 0) content.add(bytes, from, to);
    at = to;
  }
  source.advance(at);
  return length === 0;
}

function* readPiece(source: Pull, content: BlockContent, length: number, place: Place): Walk {
  for (let left = length; left > 0;) {
    if (content.room === 0) {
      const wait = content.flush();
      if (wait !== null) yield wait;
      check(source, content, place);
    }
    const bytes = yield -Math.min(left, content.room);
    if (bytes.length === 0)
      throw new Broken(
        'dump_cut',
        `ends at byte ${source.position}, in the middle of ${place.what}`,
      );
    content.add(bytes, 0, bytes.length);
    left -= bytes.length;
  }
}

function lengthAt(bytes: Buffer, at: number, position: number, place: Place): number {
  const length = integerAt(bytes, at);
  if (length === null || length < 0)
    throw new Broken('dump_corrupt', `no length of a piece at byte ${position}, in ${place.what}`);
  return length;
}

function check(source: Pull, content: BlockContent, place: Place): void {
  if (content.problem === null) return;
  const { reason, message } = content.problem;
  throw new Broken(reason, `${place.what} ${message}, before byte ${source.position}`);
}
