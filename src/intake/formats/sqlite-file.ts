/**
 * SQLite database files: what `.backup`, `VACUUM INTO` and cp of a database make. The header tells a cut file; everything else is for
 * `PRAGMA integrity_check`, which needs the file as a whole and is made when all of it has passed. It sees all structure, and no content
 * of a cell. Two `.backup`s or `VACUUM INTO`s of an unchanged database are the same bytes (tried with 3.40), so nothing is left out of the
 * fingerprint.
 */
import type { Budget } from '../budget.ts';
import type { Checker, ContentPlace, Finding, Format, FormatContext } from './format.ts';
import { checkIntegrity, timeLimit, type Integrity } from './sqlite-file-check.ts';
import { ScratchCopy } from './sqlite-file-copy.ts';
import { DatabaseBytes } from './sqlite-file-bytes.ts';
import { MAGIC, versionNumber, versionText, type SqliteHeader } from './sqlite-file-header.ts';

/**
 * What a millisecond of the check counts for, in bytes: a small database can be made to take all the time that it may, so that of one
 * agent in one scan no more than an hour's worth is checked.
 */
const BYTES_PER_MILLISECOND = (256 * 1024 * 1024) / 1000;

/** Later versions of the format are not for us to judge. */
const KNOWN_READ_VERSION = 2;

const NOT_MADE = 'integrity_check was not made';

/** The integrity check of one content, with the copy that it may take. */
class IntegrityCheck {
  readonly #place: ContentPlace;
  readonly #budget: Budget;
  readonly #copy: ScratchCopy | null;

  /** @param budget is charged for the time that it takes */
  constructor(place: ContentPlace, budget: Budget) {
    this.#place = place;
    this.#budget = budget;
    const needed = place.descriptor === null && place.program !== null;
    this.#copy = needed && place.scratch !== null ? new ScratchCopy(place.scratch()) : null;
  }

  take(bytes: Buffer): void {
    this.#copy?.write(bytes);
  }

  async run(limit: number): Promise<Integrity> {
    const { program } = this.#place;
    const unknown = (why: string): Integrity => ({ kind: 'unknown', why: `${NOT_MADE}: ${why}` });
    if (program === null) return unknown('this program cannot be started');
    const refused = this.#copy?.refused ?? null;
    if (refused !== null) return unknown(refused);
    const descriptor = this.#place.descriptor ?? this.#copy?.descriptor ?? null;
    if (descriptor === null) return unknown('it needs a copy, which a dry run does not make');
    const { found, took } = await checkIntegrity({ descriptor, program, limit });
    this.#budget.charge(took * BYTES_PER_MILLISECOND);
    return found;
  }

  remove(): void {
    this.#copy?.remove();
  }
}

type Verdict = Pick<Finding, 'whole' | 'shortfall' | 'fault' | 'measures'>;

function verdict(integrity: Integrity, { writer }: SqliteHeader): Verdict {
  if (integrity.kind === 'ok')
    return { whole: true, shortfall: null, fault: null, measures: { tables: integrity.tables } };
  const unproved = (shortfall: string): Verdict => ({ whole: false, shortfall, fault: null });
  if (integrity.kind === 'unknown') return unproved(integrity.why);
  // Our SQLite calls a schema malformed also where it is too old for its words.
  if (integrity.schema && writer > versionNumber(process.versions['sqlite'] ?? ''))
    return unproved(`integrity_check could not be made: ${integrity.words}`);
  const message = `integrity_check: ${integrity.words}`;
  return { whole: false, shortfall: null, fault: { reason: 'dump_corrupt', message } };
}

function describe(header: SqliteHeader | null): string {
  const version = header === null ? null : versionText(header.writer);
  return version === null ? 'SQLite database file' : `SQLite ${version} database file`;
}

const KNOWN_TOO_LATE = {
  whole: false,
  shortfall: 'it is of a later version of the format than is known here',
  fault: null,
} as const;

function check(
  { hash, place, budget }: FormatContext,
  limitFor: (size: number) => number,
): Checker {
  const bytes = new DatabaseBytes();
  const integrity = new IntegrityCheck(place, budget);
  const judge = async (): Promise<Verdict> => {
    const { fault, header } = bytes;
    if (fault !== null || header === null) return { whole: false, shortfall: null, fault };
    if (header.readVersion > KNOWN_READ_VERSION) return KNOWN_TOO_LATE;
    return verdict(await integrity.run(limitFor(bytes.size)), header);
  };
  return {
    push: (piece) => {
      hash.keep(piece);
      bytes.take(piece);
      // Nothing is gained by a copy of what no SQLite can have written.
      if (bytes.hopeless) integrity.remove();
      else integrity.take(piece);
    },
    end: async () => {
      try {
        const said = await judge();
        const remarks = said.fault === null ? bytes.remarks : [];
        return { kind: 'sqlite_file', description: describe(bytes.header), ...said, remarks };
      } finally {
        integrity.remove();
      }
    },
    abandon: () => {
      integrity.remove();
      return { kind: 'sqlite_file', description: describe(bytes.header) };
    },
  };
}

/** @param limitFor milliseconds that the integrity check of so many bytes may take */
export const sqliteFormat = (limitFor: (size: number) => number): Format => ({
  recognises: (head) => head.subarray(0, MAGIC.length).equals(MAGIC),
  check: (context) => check(context, limitFor),
});

export const sqliteFile: Format = sqliteFormat(timeLimit);
