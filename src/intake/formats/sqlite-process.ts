/**
 * The process that runs `PRAGMA integrity_check` on a database from a hostile machine. It may crash, take all the memory it is allowed,
 * or never end: whoever started it (sqlite-file-check.ts) copes. It is given the database as descriptor 3 and answers with one line of
 * JSON.
 */
import { fstatSync, readdirSync, writeSync } from 'node:fs';

/** Descriptor that the process is started with. */
export const DATABASE_DESCRIPTOR = 3;
const STDOUT = 1;
/** Lines of integrity_check that are asked for, and characters of each that are handed on. */
const LINES = 10;
const LINE_CHARACTERS = 400;

/** What the process says; nothing of it is to be believed beyond its shape. */
export type Answer =
  | { readonly lines: readonly string[]; readonly tables: number | null }
  /** SQLite's own refusal: its (extended) result code and words. */
  | { readonly code: number; readonly message: string }
  | { readonly refused: string };

/**
 * SQLite resolves the link in /proc and opens the name that it finds. Whoever can rename the file could have it open another one: so we
 * look whether some descriptor besides ours is of the same file.
 */
function openedTheSame(): boolean {
  const ours = fstatSync(DATABASE_DESCRIPTOR, { bigint: true });
  return readdirSync('/proc/self/fd').some((name) => {
    const descriptor = Number(name);
    if (descriptor === DATABASE_DESCRIPTOR) return false;
    try {
      const { dev, ino } = fstatSync(descriptor, { bigint: true });
      return dev === ours.dev && ino === ours.ino;
    } catch {
      // The one that the folder was listed with is closed again.
      return false;
    }
  });
}

/**
 * `trusted_schema`: no functions with side effects in views, triggers and indexes. `ignore_check_constraints`: a row that breaks its own
 * rule is no damage. `hard_heap_limit` would do nothing: Node builds SQLite without memory accounting, so the process is limited from outside.
 */
const settings = [
  'trusted_schema = off',
  'cell_size_check = on',
  'ignore_check_constraints = on',
  'mmap_size = 0',
  'query_only = on',
  'temp_store = memory',
];

async function answer(): Promise<Answer> {
  const { DatabaseSync } = await import('node:sqlite');
  // Immutable: as it lies there, without -wal, -shm, journal or lock beside it.
  const database = new DatabaseSync(`file:/proc/self/fd/${DATABASE_DESCRIPTOR}?immutable=1`, {
    readOnly: true,
    allowExtension: false,
  });
  if (!openedTheSame()) return { refused: 'the file was replaced' };
  for (const setting of settings) database.exec(`PRAGMA ${setting}`);
  const rows = database.prepare(`PRAGMA integrity_check(${LINES})`).all();
  const lines = rows.map((row) => String(row['integrity_check']).slice(0, LINE_CHARACTERS));
  if (lines.join() !== 'ok') return { lines, tables: null };
  const counted = database
    .prepare(
      `SELECT count(*) AS tables FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    )
    .get();
  return { lines, tables: Number(counted?.['tables']) };
}

function refusal(error: unknown): Answer {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  const message = error instanceof Error ? error.message : String(error);
  return { code, message: message.slice(0, LINE_CHARACTERS) };
}

/** All that the process does. */
export async function checkSqlite(): Promise<void> {
  let said: Answer;
  try {
    said = await answer();
  } catch (error) {
    said = refusal(error);
  }
  writeSync(STDOUT, `${JSON.stringify(said)}\n`);
}
