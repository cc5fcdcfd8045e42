/** A real NRPE daemon for one test, and Debian's plugin that asks it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { freePort } from './free-port.ts';
import { cannotMonitor, type Monitored } from './monitored.ts';
import type { Ran } from './run-here.ts';

const NRPE = '/usr/sbin/nrpe';
const PLUGIN = '/usr/lib/nagios/plugins/check_nrpe';

/** For node:test's `skip`: why there is no NRPE here, or false. */
export const cannotAskNrpe = (): string | false => cannotMonitor(NRPE, PLUGIN);

export interface Nrpe {
  /** On 127.0.0.1. */
  readonly port: number;
  /** What `check_nrpe` answers; more arguments follow the name of the command. */
  readonly ask: (command: string, ...more: string[]) => Ran;
}

/**
 * Starts it as Debian's unit does, as the user nagios.
 * @param definitions lines `command[…]=…`, as they would lie in /etc/nagios/nrpe.d
 */
export async function startNrpe({ folder, start }: Monitored, definitions: string): Promise<Nrpe> {
  const file = folder('nrpe', 'nrpe.d');
  const port = await freePort();
  writeFileSync(file('nrpe.d/backupmon.cfg'), definitions);
  writeFileSync(
    file('nrpe.cfg'),
    `pid_file=${file('nrpe.pid')}
server_address=127.0.0.1
server_port=${port}
nrpe_user=nagios
nrpe_group=nagios
allowed_hosts=127.0.0.1
dont_blame_nrpe=0
disable_syslog=1
log_file=${file('nrpe.log')}
include_dir=${file('nrpe.d')}
`,
  );
  const server = start(NRPE, '-c', file('nrpe.cfg'), '-f');
  const ask = (command: string, ...more: string[]): Ran => {
    const argv = ['-H', '127.0.0.1', '-p', String(port), '-t', '30:UNKNOWN', '-c', command];
    const ran = spawnSync(PLUGIN, [...argv, ...more], { encoding: 'utf8' });
    return { code: ran.status, out: ran.stdout, err: ran.stderr };
  };
  await server.until('answer', () => ask('_NRPE_CHECK').code === 0);
  return { port, ask };
}
