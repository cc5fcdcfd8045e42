/** A backup server in a folder: configuration, deposits, validated tree, database. */
import { createHash, randomFillSync } from 'node:crypto';
import { closeSync, cpSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { runOnce, type Command } from './measure.ts';

const program = path.resolve(import.meta.dirname, '../bin/backupmon.js');

export interface World {
  readonly folder: string;
  readonly agents: readonly string[];
  /** The same for every agent. */
  readonly databases: readonly string[];
}

const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word}_${String(index + 1).padStart(4, '0')}`);

/** Jobs that nobody is waiting for while the bench runs: they are due in 30 days. */
export function makeWorld(
  folder: string,
  agents: number,
  databases: number,
  { archiveReports = true } = {},
): World {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['deposits', 'validated']) mkdirSync(`${folder}/${name}`, { recursive: true });
  const world = {
    folder,
    agents: numbered('agent', agents),
    databases: numbered('database', databases),
  };
  const list = world.databases.join(', ');
  writeFileSync(
    `${folder}/config.yaml`,
    `deposits: ${folder}/deposits
validated: ${folder}/validated
database: ${folder}/state/backupmon.db
site: bench
archive_reports: ${archiveReports}
defaults: { schedule: every 30d, settle: 0s }
agents:
${world.agents.map((agent) => `  ${agent}: { databases: [${list}] }\n`).join('')}`,
  );
  return world;
}

export const backupmon = (
  world: World,
  args: readonly string[],
  more: Partial<Command> = {},
): Command => ({
  label: `backupmon ${args.join(' ')}`,
  program: process.execPath,
  args: [program, ...args],
  env: { BACKUPMON_CONFIG: `${world.folder}/config.yaml` },
  ...more,
});

/** A file of random bytes, different for each call. Returns what a report says about it. */
function makeFile(file: string, size: number): { size: number; sha256: string } {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(Math.min(size, 1024 * 1024));
  const descriptor = openSync(file, 'wx');
  for (let written = 0; written < size; written += chunk.length) {
    randomFillSync(chunk);
    hash.update(chunk);
    writeSync(descriptor, chunk);
  }
  closeSync(descriptor);
  return { size, sha256: hash.digest('hex') };
}

/** One round of every agent, with a file of `size` bytes for each database (a multiple of 1 MiB where it is more than that). */
export function deposit(world: World, size: number): void {
  const ended = new Date(Date.now() - 1000).toISOString();
  for (const agent of world.agents) {
    const folder = `${world.folder}/deposits/${agent}`;
    for (const name of ['database', 'log']) mkdirSync(`${folder}/${name}`, { recursive: true });
    const databases = Object.fromEntries(
      world.databases.map((database) => [
        database,
        {
          BACKUP: { status: true, ...makeFile(`${folder}/database/${database}.dump`, size) },
          TRANSFER: { status: true },
          staged_file_name: `${database}.dump`,
        },
      ]),
    );
    const report = { agent_id: agent, operation_end_time: ended, databases };
    writeFileSync(`${folder}/log/STATUS.json`, JSON.stringify(report));
  }
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
