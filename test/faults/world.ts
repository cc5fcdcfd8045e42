/** A small installation at a fixed place, so that a run repeats the system calls of another one; and the rounds of its one agent. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

export const program = path.resolve(import.meta.dirname, '../../bin/backupmon.js');
const MINUTE = 60_000;

export interface Ran {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const configOf = (root: string): string => `${root}/config.yaml`;

export function makeWorld(root: string, rules: string, more = ''): void {
  rmSync(root, { recursive: true, force: true });
  for (const folder of ['deposits/paris/log', 'deposits/paris/database', 'validated', 'state'])
    mkdirSync(`${root}/${folder}`, { recursive: true });
  writeFileSync(
    configOf(root),
    `deposits: ${root}/deposits
validated: ${root}/validated
database: ${root}/state/backupmon.db
site: test
parallel: 1
${more}defaults: { schedule: every 24h, grace: 20d, settle: 0s${rules} }
agents: { paris: { databases: [compta] } }
`,
  );
}

/** Runs a program to its end, while others run. */
export async function run(file: string, args: readonly string[]): Promise<Ran> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

export function backupmon(root: string, args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, '--config', configOf(root), ...args],
    { encoding: 'utf8' },
  );
  return { code: status, out: stdout, err: stderr };
}

/** @throws Error when it exits otherwise */
export function expectExit(root: string, args: readonly string[], code: number): Ran {
  const ran = backupmon(root, args);
  if (ran.code === code) return ran;
  throw new Error(`${args.join(' ')}: exit ${ran.code} instead of ${code}\n${ran.err}${ran.out}`);
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
 * A round of the agent's: a dump, and its report.
 * @param ago minutes since it ended
 */
export function deposit(root: string, dump: string, ago: number): void {
  const packed = gzipSync(dump);
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
          COMPRESS: fact(packed),
          TRANSFER: { status: true },
          staged_file_name: 'compta.sql.gz',
        },
      },
    }),
  );
}

/** Puts a world as it was saved in the place of another one, times of the files included. */
export function restore(saved: string, root: string): void {
  rmSync(root, { recursive: true, force: true });
  cpSync(saved, root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

export const sizeOf = (file: string): number =>
  statSync(file, { throwIfNoEntry: false })?.size ?? 0;
export const textOf = (file: string): string => readFileSync(file, 'utf8');
