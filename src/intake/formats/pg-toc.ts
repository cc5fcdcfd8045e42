/** The table of contents of a PostgreSQL archive: an entry for everything that pg_restore can make again. */
import { Broken, type Pull, type Walk } from './members-pull.ts';
import { LARGE_OBJECTS, type TableOfContents } from './pg-contents.ts';
import { settingHolds } from './pg-encodings.ts';
import type { ArchiveHeader } from './pg-header.ts';
import { exactly, integer, integerWithin, string, type Place } from './pg-primitives.ts';

/** A dump of so many objects would take pg_dump hundreds of gigabytes of memory. */
const LARGEST_NUMBER = 2 ** 29;

/** How a position says whether it is known: not when the archive was written to a pipe, and never for entries without data. */
const positions = { unset: 1, set: 2, noData: 3 } as const;

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
  if (!contents.isNew(number)) throw unexpected(`a number other than ${number}`, place);
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
  if (!entry.hasData) return;
  const known = state === positions.set ? position : Number.NaN;
  contents.addBlock(entry.number, entry.description, entry.tag, known);
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
  // pg_dump -Ft names a file that it does not write; large objects are found by their list, of which there are several since 17.
  const isList = entry.description === LARGE_OBJECTS;
  const list = header.version < 16 ? 'blobs.toc' : `blobs_${entry.number}.toc`;
  contents.addFile(isList ? list : name);
}

const unexpected = (what: string, place: Place): Broken =>
  new Broken('dump_corrupt', `expected ${what} in ${place.what}`);
