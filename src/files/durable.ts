/** The writing system calls, each in one named function that says what it was doing when it fails. All throw Trouble. */
import {
  constants,
  fsync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { close } from './close.ts';
import { attempt, attemptBeside, errorCode, Trouble } from './trouble.ts';

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

/** Bytes. Nothing that is read whole comes near it. */
const MOST_TEXT = 16 * 1024 * 1024;

/** Of a regular file only: a pipe could keep us waiting for ever, and a device never ends. */
function textOf(descriptor: number, path: string): string {
  const stats = fstatSync(descriptor);
  if (stats.isDirectory()) throw new Trouble('EISDIR', 'read', path);
  if (!stats.isFile()) throw new Trouble('ENOTREG', 'read', path);
  // Files of /proc have no size: their end is found by reading.
  const chunks: Buffer[] = [];
  for (let size = 0; size === 0 || size < stats.size || stats.size === 0;) {
    const wanted = stats.size === 0 ? 65_536 : Math.min(stats.size - size, MOST_TEXT + 1);
    const chunk = Buffer.allocUnsafe(wanted);
    const count = readSync(descriptor, chunk);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    size += count;
    if (size > MOST_TEXT) throw new Trouble('EFBIG', 'read', path);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * A small text file of our own; null when it is absent. Read by descriptor: by path, Node aborts where it cannot be closed.
 * @throws Trouble, also for what is no regular file, and for more than 16 MiB
 */
export function readText(path: string): string | null {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return textOf(descriptor, path);
    } finally {
      close(descriptor);
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return null;
    // A socket cannot even be opened.
    if (code === 'ENXIO') throw new Trouble('ENOTREG', 'read', path, { cause: error });
    return attempt('read', path, () => {
      throw error;
    });
  }
}
