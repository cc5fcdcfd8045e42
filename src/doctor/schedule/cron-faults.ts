/** Whether cron runs a line that runs scans: as the right user, and by a program that it finds. */
import type { Finding } from '../../core/finding.ts';
import { isStranger, placeOf, type EntryFacts } from './cron-entry.ts';
import { counted, critical, fine } from '../finding.ts';
import type { Look } from '../look.ts';
import { unwatched } from './unwatched.ts';

type Judging = Pick<Look, 'scanner' | 'hands'>;

const silent = 'each run ends at once, and cron mails its error to the owner of the crontab only';

const spool = /^\/var\/spool\/cron\/(?:crontabs\/)?([^/]+)$/u;

/** Of a user's crontab by crontab(1), which tells cron and looks for faults. */
export function editCrontab(file: string, line: number | null, hands: Look['hands']): string {
  const owner = spool.exec(file)?.[1];
  return owner === undefined ? hands.edit(file, line) : hands.root(['crontab', '-u', owner, '-e']);
}

const editLine = ({ entry: { file, line } }: EntryFacts, { hands }: Judging): string =>
  editCrontab(file, line, hands);

/** The folder before what the last PATH above the line has, or a first line with one. */
function putPath(facts: EntryFacts, look: Judging): string {
  const { file, path, pathLine } = facts.entry;
  const folder = facts.program.missingFolder;
  // sed would make something of these.
  if (folder === null || spool.test(file) || /[\\\n]/u.test(folder + path))
    return editLine(facts, look);
  const place = pathLine === null ? '1i' : `${pathLine}c`;
  return look.hands.root(['sed', '-i', `${place} PATH=${folder}:${path}`, file]);
}

function judgeProgram(facts: EntryFacts, look: Judging): Finding[] {
  const { entry, program } = facts;
  const { file, user, path } = entry;
  const wrong = (message: string, mend: string): Finding[] => [
    critical('schedule', file, { message, why: silent, mend }),
  ];
  if (program.unsure !== null) return [];
  const { word } = program;
  const place = placeOf(facts);
  if (program.file === null && word.includes('/'))
    return wrong(
      `${place} runs ${word}, which is no program that ${user} can run`,
      editLine(facts, look),
    );
  if (program.file === null)
    return wrong(
      `${place} runs ${word}, which ${user} does not find in ${path}`,
      putPath(facts, look),
    );
  if (program.interpreterFound) return [];
  return wrong(
    `${place}: ${program.file} needs ${program.interpreter}, which is not found in ${path}`,
    putPath(facts, look),
  );
}

function judgeUser(facts: EntryFacts, look: Judging, more: number): Finding[] {
  if (!isStranger(facts, look)) return [];
  const { file, user } = facts.entry;
  const others = more === 0 ? '' : ` and ${counted(more, 'more line')} of it`;
  return [
    critical('schedule', file, {
      message: `${placeOf(facts)}${others} ${more === 0 ? 'runs' : 'run'} scans as ${user}, and the database belongs to ${look.scanner.user}`,
      why: 'only the owner of the database, or root, may scan: each run ends with exit code 3',
      mend: editLine(facts, look),
    }),
  ];
}

function judgeShell(facts: EntryFacts, look: Judging): Finding[] {
  const { shellFault: fault, entry } = facts;
  if (fault === null) return [];
  return [
    critical('schedule', entry.file, {
      message: `${placeOf(facts)} is run by SHELL=${entry.shell}, ${fault}`,
      why: silent,
      mend: editLine(facts, look),
    }),
  ];
}

function judgeReturn(facts: EntryFacts, { hands }: Judging): Finding[] {
  const { file, endsInReturn } = facts.entry;
  if (!endsInReturn) return [];
  return [
    critical('schedule', file, {
      message: `${placeOf(facts)} ends in a carriage return, which becomes a part of the command`,
      why: silent,
      mend: hands.root(['sed', '-i', String.raw`s/\r$//`, file]),
    }),
  ];
}

/** `root /usr/bin/backupmon scan`, as files of the system have it. */
function judgeColumn(facts: EntryFacts, look: Judging): Finding[] {
  const { entry, changedBy: by } = facts;
  const users = [entry.user, look.scanner.user, 'root'];
  if (by === null || !spool.test(entry.file) || !users.includes(by)) return [];
  return [
    critical('schedule', entry.file, {
      message: `${placeOf(facts)} names the user ${by}, which cron takes for the command: a crontab of a user has no such column`,
      why: silent,
      mend: editLine(facts, look),
    }),
  ];
}

function judgeCut(facts: EntryFacts, look: Judging): Finding[] {
  const { file, isCut } = facts.entry;
  if (!isCut) return [];
  return [
    critical('schedule', file, {
      message: `${placeOf(facts)}: cron ends its command at the first percent sign, and what is left runs no scan`,
      why: String.raw`${unwatched}; in a crontab a percent sign is written \%`,
      mend: editLine(facts, look),
    }),
  ];
}

/** @param more lines of the same file and user that are not told one by one */
export const faultsOf = (facts: EntryFacts, look: Judging, more = 0): Finding[] =>
  isStranger(facts, look)
    ? judgeUser(facts, look, more)
    : [judgeColumn, judgeCut, judgeReturn, judgeShell, judgeProgram].flatMap((judge) =>
        judge(facts, look),
      );

/** Faults; or that it is in order; or that it runs none that counts, which whoever looks at all lines makes something of. */
export function judgeEntry(facts: EntryFacts, look: Judging, more = 0): Finding[] {
  const { entry, limit, program, changedBy: by } = facts;
  const faults = faultsOf(facts, look, more);
  if (faults.length > 0) return faults;
  const only = limit === null ? '' : `, but none of all jobs (${limit})`;
  const { unsure, word } = program;
  const who = by === null ? `as ${entry.user}` : `by way of ${by}`;
  const found =
    unsure === null ? '' : `; it cannot be told whether ${word} is found there: ${unsure}`;
  return [
    fine(
      'schedule',
      entry.file,
      `${placeOf(facts)} runs scans ${who} (${entry.schedule})${only}${found}`,
    ),
  ];
}
