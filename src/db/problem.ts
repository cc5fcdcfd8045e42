/** What is wrong with the database as it is, in one sentence with what to do about it. */
import { realpathSync, statSync } from 'node:fs';
import { networkOf } from './network.ts';

/** How long somebody else may be writing. */
export const BUSY_TIMEOUT_MS = 30_000;

export type DatabaseFault =
  | 'absent'
  | 'foreign'
  | 'not_initialised'
  | 'older'
  | 'newer'
  | 'network'
  | 'locked'
  | 'full'
  | 'unreadable';

/** The database cannot be used as it is; the message says what to do. */
export class DatabaseProblem extends Error {
  readonly fault: DatabaseFault;
  readonly hint: string | null;
  constructor(
    fault: DatabaseFault,
    message: string,
    options: ErrorOptions & { readonly hint?: string } = {},
  ) {
    super(message, options);
    this.name = 'DatabaseProblem';
    this.fault = fault;
    this.hint = options.hint ?? null;
  }
}

export const isSqliteError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');

/** Turns SQLite's own errors into one sentence; everything else is a bug and passes unchanged. */
export function databaseProblem(error: unknown, file: string): unknown {
  // What better-sqlite3 makes of a folder that may not be looked into.
  const isHidden = error instanceof TypeError && error.message.includes('directory does not exist');
  if (isHidden) return unopened(file, error);
  if (!isSqliteError(error)) return error;
  if (isFolder(file))
    return new DatabaseProblem('unreadable', `${file} is a folder, not a file`, { cause: error });
  if (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT')) {
    return new DatabaseProblem(
      'foreign',
      `${file} is damaged or no SQLite database (${error.message}); restore it, or start over with \`backupmon init-db --reset\``,
      { cause: error },
    );
  }
  if (error.code.startsWith('SQLITE_BUSY')) return locked(file, error);
  if (error.code === 'SQLITE_FULL') return full(file, error);
  if (error.code.startsWith('SQLITE_CANTOPEN')) return unopened(file, error);
  if (error.code.startsWith('SQLITE_READONLY')) {
    return new DatabaseProblem(
      'unreadable',
      `${file} cannot be written: its file system is read-only, or there is no write permission on it or its folder`,
      { cause: error },
    );
  }
  return new DatabaseProblem('unreadable', `${file}: ${error.message} (${error.code})`, {
    cause: error,
  });
}

function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}

const locked = (file: string, cause: unknown): DatabaseProblem =>
  new DatabaseProblem(
    'locked',
    `${file} is locked: another program has been writing for longer than ${BUSY_TIMEOUT_MS / 1000} s`,
    {
      cause,
      hint: `\`fuser ${file}\` names the process; end it, or let it end, and run this again`,
    },
  );

const full = (file: string, cause: unknown): DatabaseProblem =>
  new DatabaseProblem('full', `${file} cannot be written: no space is left on its disk`, {
    cause,
    hint: `make room in ${folderOf(file)}; the next scan does what this one could not`,
  });

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/')) || '/';

/** The file itself, links followed; the name as it is where nothing lies there yet. */
function realPathOf(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return file;
  }
}

/** @throws DatabaseProblem where two machines could write at once, and neither would know */
export function checkLocal(file: string): void {
  // A link to another disk: SQLite keeps its -wal beside the file itself.
  const network = networkOf(folderOf(realPathOf(file)));
  if (network === null) return;
  throw new DatabaseProblem(
    'network',
    `${file} lies on a network file system (${network}), where the locks that SQLite needs do not hold`,
    {
      hint: 'name a file on a local disk as `database`; deposits and validated may stay where they are',
    },
  );
}

/** SQLite does not say why it could not open a file. */
export function unopened(file: string, cause: unknown): DatabaseProblem {
  const folder = folderOf(file);
  return new DatabaseProblem(
    'unreadable',
    `${file} cannot be opened: there is no permission to read it, or ${folder} cannot be written`,
    {
      cause,
      hint: `readers belong into the group of ${folder} (mode 2750): usermod -aG GROUP USER`,
    },
  );
}
