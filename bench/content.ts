/** Scans of dumps at each level of `verify`, beside what the same files cost by other means. */
import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { reachedIn } from './aims.ts';
import { caches, inCache, whyNotCold, type Cache } from './cache.ts';
import { dumpsOf, isInstalled, sizeBefore, type Form } from './forms.ts';
import { sideBySide, type Command } from './measure.ts';
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

/** Free space that is wanted, in multiples of the dumps: what is deposited, and two copies of it. */
const SPACE = 3.2;
const TMPFS = 0x01021994;

/** What stands in the way, or in the way of numbers that mean something. */
function obstacles(
  form: Form,
  folder: string,
  bytes: number,
): { why: string | null; notes: string[] } {
  const notes: string[] = [];
  const compressor = form.compress?.[0];
  const missing = ['openssl', ...form.tests.map(([program]) => program)].filter(
    (program) => !isInstalled(program),
  );
  for (const program of missing) notes.push(`without ${program}, which is not installed`);
  const { type, bavail, bsize } = statfsSync(folder);
  if (type === TMPFS)
    notes.push('the files lie in memory (tmpfs), where cold is warm: set $BENCH_FOLDER');
  if (bytes * 2 > totalmem()) notes.push('the machine has too little memory for warm to be warm');
  const free = bavail * bsize;
  if (compressor !== undefined && missing.includes(compressor))
    return { why: `${compressor} is not installed`, notes: [] };
  if (free < bytes * SPACE) {
    const GiB = 1024 * MiB;
    const why = `${folder} has ${(free / GiB).toFixed(1)} GiB free, and not ${((bytes * SPACE) / GiB).toFixed(1)}: set $BENCH_FOLDER`;
    return { why, notes: [] };
  }
  return { why: null, notes };
}

const sizeText = ({ files }: Load): string => {
  const sum = (facts: readonly { size: number }[]): string =>
    `${(facts.reduce((all, { size }) => all + size, 0) / MiB).toFixed(0)} MiB`;
  const content = sum(files.map(({ backup }) => backup));
  return files[0]?.compress === null
    ? content
    : `${sum(files.map(({ backup, compress }) => compress ?? backup))}, ${content} before compression`;
};

function tableOf(name: string, cache: Cache, world: World, load: Load): Table {
  const commands = commandsFor(world, load);
  const samples = sideBySide(
    commands.map(([, command]) => inCache(cache, command)),
    RUNS,
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

interface Plan {
  readonly agents: number;
  readonly databases: number;
  /** Of the dump of each database, in bytes before compression. */
  readonly size: number;
}

/** One large dump, or files of 1 MiB as they are deposited. */
function planOf(count: Count, form: Form, folder: string, quick: boolean): Plan {
  if (count === 'one') return { agents: 1, databases: 1, size: (quick ? 256 : 4096) * MiB };
  return { agents: 20, databases: quick ? 10 : 100, size: sizeBefore(form, folder, MiB) };
}

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
  quick: boolean,
): Generator<Table> {
  const { agents, databases, size } = planOf(count, form, folder, quick);
  const { why, notes } = obstacles(
    form,
    folder,
    agents * databases * (count === 'one' ? size : MiB),
  );
  if (why !== null) {
    yield note(`left out, because ${why}`);
    return;
  }
  for (const text of notes) yield note(text);
  const world = makeWorld(`${folder}/world`, agents, databases, { archiveReports: false });
  const load = { folder: world.folder, form, files: deposit(world, dumpsOf(form, size)) };
  writeSums(load);
  initialise(world);
  for (const part of ['state', 'validated']) save(world, part);
  yield note(sizeText(load));
  for (const cache of caches) {
    const fixed = cache === 'cold' ? whyNotCold() : null;
    yield fixed === null
      ? tableOf(name, cache, world, load)
      : note(`cold page cache: left out, because ${fixed}`);
  }
}
