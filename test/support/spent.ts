/** The real program, and what it used. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ran, World } from './world.ts';

export interface Spent {
  /** Bytes that came out of read(2) and its like. */
  readonly read: number;
  /** Most bytes of memory at a time. */
  readonly peak: number;
  /** Milliseconds, of all its threads. */
  readonly cpu: number;
}

const preload = join(import.meta.dirname, 'spent.js');

export function spend(world: World, ...argv: string[]): Ran & Spent {
  const file = join(world.root, 'spent.json');
  const ran = world.process(argv, {
    env: { NODE_OPTIONS: `--import=${preload}`, SPENT_FILE: file },
  });
  return { ...ran, ...(JSON.parse(readFileSync(file, 'utf8')) as Spent) };
}
