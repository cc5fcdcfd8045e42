/**
 * What lies beside a `toc.dat`, in a tar made by `pg_dump -Ft` or in a folder made by `-Fd`: the rows of each table in NNNN.dat, large
 * objects in blob_NNNN.dat with their names in blobs.toc. All but toc.dat may be compressed in a folder.
 */
import { streamReasons, type ContentFault } from '../../core/content.ts';
import { forPeople } from '../../core/text.ts';
import {
  baseOf,
  plainName,
  type Ensemble,
  type Found,
  type MemberRecord,
  type Witness,
} from './members-record.ts';

/** Enough for the end of any rows. */
const TAIL_BYTES = 8;

/** The longest line of a list of large objects, in bytes, and how many are kept. */
const MAX_LINE = 200;
const MAX_LISTED = 100_000;

/** Rows that are not compressed: text without zero bytes, which ends in a certain way. */
export class TableRows implements Witness {
  #tail = '';
  #size = 0;
  #hasZero = false;

  push(bytes: Buffer): void {
    this.#size += bytes.length;
    this.#hasZero ||= bytes.includes(0);
    const end = bytes.toString('latin1', Math.max(0, bytes.length - TAIL_BYTES));
    this.#tail = (this.#tail + end).slice(-TAIL_BYTES);
  }

  end(): Partial<Found> {
    if (this.#hasZero)
      return {
        fault: { reason: 'dump_corrupt', message: 'has zero bytes among its rows, which are text' },
      };
    // Of COPY the line `\.`, of INSERT the last statement or (no rows) nothing; each with empty lines (pg_dump 15 and 18).
    const isEmpty = this.#size === 2 && this.#tail === '\n\n';
    if (isEmpty || /(?:^|\n)\\\.\n+$|;\n\n+$/.test(this.#tail)) return {};
    return { fault: { reason: 'dump_cut', message: 'does not end as the rows of a table do' } };
  }
}

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
  if (!inside) return null;
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
    blames,
    // All that was written is there: less is proved only where its compression could not be undone.
    unproved: (record) => (own(record) && record.inspected?.raw !== null ? null : record.unproved),
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
  return null;
}

/** Whatever rows and large objects look like is no fault of theirs, as long as their compression can be undone. */
function blames(record: MemberRecord, fault: ContentFault): boolean {
  const isData = /^(?:blob_)?\d+\.dat(?:\.|$)/.test(baseOf(record.name));
  return !isData || record.inspected === null || streamReasons.has(fault.reason);
}
