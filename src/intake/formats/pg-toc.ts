/**
 * The table of contents of a PostgreSQL archive: an entry for everything that pg_restore can make again. Of each only what tells
 * whether its data is there is kept, so that millions of entries cost no memory.
 */
import { forPeople } from '../../core/text.ts';
import { Broken, type Pull, type Walk } from './members-pull.ts';
import { settingHolds } from './pg-encodings.ts';
import type { ArchiveHeader } from './pg-header.ts';
import { exactly, integer, integerWithin, string, type Place } from './pg-primitives.ts';

/** More entries that have data than these are counted, but not looked up one by one: some 60 bytes each. */
const MAX_TRACKED = 500_000;
/** Names are for messages only: kept while they are few. */
const MAX_NAMES = 10_000;
/** Files beside a `toc.dat`. */
const MAX_NEEDS = 100_000;
/** Entries of which it is known whether their number occurred before: one bit each. */
const MAX_NUMBERS = 2 ** 23;
/** A dump of so many objects would take pg_dump hundreds of gigabytes of memory. */
const LARGEST_NUMBER = 2 ** 29;

/** How a position says whether it is known: not when the archive was written to a pipe, and never for entries without data. */
const positions = { unset: 1, set: 2, noData: 3 } as const;

/** Large objects, of which one entry has many; all other data is rows of one table. */
const LARGE_OBJECTS = 'BLOBS';

export class TableOfContents {
  tables = 0;
  /** Entries that have data. */
  withData = 0;
  /** Positions by the number of the entry, for those whose data was not seen yet; NaN where the position is not known. */
  readonly missing = new Map<number, number>();
  readonly names = new Map<number, string>();
  readonly largeObjects = new Set<number>();
  readonly needs: string[] = [];
  readonly numbers = new Uint8Array(MAX_NUMBERS / 8);

  /** Whether every entry that has data is known by its number, or by the name of its file. */
  get tracksAll(): boolean {
    return this.withData <= MAX_TRACKED && this.needs.length < MAX_NEEDS;
  }

  /** The entry as people know it: `TABLE DATA customer`, or its number. */
  nameOf(number: number): string {
    return this.names.get(number) ?? `entry ${number}`;
  }
}

interface Entry {
  readonly number: number;
  readonly hasData: boolean;
  readonly description: string;
  /** Name of the object, without its schema. */
  readonly tag: string;
}

/** Capital letters in words; pg_dump --binary-upgrade alone writes the other one. */
const kindOfObject = /^(?:[A-Z]+(?: [A-Z]+)*|pg_largeobject)$/;

export function* readContents(
  source: Pull,
  header: ArchiveHeader,
  contents: TableOfContents,
): Walk {
  const count = yield* integerWithin(source, 0, 2 ** 31, { what: 'the number of entries' });
  for (let index = 1; index <= count; index += 1) {
    const place = { what: `entry ${index} of ${count} of the table of contents` };
    const entry = yield* readEntry(source, header, contents, place);
    if (entry.description === 'TABLE') contents.tables += 1;
    if (header.layout === 'custom') yield* readPosition(source, header, contents, entry, place);
    else yield* readFileName(source, header, contents, entry, place);
  }
}

function* readEntry(
  source: Pull,
  header: ArchiveHeader,
  contents: TableOfContents,
  place: Place,
): Walk<Entry> {
  const number = yield* integerWithin(source, 1, LARGEST_NUMBER, place);
  once(contents.numbers, number, place);
  const hasData = (yield* integerWithin(source, 0, 1, place)) === 1;
  yield* objectIdentifier(source, place);
  yield* objectIdentifier(source, place);
  const tag = yield* string(source, 200, place);
  const description = (yield* string(source, 64, place)) ?? '';
  if (!kindOfObject.test(description)) throw unexpected('a kind of object', place);
  if (header.version >= 11) yield* integerWithin(source, 1, 4, place);
  const definition = yield* string(source, 200, place);
  if (!settingHolds(description, definition)) throw unexpected('a setting', place);
  // How to drop it, how to copy into it, its schema, its tablespace, since 12 its access method.
  const texts = header.version >= 14 ? 5 : 4;
  for (let index = 0; index < texts; index += 1) yield* string(source, 0, place);
  if (header.version >= 16) yield* integer(source, place);
  yield* string(source, 0, place);
  const withOids = yield* string(source, 8, place);
  if (withOids !== 'true' && withOids !== 'false') throw unexpected('true or false', place);
  yield* readDependencies(source, place);
  return { number, hasData, description, tag: tag ?? '' };
}

function* objectIdentifier(source: Pull, place: Place): Walk {
  const text = yield* string(source, 16, place);
  if (text === null || !/^\d{1,10}$/.test(text)) throw unexpected('an object identifier', place);
}

/** Numbers of entries as text, up to a string that is none. */
function* readDependencies(source: Pull, place: Place): Walk {
  for (;;) {
    const text = yield* string(source, 16, place);
    if (text === null) return;
    if (!/^\d{1,10}$/.test(text)) throw unexpected('the number of an entry', place);
  }
}

/** The position follows from everything before it, and is unset in an archive written to a pipe: no part of the fingerprint. */
function* readPosition(
  source: Pull,
  header: ArchiveHeader,
  contents: TableOfContents,
  entry: Entry,
  place: Place,
): Walk {
  source.dropping = true;
  const bytes = yield* exactly(source, 1 + header.offsetBytes, place);
  source.dropping = false;
  const [state] = bytes;
  const low = bytes.readUInt32LE(1);
  const high = header.offsetBytes === 8 ? bytes.readUInt32LE(5) : 0;
  const position = high * 2 ** 32 + low;
  const fits = entry.hasData
    ? state === positions.set || (state === positions.unset && position === 0)
    : state === positions.noData && position === 0;
  if (!fits) throw unexpected(`a position, found ${position} (${state})`, place);
  if (entry.hasData) track(contents, entry, state === positions.set ? position : Number.NaN);
}

function* readFileName(
  source: Pull,
  header: ArchiveHeader,
  contents: TableOfContents,
  entry: Entry,
  place: Place,
): Walk {
  const name = yield* string(source, 100, place);
  if (!entry.hasData) {
    if (name) throw unexpected('no file', place);
    return;
  }
  if (!name || !/^[\w.]{1,64}$/.test(name)) throw unexpected('the name of a file', place);
  contents.withData += 1;
  if (!contents.tracksAll) return;
  // pg_dump -Ft names a file that it does not write; large objects are found by their list, of which there are several since 17.
  const isList = entry.description === LARGE_OBJECTS;
  const list = header.version < 16 ? 'blobs.toc' : `blobs_${entry.number}.toc`;
  contents.needs.push(isList ? list : name);
}

function track(contents: TableOfContents, entry: Entry, position: number): void {
  contents.withData += 1;
  if (!contents.tracksAll) return;
  contents.missing.set(entry.number, position);
  if (entry.description === LARGE_OBJECTS) contents.largeObjects.add(entry.number);
  if (contents.names.size < MAX_NAMES)
    contents.names.set(entry.number, forPeople(`${entry.description} ${entry.tag}`, 100));
}

/** Numbers are given once. */
function once(numbers: Uint8Array, number: number, place: Place): void {
  if (number >= MAX_NUMBERS) return;
  const index = number >> 3;
  const bit = 1 << (number & 7);
  const before = numbers[index] ?? 0;
  if ((before & bit) !== 0)
    throw new Broken('dump_corrupt', `the number ${number} a second time, in ${place.what}`);
  // oxlint-disable-next-line no-param-reassign -- a set of bits, filled here and nowhere else
  numbers[index] = before | bit;
}

const unexpected = (what: string, place: Place): Broken =>
  new Broken('dump_corrupt', `expected ${what} in ${place.what}`);
