/**
 * What lies beside a `toc.dat`, in a tar made by `pg_dump -Ft` or in a folder made by `-Fd`: the rows of each table in NNNN.dat, large
 * objects in blob_NNNN.dat with their names in blobs.toc. See pg-data.ts.
 */
import type { ContentFault } from '../../core/content.ts';
import { forPeople } from '../../core/text.ts';
import { isFaultAlone } from './members-blame.ts';
import { mayBeEmpty, ROWS_OF_COPY } from './pg-data.ts';
import {
  baseOf,
  plainName,
  wasSeen,
  type Ensemble,
  type Found,
  type MemberRecord,
  type Witness,
} from './members-record.ts';

/** The longest line of a list of large objects, in bytes, and how many are kept. */
const MAX_LINE = 200;
const MAX_LISTED = 100_000;

/** Lines of the identifier of a large object and the name of its file. */
export class LargeObjectList implements Witness {
  readonly #names: string[] = [];
  #line = '';
  #isList = true;

  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && this.#isList;) {
      const end = bytes.indexOf(0x0a, at);
      const to = end === -1 ? bytes.length : end;
      this.#line += bytes.toString('latin1', at, Math.min(to, at + MAX_LINE));
      if (end !== -1) this.#endLine();
      this.#isList &&= this.#line.length <= MAX_LINE && this.#names.length <= MAX_LISTED;
      at = to + 1;
    }
  }

  end(): Partial<Found> {
    const isDamaged = !this.#isList && this.#names.length <= MAX_LISTED;
    if (!isDamaged && this.#line === '') return { lists: this.#names };
    const [reason, message] = isDamaged
      ? (['dump_corrupt', 'has a line that names no large object'] as const)
      : (['dump_cut', 'ends in the middle of a line'] as const);
    return { fault: { reason, message } };
  }

  #endLine(): void {
    const name = /^\d{1,10} (blob_\d{1,10}\.dat)$/.exec(this.#line)?.[1];
    this.#isList &&= name !== undefined;
    if (name !== undefined) this.#names.push(name);
    this.#line = '';
  }
}

/** What the files of a folder are when a table of contents of PostgreSQL's is among them; null where it is not. */
export function postgresEnsemble(files: readonly MemberRecord[]): Ensemble | null {
  const contents = files.find(
    ({ name, inspected }) =>
      baseOf(name) === 'toc.dat' && inspected?.kind === 'postgresql_directory',
  );
  const inside = contents?.inspected;
  if (!inside) return withoutContents(files);
  const byName = new Map(files.map((file) => [plainName(baseOf(file.name)), file]));
  const isTar = byName.has(script);
  const lists: readonly NamedList[] = [
    ['toc.dat', inside.needs],
    ...inside.needs.map((name): NamedList => [name, byName.get(name)?.lists ?? []]),
  ];
  const known = new Set(['toc.dat', script, ...lists.flatMap(([, names]) => names)]);
  const own = ({ name }: MemberRecord): boolean => known.has(plainName(baseOf(name)));
  return {
    kind: isTar ? 'postgresql_tar' : 'postgresql_directory',
    description: isTar ? inside.description.replace(' directory ', ' tar ') : inside.description,
    fault: firstMissing(lists, byName),
    blames: (record, fault) =>
      own(record)
        ? record.size > 0 || !mayBeEmpty(baseOf(record.name))
        : isFaultAlone(record, fault),
    // All that was written is there: less is proved only where it could not be looked into.
    unproved: (record) => (own(record) && wasSeen(record) ? null : record.unproved),
    counts: (record) => record === contents,
    // pg_dump writes it from the table of contents, with the version of itself in it.
    isVolatile: ({ name }) => baseOf(name) === script,
  };
}

/** What pg_dump -Ft adds for people. */
const script = 'restore.sql';

/** A file, and the files that it names. */
type NamedList = readonly [string, readonly string[]];

function firstMissing(
  lists: readonly NamedList[],
  files: ReadonlyMap<string, MemberRecord>,
): ContentFault | null {
  for (const [list, names] of lists) {
    const missing = names.find((name) => !files.has(name));
    if (missing === undefined) continue;
    const message = `${forPeople(missing, 80)} is missing, which ${forPeople(list, 80)} names`;
    return { reason: 'dump_cut', message };
  }
  // There is a list where there are large objects only.
  const empty = lists.find(([list, names]) => {
    const file = files.get(list);
    return list.endsWith('.toc') && names.length === 0 && file !== undefined && wasSeen(file);
  });
  return empty === undefined
    ? null
    : { reason: 'dump_cut', message: `${forPeople(empty[0], 80)} names no large object` };
}

/** pg_dump writes its table of contents last: without it the dump was broken off, and nothing can be restored. */
function withoutContents(files: readonly MemberRecord[]): Ensemble | null {
  if (!files.some(({ inspected }) => inspected?.description === ROWS_OF_COPY)) return null;
  const contents = files.find(({ name }) => baseOf(name) === 'toc.dat');
  if (contents !== undefined && contents.size > 0 && !wasSeen(contents)) return null;
  const what =
    contents === undefined
      ? 'toc.dat is missing'
      : contents.size === 0
        ? 'toc.dat is empty'
        : "toc.dat is no table of contents of PostgreSQL's";
  return {
    kind: 'postgresql_directory',
    description: 'PostgreSQL directory archive',
    fault: { reason: 'dump_cut', message: `${what}, without which nothing can be restored` },
    blames: isFaultAlone,
    unproved: ({ unproved }) => unproved,
    counts: () => false,
    isVolatile: () => false,
  };
}
