/** What the campaign interrupts: each way in which a scan, or `promote`, changes the tree. */
import { deposit, dumps, expectExit, makeWorld } from './world.ts';

export interface Scenario {
  readonly name: string;
  /** Makes the state before. */
  readonly prepare: (root: string) => void;
  /** The command that is interrupted. */
  readonly command: readonly string[];
  /** Exit codes when nothing is wrong. */
  readonly exit: number;
  /** What the job's status is afterwards, as STATUS:reason. */
  readonly status: string;
  /** Versions in the tree afterwards. */
  readonly versions: number;
  /** Whether a copy is held afterwards. */
  readonly held: boolean;
}

const succeeded = { command: ['scan', '--json'], exit: 0, status: 'SUCCESS:verified', held: false };

/** Versions before, one a day. */
function history(root: string, count: number): void {
  expectExit(root, ['init-db'], 0);
  for (let round = 0; round < count; round += 1) {
    deposit(root, dumps.sqlite(round), (count - round) * 24 * 60);
    expectExit(root, ['scan'], 0);
  }
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
    name: 'holding',
    prepare: heldWorld,
    command: ['scan', '--json'],
    exit: 1,
    status: 'SIZE_ANOMALY:kind_changed',
    versions: 1,
    held: true,
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
    versions: 2,
    held: false,
  },
];
