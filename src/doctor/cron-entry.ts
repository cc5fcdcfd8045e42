/** One line of a crontab that runs scans: whether cron finds the program, and runs it as the right user. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Finding } from '../core/finding.ts';
import { errorCode } from '../files/trouble.ts';
import type { CronEntry } from './crontab.ts';
import { critical, fine } from './finding.ts';
import type { Look } from './look.ts';
import { isProgram, type Machine } from './machine.ts';

export interface ProgramFacts {
  /** As the line names it. */
  readonly word: string;
  /** Where it lies; null: cron would not find it, or it may not be run. */
  readonly file: string | null;
  /** The program that it needs to be run by, as `node`; null for none. */
  readonly interpreter: string | null;
  /** Cron finds that one. */
  readonly interpreterFound: boolean;
  /** The folder that would have to be in its PATH; null where none is known. */
  readonly missingFolder: string | null;
}

export interface EntryFacts {
  readonly entry: CronEntry;
  readonly program: ProgramFacts;
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

const named = (word: string): boolean => /(?:^|\/)backupmon(?:\.c?js)?$/u.test(word);

/** Which program the line runs, as cron would find it. */
export function readProgram(
  { command, path }: Pick<CronEntry, 'command' | 'path'>,
  { stats, find }: Pick<Machine, 'stats' | 'find'>,
): ProgramFacts {
  const words = command.split(/\s+/u).map((part) => part.replaceAll(/['"]/gu, ''));
  const index = words.findIndex(named);
  // A script that is handed to Node need not be a program itself.
  const before = words[index - 1] ?? '';
  const word = /(?:^|\/)node(?:js)?$/u.test(before) ? before : (words[index] ?? 'backupmon');
  const search = (name: string): string | null => {
    const places = name.includes('/')
      ? [name]
      : path.split(':').map((folder) => `${folder}/${name}`);
    return places.find((place) => ((stats(place)?.mode ?? 0) & 0o111) !== 0) ?? null;
  };
  const file = search(word);
  const interpreter = file === null || !isProgram(file) ? null : interpreterOf(file);
  const interpreterFound = interpreter === null || search(interpreter) !== null;
  const missing = file === null ? word : interpreterFound ? null : interpreter;
  // The Node that runs this is one that would do.
  const own = missing === basename(process.execPath) ? process.execPath : null;
  const place = missing === null ? null : (find(missing) ?? own);
  const missingFolder = place === null ? null : dirname(place);
  return { word, file, interpreter, interpreterFound, missingFolder };
}

type Judging = Pick<Look, 'scanner' | 'hands'>;

const silent = 'each run ends at once, and cron mails its error to the owner of the crontab only';

/** PATH before the first line of the crontab. */
const putPath = ({ file, line }: CronEntry, folder: string | null, { hands }: Judging): string =>
  folder === null
    ? hands.edit(file, line)
    : hands.root(['sed', '-i', `1i PATH=${folder}:/usr/bin:/bin`, file]);

export function judgeEntry({ entry, program }: EntryFacts, look: Judging): Finding[] {
  const { file, line, user, schedule, path } = entry;
  const place = `${file}, line ${line}`;
  const { scanner, hands } = look;
  const faults: Finding[] = [];
  if (program.file === null) {
    const isPath = program.word.includes('/');
    faults.push(
      critical('schedule', file, {
        message: isPath
          ? `${place} runs ${program.word}, which is no program that can be run`
          : `${place} runs ${program.word}, which is not found in ${path}`,
        why: silent,
        mend: isPath ? hands.edit(file, line) : putPath(entry, program.missingFolder, look),
      }),
    );
  } else if (!program.interpreterFound) {
    faults.push(
      critical('schedule', file, {
        message: `${place}: ${program.file} needs ${program.interpreter}, which is not found in ${path}`,
        why: silent,
        mend: putPath(entry, program.missingFolder, look),
      }),
    );
  }
  const may = [scanner.user, String(scanner.uid), 'root'];
  if (scanner.known && !may.includes(user)) {
    faults.push(
      critical('schedule', file, {
        message: `${place} runs scans as ${user}, and the database belongs to ${scanner.user}`,
        why: 'only the owner of the database, or root, may scan: each run ends with exit code 3',
        mend: hands.edit(file, line),
      }),
    );
  }
  return faults.length > 0
    ? faults
    : [fine('schedule', file, `${place} runs scans as ${user} (${schedule})`)];
}
