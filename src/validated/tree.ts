/** The validated tree: where things lie in it, and the marker that tells it from an empty folder where a disk should be. */
import {
  flushHere,
  listPath,
  makeFolder,
  readText,
  removeTree,
  statPath,
  syncFolder,
  writeNewFile,
} from '../files/durable.ts';
import { Trouble } from '../files/trouble.ts';

const MARKER = '.backupmon';
const INCOMING = '.incoming';
export const HELD = '.held';

/** The tree cannot be used as it is; the message says what to do. */
export class TreeProblem extends Error {
  override readonly name = 'TreeProblem';
}

/** @throws TreeProblem when the folder or its marker is absent: a missing mount is not an empty tree */
export function checkMarker(root: string): void {
  const stats = statPath(root);
  if (stats === null) {
    throw new TreeProblem(
      `${root} does not exist; mount it or make it, then run \`backupmon init-db\``,
    );
  }
  if (!stats.isDirectory() && !stats.isSymbolicLink())
    throw new TreeProblem(`${root} is not a folder`);
  if (readText(`${root}/${MARKER}`) !== null) return;
  throw new TreeProblem(
    `${root} has no marker file ${MARKER}: is its disk mounted? If this is the right folder, run \`backupmon init-db\``,
  );
}

/** Makes the folder and its marker; returns whether the marker was absent. @throws Trouble */
export async function placeMarker(root: string, site: string, now: string): Promise<boolean> {
  if (statPath(root) === null) makeFolder(root);
  if (readText(`${root}/${MARKER}`) !== null) return false;
  const content = {
    about: 'backupmon keeps validated backups here; a scan refuses to run where this file is gone',
    site,
    made_at: now,
  };
  await writeNewFile(`${root}/${MARKER}`, `${JSON.stringify(content)}\n`, 0o640, flushHere);
  syncFolder(root);
  return true;
}

let last = 0;

/**
 * A new name in `.incoming`, where everything that is not finished lies. Whoever asks for one holds the lock. Names are numbers, so
 * that the same situation makes the same system calls; those that could not be removed are left alone.
 */
export function incomingPath(root: string): string {
  makeFolder(`${root}/${INCOMING}`);
  for (;;) {
    last += 1;
    const path = `${root}/${INCOMING}/${last}`;
    if (statPath(path) === null) return path;
  }
}

/** What a killed scan left. To be removed only under the lock: nobody else is at work there then. */
export const leftovers = (root: string): string[] =>
  (listPath(`${root}/${INCOMING}`) ?? []).map((name) => `${root}/${INCOMING}/${name}`);

/** Throws Trouble when the tree cannot be written now, before any backup is judged. A folder comes and goes: nothing to flush. */
export function checkWritable(root: string): void {
  const path = incomingPath(root);
  makeFolder(path);
  removeTree(path);
}

export const isNoLinks = (error: unknown): boolean =>
  error instanceof Trouble && ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS'].includes(error.code);
