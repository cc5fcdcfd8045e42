/** Units of systemd that run scans. */
import { isOurProgram, runsScan, wordsOf } from './command-words.ts';
import { configIn } from './crontab.ts';
import type { Machine } from './machine.ts';

/** A file that a service is given to read as a credential. */
export interface Credential {
  readonly name: string;
  readonly path: string;
  /** Permission bits; null where it is not there. */
  readonly mode: number | null;
}

export interface ScanTimer {
  /** `backupmon-scan.timer`; null where a service is there and no timer that starts it. */
  readonly timer: string | null;
  readonly service: string;
  /** The configuration that the service names; null for the one that is searched. */
  readonly config: string | null;
  readonly credentials: readonly Credential[];
  /** A program that its commands name, and that is not there or is none; null where none is missing. */
  readonly missing: string | null;
  /** When the timer starts it next, in milliseconds UTC; null where that is not told. */
  readonly next: number | null;
  /** As `systemctl show` tells them. */
  readonly of: {
    readonly timer: Readonly<Record<string, string>>;
    readonly service: Readonly<Record<string, string>>;
  };
}

export interface Timers {
  /** systemd is the one that runs this machine. */
  readonly running: boolean;
  /** Services that run scans; also where systemd does not run. */
  readonly services: readonly string[];
  readonly timers: readonly ScanTimer[];
}

const unitFolders = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

/** `ExecStart=` may begin with characters that mean something to systemd. */
const execLine = /^\s*ExecStart\s*=\s*[-@:+!|]*(.*)$/gmu;

/** By the name of the unit; the first folder wins, as for systemd. With what drop-ins add to it. */
function unitsOf(machine: Machine, ending: string): Map<string, string> {
  const units = new Map<string, string>();
  for (const folder of unitFolders) {
    for (const name of machine.names(folder)) {
      if (!name.endsWith(ending) || units.has(name)) continue;
      const text = machine.text(`${folder}/${name}`);
      if (text !== null) units.set(name, text + dropIns(machine, name));
    }
  }
  return units;
}

function dropIns(machine: Machine, name: string): string {
  const files = unitFolders.flatMap((folder) =>
    machine.names(`${folder}/${name}.d`).map((file) => `${folder}/${name}.d/${file}`),
  );
  return files.map((file) => `\n${machine.text(file) ?? ''}`).join('');
}

const startsScan = (text: string): boolean =>
  [...text.matchAll(execLine)].some(([, command = '']) => runsScan(command));

/** The timers that start a service: the one of its name, and those that name it. */
function timersFor(service: string, timers: ReadonlyMap<string, string>): string[] {
  const own = service.replace(/\.service$/u, '.timer');
  return [...timers].flatMap(([name, text]) => {
    const unit = /^\s*Unit\s*=\s*(\S+)\s*$/mu.exec(text)?.[1];
    return unit === service || (unit === undefined && name === own) ? [name] : [];
  });
}

/** `LoadCredential=name:/path`. */
const loading = /^\s*LoadCredential\s*=\s*([^:\s]+):(\/.*?)\s*$/gmu;

const credentialsOf = (text: string, { stats }: Machine): Credential[] =>
  [...text.matchAll(loading)].map(([, name = '', path = '']) => {
    const mode = stats(path)?.mode ?? null;
    return { name, path, mode: mode === null ? null : mode & 0o777 };
  });

const asked = [
  'LoadState',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'LastTriggerUSec',
  'User',
  'Result',
  'ExecMainStatus',
  'ProtectSystem',
  'ProtectHome',
  'ReadWritePaths',
  'ReadOnlyPaths',
  'InaccessiblePaths',
  'BindPaths',
  'StateDirectory',
  'CacheDirectory',
  'DynamicUser',
  'NeedDaemonReload',
  'ConditionResult',
  'ConditionTimestamp',
  'ExecStart',
];

/** Of what is shown more than once, as ExecStart, one line each. */
function parseShown(text: string): Readonly<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^(\w+)=(.*)$/u.exec(line) ?? [];
    if (name === undefined) continue;
    shown[name] = shown[name] === undefined ? value : `${shown[name]}\n${value}`;
  }
  return shown;
}

/** `{ path=/usr/bin/backupmon ; argv[]=/usr/bin/backupmon scan ; … }`, one a line. */
export const commandsIn = (execStart: string): string[] =>
  execStart.split('\n').flatMap((line) => /argv\[\]=(.*?) ; /u.exec(line)?.[1] ?? []);

/** A program of theirs, or the script that Node is to run, that is not there. Arguments are shown without their quotes. */
function missingOf(execStart: string, { stats }: Machine): string | null {
  for (const line of execStart.split('\n').filter(runsScan)) {
    const program = /path=(.*?) ; argv/u.exec(line)?.[1] ?? '';
    const script = wordsOf(line).find((word) => isOurProgram(word) && /^\/.*js$/u.test(word));
    if (program.startsWith('/') && ((stats(program)?.mode ?? 0) & 0o111) === 0) return program;
    if (script !== undefined && stats(script) === null) return script;
  }
  return null;
}

/** What the commands name that systemd would run, else what the settings say. */
function configOf(execStart: string | undefined, text: string): string | null {
  if (execStart === undefined) return configIn(text);
  const named = /--config[= ](\/.*?)(?: -\S+)* scan /u.exec(`${commandsIn(execStart).join(' ')} `);
  return named?.[1] ?? configIn(text.replaceAll(execLine, ''));
}

/** Written in the time zone of whoever asks. */
async function nextOf(machine: Machine, timer: string): Promise<number | null> {
  const asking = ['systemctl', 'show', timer, '-p', 'NextElapseUSecRealtime'];
  const { out } = await machine.ask('env', 'TZ=UTC', ...asking);
  const [, date, time] = /=\w+ ([\d-]+) ([\d:]+)\S* UTC$/mu.exec(out) ?? [];
  return date === undefined ? null : Date.parse(`${date}T${time}Z`);
}

async function show(machine: Machine, unit: string): Promise<Readonly<Record<string, string>>> {
  const { out } = await machine.ask('systemctl', 'show', unit, '-p', asked.join(','));
  return parseShown(out);
}

async function timerOf(
  machine: Machine,
  timer: string | null,
  service: string,
  text: string,
): Promise<ScanTimer> {
  const shown = await show(machine, service);
  return {
    timer,
    service,
    config: configOf(shown['ExecStart'], text),
    credentials: credentialsOf(text, machine),
    missing: missingOf(shown['ExecStart'] ?? '', machine),
    next: timer === null ? null : await nextOf(machine, timer),
    of: { timer: timer === null ? {} : await show(machine, timer), service: shown },
  };
}

export async function readTimers(machine: Machine): Promise<Timers> {
  const running =
    machine.stats('/run/systemd/system') !== null && machine.find('systemctl') !== null;
  // A template is no unit by itself.
  const found = [...unitsOf(machine, '.service')].filter(
    ([name, text]) => !name.includes('@.') && startsScan(text),
  );
  const services = found.map(([name]) => name);
  if (!running) return { running, services, timers: [] };
  const units = unitsOf(machine, '.timer');
  const timers: ScanTimer[] = [];
  for (const [service, text] of found) {
    const names = timersFor(service, units);
    for (const timer of names.length === 0 ? [null] : names) {
      timers.push(await timerOf(machine, timer, service, text));
    }
  }
  return { running, services, timers };
}
