/** An installation on a machine where several are: a configuration, folders and an agent of its own. */
import { minute, World } from '../support/world.ts';
import type { Machine } from './machine.ts';

const start = Date.now();

/** One deposit of it is well, and a scan has seen that. */
export class Site {
  readonly name: string;
  readonly #machine: Machine;
  readonly #world: World;

  constructor(machine: Machine, name: string) {
    this.#machine = machine;
    this.name = name;
    const folder = `/srv/${name}`;
    const own = ['validated', 'state'].map((part) => `${folder}/${part}`);
    machine.done('install', '-d', '-o', 'backupmon', '-g', 'backupmon', '-m', '0750', ...own);
    this.#world = new World('', { deposits: machine.path(`${folder}/deposits`) });
    machine.write(
      this.config,
      `deposits: ${folder}/deposits\nvalidated: ${folder}/validated\ndatabase: ${folder}/state/backupmon.db
defaults: { schedule: every 24h, settle: 0s }\nagents: { paris: { databases: [été] } }\n`,
    );
    this.run('init-db');
    this.deposit(30, true);
    this.run('scan');
  }

  get config(): string {
    return `/etc/backupmon/${this.name}.yaml`;
  }

  /** The program, by hand. Returns what it prints. */
  run(...argv: string[]): string {
    return this.#machine.run('backupmon', '--config', this.config, ...argv).out;
  }

  /** @param isGood whether the agent reports that its backup succeeded */
  deposit(minutesAgo: number, isGood: boolean): void {
    this.#world.deposit({
      database: 'été',
      endedAt: start - minutesAgo * minute,
      content: `of ${minutesAgo}`,
      change: ({ databases }) => {
        for (const entry of Object.values(databases)) entry.BACKUP.status = isGood;
      },
    });
    this.#machine.done('chown', '-R', 'backupmon', `/srv/${this.name}/deposits`);
  }

  /** Whether a scan has come to its end since then. */
  hasScanned(since: number): boolean {
    const { last_scan: last } = JSON.parse(this.run('status', '--json')) as {
      last_scan: { finished_at: string | null } | null;
    };
    return Date.parse(last?.finished_at ?? '') > since;
  }
}
