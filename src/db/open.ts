/** Opening the database: for reading without leaving a trace, or for writing with every commit on the disk. */
import { existsSync, readFileSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect, sql, type RawBuilder } from 'kysely';
import { APPLICATION_ID } from './mark.ts';
import { checkLocal, placeOf } from './place.ts';
import { BUSY_TIMEOUT_MS, DatabaseProblem, databaseProblem, isSqliteError } from './problem.ts';
import type { Database, Tables } from './schema.ts';

/** Bump with every migration: how many there are. A constant, so that opening does not load them. */
export const SCHEMA_VERSION = 4;

export interface OpenDatabase {
  readonly db: Database;
  readonly close: () => Promise<void>;
}

/** Does what a new connection needs, and closes it where that fails. */
function closingOnFailure(connection: SqliteDatabase.Database, work: () => void): void {
  try {
    work();
  } catch (error) {
    connection.close();
    throw error;
  }
}

function connect(file: string, write: boolean): SqliteDatabase.Database {
  if (write) {
    const connection = new SqliteDatabase(file, { timeout: BUSY_TIMEOUT_MS });
    closingOnFailure(connection, () => {
      connection.pragma('journal_mode = WAL');
      connection.pragma('synchronous = FULL');
      connection.pragma('foreign_keys = ON');
      // Says at once when the file cannot be written: SQLite would do so at the first row.
      connection.exec('begin immediate; rollback');
    });
    return connection;
  }
  const connection = new SqliteDatabase(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    closingOnFailure(connection, () => connection.pragma('user_version'));
    return connection;
  } catch (error) {
    // A reader who may not write the folder cannot make the -wal and -shm files that a WAL database needs. Where there is no
    // -wal nothing is in flight, and a copy in memory tells the same.
    const refused = isSqliteError(error) && /^SQLITE_(CANTOPEN|READONLY)/u.test(error.code);
    if (!refused || existsSync(`${file}-wal`)) throw error;
    return new SqliteDatabase(withoutWal(readFileSync(file)));
  }
}

/** The same database with the rollback journal in its header (bytes 18 and 19: 2 is WAL, 1 is not). */
function withoutWal(image: Buffer): Buffer {
  image[18] = 1;
  image[19] = 1;
  return image;
}

/** Statements that are kept prepared; their texts are few, but for lists of values. */
const STATEMENTS_KEPT = 200;

/** Kysely prepares each query anew, which takes as long as running it; the same text is the same statement. */
function toKysely(connection: SqliteDatabase.Database): Database {
  const prepared = new Map<string, SqliteDatabase.Statement>();
  const prepare = (text: string): SqliteDatabase.Statement => {
    const known = prepared.get(text);
    if (known !== undefined) return known;
    if (prepared.size === STATEMENTS_KEPT) prepared.clear();
    const statement = connection.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
  const database = { prepare, close: () => connection.close() };
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
}

const versionOf = (connection: SqliteDatabase.Database): number =>
  Number(connection.pragma('user_version', { simple: true }));

function checkVersion(connection: SqliteDatabase.Database, file: string): void {
  if (Number(connection.pragma('application_id', { simple: true })) !== APPLICATION_ID) {
    const tables = connection.prepare('select count(*) as n from sqlite_schema').get() as {
      n: number;
    };
    throw tables.n === 0
      ? new DatabaseProblem('not_initialised', `${file} is empty; run \`backupmon init-db\``)
      : new DatabaseProblem(
          'foreign',
          `${file} is a SQLite database of some other program; name another file as \`database\``,
        );
  }
  const version = versionOf(connection);
  if (version === SCHEMA_VERSION) return;
  throw version < SCHEMA_VERSION
    ? new DatabaseProblem(
        'older',
        `${file} was made by an older backupmon (schema ${version}, this one has ${SCHEMA_VERSION}); run \`backupmon init-db\` to migrate it`,
      )
    : new DatabaseProblem(
        'newer',
        `${file} was made by a newer backupmon (schema ${version}, this one has ${SCHEMA_VERSION}); install that version`,
      );
}

/**
 * Opens an initialised database.
 *
 * @throws DatabaseProblem when it is absent, no regular file, foreign, on another machine, or of another schema.
 */
export function openDatabase(file: string, mode: 'read' | 'write'): OpenDatabase {
  const place = placeOf(file);
  if (!place.isThere)
    throw new DatabaseProblem('absent', `${file} does not exist; run \`backupmon init-db\``);
  checkLocal(place);
  try {
    const connection = connect(file, mode === 'write');
    closingOnFailure(connection, () => checkVersion(connection, file));
    return opened(connection, mode === 'write' ? file : null);
  } catch (error) {
    throw databaseProblem(error, file);
  }
}

/**
 * Works with a database, and closes it. Whatever SQLite finds wrong with it on the way, damage that only a query meets or a disk that
 * is full at the end, is told as what it is. @throws DatabaseProblem as openDatabase does, and whatever the work throws
 */
export async function withDatabase<Result>(
  file: string,
  mode: 'read' | 'write',
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  try {
    const { db, close } = openDatabase(file, mode);
    try {
      return await work(db);
    } finally {
      await close();
    }
  } catch (error) {
    throw databaseProblem(error, file);
  }
}

/**
 * The last connection to close would remove the -wal and -shm files, and readers without write permission could not open the
 * database any more. A second, read-only connection that closes after it leaves them in place: it cannot take the exclusive
 * lock that the removal needs.
 */
function opened(connection: SqliteDatabase.Database, keepWalOf: string | null): OpenDatabase {
  const db = toKysely(connection);
  return {
    db,
    close: async () => {
      const keeper = keepWalOf === null ? null : leave(connection, keepWalOf);
      await db.destroy();
      // Kysely closes what it has used only.
      connection.close();
      keeper?.close();
    },
  };
}

/**
 * Moves everything into the file, so that whoever copies it alone has a whole database, and opens the second connection. What was
 * committed is durable without either: trouble with them is met again by whoever opens the database next, and takes nothing back.
 */
function leave(connection: SqliteDatabase.Database, file: string): SqliteDatabase.Database | null {
  let keeper: SqliteDatabase.Database | null = null;
  try {
    keeper = new SqliteDatabase(file, { readonly: true });
    keeper.pragma('user_version');
    connection.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (databaseProblem(error, file) === error) throw error;
  }
  return keeper;
}

/** Runs `work` in one BEGIN IMMEDIATE transaction: a deferred one fails with "database is locked" in spite of the timeout. */
export const transaction = <T>(db: Database, work: () => Promise<T>): Promise<T> =>
  within(sql`begin immediate`, db, work);

/** Runs `work`, which only reads, in one transaction: what it sees is of one moment, and is locked once and not for each query. */
export const reading = <T>(db: Database, work: () => Promise<T>): Promise<T> =>
  within(sql`begin`, db, work);

async function within<T>(
  begin: RawBuilder<unknown>,
  db: Database,
  work: () => Promise<T>,
): Promise<T> {
  await begin.execute(db);
  try {
    const result = await work();
    await sql`commit`.execute(db);
    return result;
  } catch (error) {
    await sql`rollback`.execute(db).catch(() => undefined);
    throw error;
  }
}

/**
 * Creates the schema, or brings an older one up to date; each migration in a transaction of its own. Safe to repeat. Returns
 * whether the file was absent or empty, and how many migrations ran. Whoever calls it holds the lock: what lies there was looked at then.
 *
 * @throws DatabaseProblem when the file belongs to another program or to a newer version.
 */
export async function initialiseDatabase(
  file: string,
): Promise<OpenDatabase & { readonly fresh: boolean; readonly ran: number }> {
  try {
    const { migrations } = await import('./migrations/index.ts');
    const connection = connect(file, true);
    try {
      const version = versionOf(connection);
      checkUsable(connection, file);
      const result = opened(connection, file);
      for (const [index, migrate] of migrations.entries()) {
        if (index < version) continue;
        await transaction(result.db, async () => {
          await migrate(result.db as unknown as Kysely<unknown>);
          connection.pragma(`application_id = ${APPLICATION_ID}`);
          connection.pragma(`user_version = ${index + 1}`);
        });
      }
      return { ...result, fresh: version === 0, ran: migrations.length - version };
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    throw databaseProblem(error, file);
  }
}

/** Empty or older is what migrations are for; anything else is thrown. */
function checkUsable(connection: SqliteDatabase.Database, file: string): void {
  try {
    checkVersion(connection, file);
  } catch (error) {
    const fault = error instanceof DatabaseProblem ? error.fault : null;
    if (fault !== 'older' && fault !== 'not_initialised') throw error;
  }
}
