/** A server of backups as a monitoring system finds it: agents for each answer, and a user who may read because of his group. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { daemon, type Daemon, type Keeper } from './daemon.ts';
import { day, hour, minute, launch, World } from './world.ts';

/** Who monitors, in Debian. */
const USER = 'nagios';
/** Of the group `backupmon`, which only the programs of a test see; it is the own group of the first account of sshd.ts, too. */
export const GROUP = 61_010;

export const idOf = (option: '-u' | '-g'): number | null => {
  const { status, stdout } = spawnSync('id', [option, USER], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : null;
};

/** For node:test's `skip`: why a monitoring system cannot run as in Debian here, or false. @param programs and files that it needs */
export function cannotMonitor(...programs: readonly string[]): string | false {
  const missing = programs.find((path) => !existsSync(path));
  if (missing !== undefined) return `skipped, because ${missing} is not installed`;
  if (process.getuid?.() !== 0) return 'skipped, because only root can give up its rights';
  if (idOf('-u') === null) return `skipped, because there is no user ${USER}`;
  return spawnSync('unshare', ['-m', 'true']).status === 0
    ? false
    : 'skipped, because mounts of its own cannot be given to a process here';
}

/** The first of some reasons to skip, or false. */
export const firstReason = (...reasons: readonly (string | false)[]): string | false =>
  reasons.find((reason) => reason !== false) ?? false;

/** An agent whose name means something to shells and to monitoring systems. */
export const oddAgent = `R&D $5! "A;B"`;

/** Its configuration. */
export const jobs = `defaults: { schedule: every 24h, grace: 1h, settle: 0s }
agents:
  paris: { databases: [compta, crm] }
  lyon: { databases: [shop] }
  oslo: { databases: [wiki] }
  ${JSON.stringify(oddAgent)}: { databases: [lab] }
`;

export interface Monitored {
  readonly world: World;
  /** A program that takes the place of /usr/bin/backupmon, and knows where this configuration is. */
  readonly backupmon: string;
  /** Starts a program as root, to whom the user nagios is a member of the group backupmon. It ends before the world is removed. */
  readonly start: (...argv: string[]) => Daemon;
  /** Makes a folder of the user nagios, and some in it; a function that names a file there. */
  readonly folder: (name: string, ...inner: string[]) => (file: string) => string;
}

/** The group may read, as docs/monitoring.md tells. */
function openForGroup(world: World): void {
  const state = dirname(world.database);
  chmodSync(world.root, 0o755);
  chownSync(state, 0, GROUP);
  chmodSync(state, 0o2750);
  chownSync(world.configFile, 0, GROUP);
  chmodSync(world.configFile, 0o640);
}

/**
 * Two days of backups until now. paris: compta is a success and crm is missing (CRITICAL); lyon: unchanged (WARNING); oslo and the
 * odd one: success (OK).
 */
export async function fill(world: World): Promise<void> {
  const now = Date.now();
  await world.ok(now - 2 * day, 'init-db');
  await world.ok(now - 2 * day, 'scan');
  const lyon = { agent: 'lyon', database: 'shop' };
  world.deposit({ ...lyon, endedAt: now - day - hour });
  await world.ok(now - day, 'scan');
  const endedAt = now - 10 * minute;
  world.deposit({ ...lyon, endedAt });
  world.deposit({ endedAt });
  world.deposit({ agent: 'oslo', database: 'wiki', endedAt });
  world.deposit({ agent: oddAgent, database: 'lab', endedAt });
  await world.ok(now - minute, 'scan');
}

/** After this nothing is wrong any more but what is snoozed: paris/crm has its backup, and lyon is snoozed. */
export async function mend(world: World): Promise<void> {
  const now = Date.now();
  world.deposit({ database: 'crm', endedAt: now - 1000 });
  await world.ok(now, 'snooze', 'lyon', '--for', '1h');
  await world.ok(now, 'scan');
}

export async function monitored(context: Keeper): Promise<Monitored> {
  const stops: (() => Promise<void>)[] = [];
  // Before the world's own: nobody writes into a folder that is being removed.
  context.after(async () => void (await Promise.all(stops.map((stop) => stop()))));
  const keeper: Keeper = { after: (stop) => stops.push(stop) };
  const world = new World(jobs);
  openForGroup(world);
  await fill(world);
  // Commands that ran in this process have left their umask.
  process.umask(0o022);
  const backupmon = join(world.root, 'backupmon');
  const run = [...launch, '--config', world.configFile];
  writeFileSync(backupmon, `#!/bin/sh\nexec ${run.join(' ')} "$@"\n`, { mode: 0o755 });
  const groups = join(world.root, 'group');
  const others = readFileSync('/etc/group', 'utf8').replaceAll(/^backupmon:.*\n/gmu, '');
  writeFileSync(groups, `${others}backupmon:x:${GROUP}:${USER}\n`);
  const member = 'mount --bind "$0" /etc/group && exec "$@"';
  return {
    world,
    backupmon,
    start: (...argv) => daemon(keeper, ['unshare', '-m', 'sh', '-c', member, groups, ...argv]),
    folder: (name, ...inner) => {
      const file = (below: string): string => join(world.root, name, below);
      for (const one of ['', ...inner]) {
        mkdirSync(file(one));
        chownSync(file(one), idOf('-u') ?? 0, idOf('-g') ?? 0);
      }
      return file;
    },
  };
}
