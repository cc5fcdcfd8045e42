/** Crontabs as cron reads them (crontab(5), cron(8)), and what in them runs scans. */
import { runsScan } from './command-words.ts';
import { faultIn, userFinder } from './crontab-faults.ts';
import type { Machine } from './machine.ts';

export interface CronEntry {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly schedule: string;
  /** Who runs it. */
  readonly user: string;
  /** What of the line is run: cron hands over what follows a percent sign as input. */
  readonly command: string;
  /** Where programs are searched. */
  readonly path: string;
  /** Where that is set; null where cron's own holds. */
  readonly pathLine: number | null;
  /** What runs the command; null where that is not said. */
  readonly shell: string | null;
  /** The configuration that it names; null for the one that is searched. */
  readonly config: string | null;
}

/** A file with a line that would run scans, that cron passes over. */
export interface Ignored {
  readonly file: string;
  /** The line that is at fault; null where it is the file. */
  readonly line: number | null;
  readonly why: string;
  readonly config: string | null;
}

export interface Crontabs {
  /** What cron runs. */
  readonly entries: readonly CronEntry[];
  readonly ignored: readonly Ignored[];
}

const DEFAULT_PATH = '/usr/bin:/bin';
const assignment = /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/u;
const entryLine = /^\s*(@\w+|(?:\S+\s+){4}\S+)\s+(.*)$/u;
const unquoted = (text: string): string => text.replace(/^(['"])(.*)\1$/u, '$2');

/** The configuration that a command line, or the lines of a unit, name; null where none does. */
export function configIn(text: string): string | null {
  const named = /(?:--config[=\s]+|BACKUPMON_CONFIG=)(?<file>'[^']*'|"[^"]*"|[^\s'"]+)/u.exec(text);
  const file = named?.groups?.['file'];
  return file === undefined ? null : unquoted(file);
}

/** Up to the first percent sign that has no backslash before it. */
const commandOf = (rest: string): string =>
  (/^(?:[^\\%]|\\.?)*/u.exec(rest)?.[0] ?? '').replaceAll(String.raw`\%`, '%');

interface Settings {
  path: string;
  pathLine: number | null;
  shell: string | null;
  config: string | null;
}

function apply(settings: Settings, [, name, value = '']: readonly string[], line: number): void {
  if (name === 'PATH') {
    settings.path = unquoted(value);
    settings.pathLine = line;
  }
  if (name === 'SHELL') settings.shell = unquoted(value);
  if (name === 'BACKUPMON_CONFIG') settings.config = unquoted(value);
}

/** @param owner whose crontab it is; null for those of the system, which name the user in each line */
export function parseCrontab(text: string, file: string, owner: string | null): CronEntry[] {
  const settings: Settings = { path: DEFAULT_PATH, pathLine: null, shell: null, config: null };
  return text.split('\n').flatMap((content, index): CronEntry[] => {
    if (/^\s*(?:#|$)/u.test(content)) return [];
    const line = index + 1;
    const set = assignment.exec(content);
    if (set !== null) {
      apply(settings, set, line);
      return [];
    }
    const [, schedule = '', rest = ''] = entryLine.exec(content) ?? [];
    const [, user = '', whole = ''] =
      owner === null ? (/^(\S+)\s+(.*)$/u.exec(rest) ?? []) : ['', owner, rest];
    const command = commandOf(whole);
    if (schedule === '' || !runsScan(command)) return [];
    const config = configIn(command) ?? settings.config;
    return [{ file, line, schedule, user, command, ...settings, config }];
  });
}

interface CronFile {
  readonly file: string;
  readonly owner: string | null;
  /** Why cron passes over it, as far as its name and permissions tell; null where it does not. */
  readonly passedOver: string | null;
}

/** Debian's cron; others take more names, and nothing here tells them apart. */
function passedOver(name: string, stats: ReturnType<Machine['stats']>): string | null {
  if (!/^[\w-]+$/u.test(name))
    return 'cron passes over names with other characters than letters, digits, _ and -';
  if (stats === null) return null;
  if (stats.uid !== 0) return 'cron passes over files there that do not belong to root';
  return (stats.mode & 0o022) === 0
    ? null
    : 'cron passes over files there that others than root may write';
}

const spools = ['/var/spool/cron/crontabs', '/var/spool/cron'];

function filesOf({ names, stats }: Machine): CronFile[] {
  const system = names('/etc/cron.d').map((name) => {
    const file = `/etc/cron.d/${name}`;
    return { file, owner: null, passedOver: passedOver(name, stats(file)) };
  });
  const users = spools.flatMap((folder) =>
    names(folder).map((owner) => ({ file: `${folder}/${owner}`, owner, passedOver: null })),
  );
  return [{ file: '/etc/crontab', owner: null, passedOver: null }, ...system, ...users];
}

/** Cron would pass over the last line: it has no end. */
const isCut = (text: string, entries: readonly CronEntry[]): boolean =>
  !text.endsWith('\n') && entries.at(-1)?.line === text.split('\n').length;

/** Some line, or what is left of one, speaks of scans. */
const speaksOfScans = (text: string): boolean =>
  text.split('\n').some((line) => !/^\s*#/u.test(line) && runsScan(commandOf(line)));

/** Reads what the present user may read: the crontabs of users only root may. */
export async function readCrontabs(machine: Machine): Promise<Crontabs> {
  const entries: CronEntry[] = [];
  const ignored: Ignored[] = [];
  const hasUser = userFinder(machine);
  for (const { file, owner, passedOver: why } of filesOf(machine)) {
    const text = machine.text(file);
    if (text === null || !speaksOfScans(text)) continue;
    const found = parseCrontab(text, file, owner);
    const config = found[0]?.config ?? configIn(text);
    if (why !== null) ignored.push({ file, line: null, why, config });
    else if (isCut(text, found)) {
      const cut = 'cron passes over a last line without a line end';
      ignored.push({ file, line: found.at(-1)?.line ?? null, why: cut, config });
    } else {
      const fault = await faultIn(text, owner, hasUser);
      if (fault === null) entries.push(...found);
      else ignored.push({ file, ...fault, config });
    }
  }
  return { entries, ignored };
}

const daemons: ReadonlySet<string> = new Set(['cron', 'crond', 'fcron', 'bcron-sched', 'dcron']);

/** systemd-cron has no daemon: its generator makes timers of crontabs, and a target holds them. */
export async function isCronTargetActive({ ask, stats }: Machine): Promise<boolean> {
  const folders = ['/usr/lib/systemd/system', '/lib/systemd/system'];
  if (!folders.some((folder) => stats(`${folder}/cron.target`) !== null)) return false;
  const { out } = await ask('systemctl', 'show', 'cron.target', '-p', 'ActiveState');
  return /^ActiveState=active$/mu.test(out);
}

/** Whether a cron runs; null where the processes of others cannot be seen. */
export function isCronRunning({ names, text }: Machine): boolean | null {
  if (text('/proc/1/comm') === null) return null;
  return names('/proc').some(
    (name) => /^\d+$/u.test(name) && daemons.has((text(`/proc/${name}/comm`) ?? '').trim()),
  );
}
