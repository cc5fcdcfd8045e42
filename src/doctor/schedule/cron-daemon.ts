/** Whether a cron runs, and what has one run. */
import { installerOf } from '../installer.ts';
import type { Look } from '../look.ts';
import type { Machine } from '../machine.ts';
import { hasUnitFile } from './unit-files.ts';

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

/** What packages of cron call their service, by what installs them; `crond` is that of all others. */
const packaged: Readonly<Record<string, string>> = {
  'apt-get': 'cron',
  zypper: 'cron',
  pacman: 'cronie',
};

/** As Debian's cron and cronie are called; of one that is not there, as the package of this system calls it. */
export function cronService(machine: Machine): string {
  const names = ['cron', 'crond', 'cronie'];
  const unit = names.find((name) => hasUnitFile(machine, `${name}.service`));
  if (unit !== undefined || machine.find('cron') !== null) return unit ?? 'cron';
  return packaged[installerOf(machine)?.[0] ?? ''] ?? 'crond';
}

export interface CronFacts {
  /** null where the processes of others cannot be seen. */
  readonly cronRunning: boolean | null;
  readonly hasCron: boolean;
  /** What starts it. */
  readonly cronService: string;
}

/** Commands that have a cron run where surely none does: it is installed before `then`, which is for it to read, and started after that. */
export function withCron(
  { cronRunning, hasCron, cronService: name }: CronFacts,
  isSystemd: boolean,
  { hands, machine }: Pick<Look, 'hands' | 'machine'>,
  then: readonly string[],
): string {
  if (cronRunning !== false) return then.join(' && ');
  const install = hasCron ? null : installerOf(machine);
  const from = install?.[0] === 'apt-get' ? 'cron' : 'cronie';
  const start = isSystemd ? ['systemctl', 'enable', '--now', name] : ['service', name, 'start'];
  return [
    ...(install === null ? [] : [hands.root([...install, from])]),
    ...then,
    hands.root(start),
  ].join(' && ');
}
