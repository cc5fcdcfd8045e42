/** A machine that runs a real systemd, with the units of this project installed in it. */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Machine } from './machine.ts';

export const SYSTEMD = '/lib/systemd/systemd';
export const SCAN = 'backupmon-scan.service';

export async function boot(): Promise<Machine> {
  const machine = new Machine([SYSTEMD, '--unit=machine.target']);
  await machine.up(() => machine.run('systemctl', 'is-system-running').out === 'running\n');
  return machine;
}

/** A line of the journal: its priority, which is the severity, and what it says. */
export interface Line {
  readonly priority: number;
  readonly text: string;
}

interface Entry {
  readonly PRIORITY: string;
  readonly MESSAGE: string;
  readonly SYSLOG_IDENTIFIER: string;
}

export interface Outcome {
  /** Of systemctl: 0 where the unit did not fail. */
  readonly code: number | null;
  /** What the program itself has written into the journal. */
  readonly lines: readonly Line[];
  /** The same of systemd, about the unit. */
  readonly remarks: readonly string[];
}

/** What came into the journal about the scan since this was asked last. */
function news(machine: Machine): Entry[] {
  machine.done('journalctl', '--sync');
  const cursor = '--cursor-file=/run/cursor';
  const text = machine.done('journalctl', '--quiet', '--unit', SCAN, '--output=json', cursor);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
}

/** A line for people: `3 CRITICAL …`. */
export const told = ({ lines }: Outcome): string[] =>
  lines.map(({ priority, text }) => `${priority} ${text}`);

function outcomeOf(machine: Machine, code: number | null): Outcome {
  const entries = news(machine);
  const isRemark = (entry: Entry): boolean => entry.SYSLOG_IDENTIFIER === 'systemd';
  return {
    code,
    lines: entries
      .filter((entry) => !isRemark(entry))
      .map(({ PRIORITY, MESSAGE }) => ({ priority: Number(PRIORITY), text: MESSAGE })),
    remarks: entries.filter(isRemark).map(({ MESSAGE }) => MESSAGE),
  };
}

/** Starts the scan and waits for its end. */
export function started(machine: Machine): Outcome {
  // More than five starts in ten seconds are refused; this forgets them. It says so where there is nothing to forget.
  machine.run('systemctl', 'reset-failed', SCAN);
  return outcomeOf(machine, machine.run('systemctl', 'start', SCAN).code);
}

/** What is told of a scan that somebody else has started. */
export const heard = (machine: Machine): Outcome => outcomeOf(machine, null);

/** Settings for the scan as `systemctl edit` makes them; '' takes them back. */
export function edit(machine: Machine, text: string): void {
  machine.write(`/etc/systemd/system/${SCAN}.d/override.conf`, text);
  machine.done('systemctl', 'daemon-reload');
}

/** Waits until no job of systemd's is left, as those of OnFailure. */
export async function idle(machine: Machine): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (machine.done('systemctl', 'list-jobs', '--no-legend').trim() === '') return;
    await wait(50);
  }
  throw new Error('systemd has jobs that do not end');
}

/** Starts the scan, and looks at it again and again: the names of all threads that its processes have had. */
export async function threadsOf(machine: Machine): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  const { child, ended } = machine.start('systemctl', 'start', SCAN);
  while (child.exitCode === null) {
    for (const name of threadsNow(machine)) names.add(name);
    await wait(2);
  }
  await ended;
  return names;
}

/** By /proc of the machine: processes whose group is the unit's. */
function threadsNow(machine: Machine): string[] {
  const isOurs = (pid: string): boolean =>
    machine.read(`/proc/${pid}/cgroup`).includes(`/system.slice/${SCAN}`);
  try {
    const processes = readdirSync(machine.path('/proc')).filter((name) => /^\d+$/u.test(name));
    return processes.filter(isOurs).flatMap((pid) => {
      const folder = machine.path(`/proc/${pid}/task`);
      return readdirSync(folder).map((task) =>
        readFileSync(`${folder}/${task}/comm`, 'utf8').trim(),
      );
    });
  } catch {
    // One has ended meanwhile.
    return [];
  }
}
