/** Crontabs as cron reads them (crontab(5), cron(8)), and what in them runs scans. */
import type { Machine } from './machine.ts';

export interface CronEntry {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly schedule: string;
  /** Who runs it. */
  readonly user: string;
  readonly command: string;
  /** Where programs are searched. */
  readonly path: string;
  /** The configuration that it names; null for the one that is searched. */
  readonly config: string | null;
}

export interface Crontabs {
  /** What cron runs. */
  readonly entries: readonly CronEntry[];
  /** Files with such an entry that cron passes over, and why. */
  readonly ignored: readonly { readonly file: string; readonly why: string }[];
}

const DEFAULT_PATH = '/usr/bin:/bin';
const assignment = /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/u;
const entryLine = /^\s*(@\w+|(?:\S+\s+){4}\S+)\s+(.*)$/u;
/** `backupmon … scan`, by whatever path and with whatever options between. */
const scanning = /(?:^|[\s/'"=])backupmon(?:\.c?js)?['"]?\s(?:.*\s)?scan(?:[\s;&|>'"]|$)/u;

export const runsScan = (command: string): boolean => scanning.test(command);

const unquoted = (text: string): string => text.replace(/^(['"])(.*)\1$/u, '$2');

/** The configuration that a command line, or the lines of a unit, name; null where none does. */
export function configIn(text: string): string | null {
  const named = /(?:--config[=\s]+|BACKUPMON_CONFIG=)(?<file>'[^']*'|"[^"]*"|[^\s'"]+)/u.exec(text);
  const file = named?.groups?.['file'];
  return file === undefined ? null : unquoted(file);
}

/** @param owner whose crontab it is; null for those of the system, which name the user in each line */
export function parseCrontab(text: string, file: string, owner: string | null): CronEntry[] {
  let path = DEFAULT_PATH;
  let config: string | null = null;
  return text.split('\n').flatMap((line, index): CronEntry[] => {
    if (/^\s*(?:#|$)/u.test(line)) return [];
    const set = assignment.exec(line);
    if (set !== null) {
      if (set[1] === 'PATH') path = unquoted(set[2] ?? '');
      if (set[1] === 'BACKUPMON_CONFIG') config = unquoted(set[2] ?? '');
      return [];
    }
    const [, schedule = '', rest = ''] = entryLine.exec(line) ?? [];
    const [, named = '', command = ''] =
      owner === null ? (/^(\S+)\s+(.*)$/u.exec(rest) ?? []) : ['', owner, rest];
    if (schedule === '' || !runsScan(command)) return [];
    return [
      {
        file,
        line: index + 1,
        schedule,
        user: named,
        command,
        path,
        config: configIn(command) ?? config,
      },
    ];
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

/** Reads what the present user may read: the crontabs of users only root may. */
export function readCrontabs(machine: Machine): Crontabs {
  const entries: CronEntry[] = [];
  const ignored: { file: string; why: string }[] = [];
  for (const { file, owner, passedOver: why } of filesOf(machine)) {
    const text = machine.text(file);
    if (text === null) continue;
    const found = parseCrontab(text, file, owner);
    if (found.length === 0) continue;
    if (why !== null) ignored.push({ file, why });
    else if (!text.endsWith('\n') && found.at(-1)?.line === text.split('\n').length) {
      ignored.push({ file, why: 'cron passes over a last line without a line end' });
    } else entries.push(...found);
  }
  return { entries, ignored };
}

const daemons: ReadonlySet<string> = new Set(['cron', 'crond', 'fcron', 'bcron-sched', 'dcron']);

/** Whether a cron runs; null where the processes of others cannot be seen. */
export function isCronRunning({ names, text }: Machine): boolean | null {
  if (text('/proc/1/comm') === null) return null;
  return names('/proc').some(
    (name) => /^\d+$/u.test(name) && daemons.has((text(`/proc/${name}/comm`) ?? '').trim()),
  );
}
