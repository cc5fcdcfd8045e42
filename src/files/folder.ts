/**
 * Folders of the drop zone, opened one component at a time and never through a link. Everything in them is reached through
 * the open descriptor (`/proc/self/fd/N/name`), so that nothing is resolved twice: a folder that is swapped for a link while
 * we look cannot lead us elsewhere.
 */
import {
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  opendirSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  mkdirSync,
  type BigIntStats,
} from 'node:fs';
import { close } from './close.ts';
import { attempt, errorCode } from './trouble.ts';

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** O_NONBLOCK: opening a FIFO must not wait for a writer. */
const fileFlags =
  constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

export interface Folder {
  readonly descriptor: number;
  /** As people know it; for messages only. */
  readonly path: string;
}

/** One state of one file: if any of these differs, it is not the file that was looked at. */
export interface FileState {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: number;
  /** ctime in nanoseconds; set by this server's clock, unlike mtime. */
  readonly changed: bigint;
}

export interface OpenFile {
  readonly descriptor: number;
  readonly path: string;
  readonly stats: BigIntStats;
}

const inside = (folder: Folder, name: string): string =>
  `/proc/self/fd/${folder.descriptor}/${name}`;

/** The file's state as one word, for comparing and for the database. */
export const stateOf = (stats: BigIntStats): string =>
  `${stats.dev}:${stats.ino}:${stats.size}:${stats.ctimeNs}`;

/** ctime in milliseconds UTC. */
export const changedAt = (stats: BigIntStats): number => Number(stats.ctimeNs / 1_000_000n);

/** Opens a folder that the administrator named; links on the way to it are his own. Throws Trouble. */
export const openFolder = (path: string): Folder => ({
  descriptor: attempt('open folder', path, () =>
    openSync(path, constants.O_RDONLY | constants.O_DIRECTORY),
  ),
  path,
});

/** Opens a folder inside a folder; null when it is absent. Throws Trouble; a link is ELOOP or ENOTDIR. */
export function openFolderIn(folder: Folder, name: string): Folder | null {
  const path = `${folder.path}/${name}`;
  try {
    return { descriptor: openSync(inside(folder, name), folderFlags), path };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    return attempt('open folder', path, () => {
      throw error;
    });
  }
}

export const closeFolder = (folder: Folder): void => close(folder.descriptor);

/** More names than this are not looked at in one folder: whoever writes there could fill it without end. */
export const MAX_NAMES = 100_000;

export interface Listing {
  /** In no order; at most MAX_NAMES. */
  readonly names: string[];
  /** false: there are more. */
  readonly whole: boolean;
}

/**
 * Names in the folder, read piece by piece and no further than is looked at: its size says nothing about how many there are on CIFS and
 * some FUSE file systems. Throws Trouble.
 */
export const listFolder = (folder: Folder): Listing =>
  attempt('list', folder.path, () => {
    const path = `/proc/self/fd/${folder.descriptor}`;
    try {
      return listInPieces(path);
    } catch (error) {
      // Where a file system does not tell types, Node looks at each name, and one has gone since (a temporary file of rsync's).
      if (errorCode(error) !== 'ENOENT') throw error;
      return cutTo(readdirSync(path));
    }
  });

const cutTo = (names: string[]): Listing => ({
  names: names.length > MAX_NAMES ? names.slice(0, MAX_NAMES) : names,
  whole: names.length <= MAX_NAMES,
});

function listInPieces(path: string): Listing {
  const folder = opendirSync(path, { bufferSize: 1024 });
  const names: string[] = [];
  try {
    for (;;) {
      const entry = folder.readSync();
      if (entry === null) return { names, whole: true };
      if (names.length === MAX_NAMES) return { names, whole: false };
      names.push(entry.name);
    }
  } finally {
    folder.closeSync();
  }
}

/** What lies under a name, links not followed; null when nothing does. */
export const statIn = (folder: Folder, name: string): BigIntStats | null =>
  attempt(
    'look at',
    `${folder.path}/${name}`,
    () => lstatSync(inside(folder, name), { bigint: true, throwIfNoEntry: false }) ?? null,
  );

/** What a file must not be: the reason in words, or null for a regular file with one link. */
export function unsafeKind(stats: BigIntStats): string | null {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  if (!stats.isFile()) return 'a device';
  return stats.nlink === 1n ? null : `a file with ${stats.nlink} hard links`;
}

/** What opening says of that which came after a regular file was looked at. */
const unopenable: Readonly<Record<string, string>> = {
  ELOOP: 'a symbolic link',
  ENXIO: 'a socket or a device',
  ENODEV: 'a device',
};

export type Opened =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unsafe'; readonly what: string; readonly stats: BigIntStats | null }
  | { readonly kind: 'open'; readonly file: OpenFile };

/** How often a file that is replaced just while it is opened is tried again. */
const TRIES = 3;

/** Opens a file for reading, checked on the descriptor. Throws Trouble for our own troubles. */
export function openFileIn(folder: Folder, name: string): Opened {
  let opened = openOnce(folder, name);
  // Without a name any more: rsync has put a new one in its place, which is the one to look at.
  for (let tries = 1; tries < TRIES && isNameless(opened); tries += 1) {
    opened = openOnce(folder, name);
  }
  return opened;
}

const isNameless = (opened: Opened): boolean =>
  opened.kind === 'unsafe' && opened.stats?.nlink === 0n;

function openOnce(folder: Folder, name: string): Opened {
  const path = `${folder.path}/${name}`;
  // Looked at first: opening a device can have effects of its own.
  const before = statIn(folder, name);
  if (before === null) return { kind: 'absent' };
  const unsafe = unsafeKind(before);
  if (unsafe !== null) return { kind: 'unsafe', what: unsafe, stats: before };
  let descriptor: number;
  try {
    descriptor = openSync(inside(folder, name), fileFlags);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return { kind: 'absent' };
    const what = code === null ? undefined : unopenable[code];
    if (what !== undefined) return { kind: 'unsafe', what, stats: null };
    return attempt('open', path, () => {
      throw error;
    });
  }
  const file = { descriptor, path };
  try {
    const stats = statOpen(file);
    const what = unsafeKind(stats);
    if (what === null) return { kind: 'open', file: { ...file, stats } };
    close(descriptor);
    return { kind: 'unsafe', what, stats };
  } catch (error) {
    close(descriptor);
    throw error;
  }
}

export const statFolder = (folder: Folder): BigIntStats =>
  attempt('look at', folder.path, () => fstatSync(folder.descriptor, { bigint: true }));

export const closeFile = (file: OpenFile): void => close(file.descriptor);

export const statOpen = (file: Omit<OpenFile, 'stats'>): BigIntStats =>
  attempt('look at', file.path, () => fstatSync(file.descriptor, { bigint: true }));

export const makeFolderIn = (folder: Folder, name: string): void =>
  attempt('make folder', `${folder.path}/${name}`, () =>
    mkdirSync(inside(folder, name), { mode: 0o750 }),
  );

export const renameIn = (from: Folder, name: string, to: Folder, newName: string): void =>
  attempt('rename', `${from.path}/${name}`, () =>
    renameSync(inside(from, name), inside(to, newName)),
  );

/**
 * Gives what was renamed its name back, unless something else has come there meanwhile: that is newer, and stays. A rename would
 * replace it, a link does not; where links are refused (another's file, a folder), only a glance comes before the rename.
 *
 * @returns whether it has its name again
 */
export function renameBackIn(from: Folder, name: string, to: Folder, newName: string): boolean {
  try {
    linkSync(inside(from, name), inside(to, newName));
  } catch (error) {
    if (errorCode(error) === null) throw error;
    if (statIn(to, newName) !== null) return false;
    renameIn(from, name, to, newName);
    return true;
  }
  removeIn(from, name);
  return true;
}

export const removeIn = (folder: Folder, name: string): void =>
  attempt('remove', `${folder.path}/${name}`, () => unlinkSync(inside(folder, name)));
