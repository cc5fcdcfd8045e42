/** What the campaign interrupts: each way in which a scan, or `promote`, changes the tree. */
import { globSync, mkdirSync, rmSync } from 'node:fs';
import { deposit, dumps, expectExit, makeWorld } from './world.ts';

/** What is recorded in the end. */
export interface Outcome {
  /** The job's, as STATUS:reason. */
  readonly status: string;
  /** How often something was concluded about the newest report. */
  readonly conclusions: number;
}

export interface Scenario extends Outcome {
  readonly name: string;
  /** Makes the state before. */
  readonly prepare: (root: string) => void;
  /** The command that is interrupted. */
  readonly command: readonly string[];
  /** Exit codes when nothing is wrong. */
  readonly exit: number;
  /** What it may be as well where the tree was changed and nothing could be recorded any more: the next scan finds out by itself. */
  readonly unrecorded: Outcome | null;
  /** Versions in the tree afterwards. */
  readonly versions: number;
}

const scan = { command: ['scan', '--json'], conclusions: 1, unrecorded: null };
const succeeded = { ...scan, exit: 0, status: 'SUCCESS:verified' };

/** Versions before, one a day. */
function history(root: string, count: number): void {
  expectExit(root, ['init-db'], 0);
  for (let round = 0; round < count; round += 1) {
    deposit(root, dumps.sqlite(round), (count - round) * 24 * 60);
    expectExit(root, ['scan'], 0);
  }
}

/** By a scan of which nothing else is left. */
function cacheConfiguration(root: string): void {
  expectExit(root, ['scan'], 0);
  rmSync(`${root}/validated`, { recursive: true });
  mkdirSync(`${root}/validated`);
  for (const name of globSync('backupmon.db*', { cwd: `${root}/state` }))
    rmSync(`${root}/state/${name}`);
  history(root, 0);
}

function heldWorld(root: string): void {
  makeWorld(root, ', keep: 2');
  history(root, 1);
  deposit(root, dumps.other, 1);
}

export const scenarios: readonly Scenario[] = [
  {
    ...succeeded,
    name: 'first version',
    prepare: (root) => {
      makeWorld(root, '');
      history(root, 0);
      cacheConfiguration(root);
      deposit(root, dumps.sqlite(9), 1);
    },
    versions: 1,
  },
  {
    ...succeeded,
    name: 'replacing and pruning',
    prepare: (root) => {
      makeWorld(root, ', keep: 1');
      history(root, 1);
      deposit(root, dumps.sqlite(9), 1);
    },
    versions: 1,
  },
  {
    ...succeeded,
    name: 'removing the deposit',
    prepare: (root) => {
      makeWorld(root, ', keep: 2, deposit: remove');
      history(root, 1);
      deposit(root, dumps.sqlite(9), 1);
    },
    versions: 2,
  },
  {
    ...scan,
    name: 'holding',
    prepare: heldWorld,
    exit: 1,
    status: 'SIZE_ANOMALY:kind_changed',
    versions: 1,
  },
  {
    name: 'promoting',
    prepare: (root) => {
      heldWorld(root);
      expectExit(root, ['scan'], 1);
    },
    command: ['promote', 'paris/compta', '--json'],
    exit: 0,
    status: 'SUCCESS:promoted_by_hand',
    conclusions: 2,
    unrecorded: { status: 'SUCCESS:version_adopted', conclusions: 1 },
    versions: 2,
  },
];
