/**
 * How a version comes into the tree, in this order: the private copy is whole and flushed, SHA256SUMS beside it too, and so is their
 * folder (intake/read.ts); one rename brings it into place, another one `current` to it, and the folder of both is flushed. Only then
 * does anyone record it. A crash at any point leaves the old world or the new one.
 */
import { newSha256 } from '../files/sha256.ts';
import { constants, openSync, readSync } from 'node:fs';
import { versionStamp } from '../core/instant.ts';
import { SUMS, sumsLine } from '../core/sums.ts';
import { close } from '../files/close.ts';
import {
  flushFolder,
  makeFolder,
  makeLink,
  readLink,
  readText,
  removeTree,
  renamePath,
  statPath,
  syncFolder,
  type Flush,
} from '../files/durable.ts';
import { attempt, Trouble } from '../files/trouble.ts';
import { HELD, incomingPath, isNoLinks } from './tree.ts';

/** A private copy that is whole and flushed: `folder/file`, alone with its SHA256SUMS in its folder. */
export interface PrivateCopy {
  readonly folder: string;
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
}

/** The tree as one pass brings versions into it, several at a time. */
export interface Tree {
  readonly root: string;
  readonly flush: Flush;
  /** Folders that this pass has made, and when their names are durable. */
  readonly made: Map<string, Promise<void>>;
}

export const openTree = (root: string, flush: Flush): Tree => ({ root, flush, made: new Map() });

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

function makeFolders({ root, flush, made }: Tree, relative: string): void {
  let parent = root;
  for (const component of relative.split('/')) {
    const path = `${parent}/${component}`;
    if (makeFolder(path)) {
      const durable = flushFolder(parent, flush);
      // Whoever brings a version into it waits for this, and is told.
      durable.catch(() => undefined);
      made.set(path, durable);
    }
    parent = path;
  }
}

/** Waits until a version folder (relative to the tree), its `current` and the folders on the way are durable. @throws Trouble */
export async function makeDurable(tree: Tree, folder: string): Promise<void> {
  const own = `${tree.root}/${parentOf(folder)}`;
  const waiting = [flushFolder(own, tree.flush)];
  for (let path = own; path.length > tree.root.length; path = parentOf(path)) {
    const durable = tree.made.get(path);
    if (durable !== undefined) waiting.push(durable);
  }
  await Promise.all(waiting);
}

/** SHA-256 of a file of ours, in pieces: it may be large. @throws Trouble */
function hashOf(path: string): string {
  const hash = newSha256();
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  return attempt('read', path, () => {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      for (let count = -1; count !== 0;) {
        count = readSync(descriptor, buffer);
        hash.update(buffer.subarray(0, count));
      }
    } finally {
      close(descriptor);
    }
    return hash.digest('hex');
  });
}

/**
 * Whether the folder already is this version: left by a scan that was killed before it could record it. Its bytes are read: a rotten
 * file of the right size must not stand for the good copy in our hands.
 */
function isAlready(path: string, copy: PrivateCopy): boolean {
  const stats = statPath(`${path}/${copy.file}`);
  return (
    stats !== null &&
    stats.isFile() &&
    Number(stats.size) === copy.size &&
    readText(`${path}/${SUMS}`) === sumsLine({ sha256: copy.sha256, name: copy.file }) &&
    hashOf(`${path}/${copy.file}`) === copy.sha256
  );
}

/**
 * Publishes a copy as `<root>/<path>/<end time>`, with `-2`, `-3` for further versions of the same second. Returns the folder
 * relative to the tree; it is not durable yet. @throws Trouble
 */
export function publish(tree: Tree, path: string, endedAt: number, copy: PrivateCopy): string {
  makeFolders(tree, path);
  const stamp = versionStamp(endedAt);
  for (let ordinal = 1; ; ordinal += 1) {
    const folder = `${path}/${ordinal === 1 ? stamp : `${stamp}-${ordinal}`}`;
    const target = `${tree.root}/${folder}`;
    if (statPath(target) === null) {
      renamePath(copy.folder, target);
      return folder;
    }
    if (isAlready(target, copy)) {
      removeTree(copy.folder);
      return folder;
    }
  }
}

/** Puts a copy under `.held`, in place of an older one. Returns the folder relative to the tree; not durable yet. @throws Trouble */
export function hold(tree: Tree, path: string, endedAt: number, copy: PrivateCopy): string {
  const parent = `${HELD}/${path}`;
  makeFolders(tree, parent);
  const folder = `${parent}/${versionStamp(endedAt)}`;
  const target = `${tree.root}/${folder}`;
  // The same round again, or the leavings of a scan that was killed before it could record them.
  if (statPath(target) !== null) remove(tree.root, folder);
  renamePath(copy.folder, target);
  return folder;
}

/** Takes a folder out of the tree with one rename, and deletes it then: half a version is never seen. @throws Trouble */
export function remove(root: string, folder: string): void {
  const grave = incomingPath(root);
  try {
    renamePath(`${root}/${folder}`, grave);
  } catch (error) {
    if (error instanceof Trouble && error.code === 'ENOENT') return;
    throw error;
  }
  syncFolder(parentOf(`${root}/${folder}`));
  removeTree(grave);
}

export type CurrentLink = 'kept' | 'swapped' | 'no_links';

/** Points `<path>/current` to the version folder of that name, atomically, not durable yet. Where links cannot be made it is left out. */
export function pointCurrent(root: string, path: string, versionName: string): CurrentLink {
  const link = `${root}/${path}/current`;
  if (readLink(link) === versionName) return 'kept';
  const fresh = incomingPath(root);
  try {
    makeLink(versionName, fresh);
  } catch (error) {
    if (isNoLinks(error)) return 'no_links';
    throw error;
  }
  renamePath(fresh, link);
  return 'swapped';
}
