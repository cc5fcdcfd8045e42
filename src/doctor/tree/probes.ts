/**
 * What the file system of the tree can do, tried in a folder of its own in `.incoming`: whatever a doctor that is killed leaves there, the
 * next scan removes. The lock of the scan is taken and given back at once: a disk that flushes slowly must not keep scans away. A scan that
 * begins meanwhile clears `.incoming`, and nothing is said of what was tried then. Our name is none that a scan would take.
 */
import { chmodSync, constants, copyFileSync, rmdirSync } from 'node:fs';
import { isRunning, takeLock, type Lock } from '../../db/lock.ts';
import { DatabaseProblem } from '../../db/problem.ts';
import { closeFile, openFileIn, type Folder } from '../../files/folder.ts';
import {
  flushHere,
  makeFolder,
  makeLink,
  readLink,
  removeTree,
  renamePath,
  statPath,
  syncFolder,
  writeNewFile,
} from '../../files/durable.ts';
import { attempt, errorCode, Trouble } from '../../files/trouble.ts';
import { noFolder } from './incoming.ts';

export interface Abilities {
  readonly kind: 'tried';
  /** Why writing, flushing or renaming does not work; null where it does. */
  readonly trouble: string | null;
  /** Whether a file keeps the mode 0440. */
  readonly modes: boolean;
  readonly links: boolean;
  /** Whether a clone of a deposit shares its blocks; null where there is no deposit to try it with. */
  readonly reflinks: boolean | null;
}

/** `fault`: what kept it from being tried is wrong by itself. */
export type Probe =
  | Abilities
  | { readonly kind: 'untried'; readonly why: string; readonly fault?: true };

/** Milliseconds: readers hold the lock for an instant. */
const LOCK_WAIT_MS = 300;
const MODE = 0o440;

/** A file of an agent that can be cloned; links are never followed. */
export interface Source {
  readonly folder: Folder;
  readonly name: string;
}

function clones(source: Source | null, target: string): boolean | null {
  if (source === null) return null;
  const opened = openFileIn(source.folder, source.name);
  if (opened.kind !== 'open') return null;
  try {
    copyFileSync(
      `/proc/self/fd/${opened.file.descriptor}`,
      target,
      constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE,
    );
    return true;
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return false;
  } finally {
    closeFile(opened.file);
  }
}

/** Does what a scan does when it publishes a version, step by step. @throws Trouble */
async function tried(folder: string, source: Source | null): Promise<Abilities> {
  makeFolder(folder);
  const file = `${folder}/file`;
  await writeNewFile(file, 'backupmon doctor\n', 0o640, flushHere);
  attempt('change the mode of', file, () => chmodSync(file, MODE));
  const modes = (Number(statPath(file)?.mode ?? 0) & 0o777) === MODE;
  const inner = `${folder}/made`;
  makeFolder(inner);
  renamePath(inner, `${folder}/renamed`);
  syncFolder(folder);
  return {
    kind: 'tried',
    trouble: null,
    modes,
    links: canLink(`${folder}/link`),
    reflinks: clones(source, `${folder}/clone`),
  };
}

function canLink(path: string): boolean {
  try {
    makeLink('renamed', path);
    return readLink(path) === 'renamed';
  } catch (error) {
    if (error instanceof Trouble) return false;
    throw error;
  }
}

/** The folder of a scan that is at work now is never taken from it. */
function removeIfEmpty(incoming: string, database: string): void {
  const lock = lockOf(database);
  if (lock === null || typeof lock === 'string') return;
  try {
    rmdirSync(incoming);
  } catch (error) {
    if (errorCode(error) === null) throw error;
  } finally {
    lock.release();
  }
}

let last = 0;

/** A number is a name that a scan may take. */
function ownFolder(validated: string): string {
  last += 1;
  return `${validated}/.incoming/doctor-${process.pid}-${last}`;
}

const failed = (trouble: string): Probe => ({
  kind: 'tried',
  trouble,
  modes: true,
  links: true,
  reflinks: null,
});

/** `gone`: what we had made is not there any more. */
async function probeOnce(
  validated: string,
  database: string,
  source: Source | null,
): Promise<Probe | { readonly kind: 'gone'; readonly message: string }> {
  const incoming = `${validated}/.incoming`;
  const folder = ownFolder(validated);
  let wasThere = true;
  try {
    wasThere = !makeFolder(incoming);
    return await tried(folder, source);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    const { code, message } = error;
    const wrong = noFolder(incoming);
    if (wrong !== null) return failed(wrong);
    if (isRunning(database)) return { kind: 'untried', why: running };
    return code === 'ENOENT' ? { kind: 'gone', message } : failed(message);
  } finally {
    removeQuietly(folder);
    if (!wasThere) removeIfEmpty(incoming, database);
  }
}

/** A scan that has come and gone meanwhile has cleared it away; the second time something is wrong. */
async function probeTree(
  validated: string,
  database: string,
  source: Source | null,
): Promise<Probe> {
  const first = await probeOnce(validated, database, source);
  if (first.kind !== 'gone') return first;
  const second = await probeOnce(validated, database, source);
  return second.kind === 'gone' ? failed(second.message) : second;
}

/** The next scan tries again. */
function removeQuietly(folder: string): void {
  try {
    removeTree(folder);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
  }
}

/** null: a scan has it; a sentence where it cannot be held at all. */
function lockOf(database: string): Lock | string | null {
  try {
    return takeLock(database, LOCK_WAIT_MS);
  } catch (error) {
    if (error instanceof DatabaseProblem) return error.message;
    throw error;
  }
}

const running = 'a scan is running';

/** @param database its lock is there already: nothing that stays is made */
export async function probe(
  validated: string,
  database: string,
  source: Source | null,
): Promise<Probe> {
  if (statPath(`${database}.lock`) === null)
    return { kind: 'untried', why: 'there is no database yet whose lock keeps scans away' };
  const lock = lockOf(database);
  if (typeof lock === 'string') return { kind: 'untried', why: lock, fault: true };
  if (lock === null) return { kind: 'untried', why: running };
  lock.release();
  return probeTree(validated, database, source);
}
