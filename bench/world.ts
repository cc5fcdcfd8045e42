/** A backup server in a folder: configuration, deposits, validated tree, database. */
import { createHash, randomFillSync } from 'node:crypto';
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { Fact } from './dump.ts';
import { runOnce, type Command } from './measure.ts';

const program = path.resolve(import.meta.dirname, '../bin/backupmon.js');

export interface World {
  readonly folder: string;
  /** The configuration file. */
  readonly config: string;
  readonly archiveReports: boolean;
  readonly agents: readonly string[];
  /** The same for every agent. */
  readonly databases: readonly string[];
}

/** How much is checked: the configuration's `verify`. */
export const levels = ['intact', 'readable', 'complete'] as const;
export type Level = (typeof levels)[number];

const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word}_${String(index + 1).padStart(4, '0')}`);

/** The same world under a configuration of its own. */
export function atLevel(world: World, level: Level): World {
  const { folder, agents } = world;
  const config = `${folder}/${level}.yaml`;
  const list = world.databases.join(', ');
  writeFileSync(
    config,
    `deposits: ${folder}/deposits
validated: ${folder}/validated
database: ${folder}/state/backupmon.db
site: bench
archive_reports: ${world.archiveReports}
defaults: { schedule: every 30d, settle: 0s, verify: ${level} }
agents:
${agents.map((agent) => `  ${agent}: { databases: [${list}] }\n`).join('')}`,
  );
  return { ...world, config };
}

/** Jobs that nobody is waiting for while the bench runs: they are due in 30 days. */
export function makeWorld(
  folder: string,
  agents: number,
  databases: number,
  { archiveReports = true } = {},
): World {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['deposits', 'validated']) mkdirSync(`${folder}/${name}`, { recursive: true });
  const names = { agents: numbered('agent', agents), databases: numbered('database', databases) };
  return atLevel({ folder, config: '', archiveReports, ...names }, 'complete');
}

/** The one binary, where it has been built since what it is made of. */
const built = path.resolve(import.meta.dirname, '../dist/backupmon');
export const hasBinary = (): boolean =>
  (statSync(built, { throwIfNoEntry: false })?.mtimeMs ?? 0) >=
  statSync(path.resolve(import.meta.dirname, '../dist/start.cjs')).mtimeMs;

/** The same command by the binary. */
export const byBinary = (command: Command): Command => ({
  ...command,
  label: `${command.label}, binary`,
  program: built,
  args: command.args.slice(1),
  peak: false,
});

export const backupmon = (
  world: World,
  args: readonly string[],
  more: Partial<Command> = {},
): Command => ({
  label: `backupmon ${args.join(' ')}`,
  program: process.execPath,
  args: [program, ...args],
  env: { BACKUPMON_CONFIG: world.config },
  peak: true,
  ...more,
});

/** A file of an agent's, and what its report says about it. */
export interface Deposited {
  readonly file: string;
  readonly backup: Fact;
  /** null: not compressed. */
  readonly compress: Fact | null;
}

/** @param stem path of the file, without a suffix */
export type Maker = (stem: string) => Deposited;

/** A file of `size` random bytes, different for each call (a multiple of 1 MiB where it is more than that). */
export function randomFile(size: number): Maker {
  return (stem) => {
    const file = `${stem}.dump`;
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(Math.min(size, 1024 * 1024));
    const descriptor = openSync(file, 'wx');
    for (let written = 0; written < size; written += chunk.length) {
      randomFillSync(chunk);
      hash.update(chunk);
      writeSync(descriptor, chunk);
    }
    closeSync(descriptor);
    return { file, backup: { size, sha256: hash.digest('hex') }, compress: null };
  };
}

function entryOf({ file, backup, compress }: Deposited): object {
  const ok = { status: true };
  return {
    BACKUP: { ...ok, ...backup },
    ...(compress === null ? {} : { COMPRESS: { ...ok, ...compress } }),
    TRANSFER: ok,
    staged_file_name: path.basename(file),
  };
}

/** One round of every agent, with a file for each database. */
export function deposit(world: World, make: Maker): Deposited[] {
  const ended = new Date(Date.now() - 1000).toISOString();
  return world.agents.flatMap((agent) => {
    const folder = `${world.folder}/deposits/${agent}`;
    for (const name of ['database', 'log']) mkdirSync(`${folder}/${name}`, { recursive: true });
    const made = world.databases.map((database) => make(`${folder}/database/${database}`));
    const databases = Object.fromEntries(
      world.databases.map((database, index) => [database, entryOf(made[index] as Deposited)]),
    );
    const report = { agent_id: agent, operation_end_time: ended, databases };
    writeFileSync(`${folder}/log/STATUS.json`, JSON.stringify(report));
    return made;
  });
}

export function initialise(world: World): void {
  runOnce(backupmon(world, ['init-db']));
}

export const save = (world: World, name: string): void => {
  cpSync(`${world.folder}/${name}`, `${world.folder}/.saved/${name}`, { recursive: true });
};

/** Puts a folder back as it was saved. */
export function restore(world: World, name: string): void {
  rmSync(`${world.folder}/${name}`, { recursive: true, force: true });
  cpSync(`${world.folder}/.saved/${name}`, `${world.folder}/${name}`, { recursive: true });
}

/** A history behind what the last scan recorded: `count` older conclusions, spread over all jobs. */
export function addHistory(world: World, count: number): void {
  const connection = new SqliteDatabase(`${world.folder}/state/backupmon.db`);
  connection.exec(`
    with recursive number(n) as (select 1 union all select n + 1 from number where n < ${count})
    insert into events (job_id, agent, at, cycle, status, severity, reason, message, found_size, found_sha256, assurance, count)
    select job.id, job.agent, 1700000000000 + n, 1700000000000 + n, 'SUCCESS', 'ok', 'verified', 'size and SHA-256 as reported',
      1048576, hex(randomblob(32)), 'intact', 1
    from number join jobs job on job.id = 1 + n % (select count(*) from jobs);
    pragma wal_checkpoint(truncate);
    vacuum;`);
  connection.close();
}
