/**
 * Trouble of our own: the system refused something (EACCES, ENOSPC, EIO, …). It says nothing about a backup, and is kept
 * apart from every conclusion about one.
 */
export class Trouble extends Error {
  /** errno name, such as `ENOSPC`. */
  readonly code: string;
  /** What was being done, as a phrase: `write`, `rename into place`. */
  readonly action: string;
  readonly path: string;

  constructor(code: string, action: string, path: string, options?: ErrorOptions) {
    super(`cannot ${action} ${path}: ${meaning(code)}`, options);
    this.name = 'Trouble';
    this.code = code;
    this.action = action;
    this.path = path;
  }

  /** The machine word of a blocked job: the errno in lower case. */
  get reason(): string {
    return this.code.toLowerCase();
  }
}

const meanings: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or folder',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'the file system is read-only',
  EIO: 'input/output error',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files in the system',
  EEXIST: 'it exists already',
  ENOTDIR: 'not a folder',
  EISDIR: 'it is a folder',
  EINTR: 'interrupted',
  ELOOP: 'it is a symbolic link',
  EFBIG: 'it is too large',
  // Ours: the system has no word for it.
  ENOTREG: 'it is no regular file',
  ELATE: 'it is a pipe, and nobody has written into it in time',
};

/** The errno name in words, and itself. */
export const meaning = (code: string): string => {
  const words = meanings[code];
  return words === undefined ? code : `${words} (${code})`;
};

/** The errno name of an error that a system call threw, else null. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Runs one system call; what it throws becomes Trouble that names the action and the path. Bugs pass unchanged. */
export function attempt<T>(action: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const code = errorCode(error);
    if (code === null) throw error;
    throw new Trouble(code, action, path, { cause: error });
  }
}

/** The same for a call that is done on another thread. */
export async function attemptBeside<T>(
  action: string,
  path: string,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    return attempt(action, path, () => {
      throw error;
    });
  }
}
