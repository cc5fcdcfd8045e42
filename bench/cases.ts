/** What is measured. Each case makes its own world and returns what to run side by side; the first command is the measure. */
import { contentTables, titleOf, type Count } from './content.ts';
import { forms, type Form } from './forms.ts';
import { peakMemory, runOnce, sideBySide, type Command } from './measure.ts';
import type { Table } from './table.ts';
import {
  addHistory,
  backupmon,
  byBinary,
  deposit,
  hasBinary,
  initialise,
  makeWorld,
  randomFile,
  type World,
} from './world.ts';

/** How much is measured. */
export interface Scale {
  /** Less of everything. */
  readonly quick: boolean;
  /** Rounds that count; null leaves it to the case. */
  readonly runs: number | null;
}

export interface Case {
  readonly name: string;
  readonly title: (scale: Scale) => string;
  readonly measure: (folder: string, scale: Scale) => Iterable<Table>;
}

const MiB = 1024 * 1024;

const bareNode: Command = { label: 'node -e 0', program: process.execPath, args: ['-e', '0'] };

/** Each with the ratio to bare Node that is aimed at, and once more by the binary. */
const ours = (commands: readonly (readonly [Command, number])[]): Command[] => [
  bareNode,
  ...commands.flatMap(([command, aim]) => {
    const labelled = { ...command, label: `${command.label} (aim ${aim})` };
    return hasBinary() ? [labelled, byBinary(command)] : [labelled];
  }),
];

const timed = (commands: readonly Command[], runs: number): Table[] => [
  { kind: 'times', samples: sideBySide(commands, runs) },
];

/** A world in which everything was scanned once and nothing has happened since. */
function settledWorld(folder: string, agents: number, databases: number): World {
  const world = makeWorld(folder, agents, databases);
  deposit(world, randomFile(1024));
  initialise(world);
  runOnce(backupmon(world, ['scan']));
  return world;
}

function startUp(folder: string, { quick, runs }: Scale): Table[] {
  const world = settledWorld(folder, 10, 10);
  const commands = ours([
    [backupmon(world, ['--version']), 1.4],
    [backupmon(world, ['status', '--json']), 1.7],
  ]);
  return timed(commands, runs ?? (quick ? 7 : 21));
}

function nothingNew(folder: string, { quick, runs }: Scale): Table[] {
  const world = settledWorld(folder, quick ? 100 : 1000, 10);
  return timed(ours([[backupmon(world, ['scan']), 4]]), runs ?? (quick ? 5 : 11));
}

function longHistory(folder: string, { quick, runs }: Scale): Table[] {
  const long = settledWorld(`${folder}/long`, quick ? 100 : 1000, 10);
  const short = settledWorld(`${folder}/short`, quick ? 100 : 1000, 10);
  addHistory(long, quick ? 100_000 : 10_000_000);
  return timed(
    ours([
      [backupmon(short, ['status', '--json'], { label: 'status --json, one event a job' }), 2.5],
      [backupmon(long, ['status', '--json'], { label: 'status --json, with the history' }), 2.5],
    ]),
    runs ?? (quick ? 5 : 11),
  );
}

function oneFile(folder: string, mebibytes: number): { label: string; bytes: number } {
  const world = makeWorld(folder, 1, 1);
  deposit(world, randomFile(mebibytes * MiB));
  initialise(world);
  const bytes = peakMemory(backupmon(world, ['scan']), `${folder}/peak`);
  return { label: `scan, one file of ${mebibytes} MiB`, bytes };
}

function memory(folder: string, { quick }: Scale): Table[] {
  const sizes = quick ? [8, 64] : [8, 64, 1024];
  const peaks = [
    { label: bareNode.label, bytes: peakMemory({ ...bareNode, args: [] }, `${folder}.peak`) },
    ...sizes.map((size) => oneFile(folder, size)),
  ];
  return [{ kind: 'memory', peaks }];
}

function contentCase(count: Count, form: Form): Case {
  const name = `${count}-${form.name}`;
  return {
    name,
    title: ({ quick }) => titleOf(count, form, quick),
    measure: (folder, scale) => contentTables(name, count, form, folder, scale),
  };
}

export const cases: readonly Case[] = [
  {
    name: 'start',
    title: () => 'start-up; status with 100 jobs',
    measure: startUp,
  },
  {
    name: 'nothing-new',
    title: ({ quick }) =>
      `scan with nothing new, ${quick ? '100 agents, 1,000' : '1,000 agents, 10,000'} jobs`,
    measure: nothingNew,
  },
  {
    name: 'history',
    title: ({ quick }) =>
      `status, ${quick ? '1,000 jobs, 100,000' : '10,000 jobs, 10,000,000'} events of history`,
    measure: longHistory,
  },
  { name: 'memory', title: () => 'peak of resident memory', measure: memory },
  ...(['one', 'many'] as const).flatMap((count) => forms.map((form) => contentCase(count, form))),
];
