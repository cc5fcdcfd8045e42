/** The program of a scan in a crontab, as cron would find it for the user of the line. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { errorCode } from '../../files/trouble.ts';
import { changedBy, isPlainPath } from './cron-configuration.ts';
import type { CronEntry } from './crontab.ts';
import { isProgram, type Machine } from '../machine.ts';
import { mountOf, parseMounts } from '../tree/mounts.ts';
import { realPath } from '../real-path.ts';
import type { ScanCommand } from './scan-commands.ts';

export interface ProgramFacts {
  /** As the line names it. */
  readonly word: string;
  /** Why it cannot be told whether cron finds it; null where the rest of this tells. */
  readonly unsure: string | null;
  /** Where it lies; null: cron would not find it, or the user of the line may not run it. */
  readonly file: string | null;
  /** The program that it needs to be run by, as `node`; null for none. */
  readonly interpreter: string | null;
  /** Cron finds that one. */
  readonly interpreterFound: boolean;
  /** The folder that would have to be in its PATH; null where none is known. */
  readonly missingFolder: string | null;
}

const SHEBANG_BYTES = 128;

/** `#!/usr/bin/env node` → `node`; null for anything else. */
function interpreterOf(file: string): string | null {
  let descriptor: number;
  try {
    // Whoever has a crontab has named it: nothing there may keep us waiting.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return null;
  }
  try {
    const buffer = Buffer.alloc(SHEBANG_BYTES);
    const text = buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, SHEBANG_BYTES, 0));
    return /^#!\S*\/env (\S+)\n/u.exec(text)?.[1] ?? null;
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return null;
  } finally {
    closeSync(descriptor);
  }
}

type System = Pick<Machine, 'stats' | 'find'> & Partial<Pick<Machine, 'text'>>;

/** Folders that hold no programs, whatever their modes say. */
function noProgramsIn(text: Machine['text']): (path: string) => boolean {
  const lines = (text('/proc/self/mountinfo') ?? '').split('\n');
  const isNoexec = (line: string): boolean =>
    (line.split(' - ')[0]?.split(' ')[5] ?? '').split(',').includes('noexec');
  const noexec = new Set(parseMounts(lines.filter(isNoexec).join('\n')).map((one) => one.folder));
  const mounts = parseMounts(lines.join('\n'));
  return (path) => noexec.has(mountOf(path, mounts)?.folder ?? '');
}

interface Wanted {
  /** The number of the one who runs it; null where it is not known. */
  readonly user: number | null;
  /** Of a script that Node is to run it is enough that it can be read. */
  readonly isScript: boolean;
}

/** Whether a user may run what lies there. What only his groups could tell is taken to be so. */
const mayRun = (path: string, wanted: Wanted, machine: System): boolean =>
  // A link is no way around the folders that what it names lies in.
  [...new Set([path, realPath(path)])].every((place) => mayRunAt(place, wanted, machine));

const isFile = (mode: number): boolean => (mode & 0o170_000) === 0o100_000;

function mayRunAt(path: string, { user, isScript }: Wanted, { stats, text }: System): boolean {
  const isRoot = user === null || user === 0;
  const may = ({ uid, mode }: { uid: number; mode: number }, right: number): boolean =>
    (mode & (uid === user ? right << 6 : right | (right << 3))) !== 0;
  const folders = path.split('/').slice(1, -1);
  const isReached = folders.every((_, index) => {
    const found = stats(`/${folders.slice(0, index + 1).join('/')}`);
    return found === null || isRoot || may(found, 0o1);
  });
  const found = stats(path);
  if (!isReached || found === null || !isFile(found.mode)) return false;
  if (isScript) return isRoot || may(found, 0o4);
  const isOpen = isRoot ? (found.mode & 0o111) !== 0 : may(found, 0o1);
  return isOpen && !(text !== undefined && noProgramsIn(text)(path));
}

const isNode = (word: string): boolean => /(?:^|\/)node(?:js)?$/u.test(word);

/** Why the line does not tell which program it is. */
function unsureOf(scan: ScanCommand): string | null {
  const { program, environment, isSourced } = scan;
  const by = changedBy(scan);
  if (by !== null) return `${by} runs it`;
  const isPath = program.includes('/') || scan.before.some(isNode);
  if (isPath && !isPlainPath(program)) return 'its path is not an absolute one';
  if (isSourced) return 'another file is read before it';
  return environment.has('PATH') ? 'the command sets PATH' : null;
}

/**
 * Which program a scan runs, as cron would find it.
 *
 * @param user the number of the one who runs it; null where it is not known
 */
export function readProgram(
  scan: ScanCommand,
  { path }: Pick<CronEntry, 'path'>,
  machine: System,
  user: number | null = null,
): ProgramFacts {
  const search = (name: string, isScript = false): string | null => {
    const places = name.includes('/')
      ? [name]
      : path.split(':').map((folder) => `${folder}/${name}`);
    return places.find((place) => mayRun(place, { user, isScript }, machine)) ?? null;
  };
  const node = scan.before.findLast(isNode);
  const word = node !== undefined && search(scan.program, true) !== null ? node : scan.program;
  const file = node === undefined || word === node ? search(word) : null;
  const interpreter = file === null || !isProgram(file) ? null : interpreterOf(file);
  const interpreterFound = interpreter === null || search(interpreter) !== null;
  const missing = file === null ? word : interpreterFound ? null : interpreter;
  // The Node that runs this is one that would do.
  const own = missing === basename(process.execPath) ? process.execPath : null;
  const place = missing === null ? null : (machine.find(missing) ?? own);
  const isOpen =
    place !== null && (user === null || mayRun(place, { user, isScript: false }, machine));
  return {
    word,
    unsure: unsureOf(scan),
    file,
    interpreter,
    interpreterFound,
    missingFolder: isOpen && missing?.includes('/') === false ? dirname(place) : null,
  };
}
