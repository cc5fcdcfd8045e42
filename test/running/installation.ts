/** What a package brings to a machine, put there as a package does it, and a small configuration. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StatusJob, World } from '../support/world.ts';
import type { Machine } from './machine.ts';

const root = join(import.meta.dirname, '../..');
const shipped = (name: string): string => readFileSync(join(root, name), 'utf8');

export const deposits = '/mnt/agent_deposits';
export const validated = '/mnt/validated_backups';

export const configuration = `deposits: ${deposits}
validated: ${validated}
database: /var/lib/backupmon/backupmon.db
site: test
defaults: { schedule: every 24h, settle: 0s }
`;

/** The files of this project by where a package puts them. */
export const packaged: Readonly<Record<string, string>> = {
  '/usr/lib/systemd/system/backupmon-scan.service': 'systemd/backupmon-scan.service',
  '/usr/lib/systemd/system/backupmon-scan.timer': 'systemd/backupmon-scan.timer',
  '/usr/lib/systemd/system/backupmon-failure@.service': 'systemd/backupmon-failure@.service',
  '/usr/lib/sysusers.d/backupmon.conf': 'systemd/backupmon.sysusers',
  '/usr/lib/tmpfiles.d/backupmon.conf': 'systemd/backupmon.tmpfiles',
};

/** Units, user and folders. */
export function install(machine: Machine): void {
  for (const [path, name] of Object.entries(packaged)) machine.write(path, shipped(name));
  machine.done('systemd-sysusers', 'backupmon.conf');
  machine.done('systemd-tmpfiles', '--create', 'backupmon.conf');
  machine.done('systemctl', 'daemon-reload');
}

/** Nothing deposited, nothing kept, and this configuration. @param more from the agents on */
export function begin(machine: Machine, more: string): void {
  machine.write('/etc/backupmon/config.yaml', configuration + more);
  machine.done(
    'sh',
    '-c',
    'rm -rf /mnt/*/* /mnt/*/.??* /var/lib/backupmon/* /var/cache/backupmon/*',
  );
  machine.done('mkdir', '-p', deposits);
  machine.done('install', '-d', '-o', 'backupmon', '-g', 'backupmon', '-m', '0750', validated);
  machine.done('backupmon', 'init-db');
}

/** Agents that deposit into it. */
export const depositors = (machine: Machine): World =>
  new World('', { deposits: machine.path(deposits) });

/** Where jobs stand: `agent/database STATUS assurance`, by name. */
export function statusOf(machine: Machine): string[] {
  const { jobs } = JSON.parse(machine.run('backupmon', 'status', '--json').out) as {
    jobs: StatusJob[];
  };
  return jobs.map(({ job, status, assurance }) => `${job} ${status} ${assurance}`).toSorted();
}

/** A sendmail that keeps what it is given. Returns how to read that: each mail as it came, oldest first. */
export function keepMails(machine: Machine): () => string[] {
  machine.done('sh', '-c', 'rm -rf /usr/sbin/sendmail /var/mails && install -d -m 1777 /var/mails');
  machine.write('/usr/sbin/sendmail', '#!/bin/sh\nexec cat >"/var/mails/$(date +%s%N)"\n', 0o755);
  return () =>
    readdirSync(machine.path('/var/mails'))
      .toSorted()
      .map((name) => machine.read(`/var/mails/${name}`));
}
