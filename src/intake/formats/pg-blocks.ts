/**
 * The data of a custom archive, after its table of contents: blocks of a type byte, the number of the entry that the data belongs to,
 * and pieces of data, each behind its length, up to a length of zero. A block of large objects holds several: each behind its identifier,
 * up to an identifier of zero.
 */
import { Broken, SPAN, type Pull, type Walk } from './members-pull.ts';
import { contentFor, type BlockContent } from './pg-content.ts';
import type { ArchiveHeader } from './pg-header.ts';
import { exactly, integer, INTEGER_BYTES, integerAt, type Place } from './pg-primitives.ts';
import type { TableOfContents } from './pg-toc.ts';

const blockTypes = { rows: 1, largeObjects: 3 } as const;

export class Blocks {
  /** Blocks that were read to their end. */
  count = 0;
  readonly rows: BlockContent;
  readonly largeObjects: BlockContent;

  constructor(header: ArchiveHeader) {
    this.rows = contentFor(header.compression, true, header.version);
    this.largeObjects =
      header.compression === 'none'
        ? contentFor('none', false, header.version)
        : /* one at a time */ this.rows;
  }

  /** Why some of the data could not be looked into, as a phrase. */
  get shortfall(): string | null {
    return this.rows.shortfall ?? this.largeObjects.shortfall;
  }

  async stop(): Promise<void> {
    await this.rows.stop();
    await this.largeObjects.stop();
  }
}

/** Reads all blocks. */
export function* readBlocks(source: Pull, contents: TableOfContents, blocks: Blocks): Walk {
  while (blocks.count < contents.withData) {
    yield* readBlock(source, contents, blocks);
    blocks.count += 1;
  }
}

/** Nothing follows the last block. */
export function* readEnd(source: Pull): Walk {
  const end = source.position;
  let beyond = 0;
  for (;;) {
    const bytes = yield SPAN;
    if (bytes.length === 0) break;
    beyond += bytes.length;
  }
  if (beyond > 0)
    throw new Broken('trailing_bytes', `${beyond} bytes after its end at byte ${end}`);
}

function* readBlock(source: Pull, contents: TableOfContents, blocks: Blocks): Walk {
  const start = source.position;
  const [type] = yield SPAN_OF_ONE;
  if (type === undefined) throw cut(start, contents, blocks);
  const isRows = type === blockTypes.rows;
  if (!isRows && type !== blockTypes.largeObjects)
    throw corrupt(`expected a block of data at byte ${start}, found type ${type}`);
  const number = yield* integer(source, { what: 'the start of a block of data' });
  checkEntry(contents, number, start, isRows);
  const place = { what: `the data of ${contents.nameOf(number)}` };
  contents.missing.delete(number);
  contents.names.delete(number);
  if (isRows) yield* readContent(source, blocks.rows, place);
  else yield* readLargeObjects(source, blocks.largeObjects, place);
}

const SPAN_OF_ONE = -1;

/** The entry must have data, which was not seen before, and must say that it begins here. */
function checkEntry(
  contents: TableOfContents,
  number: number,
  start: number,
  isRows: boolean,
): void {
  if (!contents.tracksAll) return;
  const position = contents.missing.get(number);
  if (position === undefined)
    throw corrupt(
      `the block at byte ${start} is of entry ${number}, for which no data is expected`,
    );
  const name = contents.nameOf(number);
  if (position !== start && !Number.isNaN(position))
    throw corrupt(`the data of ${name} is at byte ${start}; expected it at ${position}`);
  if (isRows === contents.largeObjects.has(number))
    throw corrupt(`the block at byte ${start} is of another type than ${name}`);
}

function* readLargeObjects(source: Pull, content: BlockContent, place: Place): Walk {
  for (;;) {
    const identifier = yield* integer(source, place);
    if (identifier === 0) return;
    yield* readContent(source, content, place);
  }
}

function* readContent(source: Pull, content: BlockContent, place: Place): Walk {
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
    throw corrupt(`no length of a piece at byte ${position}, in ${place.what}`);
  return length;
}

function check(source: Pull, content: BlockContent, place: Place): void {
  if (content.problem === null) return;
  const { reason, message } = content.problem;
  throw new Broken(reason, `${place.what} ${message}, before byte ${source.position}`);
}

function cut(at: number, contents: TableOfContents, blocks: Blocks): Broken {
  const [first] = contents.missing.keys();
  const lacking = contents.withData - blocks.count;
  const name = first === undefined ? '' : `, among them that of ${contents.nameOf(first)}`;
  return new Broken(
    'dump_cut',
    `ends at byte ${at}, and the data of ${lacking} of ${contents.withData} entries is missing${name}`,
  );
}

const corrupt = (message: string): Broken => new Broken('dump_corrupt', message);
