/**
 * The native addon of better-sqlite3. The system loads code from files only, so that the binary has to write it once: into a folder that
 * is private, and under a name that holds its hash. What lies there already is compared with what the binary carries, byte by byte,
 * and loaded through the very descriptor that was read.
 */
import {
  closeSync,
  constants,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { candidates, openPrivate, temporaries, type Surroundings } from './folders.ts';

export interface Addon {
  readonly content: Uint8Array;
  /** Beginning of the SHA-256 of the content, as the build has computed it. */
  readonly hash: string;
}

/** No place was found from which the addon can be loaded. */
export class AddonProblem extends Error {
  override readonly name = 'AddonProblem';
}

const READ = constants.O_RDONLY | constants.O_NOFOLLOW;
const MAKE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const fileMode = 0o600;
const ours = /^sqlite-[0-9a-f]+\.node(?:\.\d+)?$/u;

/** Loads what a descriptor holds. @throws Error where the system refuses, as from a file system without permission to execute */
export type Load<Module> = (file: string) => Module;

const inside = (folder: number, name: string): string => `/proc/self/fd/${folder}/${name}`;

/** A descriptor of the copy that lies there, if it is the user's own and whole; null otherwise. */
function current(folder: number, name: string, { content }: Addon, uid: number): number | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(inside(folder, name), READ);
    const { uid: owner, size, mode } = fstatSync(descriptor);
    const isPrivate = (owner === uid || owner === 0) && (mode & 0o022) === 0;
    if (isPrivate && size === content.length && readFileSync(descriptor).equals(content))
      return descriptor;
  } catch {
    // Absent, or not to be read: written anew.
  }
  if (descriptor !== null) closeSync(descriptor);
  return null;
}

/** Writes a copy beside the name and renames it, so that who runs at the same time sees a whole one or none. */
function written(folder: number, name: string, { content }: Addon): number {
  const beside = `${name}.${process.pid}`;
  const file = inside(folder, beside);
  // What a process of this number has left behind is in the way.
  removeQuietly(file);
  const descriptor = openSync(file, MAKE, fileMode);
  try {
    for (let done = 0; done < content.length;) done += writeSync(descriptor, content, done);
    renameSync(file, inside(folder, name));
    removeOthers(folder, name);
  } catch (error) {
    closeSync(descriptor);
    removeQuietly(file);
    throw error;
  }
  // What may be written cannot be loaded everywhere: only what is open for reading.
  closeSync(descriptor);
  return openSync(inside(folder, name), READ);
}

/** Those of former versions. Whoever runs one has it loaded. */
function removeOthers(folder: number, name: string): void {
  for (const other of readdirSync(`/proc/self/fd/${folder}`))
    if (ours.test(other) && other !== name && !other.startsWith(`${name}.`))
      removeQuietly(inside(folder, other));
}

function removeQuietly(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It is not there, or will be tried again by the next that writes.
  }
}

/** Of one folder; null with what stood against it. */
function fromFolder<Module>(
  folder: string,
  addon: Addon,
  surroundings: Surroundings,
  load: Load<Module>,
): Module | string {
  const { uid } = surroundings;
  const opened = openPrivate(folder, surroundings);
  if (opened === null) return 'cannot be made, or others may write it';
  const name = `sqlite-${addon.hash}.node`;
  let file: number | null = null;
  try {
    file = current(opened, name, addon, uid) ?? written(opened, name, addon);
    return load(`/proc/self/fd/${file}`);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    if (file !== null) closeSync(file);
    closeSync(opened);
  }
}

/** From a new folder with a name that nobody can know before; nothing of it stays. */
function fromNewFolder<Module>(
  parent: string,
  addon: Addon,
  surroundings: Surroundings,
  load: Load<Module>,
): Module | string {
  let folder: string | null = null;
  try {
    folder = mkdtempSync(path.join(parent, 'backupmon-'));
    const loaded = fromFolder(folder, addon, surroundings, load);
    removeQuietly(path.join(folder, `sqlite-${addon.hash}.node`));
    return loaded;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    if (folder !== null) rmdirSync(folder);
  }
}

/**
 * Loads the addon from the first place that allows it. Writes nothing where a current copy is.
 *
 * @throws AddonProblem with what stood against each place
 */
export function loadAddon<Module extends object>(
  addon: Addon,
  surroundings: Surroundings,
  load: Load<Module>,
): Module {
  const refusals: string[] = [];
  const attempts = [
    ...candidates(surroundings).map((folder) => [folder, fromFolder] as const),
    ...temporaries(surroundings.env).map((folder) => [folder, fromNewFolder] as const),
  ];
  for (const [folder, from] of attempts) {
    const loaded = from(folder, addon, surroundings, load);
    if (typeof loaded === 'object') return loaded;
    refusals.push(`${folder}: ${loaded}`);
  }
  throw new AddonProblem(
    `the part of backupmon that reads SQLite cannot be unpacked anywhere (${refusals.join('; ')})`,
  );
}
