/**
 * The data of a custom archive, after its table of contents: blocks of a type byte, the number of the entry that the data belongs to,
 * and pieces of data, each behind its length, up to a length of zero. A block of large objects holds several: each behind its identifier,
 * up to an identifier of zero.
 */
import { Broken, SPAN, type Pull, type Walk } from './members-pull.ts';
import { Compressed } from './pg-compressed.ts';
import type { TableOfContents } from './pg-contents.ts';
import { Rows, Unread, type BlockContent } from './pg-content.ts';
import { readContent } from './pg-pieces.ts';
import type { ArchiveHeader } from './pg-header.ts';
import { integer, type Place } from './pg-primitives.ts';

const blockTypes = { rows: 1, largeObjects: 3 } as const;

export class Blocks {
  /** Blocks that were read to their end. */
  count = 0;
  readonly rows: BlockContent;
  readonly largeObjects: BlockContent;

  constructor({ compression, version }: ArchiveHeader) {
    if (compression === 'none') {
      this.rows = new Rows();
      this.largeObjects = new Unread(null);
    } else {
      this.rows =
        compression === 'lz4'
          ? new Unread('lz4 inside of it is not decompressed')
          : new Compressed(compression, version >= 15);
      // One content at a time.
      this.largeObjects = this.rows;
    }
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
  contents.found(number);
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
  const position = contents.positionOf(number);
  if (position === undefined)
    throw corrupt(
      `the block at byte ${start} is of entry ${number}, for which no data is expected`,
    );
  const name = contents.nameOf(number);
  if (position !== start && !Number.isNaN(position))
    throw corrupt(`the data of ${name} is at byte ${start}; expected it at ${position}`);
  if (isRows === contents.isLargeObjects(number))
    throw corrupt(`the block at byte ${start} is of another type than ${name}`);
}

function* readLargeObjects(source: Pull, content: BlockContent, place: Place): Walk {
  for (;;) {
    const identifier = yield* integer(source, place);
    if (identifier === 0) return;
    yield* readContent(source, content, place);
  }
}

function cut(at: number, contents: TableOfContents, blocks: Blocks): Broken {
  const first = contents.firstMissing;
  const lacking = contents.withData - blocks.count;
  const name = first === null ? '' : `, among them that of ${contents.nameOf(first)}`;
  return new Broken(
    'dump_cut',
    `ends at byte ${at}, and the data of ${lacking} of ${contents.withData} entries is missing${name}`,
  );
}

const corrupt = (message: string): Broken => new Broken('dump_corrupt', message);
