/** The writing system calls, each in one named function that says what it was doing when it fails. All throw Trouble. */
import {
  closeSync,
  constants,
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
import { attempt, errorCode } from './trouble.ts';

/** Flushes a folder's entries to the disk: a rename is durable only then. */
export function syncFolder(path: string): void {
  attempt('flush folder', path, () => {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
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

/** Makes each missing component of `relative` below `base`, each durable before the next. */
export function makeFolders(base: string, relative: string): void {
  let parent = base;
  for (const component of relative.split('/')) {
    const path = `${parent}/${component}`;
    if (makeFolder(path)) syncFolder(parent);
    parent = path;
  }
}

/** Writes a small new file and flushes it. A failed flush is never retried on the same descriptor. */
export function writeNewFile(path: string, content: string, mode: number): void {
  attempt('write', path, () => {
    const descriptor = openSync(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
      mode,
    );
    try {
      const data = Buffer.from(content);
      let written = 0;
      while (written < data.length) written += writeSync(descriptor, data, written);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  });
}

export const renamePath = (from: string, to: string): void =>
  attempt('rename into place', to, () => renameSync(from, to));

export const makeLink = (target: string, path: string): void =>
  attempt('make link', path, () => symlinkSync(target, path));

export const removeFile = (path: string): void => attempt('remove', path, () => unlinkSync(path));

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

/** A small text file of our own; null when it is absent. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    return attempt('read', path, () => {
      throw error;
    });
  }
}
