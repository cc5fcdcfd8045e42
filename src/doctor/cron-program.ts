/** The program of a line of a crontab, as cron would find it for the user of the line. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { errorCode } from '../files/trouble.ts';
import { allWordsOf, isOurProgram } from './command-words.ts';
import type { CronEntry } from './crontab.ts';
import { isProgram, type Machine } from './machine.ts';
import { mountOf, parseMounts } from './mounts.ts';
import { realPath } from './real-path.ts';

export interface ProgramFacts {
  /** As the line names it. */
  readonly word: string;
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

/**
 * Whether a user may run what lies there. What only his groups could tell is taken to be so.
 *
 * @param user his number; null where it is not known
 */
const mayRun = (path: string, user: number | null, machine: System): boolean =>
  // A link is no way around the folders that what it names lies in.
  [...new Set([path, realPath(path)])].every((place) => mayRunAt(place, user, machine));

function mayRunAt(path: string, user: number | null, { stats, text }: System): boolean {
  const passes = (place: string, isFile: boolean): boolean => {
    const found = stats(place);
    if (found === null) return !isFile;
    if (user === null || user === 0) return !isFile || (found.mode & 0o111) !== 0;
    return (found.mode & (found.uid === user ? 0o100 : 0o011)) !== 0;
  };
  const folders = path.split('/').slice(1, -1);
  const isReached = folders.every((_, index) =>
    passes(`/${folders.slice(0, index + 1).join('/')}`, false),
  );
  return isReached && passes(path, true) && !(text !== undefined && noProgramsIn(text)(path));
}

/**
 * Which program the line runs, as cron would find it.
 *
 * @param user the number of the one who runs it; null where it is not known
 */
export function readProgram(
  { command, path }: Pick<CronEntry, 'command' | 'path'>,
  machine: System,
  user: number | null = null,
): ProgramFacts {
  const words = allWordsOf(command);
  const index = words.findIndex(isOurProgram);
  // A script that is handed to Node need not be a program itself.
  const before = words[index - 1] ?? '';
  const word = /(?:^|\/)node(?:js)?$/u.test(before) ? before : (words[index] ?? 'backupmon');
  const search = (name: string): string | null => {
    const places = name.includes('/')
      ? [name]
      : path.split(':').map((folder) => `${folder}/${name}`);
    return places.find((place) => mayRun(place, user, machine)) ?? null;
  };
  const file = search(word);
  const interpreter = file === null || !isProgram(file) ? null : interpreterOf(file);
  const interpreterFound = interpreter === null || search(interpreter) !== null;
  const missing = file === null ? word : interpreterFound ? null : interpreter;
  // The Node that runs this is one that would do.
  const own = missing === basename(process.execPath) ? process.execPath : null;
  const place = missing === null ? null : (machine.find(missing) ?? own);
  const isOpen = place !== null && (user === null || mayRun(place, user, machine));
  return {
    word,
    file,
    interpreter,
    interpreterFound,
    missingFolder: isOpen ? dirname(place) : null,
  };
}
