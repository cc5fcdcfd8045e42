/** Whether a cron runs. */
import type { Machine } from '../machine.ts';

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
