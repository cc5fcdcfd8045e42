/** The writing system calls, each in one named function that says what it was doing when it fails. All throw Trouble. */
import {
  constants,
  fsync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { close } from './close.ts';
import { attempt, attemptBeside, errorCode } from './trouble.ts';

/** Flushes an open file or folder to the disk. Rejects with the system's refusal; never tried again on the same descriptor. */
export type Flush = (descriptor: number) => Promise<void>;

/** At once and on this thread: system calls come in the order of the calls. */
export const flushHere: Flush = async (descriptor) => fsyncSync(descriptor);

/** On a thread of the pool: of flushes that are under way together a journal makes one. */
export const flushBeside: Flush = (descriptor) =>
  new Promise((resolve, reject) => {
    fsync(descriptor, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });

/** Flushes a folder's entries: a rename is durable only then. @throws Trouble */
export async function flushFolder(path: string, flush: Flush): Promise<void> {
  const descriptor = attempt('flush folder', path, () =>
    openSync(path, constants.O_RDONLY | constants.O_DIRECTORY),
  );
  try {
    await attemptBeside('flush folder', path, () => flush(descriptor));
  } finally {
    close(descriptor);
  }
}

/** The same, waiting for it. */
export function syncFolder(path: string): void {
  attempt('flush folder', path, () => {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(descriptor);
    } finally {
      close(descriptor);
    }
  });
}

/** Makes one folder, mode 0750; false when it is there already. */
export function makeFolder(path: string): boolean {
  try {
    attempt('make folder', path, () => mkdirSync(path, { mode: 0o750 }));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Writes a small new file, and flushes it. @throws Trouble */
export async function writeNewFile(
  path: string,
  content: string,
  mode: number,
  flush: Flush,
): Promise<void> {
  const descriptor = attempt('write', path, () =>
    openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode),
  );
  try {
    await attemptBeside('write', path, async () => {
      const data = Buffer.from(content);
      for (let written = 0; written < data.length;) written += writeSync(descriptor, data, written);
      await flush(descriptor);
    });
  } finally {
    close(descriptor);
  }
}

export const renamePath = (from: string, to: string): void =>
  attempt('rename into place', to, () => renameSync(from, to));

export const makeLink = (target: string, path: string): void =>
  attempt('make link', path, () => symlinkSync(target, path));

// Step by step: rmSync gives some refusals no code (too many open files), and a blocked job has to name its cause.
function removeAll(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) {
    unlinkSync(path);
    return;
  }
  for (const name of readdirSync(path)) removeAll(`${path}/${name}`);
  rmdirSync(path);
}

/** Removes a file or a whole folder, links not followed; absent is fine. */
export const removeTree = (path: string): void => attempt('remove', path, () => removeAll(path));

/** null when nothing lies there. Links are not followed. */
export const statPath = (path: string): BigIntStats | null =>
  attempt('look at', path, () => lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null);

/** Names in a folder, sorted; null when the folder is absent. */
export function listPath(path: string): string[] | null {
  try {
    return readdirSync(path).toSorted();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    return attempt('list', path, () => {
      throw error;
    });
  }
}

/** The link's target; null when it is absent or no link. */
export function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'EINVAL') return null;
    return attempt('read link', path, () => {
      throw error;
    });
  }
}

/** A small text file of our own; null when it is absent. Read by descriptor: by path, Node aborts where it cannot be closed. */
export function readText(path: string): string | null {
  try {
    const descriptor = openSync(path, 'r');
    try {
      return readFileSync(descriptor, 'utf8');
    } finally {
      close(descriptor);
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    return attempt('read', path, () => {
      throw error;
    });
  }
}
