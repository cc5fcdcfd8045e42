/** A small installation at a fixed place, so that a run repeats the system calls of another one; and the rounds of its one agent. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { runHere, type Ran } from '../support/run-here.ts';
import { start } from '../support/start.ts';

const program = path.resolve(import.meta.dirname, '../../bin/backupmon.js');
const MINUTE = 60_000;

/** Where worlds are made: in memory, where that is possible, as what a disk takes to flush is not what is looked at. */
function shelf(): string {
  const memory = '/dev/shm';
  try {
    accessSync(memory, constants.W_OK);
    return memory;
  } catch {
    return tmpdir();
  }
}

/** A folder for worlds, in $FAULTS_FOLDER if that is set, until this process ends. */
export function makeShelf(): string {
  // As strace says it of an open file: without links.
  const parent = realpathSync(process.env['FAULTS_FOLDER'] ?? shelf());
  const folder = mkdtempSync(path.join(parent, 'backupmon-faults-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const configOf = (root: string): string => `${root}.yaml`;

/** A configuration is not cached while it is younger. Milliseconds. */
const SETTLED = 150;

/**
 * An installation in which nothing was deposited yet.
 * @param yaml what its configuration says beside the folders
 */
export async function makeFolders(root: string, yaml: string): Promise<void> {
  rmSync(root, { recursive: true, force: true });
  for (const folder of ['deposits', 'validated', 'state'])
    mkdirSync(`${root}/${folder}`, { recursive: true });
  // Beside the world, and not in it: a world that is put back as it was saved then finds its configuration in the cache.
  writeFileSync(
    configOf(root),
    `deposits: ${root}/deposits\nvalidated: ${root}/validated\ndatabase: ${root}/state/backupmon.db\nsite: test\n${yaml}`,
  );
  await after(SETTLED);
}

/** With one agent, and one thread. */
export async function makeWorld(root: string, rules: string): Promise<void> {
  await makeFolders(
    root,
    `parallel: 1
defaults: { schedule: every 24h, grace: 20d, settle: 0s${rules} }
agents: { paris: { databases: [compta] } }
`,
  );
  for (const folder of ['log', 'database'])
    mkdirSync(`${root}/deposits/paris/${folder}`, { recursive: true });
}

export const run = (file: string, args: readonly string[], input = ''): Promise<Ran> =>
  start(file, args, { input }).ended;

/** Arguments of a command in a world. */
export const argumentsIn = (root: string, args: readonly string[]): string[] => [
  '--config',
  configOf(root),
  ...args,
];

/** Program and arguments that run a command in a world. */
export const commandIn = (root: string, args: readonly string[]): [string, string[]] => [
  process.execPath,
  [program, ...argumentsIn(root, args)],
];

/** A command that nothing disturbs, in this process: starting another one for each takes ten times as long. */
export const undisturbed = (root: string, args: readonly string[]): Promise<Ran> =>
  runHere(Date.now(), argumentsIn(root, args));

/** `init-db` in a world. @throws Error when it fails */
export async function initialise(root: string): Promise<void> {
  const { code, err } = await undisturbed(root, ['init-db']);
  if (code !== 0) throw new Error(`init-db: exit ${code}: ${err}`);
}

/** `scan` in a world, by the program: it finds its own configuration in the cache later on. @throws Error when it exits otherwise */
export async function scan(root: string, expected: number): Promise<void> {
  const { code, out, err } = await run(...commandIn(root, ['scan']));
  if (code !== expected) throw new Error(`scan: exit ${code}, and not ${expected}\n${err}${out}`);
}

const fact = (data: Buffer | string) => ({
  status: true,
  size: Buffer.byteLength(data),
  sha256: createHash('sha256').update(data).digest('hex'),
});

/** Whole dumps of two kinds. */
export const dumps = {
  sqlite: (row: number): string =>
    `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(x);\nINSERT INTO t VALUES(${row});\nCOMMIT;\n`,
  other: 'CREATE TABLE t (x int);\nINSERT INTO t VALUES (1);\n',
};

/**
 * A round of the agent's: a dump, and its report. Returns the SHA-256 of the file.
 * @param ago minutes since it ended
 */
export function deposit(root: string, dump: string, ago: number): string {
  const packed = gzipSync(dump);
  const sent = fact(packed);
  const zone = `${root}/deposits/paris`;
  writeFileSync(`${zone}/database/compta.sql.gz`, packed);
  writeFileSync(
    `${zone}/log/STATUS.json`,
    JSON.stringify({
      agent_id: 'paris',
      operation_end_time: new Date(Date.now() - ago * MINUTE).toISOString(),
      databases: {
        compta: {
          BACKUP: fact(dump),
          COMPRESS: sent,
          TRANSFER: { status: true },
          staged_file_name: 'compta.sql.gz',
        },
      },
    }),
  );
  return sent.sha256;
}

/** Puts a copy of a world in the place of another one, times included: those of folders are remembered to the nanosecond. */
export function restore(saved: string, root: string): void {
  rmSync(root, { recursive: true, force: true });
  const { status, stderr } = spawnSync('cp', ['-a', saved, root], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
