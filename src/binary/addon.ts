/**
 * The native addon of better-sqlite3. The system loads code from files only, so that the binary has to write it once: into a folder that
 * is private, and under a name that holds its hash. What lies there already is compared with what the binary carries, byte by byte,
 * and loaded through the very descriptor that was read.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
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

/** No place was found from which the addon can be loaded, or no place would do. */
export class AddonProblem extends Error {
  override readonly name = 'AddonProblem';
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

const part = 'the part of backupmon that reads SQLite';

/** What glibc's loader says of a library that is older than what was built. */
const tooOld = /version `?(?<wanted>\S+?)'? not found/u;

const READ = constants.O_RDONLY | constants.O_NOFOLLOW;
const MAKE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const fileMode = 0o600;
const ours = /^sqlite-[0-9a-f]+\.node(?:\.[0-9a-z]+)?$/u;

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

/**
 * Writes a copy beside the name and renames it, so that who runs at the same time sees a whole one or none.
 *
 * @returns a descriptor, for reading, of what was written, whatever has the name by then
 */
function written(folder: number, name: string, { content }: Addon, now: number): number {
  const file = inside(folder, `${name}.${Math.random().toString(36).slice(2)}`);
  const descriptor = openSync(file, MAKE, fileMode);
  try {
    for (let done = 0; done < content.length;) done += writeSync(descriptor, content, done);
    renameSync(file, inside(folder, name));
    removeOthers(folder, name, now);
    // What is open for writing cannot be loaded everywhere.
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY);
  } catch (error) {
    removeQuietly(file);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Milliseconds after which a copy that is still being written never will be. */
const ABANDONED = 3_600_000;

/** Those of former versions, which whoever runs one has loaded, and what a process that was killed has begun. */
function removeOthers(folder: number, name: string, now: number): void {
  for (const other of readdirSync(`/proc/self/fd/${folder}`)) {
    if (!ours.test(other) || other === name) continue;
    const file = inside(folder, other);
    const isBegun = !other.endsWith('.node');
    if (!isBegun || isOlder(file, now - ABANDONED)) removeQuietly(file);
  }
}

function isOlder(file: string, time: number): boolean {
  try {
    return statSync(file).mtimeMs < time;
  } catch {
    return false;
  }
}

function removeQuietly(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It is not there, or will be tried again by the next that writes.
  }
}

/** Some file systems keep what is loaded under another name for as long as it is. */
function removeFolderQuietly(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // An empty folder, or one with that file, stays.
  }
}

/** Of one folder; what stood against it where nothing was loaded. */
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
    file = current(opened, name, addon, uid) ?? written(opened, name, addon, surroundings.now);
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
    if (folder !== null) removeFolderQuietly(folder);
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
  if (!existsSync('/proc/self/fd'))
    throw new AddonProblem(`/proc is not mounted: ${part} cannot be loaded`, 'mount /proc here');
  for (const [folder, from] of attempts) {
    const loaded = from(folder, addon, surroundings, load);
    if (typeof loaded === 'object') return loaded;
    const wanted = tooOld.exec(loaded)?.groups?.['wanted'];
    if (wanted !== undefined)
      throw new AddonProblem(
        `${part} cannot be loaded: this system has no ${wanted}`,
        'glibc 2.34 or newer is needed: Debian 12, Ubuntu 22.04, RHEL 9',
      );
    refusals.push(`${folder}: ${loaded}`);
  }
  throw new AddonProblem(
    `${part} cannot be unpacked anywhere (${refusals.join('; ')})`,
    'let $XDG_CACHE_HOME name a folder that this user may write, and from which programs may run',
  );
}
