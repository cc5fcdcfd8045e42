/** Units of systemd that run scans, and the timers that start them. */
import type { Machine } from '../machine.ts';
import type { ScanCommand } from './scan-commands.ts';
import { commandsOf, scansOf, writtenScans, type UnitCommand } from './unit-commands.ts';
import { configurationsOf } from './unit-configuration.ts';
import { credentialsOf, type Credential } from './unit-credentials.ts';
import { settingsOf, unitNames, unitText } from './unit-files.ts';
import { loadedTimers, nextOf, show, shownCommands, type Shown } from './unit-shown.ts';

export type { Credential };

export interface ScanTimer {
  /** `backupmon-scan.timer`; null where a service is there and no timer that starts it. */
  readonly timer: string | null;
  readonly service: string;
  /** The service that the timer of its name starts, which is another; absent where there is no such timer. */
  readonly otherwise?: string;
  /** The configuration that it scans; null for the system's. A service of two configurations is there twice. */
  readonly config: string | null;
  /** It cannot be told which configuration it scans. */
  readonly unsure?: true;
  /** Of the service. */
  readonly credentials: readonly Credential[];
  /** A program that its commands name, and that is not there or is none; null where none is missing. */
  readonly missing: string | null;
  /** When the timer starts it next, in milliseconds UTC; null where that is not told. */
  readonly next: number | null;
  /** As `systemctl show` tells them. */
  readonly of: { readonly timer: Shown; readonly service: Shown };
  /** What the service runs, with those scans that are of this configuration; where it is left out, as systemd shows it. */
  readonly commands?: readonly UnitCommand[];
}

export interface Timers {
  /** systemd is the one that runs this machine. */
  readonly running: boolean;
  /** Services that run scans; also where systemd does not run. */
  readonly services: readonly string[];
  readonly timers: readonly ScanTimer[];
}

/** `backupmon-scan.service` → `backupmon-scan.timer`. */
export const timerFor = (service: string): string => service.replace(/\.service$/u, '.timer');

/** The timers that have files, and the service that each names, else the one of its own name. */
const writtenTimers = (machine: Machine): [string, string][] =>
  unitNames(machine, '.timer').map((timer) => {
    const unit = settingsOf(unitText(machine, timer), 'Unit').at(-1);
    return [timer, unit ?? timer.replace(/\.timer$/u, '.service')];
  });

/** A program of theirs, or the script that Node is to run, that is not there. */
function missingOf(commands: readonly UnitCommand[], { stats }: Machine): string | null {
  const isFile = (path: string): boolean => ((stats(path)?.mode ?? 0) & 0o170000) === 0o100000;
  const mayRun = (path: string): boolean =>
    isFile(path) && ((stats(path)?.mode ?? 0) & 0o111) !== 0;
  for (const { program, scans } of commands.filter((command) => command.scans.length > 0)) {
    if (program.startsWith('/') && !mayRun(program)) return program;
    const script = scans.find(
      (scan) => /^\/[^$`*?]*js$/u.test(scan.program) && !isFile(scan.program),
    );
    if (script !== undefined) return script.program;
  }
  return null;
}

interface ScanService {
  /** As systemd calls it, whatever other names it has. */
  readonly name: string;
  readonly text: string;
  readonly shown: Shown;
}

async function serviceOf(machine: Machine, name: string): Promise<ScanService> {
  const shown = await show(machine, name);
  return { name: shown['Id'] ?? name, text: unitText(machine, name), shown };
}

const withScans = (commands: readonly UnitCommand[], own: readonly ScanCommand[]): UnitCommand[] =>
  commands.map((one) => ({ ...one, scans: one.scans.filter((scan) => own.includes(scan)) }));

async function timersOf(
  machine: Machine,
  { name, text, shown }: ScanService,
  starts: ReadonlyMap<string, string>,
): Promise<ScanTimer[]> {
  const timers = [...starts].flatMap(([timer, started]) => (started === name ? timer : []));
  const otherwise = timers.length === 0 ? starts.get(timerFor(name)) : undefined;
  const commands = commandsOf(shown['ExecStart'], text);
  const scans = scansOf(commands);
  // Where something else is run by now, its files tell what it was for.
  const told = scans.length > 0 ? scans : writtenScans(text);
  const configurations = await configurationsOf(told, { shown, text }, machine);
  const found: ScanTimer[] = [];
  for (const timer of timers.length === 0 ? [null] : timers) {
    const facts = {
      timer,
      service: name,
      ...(otherwise === undefined ? {} : { otherwise }),
      credentials: credentialsOf(text, machine),
      missing: shown['ExecStart'] === undefined ? null : missingOf(commands, machine),
      next: timer === null ? null : await nextOf(machine, timer),
      of: { timer: timer === null ? {} : await show(machine, timer), service: shown },
    };
    for (const { file, unsure, scans: own } of configurations) {
      const ofThis = { config: file, commands: withScans(commands, own) };
      found.push({ ...facts, ...ofThis, ...(unsure ? { unsure } : {}) });
    }
  }
  return found;
}

/** Services that run scans, by what their files say, or by what systemd has loaded: instances and transient units too. */
async function servicesOf(
  machine: Machine,
  written: readonly string[],
  starts: ReadonlyMap<string, string>,
): Promise<ScanService[]> {
  const others = [...new Set(starts.values())].filter((name) => !written.includes(name));
  const shown = await shownCommands(machine, others);
  const scanning = others.filter((name) => scansOf(commandsOf(shown.get(name), '')).length > 0);
  const found = new Map<string, ScanService>();
  for (const name of [...written, ...scanning]) {
    const service = await serviceOf(machine, name);
    found.set(service.name, service);
  }
  return [...found.values()];
}

export async function readTimers(machine: Machine): Promise<Timers> {
  const running =
    machine.stats('/run/systemd/system') !== null && machine.find('systemctl') !== null;
  const written = unitNames(machine, '.service').filter(
    (name) => writtenScans(unitText(machine, name)).length > 0,
  );
  if (!running) return { running, services: written, timers: [] };
  const starts = new Map([...writtenTimers(machine), ...(await loadedTimers(machine))]);
  const services = await servicesOf(machine, written, starts);
  const timers: ScanTimer[] = [];
  for (const service of services) timers.push(...(await timersOf(machine, service, starts)));
  return { running, services: services.map(({ name }) => name), timers };
}
