/** Units of systemd that run scans. */
import { configIn, runsScan } from './crontab.ts';
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
  'ActiveState',
  'UnitFileState',
  'LastTriggerUSec',
  'User',
  'Result',
  'ExecMainStatus',
  'ProtectSystem',
  'ProtectHome',
  'ReadWritePaths',
  'StateDirectory',
];

const parseShown = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const equals = line.indexOf('=');
      return equals === -1 ? [] : [[line.slice(0, equals), line.slice(equals + 1)]];
    }),
  );

async function show(machine: Machine, unit: string): Promise<Readonly<Record<string, string>>> {
  const { out } = await machine.ask('systemctl', 'show', unit, '-p', asked.join(','));
  return parseShown(out);
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
      timers.push({
        timer,
        service,
        config: configIn(text),
        credentials: credentialsOf(text, machine),
        of: {
          timer: timer === null ? {} : await show(machine, timer),
          service: await show(machine, service),
        },
      });
    }
  }
  return { running, services, timers };
}
