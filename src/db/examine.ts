/** What `doctor` asks of the database beyond what `status` does. */
import { statSync } from 'node:fs';
import { sql } from 'kysely';
import type { ScanRecord } from './scans.ts';
import type { Database } from './schema.ts';

export interface PassRecord extends ScanRecord {
  readonly command: string;
}

/** The newest pass of all, come to its end or not; null before the first. */
export async function newestPass(db: Database): Promise<PassRecord | null> {
  const row = await db
    .selectFrom('scans')
    .select([
      'id',
      'command',
      'started_at as startedAt',
      'finished_at as finishedAt',
      'exit_code as exitCode',
    ])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** Rows that are looked at: those of some rounds of ten thousand jobs. */
const ENTRIES = 20_000;

/** Names of the files that the newest reports name, and of the versions that are present; each once. */
export async function seenFileNames(db: Database): Promise<string[]> {
  const newest = db.selectFrom('entries').select('file_name').orderBy('id', 'desc').limit(ENTRIES);
  const reported = await db
    .selectFrom(newest.as('newest'))
    .select('file_name')
    .distinct()
    .where('file_name', 'is not', null)
    .execute();
  const kept = await db
    .selectFrom('versions')
    .select('file')
    .distinct()
    .where('state', '=', 'present')
    .execute();
  return [
    ...new Set([
      ...reported.flatMap(({ file_name }) => file_name ?? []),
      ...kept.map((row) => row.file),
    ]),
  ];
}

/** A larger file is not checked: one table of it may take a minute on a slow disk, and cannot be left in the middle. Bytes. */
const LARGEST_CHECKED = 1024 ** 3;
/** Faults that are kept; damage is damage. */
const MOST_FAULTS = 5;

export interface Checked {
  /** Bytes of the file. */
  readonly size: number;
  readonly tables: number;
  /** How many of the tables, with their indices, were checked. */
  readonly checked: number;
  /** What SQLite says; empty where nothing was found. */
  readonly faults: readonly string[];
}

async function checkTable(db: Database, table: string): Promise<string[]> {
  const query = sql<{ quick_check: string }>`pragma quick_check(${sql.lit(table)})`;
  const { rows } = await query.execute(db);
  return rows.map((row) => row.quick_check).filter((line) => line !== 'ok');
}

/**
 * SQLite's own check of the structure, table by table, as long as there is time. Reads the whole file.
 * @param mayGoOn asked before each table
 * @throws an error of SQLite's where the damage keeps it from checking
 */
export async function quickCheck(
  db: Database,
  file: string,
  mayGoOn: () => boolean,
): Promise<Checked> {
  const { size } = statSync(file);
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_schema where type = 'table' order by name`.execute(db);
  const faults: string[] = [];
  let checked = 0;
  for (const { name } of rows) {
    if (size > LARGEST_CHECKED || faults.length >= MOST_FAULTS || !mayGoOn()) break;
    faults.push(...(await checkTable(db, name)));
    checked += 1;
  }
  return { size, tables: rows.length, checked, faults: faults.slice(0, MOST_FAULTS) };
}
