/** What the campaign interrupts: each way in which a scan, or `promote`, changes the tree. */
import { globSync, mkdirSync, rmSync } from 'node:fs';
import { deposit, dumps, initialise, makeWorld, scan } from './world.ts';

/** What is recorded in the end. */
export interface Outcome {
  /** The job's, as STATUS:reason. */
  readonly status: string;
  /** How often something was concluded about the newest report. */
  readonly conclusions: number;
}

export interface Scenario extends Outcome {
  readonly name: string;
  /** Makes the state before, and returns the SHA-256 of the file that has to be the newest version in the end. */
  readonly prepare: (root: string) => Promise<string>;
  /** The command that is interrupted. */
  readonly command: readonly string[];
  /** Exit codes when nothing is wrong. */
  readonly exit: number;
  /** What it may be as well where the tree was changed and nothing could be recorded any more: the next scan finds out by itself. */
  readonly unrecorded: Outcome | null;
  /** Whether the deposit is gone afterwards. */
  readonly removes: boolean;
  /** Versions in the tree afterwards. */
  readonly versions: number;
}

const scanning = { command: ['scan', '--json'], conclusions: 1, unrecorded: null, removes: false };
const succeeded = { ...scanning, exit: 0, status: 'SUCCESS:verified' };

/** Versions before, one a day. Returns the SHA-256 of the newest one's file. */
async function history(root: string, count: number): Promise<string> {
  await initialise(root);
  let newest = '';
  for (let round = 0; round < count; round += 1) {
    newest = deposit(root, dumps.sqlite(round), (count - round) * 24 * 60);
    await scan(root, 0);
  }
  return newest;
}

/** By a scan of which nothing else is left. */
async function cacheConfiguration(root: string): Promise<void> {
  await scan(root, 0);
  rmSync(`${root}/validated`, { recursive: true });
  mkdirSync(`${root}/validated`);
  for (const name of globSync('backupmon.db*', { cwd: `${root}/state` }))
    rmSync(`${root}/state/${name}`);
  await history(root, 0);
}

async function heldWorld(root: string): Promise<{ newest: string; held: string }> {
  await makeWorld(root, ', keep: 2');
  return { newest: await history(root, 1), held: deposit(root, dumps.other, 1) };
}

export const scenarios: readonly Scenario[] = [
  {
    ...succeeded,
    name: 'first version',
    prepare: async (root) => {
      await makeWorld(root, '');
      await history(root, 0);
      await cacheConfiguration(root);
      return deposit(root, dumps.sqlite(9), 1);
    },
    versions: 1,
  },
  {
    ...succeeded,
    name: 'replacing and pruning',
    prepare: async (root) => {
      await makeWorld(root, ', keep: 1');
      await history(root, 1);
      return deposit(root, dumps.sqlite(9), 1);
    },
    versions: 1,
  },
  {
    ...succeeded,
    name: 'removing the deposit',
    prepare: async (root) => {
      await makeWorld(root, ', keep: 2, deposit: remove');
      await history(root, 1);
      return deposit(root, dumps.sqlite(9), 1);
    },
    removes: true,
    versions: 2,
  },
  {
    ...scanning,
    name: 'holding',
    prepare: async (root) => (await heldWorld(root)).newest,
    exit: 1,
    status: 'SIZE_ANOMALY:kind_changed',
    versions: 1,
  },
  {
    name: 'promoting',
    prepare: async (root) => {
      const { held } = await heldWorld(root);
      await scan(root, 1);
      return held;
    },
    command: ['promote', 'paris/compta', '--json'],
    exit: 0,
    status: 'SUCCESS:promoted_by_hand',
    conclusions: 2,
    unrecorded: { status: 'SUCCESS:version_adopted', conclusions: 1 },
    removes: false,
    versions: 2,
  },
];
