/**
 * The data files beside a `toc.dat`: NNNN.dat has the rows of one table, blob_NNNN.dat one large object; `pg_dump -Fd` compresses them, and
 * says so in their names. They are told by these names, and not by what they look like: a large object may be anything, also half a dump.
 */
import type { ContentFault } from '../../core/content.ts';
import type { Checker, Finding, Format, FormatContext } from './format.ts';

/** Numbers of entries; longer ones are dates. */
const rowsName = /^\d{1,7}\.dat(?:\.(?:gz|zst|lz4))?$/;
const largeObjectName = /^blob_\d{1,10}\.dat(?:\.(?:gz|zst|lz4))?$/;

export const isDataFile = (base: string): boolean =>
  rowsName.test(base) || largeObjectName.test(base);

/** lz4 is begun with the first byte of a large object, and never where it has none (PostgreSQL 16, compress_lz4.c). */
export const mayBeEmpty = (base: string): boolean => /^blob_\d{1,10}\.dat(?:\.lz4)?$/.test(base);

/** What the content of a file of that name is checked as; null where its name says nothing. */
export function dataCheck(base: string): Format['check'] | null {
  if (rowsName.test(base)) return (context) => new TableRows(context);
  return largeObjectName.test(base) ? (context) => new LargeObject(context) : null;
}

/** How rows are described that end as those of COPY do: nothing else looks like that. */
export const ROWS_OF_COPY = 'rows of a table, for COPY';

/** Enough for the end of any rows. */
const TAIL_BYTES = 8;

/** Text without zero bytes, which ends in a certain way. */
class TableRows implements Checker {
  readonly #context: FormatContext;
  #tail = '';
  #size = 0;
  #hasZero = false;

  constructor(context: FormatContext) {
    this.#context = context;
  }

  push(bytes: Buffer): void {
    this.#context.hash.keep(bytes);
    this.#size += bytes.length;
    this.#hasZero ||= bytes.includes(0);
    const end = bytes.toString('latin1', Math.max(0, bytes.length - TAIL_BYTES));
    this.#tail = (this.#tail + end).slice(-TAIL_BYTES);
  }

  end(): Finding {
    const fault = this.#fault();
    return { ...this.abandon(), whole: fault === null, shortfall: null, fault };
  }

  abandon(): Pick<Finding, 'kind' | 'description'> {
    return { kind: 'text', description: this.#isCopy ? ROWS_OF_COPY : 'rows of a table' };
  }

  get #isCopy(): boolean {
    return /(?:^|\n)\\\.\n+$/.test(this.#tail);
  }

  #fault(): ContentFault | null {
    if (this.#hasZero)
      return { reason: 'dump_corrupt', message: 'has zero bytes among its rows, which are text' };
    // Of COPY the line `\.`, of INSERT the last statement or (no rows) nothing; each with empty lines (pg_dump 15 and 18).
    const isEmpty = this.#size === 2 && this.#tail === '\n\n';
    if (isEmpty || this.#isCopy || /;\n\n+$/.test(this.#tail)) return null;
    return { reason: 'dump_cut', message: 'does not end as the rows of a table do' };
  }
}

class LargeObject implements Checker {
  readonly #context: FormatContext;

  constructor(context: FormatContext) {
    this.#context = context;
  }

  push(bytes: Buffer): void {
    this.#context.hash.keep(bytes);
  }

  end(): Finding {
    return { ...this.abandon(), whole: true, shortfall: null, fault: null };
  }

  abandon(): Pick<Finding, 'kind' | 'description'> {
    return { kind: 'binary', description: 'a large object' };
  }
}
