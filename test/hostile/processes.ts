/** The program, started and not waited for, and points at which it waits itself. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start as startProgram, type Started } from '../support/start.ts';
import { launchIn, type World } from '../support/world.ts';

/** The program, without waiting for its end. */
export const start = (
  world: World,
  argv: readonly string[],
  env: Record<string, string> = {},
): Started => {
  const [file, ...first] = launchIn(env);
  return startProgram(file, [...first, '--config', world.configFile, ...argv], {
    cwd: world.root,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
};

/** Waits until something is so. @throws after 20 s */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const limit = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > limit) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

/** A point of the program at which it waits until it is let go on. */
export class Gate {
  private readonly fifo: string;
  private readonly reached: string;

  constructor(world: World, name: string) {
    this.fifo = join(world.root, `${name}.gate`);
    this.reached = join(world.root, `${name}.reached`);
    assert.equal(spawnSync('mkfifo', [this.fifo]).status, 0);
  }

  /** For a Meddling. */
  get run(): string {
    return `touch '${this.reached}'; cat '${this.fifo}'`;
  }

  async isReached(): Promise<void> {
    await until(this.reached, () => existsSync(this.reached));
  }

  open(): void {
    writeFileSync(this.fifo, '');
  }
}
