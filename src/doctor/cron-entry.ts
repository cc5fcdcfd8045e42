/** One line of a crontab that runs scans: whether cron finds the program, and runs it as the right user. */
import type { Finding } from '../core/finding.ts';
import { limitOf } from './command-words.ts';
import { readProgram, type ProgramFacts } from './cron-program.ts';
import type { CronEntry } from './crontab.ts';
import { critical, fine } from './finding.ts';
import type { Look } from './look.ts';
import type { Machine } from './machine.ts';

export interface EntryFacts {
  readonly entry: CronEntry;
  readonly program: ProgramFacts;
  /** Why what its SHELL names runs nothing; null where it may. */
  readonly shellFault: string | null;
}

/** Why its SHELL runs nothing; null where it may. */
export function shellFault({ shell }: CronEntry, { stats }: Pick<Machine, 'stats'>): string | null {
  if (shell === null) return null;
  if (/\/(?:false|true|nologin)$/u.test(shell)) return 'which runs no commands';
  return stats(shell) === null ? 'which does not exist' : null;
}

export async function readEntry(entry: CronEntry, machine: Machine): Promise<EntryFacts> {
  const { out } = await machine.ask('getent', 'passwd', entry.user);
  const uid = Number.parseInt(out.split(':')[2] ?? '', 10);
  return {
    entry,
    program: readProgram(entry, machine, Number.isNaN(uid) ? null : uid),
    shellFault: shellFault(entry, machine),
  };
}

type Judging = Pick<Look, 'scanner' | 'hands'>;

const silent = 'each run ends at once, and cron mails its error to the owner of the crontab only';

const spool = /^\/var\/spool\/cron\/(?:crontabs\/)?([^/]+)$/u;

/** Of a user's crontab by crontab(1), which tells cron and looks for faults. */
export function editCrontab(file: string, line: number | null, hands: Look['hands']): string {
  const owner = spool.exec(file)?.[1];
  return owner === undefined ? hands.edit(file, line) : hands.root(['crontab', '-u', owner, '-e']);
}

/** The folder before what the last PATH above the line has, or a first line with one. */
function putPath(entry: CronEntry, folder: string | null, { hands }: Judging): string {
  const { file, line, path, pathLine } = entry;
  // sed would make something of these.
  if (folder === null || spool.test(file) || /[\\\n]/u.test(folder + path))
    return editCrontab(file, line, hands);
  const place = pathLine === null ? '1i' : `${pathLine}c`;
  return hands.root(['sed', '-i', `${place} PATH=${folder}:${path}`, file]);
}

function judgeProgram({ entry, program }: EntryFacts, look: Judging): Finding[] {
  const { file, line, user, path } = entry;
  const place = `${file}, line ${line}`;
  if (program.file === null) {
    const isPath = program.word.includes('/');
    return [
      critical('schedule', file, {
        message: isPath
          ? `${place} runs ${program.word}, which is no program that ${user} can run`
          : `${place} runs ${program.word}, which ${user} does not find in ${path}`,
        why: silent,
        mend: isPath
          ? editCrontab(file, line, look.hands)
          : putPath(entry, program.missingFolder, look),
      }),
    ];
  }
  if (program.interpreterFound) return [];
  return [
    critical('schedule', file, {
      message: `${place}: ${program.file} needs ${program.interpreter}, which is not found in ${path}`,
      why: silent,
      mend: putPath(entry, program.missingFolder, look),
    }),
  ];
}

function judgeUser({ entry }: EntryFacts, { scanner, hands }: Judging): Finding[] {
  const { file, line, user } = entry;
  const may = [scanner.user, String(scanner.uid), 'root'];
  if (!scanner.known || may.includes(user)) return [];
  return [
    critical('schedule', file, {
      message: `${file}, line ${line} runs scans as ${user}, and the database belongs to ${scanner.user}`,
      why: 'only the owner of the database, or root, may scan: each run ends with exit code 3',
      mend: editCrontab(file, line, hands),
    }),
  ];
}

function judgeShell({ entry, shellFault: fault }: EntryFacts, { hands }: Judging): Finding[] {
  const { file, line, shell } = entry;
  if (fault === null) return [];
  return [
    critical('schedule', file, {
      message: `${file}, line ${line} is run by SHELL=${shell}, ${fault}`,
      why: silent,
      mend: editCrontab(file, line, hands),
    }),
  ];
}

export function faultsOf(facts: EntryFacts, look: Judging): Finding[] {
  return [...judgeShell(facts, look), ...judgeProgram(facts, look), ...judgeUser(facts, look)];
}

/** Faults; or that it is in order; or that it runs none that counts, which whoever looks at all lines makes something of. */
export function judgeEntry(facts: EntryFacts, look: Judging): Finding[] {
  const { file, line, user, schedule, command } = facts.entry;
  const faults = faultsOf(facts, look);
  if (faults.length > 0) return faults;
  const limit = limitOf(command);
  const only = limit === null ? '' : `, but none of all jobs (${limit})`;
  return [
    fine('schedule', file, `${file}, line ${line} runs scans as ${user} (${schedule})${only}`),
  ];
}
