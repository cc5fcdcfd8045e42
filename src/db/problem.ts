/** What is wrong with the database as it is, in one sentence with what to do about it. */

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

/**
 * Why it is `unreadable`. `place`: what lies there is no regular file, or no path leads there; `permission`: this user may not, or the file
 * system is read-only; `disk`: reading or writing failed.
 */
export type Obstacle = 'place' | 'permission' | 'disk';

interface About extends ErrorOptions {
  readonly hint?: string;
  readonly obstacle?: Obstacle;
  readonly path?: string;
}

/** The database cannot be used as it is; the message says what to do. */
export class DatabaseProblem extends Error {
  readonly fault: DatabaseFault;
  readonly hint: string | null;
  /** null: none that is known. */
  readonly obstacle: Obstacle | null;
  /** Of obstacle `place`: where it lies, the database itself or a file beside it. */
  readonly path: string | null;
  constructor(fault: DatabaseFault, message: string, options: About = {}) {
    super(message, options);
    this.name = 'DatabaseProblem';
    this.fault = fault;
    this.hint = options.hint ?? null;
    this.obstacle = options.obstacle ?? null;
    this.path = options.path ?? null;
  }
}

export const isSqliteError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');

/** Something of the schema is missing: the version of the schema was checked, so somebody has taken it away. */
const MISSING = /^no such (?:table|column|index)\b|^table \S+ has no column\b/u;

const isDamage = ({ code, message }: Error & { code: string }): boolean =>
  code === 'SQLITE_NOTADB' ||
  code.startsWith('SQLITE_CORRUPT') ||
  (code === 'SQLITE_ERROR' && MISSING.test(message));

/** Turns SQLite's own errors into one sentence; everything else is a bug and passes unchanged. */
export function databaseProblem(error: unknown, file: string): unknown {
  // What better-sqlite3 makes of a folder that may not be looked into.
  const isHidden = error instanceof TypeError && error.message.includes('directory does not exist');
  if (isHidden) return unopened(file, error);
  if (!isSqliteError(error)) return error;
  if (isDamage(error)) {
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
      { cause: error, obstacle: 'permission' },
    );
  }
  return new DatabaseProblem('unreadable', `${file}: ${error.message} (${error.code})`, {
    cause: error,
    ...(error.code.startsWith('SQLITE_IOERR') && { obstacle: 'disk' }),
  });
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

export const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/')) || '/';

/** SQLite does not say why it could not open a file. */
export function unopened(file: string, cause: unknown): DatabaseProblem {
  const folder = folderOf(file);
  return new DatabaseProblem(
    'unreadable',
    `${file} cannot be opened: there is no permission to read it, or ${folder} cannot be written`,
    {
      cause,
      obstacle: 'permission',
      hint: `readers belong into the group of ${folder} (mode 2750): usermod -aG GROUP USER`,
    },
  );
}
