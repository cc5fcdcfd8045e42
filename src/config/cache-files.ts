/** The two files of the cache: the configuration that it stands for, and the cache in the state folder. */
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  statSync,
} from 'node:fs';
import path from 'node:path';

const cacheName = 'config-cache.json';
const writableByOthers = 0o022n;

/** What is told of an open file. */
export interface OpenFile {
  readonly stats: BigIntStats;
  readonly text: string;
}

/**
 * Reads a regular file through one descriptor, so that what was checked is what is read.
 *
 * @param accept says by the descriptor's own data whether the content is wanted
 * @returns null when the file is absent, no regular file, not readable or not wanted
 */
export function readRegular(
  file: string,
  flags: number,
  accept: (stats: BigIntStats) => boolean,
): OpenFile | null {
  let descriptor: number | null = null;
  try {
    // Opened and closed, a pipe would lose what its writer has for who reads it.
    if (statSync(file).isFIFO()) return null;
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | flags);
    const stats = fstatSync(descriptor, { bigint: true });
    return stats.isFile() && accept(stats)
      ? { stats, text: readFileSync(descriptor, 'utf8') }
      : null;
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  } finally {
    if (descriptor !== null) close(descriptor);
  }
}

/** Nothing that was read or written hangs on it: what was lost of the cache is missed when it is read. */
export function close(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Trouble with files, which a cache must survive; anything else is a mistake of ours. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

/**
 * Opens the state folder and calls `use` with a path of the cache that no renaming of folders can redirect.
 *
 * @returns null when there is no such folder
 */
export function inFolder<Result>(
  folder: string,
  use: (cache: string, stats: BigIntStats) => Result,
): Result | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    const stats = fstatSync(descriptor, { bigint: true });
    return use(path.join('/proc/self/fd', String(descriptor), cacheName), stats);
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  } finally {
    if (descriptor !== null) close(descriptor);
  }
}

/**
 * Whether what the cache says may be believed: it and its folder can be changed by nobody but root, ourselves, or the
 * owner of the state that we are about to trust anyway.
 */
export function isTrusted(cache: BigIntStats, folder: BigIntStats, uid: number): boolean {
  const knownCache = cache.uid === 0n || cache.uid === folder.uid;
  const knownFolder = folder.uid === 0n || folder.uid === BigInt(uid) || folder.uid === cache.uid;
  return knownCache && knownFolder && ((cache.mode | folder.mode) & writableByOthers) === 0n;
}
