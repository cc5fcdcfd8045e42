/** What is measured. Each case makes its own world and returns what to run side by side; the first command is the measure. */
import { peakMemory, runOnce, sideBySide, type Command, type Sample } from './measure.ts';
import {
  addHistory,
  backupmon,
  deposit,
  initialise,
  makeWorld,
  restore,
  save,
  type World,
} from './world.ts';

export interface Case {
  readonly name: string;
  readonly title: (quick: boolean) => string;
  readonly measure: (folder: string, quick: boolean) => Measured;
}

export type Measured =
  | { readonly kind: 'times'; readonly samples: readonly Sample[] }
  | { readonly kind: 'memory'; readonly peaks: readonly { label: string; bytes: number }[] };

const MiB = 1024 * 1024;

const bareNode: Command = { label: 'node -e 0', program: process.execPath, args: ['-e', '0'] };

const timed = (commands: readonly Command[], runs: number): Measured => ({
  kind: 'times',
  samples: sideBySide(commands, runs),
});

/** A world in which everything was scanned once and nothing has happened since. */
function settledWorld(folder: string, agents: number, databases: number): World {
  const world = makeWorld(folder, agents, databases);
  deposit(world, 1024);
  initialise(world);
  runOnce(backupmon(world, ['scan']));
  return world;
}

function startUp(folder: string, quick: boolean): Measured {
  const world = settledWorld(folder, 10, 10);
  const commands = [['--version'], ['status', '--json']].map((args) => backupmon(world, args));
  return timed([bareNode, ...commands], quick ? 7 : 21);
}

function nothingNew(folder: string, quick: boolean): Measured {
  const world = settledWorld(folder, quick ? 100 : 1000, 10);
  return timed([bareNode, backupmon(world, ['scan'])], quick ? 5 : 11);
}

function longHistory(folder: string, quick: boolean): Measured {
  const long = settledWorld(`${folder}/long`, quick ? 100 : 1000, 10);
  const short = settledWorld(`${folder}/short`, quick ? 100 : 1000, 10);
  addHistory(long, quick ? 100_000 : 1_000_000);
  return timed(
    [
      bareNode,
      backupmon(short, ['status', '--json'], { label: 'status --json, one event a job' }),
      backupmon(long, ['status', '--json'], { label: 'status --json, with the history' }),
    ],
    quick ? 5 : 11,
  );
}

/** The same files through xargs, as an administrator would do it by hand. */
const shell = (world: World, command: string): Command => ({
  label: `xargs -P2 -n50 ${command}`,
  program: 'sh',
  args: [
    '-c',
    `find "$0" -name '*.dump' -print0 | xargs -0 -P2 -n50 ${command}`,
    `${world.folder}/deposits`,
  ],
});

function newFiles(folder: string, quick: boolean): Measured {
  const world = makeWorld(folder, 20, quick ? 10 : 100, { archiveReports: false });
  deposit(world, MiB);
  initialise(world);
  for (const name of ['state', 'validated']) save(world, name);
  const asBefore = (): void => {
    for (const name of ['state', 'validated']) restore(world, name);
  };
  return timed(
    [
      shell(world, 'openssl dgst -sha256'),
      shell(world, 'sha256sum'),
      backupmon(world, ['scan', '--dry-run'], {
        label: 'scan --dry-run (reads and hashes)',
        before: asBefore,
      }),
      backupmon(world, ['scan'], { label: 'scan (with durable copies)', before: asBefore }),
    ],
    quick ? 3 : 5,
  );
}

function oneFile(folder: string, mebibytes: number): { label: string; bytes: number } {
  const world = makeWorld(folder, 1, 1);
  deposit(world, mebibytes * MiB);
  initialise(world);
  const bytes = peakMemory(backupmon(world, ['scan']), `${folder}/peak`);
  return { label: `scan, one file of ${mebibytes} MiB`, bytes };
}

function memory(folder: string, quick: boolean): Measured {
  const sizes = quick ? [8, 64] : [8, 64, 1024];
  return {
    kind: 'memory',
    peaks: [
      { label: bareNode.label, bytes: peakMemory({ ...bareNode, args: [] }, `${folder}.peak`) },
      ...sizes.map((size) => oneFile(folder, size)),
    ],
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
    title: (quick) =>
      `scan with nothing new, ${quick ? '100 agents, 1,000' : '1,000 agents, 10,000'} jobs`,
    measure: nothingNew,
  },
  {
    name: 'history',
    title: (quick) =>
      `status, ${quick ? '1,000 jobs, 100,000' : '10,000 jobs, 1,000,000'} events of history`,
    measure: longHistory,
  },
  {
    name: 'new-files',
    title: (quick) => `${quick ? '200' : '2,000'} new files of 1 MiB`,
    measure: newFiles,
  },
  { name: 'memory', title: () => 'peak of resident memory', measure: memory },
];
