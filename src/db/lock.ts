/**
 * The lock that makes sure that only one command writes at a time: a SQLite database beside the real one, held with BEGIN
 * EXCLUSIVE. The kernel frees it when its holder dies, however it dies; there is no stale lock to steal.
 */
import SqliteDatabase from 'better-sqlite3';
import { checkLocal, checkLock, lockOf, placeOf } from './place.ts';
import { databaseProblem } from './problem.ts';

export interface Lock {
  readonly release: () => void;
}

/**
 * Takes the lock, waiting at most `wait` milliseconds; null when somebody else holds it. A reader that asks `isRunning` holds it
 * for an instant too: who does not wait at all may take that for a scan.
 *
 * @throws DatabaseProblem when the lock cannot be made or written, would hold nobody off, or where something else than a file has its name
 */
export function takeLock(databaseFile: string, wait: number): Lock | null {
  checkLocal(placeOf(databaseFile));
  const file = lockOf(databaseFile);
  let connection: SqliteDatabase.Database;
  try {
    connection = new SqliteDatabase(file, { timeout: wait });
  } catch (error) {
    throw databaseProblem(error, file);
  }
  try {
    connection.exec('begin exclusive');
  } catch (error) {
    connection.close();
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return null;
    throw databaseProblem(error, file);
  }
  return {
    // Closing alone gives it back: there is nothing to roll back that could fail.
    release: () => connection.close(),
  };
}

/**
 * Whether somebody holds the lock. Needs read permission only; the lock's absence means that nothing ever ran.
 *
 * @throws DatabaseProblem where something else than a file has its name: no scan can run then
 */
export function isRunning(databaseFile: string): boolean {
  checkLock(databaseFile);
  let connection: SqliteDatabase.Database;
  try {
    connection = new SqliteDatabase(lockOf(databaseFile), { readonly: true, timeout: 0 });
  } catch {
    return false;
  }
  try {
    connection.prepare('select 1 from sqlite_schema').get();
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY';
  } finally {
    connection.close();
  }
}
