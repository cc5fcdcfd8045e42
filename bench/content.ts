/** Scans of dumps at each level of `verify`, beside what the same files cost by other means. */
import { spawnSync } from 'node:child_process';
import { reachedIn } from './aims.ts';
import { caches, inCache, whyNotCold, type Cache } from './cache.ts';
import type { Scale } from './cases.ts';
import { dumpsOf, isInstalled, sizeBefore, type Form } from './forms.ts';
import { sideBySide, type Command } from './measure.ts';
import { cautions, whyNot } from './obstacles.ts';
import {
  administrator,
  durableCopy,
  hashLimits,
  isMany,
  openssl,
  ownDecompressor,
  sha256sum,
  sumAndTest,
  sumBesideTest,
  tests,
  writeSums,
  type Load,
} from './peers.ts';
import type { Table } from './table.ts';
import {
  atLevel,
  backupmon,
  deposit,
  initialise,
  levels,
  makeWorld,
  restore,
  save,
  type Level,
  type World,
} from './world.ts';

const MiB = 1024 * 1024;
const RUNS = 3;

/** @throws Error when the last scan has proved less than it was asked for: then it would be no measure of that work */
function expectLevel(world: World, level: Level): void {
  const { program, args, env } = backupmon(world, ['status', '--json']);
  const { stdout } = spawnSync(program, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 256 * MiB,
  });
  const { jobs } = JSON.parse(stdout) as { jobs: { assurance: string | null }[] };
  const other = jobs.find(({ assurance }) => assurance !== level);
  if (jobs.length > 0 && other === undefined) return;
  throw new Error(
    `a dump of the bench is judged ${other?.assurance ?? 'not at all'}, not ${level}`,
  );
}

type Keyed = readonly [key: string, command: Command];

/** At each level, from the state before the first scan. */
const scans = (world: World, dryRun: boolean): Keyed[] =>
  levels.map((level) => {
    const own = atLevel(world, level);
    const args = ['scan', ...(dryRun ? ['--dry-run'] : [])];
    const command = backupmon(own, args, {
      label: `${args.join(' ')}, ${level}`,
      before: () => {
        for (const name of ['state', 'validated']) restore(world, name);
      },
      after: () => {
        if (!dryRun) expectLevel(own, level);
      },
    });
    return [`${dryRun ? 'dry' : 'scan'} ${level}`, command];
  });

/** What tests the compressed stream; nothing where it is not compressed. */
function testing(load: Load): Keyed[] {
  const installed = tests(load);
  const [usual] = installed;
  if (usual === undefined) return [];
  return [
    ...installed.map(({ name, command }): Keyed => [name, command]),
    ['own decompressor', ownDecompressor(load)],
    ['sum and test', sumAndTest(load, usual.name)],
    ...(isMany(load) ? [] : [['sum beside test', sumBesideTest(load, usual.name)] as const]),
  ];
}

/** Under the keys that bench/aims.ts knows; the first is the measure. */
const commandsFor = (world: World, load: Load): Keyed[] => [
  ...(isInstalled('openssl') ? [['openssl', openssl(load)] as const] : []),
  ['sha256sum', sha256sum(load)],
  ...testing(load),
  ...scans(world, true),
  ['script', administrator(load)],
  ...scans(world, false),
  ...(isInstalled('openssl') ? hashLimits(load) : []).map((command): Keyed => [
    command.label,
    command,
  ]),
  ['copy', durableCopy(load)],
];

const sizeText = ({ files }: Load): string => {
  const sum = (facts: readonly { size: number }[]): string =>
    `${(facts.reduce((all, { size }) => all + size, 0) / MiB).toFixed(0)} MiB`;
  const content = sum(files.map(({ backup }) => backup));
  return files[0]?.compress === null
    ? content
    : `${sum(files.map(({ backup, compress }) => compress ?? backup))}, ${content} before compression`;
};

function tableOf(name: string, cache: Cache, world: World, load: Load, runs: number): Table {
  const commands = commandsFor(world, load);
  const samples = sideBySide(
    commands.map(([, command]) => inCache(cache, command)),
    runs,
    // Nothing has to be loaded for a cold run; the memory is the same.
    cache === 'warm' ? { scratch: `${world.folder}/peak` } : { first: false },
  );
  const byKey = new Map(
    samples.flatMap((sample, index) => {
      const key = commands[index]?.[0];
      return key === undefined ? [] : [[key, sample] as const];
    }),
  );
  return {
    kind: 'work',
    title: `${cache} page cache`,
    samples,
    reached: reachedIn(name, cache, byKey),
  };
}

export type Count = 'one' | 'many';

export const titleOf = (count: Count, form: Form, quick: boolean): string =>
  count === 'one'
    ? `one dump of ${quick ? '256 MiB' : '4 GiB'}, ${form.name}`
    : `${quick ? '200' : '2,000'} files of 1 MiB, ${form.name}`;

const note = (text: string): Table => ({ kind: 'note', text });

/** The tables of one form, one for each state of the page cache. */
export function* contentTables(
  name: string,
  count: Count,
  form: Form,
  folder: string,
  { quick, runs }: Scale,
): Generator<Table> {
  const [agents, databases] = count === 'one' ? [1, 1] : [20, quick ? 10 : 100];
  const each = count === 'many' ? MiB : (quick ? 256 : 4096) * MiB;
  const bytes = agents * databases * each;
  const why = whyNot(form, folder, bytes);
  if (why !== null) {
    yield note(`left out, because ${why}`);
    return;
  }
  yield* cautions(form, folder, bytes).map(note);
  // One large dump, or files of 1 MiB as they are deposited.
  const size = count === 'one' ? each : sizeBefore(form, folder, each);
  const world = makeWorld(`${folder}/world`, agents, databases, { archiveReports: false });
  const load = { folder: world.folder, form, files: deposit(world, dumpsOf(form, size)) };
  writeSums(load);
  initialise(world);
  for (const part of ['state', 'validated']) save(world, part);
  yield note(sizeText(load));
  for (const cache of caches) {
    const warmOnly = cache === 'cold' ? whyNotCold() : null;
    yield warmOnly === null
      ? tableOf(name, cache, world, load, runs ?? RUNS)
      : note(`cold page cache: left out, because ${warmOnly}`);
  }
}
