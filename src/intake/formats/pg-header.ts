/** The header that PostgreSQL's archives begin with: version, sizes of numbers, compression, time, names. */
import { forPeople } from '../../core/text.ts';
import { Broken, type Pull, type Walk } from './members-pull.ts';
import { exactly, integerWithin, string, type Place } from './pg-primitives.ts';

export const MAGIC = Buffer.from('PGDMP');

/** Versions 1.10 (PostgreSQL 8.0, 2005) to 1.16 (17, 18) are known; only the second number ever changed since. */
const OLDEST = 10;
const NEWEST = 16;

/** Which programs wrote which version, by the first number of their own: a version that contradicts it is a damaged byte. */
const versionsOf = [
  { majors: [8, 11], versions: [10, 13] },
  { majors: [12, 15], versions: [14, 14] },
  { majors: [16, 16], versions: [15, 15] },
  { majors: [17, 18], versions: [16, 16] },
  { majors: [19, Infinity], versions: [16, 255] },
] as const;

/**
 * A whole archive in one file, or `toc.dat` alone, whose data lies in files beside it: both `pg_dump -Ft` and `-Fd` write 3 there (tried
 * with 15), since either can be read as the other.
 */
const layouts: ReadonlyMap<number, Layout> = new Map([
  [1, 'custom'],
  [3, 'directory'],
  [5, 'directory'],
]);
export type Layout = 'custom' | 'directory';

const algorithms = ['none', 'zlib', 'lz4', 'zstd'] as const;
export type BlockCompression = (typeof algorithms)[number];

export interface ArchiveHeader {
  /** Whether archives of this version can be read here; the rest is not filled in where not. */
  readonly known: boolean;
  /** The second number: 14 for version 1.14. */
  readonly version: number;
  /** Bytes of a position in the file. */
  readonly offsetBytes: number;
  readonly layout: Layout;
  readonly compression: BlockCompression;
  /** PostgreSQL's own, of the server that was dumped: `15.18`. */
  readonly server: string;
}

/** Smallest and largest of what `struct tm` holds: second, minute, hour, day, month from 0, year from 1900, summer time. */
const timeBounds = [
  [0, 61],
  [0, 59],
  [0, 23],
  [1, 31],
  [0, 11],
  [0, 8099],
  [-1, 1],
] as const;

const place: Place = { what: 'the header' };

const corrupt = (message: string): Broken => new Broken('dump_corrupt', message);

export function* readHeader(source: Pull): Walk<ArchiveHeader> {
  const fixed = Buffer.from(yield* exactly(source, MAGIC.length + 6, place));
  if (!fixed.subarray(0, MAGIC.length).equals(MAGIC))
    throw corrupt('does not begin with the mark of a PostgreSQL archive');
  const [first = 0, version = 0, , integerBytes = 0, offsetBytes = 0, code = 0] = fixed.subarray(
    MAGIC.length,
  );
  if (first !== 1) throw corrupt(`archive version ${first}.${version} in the header; expected 1`);
  if (integerBytes !== 4) throw corrupt(`numbers of ${integerBytes} bytes; expected 4`);
  if (offsetBytes !== 4 && offsetBytes !== 8)
    throw corrupt(`positions of ${offsetBytes} bytes; expected 4 or 8`);
  const layout = layouts.get(code);
  if (layout === undefined)
    throw corrupt(`archive format ${code} in the header; expected 1, 3 or 5`);
  if (version < OLDEST) {
    yield* refuseYounger(version);
    return { known: false, version, offsetBytes, layout, compression: 'none', server: '' };
  }
  const compression = yield* readCompression(source, version);
  // The time of the dump and the versions of the programs say nothing about what was dumped, and differ from dump to dump.
  source.dropping = true;
  for (const [least, most] of timeBounds) yield* integerWithin(source, least, most, place);
  source.dropping = false;
  yield* string(source, 0, place);
  source.dropping = true;
  const server = yield* string(source, 100, place);
  const program = yield* string(source, 100, place);
  source.dropping = false;
  checkProgram(program ?? '', version);
  const known = version <= NEWEST;
  return { known, version, offsetBytes, layout, compression, server: shortVersion(server ?? '') };
}

/** The entry ENCODING stands first, and there is none before version 1.10. */
function* refuseYounger(version: number): Walk {
  const bytes = yield 512;
  if (bytes.includes('ENCODING'))
    throw corrupt(
      `archive version 1.${version} in the header, but the contents are of a newer one`,
    );
}

function* readCompression(source: Pull, version: number): Walk<BlockCompression> {
  if (version < 15) {
    // A level of zlib's, -1 for its own choice.
    const level = yield* integerWithin(source, -1, 9, place);
    return level === 0 ? 'none' : 'zlib';
  }
  const [code = 0] = yield* exactly(source, 1, place);
  const algorithm = algorithms[code];
  if (algorithm === undefined) throw corrupt(`compression ${code} in the header; expected 0 to 3`);
  return algorithm;
}

function checkProgram(program: string, version: number): void {
  const major = Number(/^(\d{1,3})(?:\.|beta|rc|$)/.exec(program)?.[1] ?? 0);
  const row = versionsOf.find(({ majors: [from, to] }) => major >= from && major <= to);
  if (row === undefined) return;
  const [from, to] = row.versions;
  if (version < from || version > to)
    throw corrupt(
      `archive version 1.${version}, which pg_dump ${forPeople(program, 40)} does not write`,
    );
}

/** `15.18` of `15.18 (Debian 15.18-0+deb12u1)`. */
const shortVersion = (text: string): string => forPeople(text.split(' ', 1)[0] ?? '', 20);
