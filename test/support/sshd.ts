/** A real sshd for one test, with a key and a forced command for each agent. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import type { Ran } from './run-here.ts';

const SSHD = '/usr/sbin/sshd';

/** Why agents cannot be let in here, or false. For node:test's `skip`. */
export function cannotServe(): string | false {
  if (process.getuid?.() !== 0) return 'skipped, because only root can run sshd';
  if (!existsSync(SSHD)) return 'skipped, because sshd is not installed';
  const { stdout, status } = spawnSync('rrsync', ['-h'], { encoding: 'utf8' });
  return status === 0 && stdout.includes('-no-overwrite')
    ? false
    : 'skipped, because rrsync of rsync 3.5.0 or newer is not installed';
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}

const succeed = (command: string, ...argv: string[]): void => {
  const { status, stderr } = spawnSync(command, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
};

export interface Server {
  /** The user that an agent is here. */
  readonly uid: (agent: string) => number;
  /** Runs ssh with the key of an agent. */
  readonly ssh: (agent: string, ...argv: string[]) => Ran;
  /** Runs rsync with the key of an agent; `server:` in an argument is this server. */
  readonly rsync: (agent: string, ...argv: string[]) => Ran;
}

/** Users of the agents, in the order of their lines, from here on. */
const FIRST_UID = 61_010;

/**
 * Each agent is a user of its own, who exists in the server's name space only: without a home that does something at each login.
 * @param folder where keys and configuration are put
 * @param lines what stands before each agent's key in authorized_keys
 */
export async function serve(
  context: TestContext,
  folder: string,
  lines: Readonly<Record<string, string>>,
): Promise<Server> {
  const port = await freePort();
  // Where it separates its privileges; the package's unit makes it.
  mkdirSync('/run/sshd', { recursive: true });
  mkdirSync(folder, { mode: 0o711 });
  for (const name of ['host', ...Object.keys(lines)])
    succeed('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${folder}/${name}`);
  const agents = Object.keys(lines);
  for (const agent of agents)
    writeFileSync(
      `${folder}/${agent}.keys`,
      `${lines[agent]} ${readFileSync(`${folder}/${agent}.pub`, 'utf8')}`,
    );
  const users = agents.map(
    (agent, index) => `${agent}:*:${FIRST_UID + index}:${FIRST_UID + index}::/:/bin/sh\n`,
  );
  writeFileSync(`${folder}/passwd`, readFileSync('/etc/passwd', 'utf8') + users.join(''));
  writeFileSync(
    `${folder}/sshd_config`,
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host
PidFile none
AuthorizedKeysFile ${folder}/%u.keys
StrictModes no
UsePAM no
PasswordAuthentication no
`,
  );
  const script = 'mount --bind "$1/passwd" /etc/passwd && exec "$0" -D -e -f "$1/sshd_config"';
  const daemon = spawn('unshare', ['-m', 'sh', '-c', script, SSHD, folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  context.after(() => daemon.kill());
  while (!log.includes('Server listening')) {
    if (daemon.exitCode !== null) throw new Error(`sshd: ${log}`);
    await wait(20);
  }
  const settings = ['IdentitiesOnly=yes', 'BatchMode=yes', 'StrictHostKeyChecking=no'];
  settings.push('UserKnownHostsFile=/dev/null', 'LogLevel=ERROR');
  const options = (agent: string): string[] =>
    `-p ${port} -i ${folder}/${agent} ${settings.map((one) => `-o ${one}`).join(' ')}`.split(' ');
  const host = (agent: string): string => `${agent}@127.0.0.1`;
  // One connection for each agent, as it is what takes the time; each command is a session of its own, held to the forced command.
  const socket = (agent: string): string[] => ['-S', `${folder}/${agent}.socket`];
  for (const agent of agents) {
    const master = spawn('ssh', [...options(agent), '-M', ...socket(agent), '-N', host(agent)], {
      stdio: 'ignore',
    });
    context.after(() => master.kill());
    while (!existsSync(`${folder}/${agent}.socket`)) {
      if (master.exitCode !== null) throw new Error(`ssh as ${agent}: exit ${master.exitCode}`);
      await wait(20);
    }
  }
  const run = (command: string, argv: readonly string[]): Ran => {
    const ran = spawnSync(command, argv, { encoding: 'utf8', timeout: 60_000 });
    return { code: ran.status, out: ran.stdout, err: ran.stderr };
  };
  return {
    uid: (agent) => FIRST_UID + agents.indexOf(agent),
    ssh: (agent, ...argv) =>
      run('ssh', [...options(agent), ...socket(agent), host(agent), ...argv]),
    rsync: (agent, ...argv) =>
      run('rsync', [
        '-e',
        `ssh ${[...options(agent), ...socket(agent)].join(' ')}`,
        ...argv.map((one) => one.replace(/^server:/u, `${host(agent)}:`)),
      ]),
  };
}
