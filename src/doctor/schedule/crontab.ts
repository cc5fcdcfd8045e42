/** Crontabs as cron reads them (crontab(5), cron(8)), and what in them runs scans. */
import { cronFiles, refusalOf, type CronMend, type ReadCronFile } from './cron-files.ts';
import { userFinder, type FindUser } from './cron-users.ts';
import { faultIn } from './crontab-faults.ts';
import type { Machine } from '../machine.ts';
import { scanCommandsIn, type ScanCommand } from './scan-commands.ts';
import { isClosed } from './shell-commands.ts';

export interface CronEntry {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly schedule: string;
  /** Who runs it. */
  readonly user: string;
  readonly scans: readonly ScanCommand[];
  /** What is run ends in a carriage return, which becomes a part of its last word. */
  readonly endsInReturn: boolean;
  /** Its first percent sign, which ends the command, stands within quotes or a substitution, or before all scans. */
  readonly isCut: boolean;
  /** Where programs are searched. */
  readonly path: string;
  /** Where that is set; null where cron's own holds. */
  readonly pathLine: number | null;
  /** What runs the command; null where that is not said. */
  readonly shell: string | null;
  /** What is set above the line, as far as it tells which configuration is used. */
  readonly variables: ReadonlyMap<string, string>;
}

/** A file with a line that would run scans, that cron passes over. */
export interface Ignored {
  readonly file: string;
  /** The line that is at fault; null where it is the file. */
  readonly line: number | null;
  readonly why: string;
  readonly mend: CronMend;
  /** What would run scans. Of lines that are none for cron the schedule is ''. */
  readonly entries: readonly CronEntry[];
}

export interface Crontabs {
  /** What cron runs. */
  readonly entries: readonly CronEntry[];
  readonly ignored: readonly Ignored[];
}

export const DEFAULT_PATH = '/usr/bin:/bin';
/** Lines of one file: whoever has a crontab could keep us at work with more. */
const MOST_ENTRIES = 100;
const naming = new Set(['BACKUPMON_CONFIG', 'HOME', 'XDG_CONFIG_HOME']);
/** No line is longer that cron takes; what is done below takes time and depth by its length. */
const LONGEST = 10_000;
const assignment = /^(["']?)([A-Za-z_]\w*)\1[ \t]*=[ \t]*([^]*)$/u;
const entryLine = /^(@\w+|(?:[^ \t]+[ \t]+){4}[^ \t]+)[ \t]+([^]*)$/u;
/** Not in a comment. */
const returning = /^(?!.*[ \t]#[^'"]*$)[^]*\r$/u;
const ofUser = /^([^ \t]+)[ \t]+([^]*)$/u;
const unquoted = (text: string): string => text.replace(/^(['"])([^]*)\1$/u, '$2');

/** Up to the first percent sign that has no backslash before it. */
const commandOf = (rest: string): string =>
  (/^(?:[^\\%]+|\\[^]?)*/u.exec(rest)?.[0] ?? '').replaceAll(String.raw`\%`, '%');

type Settings = Pick<CronEntry, 'path' | 'pathLine' | 'shell' | 'variables'>;

const unset: Settings = { path: DEFAULT_PATH, pathLine: null, shell: null, variables: new Map() };

function settle(settings: Settings, name: string, value: string, line: number): Settings {
  if (name === 'PATH') return { ...settings, path: value, pathLine: line };
  if (name === 'SHELL') return { ...settings, shell: value };
  if (!naming.has(name)) return settings;
  return { ...settings, variables: new Map(settings.variables).set(name, value) };
}

type Run = Pick<CronEntry, 'schedule' | 'user' | 'scans' | 'endsInReturn' | 'isCut'>;

/** What of it is run, and what whoever wrote it meant to be, where the percent sign breaks that. */
function meantBy(whole: string): { readonly command: string; readonly isCut: boolean } {
  const command = commandOf(whole);
  const meant = whole.replaceAll(String.raw`\%`, '%');
  const isCut = command !== meant && (!isClosed(command) || scanCommandsIn(command).length === 0);
  return { command: isCut ? meant : command, isCut };
}

/** What a line runs, where that is a scan. */
function runIn(content: string, owner: string | null): Run | null {
  const [, schedule = '', rest = ''] = entryLine.exec(content) ?? [];
  const [, user = '', whole = ''] = owner === null ? (ofUser.exec(rest) ?? []) : ['', owner, rest];
  const { command, isCut } = meantBy(whole);
  const scans = scanCommandsIn(command.replace(/\r$/u, ''));
  return scans.length === 0
    ? null
    : { schedule, user, scans, endsInReturn: returning.test(command), isCut };
}

/** Of a line that cron takes for something else: without times, or without a user. */
function runInBroken(content: string, owner: string | null): Run | null {
  const scans = scanCommandsIn(commandOf(content).replace(/\r$/u, ''));
  return scans.length === 0
    ? null
    : { schedule: '', user: owner ?? '', scans, endsInReturn: false, isCut: false };
}

/**
 * Lines that run scans.
 *
 * @param owner whose crontab it is; null for those of the system, which name the user in each line
 */
export function parseCrontab(
  text: string,
  file: string,
  owner: string | null,
  read: typeof runIn = runIn,
): CronEntry[] {
  let settings = unset;
  const entries: CronEntry[] = [];
  for (const [index, whole] of text.split('\n').entries()) {
    const content = whole.replace(/^[ \t]+/u, '');
    if (content === '' || content.startsWith('#') || content.length > LONGEST) continue;
    const line = index + 1;
    const [set, , name = '', value = ''] = assignment.exec(content) ?? [];
    if (set !== undefined) {
      settings = settle(settings, name, unquoted(value.trimEnd()), line);
      continue;
    }
    const run = content.includes('backupmon') ? read(content, owner) : null;
    if (run !== null) entries.push({ file, line, ...run, ...settings });
    if (entries.length === MOST_ENTRIES) break;
  }
  return entries;
}

/**
 * Reads what the present user may read: the crontabs of users only root may.
 *
 * @param own what else he was shown
 */
export async function readCrontabs(
  machine: Machine,
  findUser: FindUser = userFinder(machine),
  own: readonly ReadCronFile[] = [],
): Promise<Crontabs> {
  const entries: CronEntry[] = [];
  const ignored: Ignored[] = [];
  for (const one of [...cronFiles(machine), ...own]) {
    const { file, owner, text } = one;
    if (!text.includes('backupmon')) continue;
    const refusal = await refusalOf(one, machine, findUser);
    const fault =
      refusal === null ? await faultIn(text, one, findUser) : { line: null, ...refusal };
    const found = parseCrontab(text, file, owner);
    if (fault === null) entries.push(...found);
    else if (found.length > 0) ignored.push({ file, ...fault, entries: found });
    else {
      const broken = parseCrontab(text, file, owner, runInBroken);
      if (broken.length > 0) ignored.push({ file, ...fault, entries: broken });
    }
  }
  return { entries, ignored };
}
