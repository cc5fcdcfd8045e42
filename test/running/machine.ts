/** A machine of its own in namespaces: this one's files in an overlay, another process 1 (machine.sh). Nothing of it stays. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ran } from '../support/run-here.ts';
import { start, type Started } from '../support/start.ts';
import { launch } from '../support/world.ts';
import { makeGroup, removeGroup } from './group.ts';

const project = join(import.meta.dirname, '../..');
const [executable, main = ''] = launch;
const script = join(import.meta.dirname, 'machine.sh');

/** What reaches beyond namespaces: the clock, the kernel's modules and log, the power, and this machine's network. */
const dropped = '-sys_time,-sys_module,-sys_boot,-sys_rawio,-syslog,-net_admin';
const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--cgroup', '--fork', '--kill-child'];

/** The arguments of setpriv, which dies with this process: first into the group, where there is one, then into the namespaces. */
function argumentsFor(group: string | null, folder: string, init: readonly string[]): string[] {
  const fate = ['--pdeathsig', 'KILL', '--bounding-set', dropped];
  const entering = '[ -z "$0" ] || echo 0 >"$0/cgroup.procs"; exec unshare "$@"';
  const making = ['sh', script, folder, project, executable, main];
  return [...fate, 'sh', '-c', entering, group ?? '', ...namespaces, ...making, ...init];
}

/** For node:test's `skip`: why there can be no such machine here, or false. */
export function cannotStart(init: string): string | false {
  if (process.getuid?.() !== 0) return 'skipped, because only root can make a machine of its own';
  if (spawnSync('test', ['-x', init]).status !== 0) return `skipped, because there is no ${init}`;
  const group = makeGroup();
  const folder = mkdtempSync(join(tmpdir(), 'machine-'));
  const needed = init.endsWith('systemd') ? ['mkdir', '/sys/fs/cgroup/init.scope'] : ['true'];
  const { status, stderr } = spawnSync('setpriv', argumentsFor(group, folder, needed), {
    encoding: 'utf8',
  });
  rmdirSync(folder);
  removeGroup(group);
  if (status === 0) return false;
  const why = stderr.trim().split('\n').at(-1) ?? '';
  return `skipped, because namespaces or cgroups of its own are refused here (${why})`;
}

export class Machine {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #group: string | null;
  #pid = '';

  constructor(init: readonly string[]) {
    this.#folder = mkdtempSync(join(tmpdir(), 'machine-'));
    this.#group = makeGroup();
    this.#child = spawn('setpriv', argumentsFor(this.#group, this.#folder, init), {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  /** Waits until process 1 is there and `isUp` says so. */
  async up(isUp: (machine: Machine) => boolean): Promise<void> {
    const { pid } = this.#child;
    for (let turn = 0; turn < 600; turn += 1) {
      if (this.#child.exitCode !== null) break;
      this.#pid = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
      if (
        /^\d+$/u.test(this.#pid) &&
        readFileSync(`/proc/${this.#pid}/comm`, 'utf8') !== 'sh\n' &&
        isUp(this)
      )
        return;
      await wait(50);
    }
    throw new Error('the machine did not come up');
  }

  /** Where this process sees a path of the machine. */
  path(path: string): string {
    return join(`/proc/${this.#pid}/root`, path);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
    chmodSync(this.path(path), mode);
  }

  get #inside(): string[] {
    return ['-t', this.#pid, '-a', 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'];
  }

  /** Runs a command in it, as root. */
  run(...argv: string[]): Ran {
    const ran = spawnSync('nsenter', [...this.#inside, ...argv], { encoding: 'utf8' });
    return { code: ran.status, out: ran.stdout, err: ran.stderr };
  }

  /** The same, not waited for. */
  start(...argv: string[]): Started {
    return start('nsenter', [...this.#inside, ...argv]);
  }

  /** The same, for what has to work. Returns what it has printed. */
  done(...argv: string[]): string {
    const { code, out, err } = this.run(...argv);
    if (code !== 0) throw new Error(`${argv.join(' ')}: ${code} ${out}${err}`);
    return out;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    rmdirSync(this.#folder);
    removeGroup(this.#group);
  }
}
