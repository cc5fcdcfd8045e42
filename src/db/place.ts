/**
 * Where the database lies, and what lies there. At a named pipe SQLite would wait for ever, and a device never ends: what is no regular
 * file is not opened at all. Nor is it moved or removed.
 */
import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { networkOf } from './network.ts';
import { DatabaseProblem, folderOf, unopened } from './problem.ts';

/** What SQLite keeps beside a database as long as it is used. It opens no link there, and does not say why. */
const COMPANIONS = ['-wal', '-shm'] as const;
/** What it looks for there, though none of ours has one. */
const JOURNAL = '-journal';

export interface Place {
  readonly file: string;
  /** The file itself, links followed: SQLite keeps its own files beside that. */
  readonly real: string;
  readonly isThere: boolean;
}

export const lockOf = (file: string): string => `${file}.lock`;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** What it is, where it is no regular file; null where it is one. */
function kindOf(stats: Stats): string | null {
  if (stats.isFile()) return null;
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

const misplaced = (path: string, message: string): DatabaseProblem =>
  new DatabaseProblem('unreadable', message, { obstacle: 'place', path });

/** null where nothing lies there. @throws DatabaseProblem where it may not be known, or no path leads there */
function look(file: string, stat: typeof statSync | typeof lstatSync): Stats | null {
  try {
    return stat(file, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOTDIR') return null;
    if (code !== 'ELOOP' && code !== 'ENAMETOOLONG') throw unopened(file, error);
    const why = code === 'ELOOP' ? 'a symbolic link on the way leads to itself' : 'it is too long';
    throw misplaced(
      file,
      `${file} is a path that leads nowhere, because ${why}; name another file as \`database\``,
    );
  }
}

/** The name as it is where nothing lies there yet. */
function realPathOf(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return file;
  }
}

/** What may not be looked at is SQLite's to tell. @throws DatabaseProblem */
function checkBeside(path: string, stat: typeof statSync | typeof lstatSync): void {
  let stats: Stats | undefined;
  try {
    stats = stat(path, { throwIfNoEntry: false });
  } catch {
    return;
  }
  const kind = stats === undefined ? null : kindOf(stats);
  if (kind === null) return;
  throw misplaced(
    path,
    `${path} is ${kind}, where the database needs a file of its own; move it away`,
  );
}

/** @throws DatabaseProblem where something else than a regular file has the name of the lock */
export const checkLock = (file: string): void => checkBeside(lockOf(file), statSync);

/**
 * Looks at every file that opening the database, or its lock, would open.
 *
 * @throws DatabaseProblem where one is there and is no regular file, or where that may not be known; obstacle `place` or `permission`
 */
export function placeOf(file: string): Place {
  const named = look(file, lstatSync);
  const isLink = named?.isSymbolicLink() === true;
  const stats = isLink ? look(file, statSync) : named;
  const kind = stats === null ? null : kindOf(stats);
  if (kind !== null)
    throw misplaced(file, `${file} is ${kind}, not a file; name another file as \`database\``);
  const real = isLink ? realPathOf(file) : file;
  for (const suffix of COMPANIONS) checkBeside(`${real}${suffix}`, lstatSync);
  checkBeside(`${real}${JOURNAL}`, statSync);
  checkLock(file);
  return { file, real, isThere: stats !== null };
}

/** @throws DatabaseProblem where two machines could write at once, and neither would know */
export function checkLocal({ file, real }: Place): void {
  // A link to another disk: what counts is where the file itself lies.
  const network = networkOf(folderOf(real));
  if (network === null) return;
  throw new DatabaseProblem(
    'network',
    `${file} lies on a network file system (${network}), where the locks that SQLite needs do not hold`,
    {
      hint: 'name a file on a local disk as `database`; deposits and validated may stay where they are',
    },
  );
}
