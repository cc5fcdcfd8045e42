/** Real dumps of real databases, made by the tools that administrators use. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MariaDb } from './mariadb.ts';
import type { Postgres } from './postgres.ts';

export interface Dump {
  /** The tool and its options. */
  readonly name: string;
  /** Of the file's name, without that of a compression. */
  readonly suffix: string;
  readonly bytes: Buffer;
}

/** Runs a tool; throws with its words when it fails. */
export function tool(program: string, argv: readonly string[], input?: Buffer | string): Buffer {
  const { status, stdout, stderr, error } = spawnSync(program, argv, {
    maxBuffer: 2 ** 30,
    ...(input !== undefined && { input }),
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.toString()}`);
  return stdout;
}

export const isInstalled = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v "$0"`, program]).status === 0;

/** For node:test's `skip`. */
export const cannotRun = (program: string): string | false =>
  !isInstalled(program) && `skipped, because ${program} is not installed`;

/** The lines of a table of customers: text that shrinks about as well as real data does. */
export function customers(count: number, first = 1): string[] {
  return Array.from({ length: count }, (_, index) => {
    const id = first + index;
    const name = `customer ${((id * 2_654_435_761) % 4_294_967_296).toString(36)}`;
    return `(${id}, '${name}', 'rue ${(id * 7919) % 1000}, Douala', ${(id * 31) % 9973})`;
  });
}

const schema = `
create table customer (id integer primary key, name varchar(80) not null, address varchar(200), balance integer);
create table invoice (id integer primary key, customer integer references customer (id), amount integer);
create table nothing_yet (id integer primary key);
create index invoice_customer on invoice (customer);
insert into customer values ${customers(1500).join(',\n')};
insert into invoice select id, id, balance from customer;
`;

const one = (name: string, suffix: string, bytes: Buffer): Dump => ({ name, suffix, bytes });

/** A folder below the system's own temporary one, for as long as `work` runs. */
function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-dumps-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function fillPostgres(server: Postgres): void {
  server.sql('postgres', 'create database shop');
  server.sql('shop', schema);
}

export function postgresDumps(server: Postgres): Dump[] {
  const dump = (...options: string[]) => server.run('pg_dump', [...options, 'shop']);
  const folder = inFolder((scratch) => {
    dump('-Fd', '-f', `${scratch}/shop`);
    return tool('tar', ['-C', scratch, '-cf', '-', 'shop']);
  });
  return [
    one('pg_dump', 'sql', dump()),
    one('pg_dump --inserts', 'sql', dump('--inserts')),
    one('pg_dumpall', 'sql', server.run('pg_dumpall', [])),
    one('pg_dump -Fc', 'dump', dump('-Fc')),
    one('pg_dump -Fc -Z0', 'dump', dump('-Fc', '-Z0')),
    one('pg_dump -Ft', 'tar', dump('-Ft')),
    one('pg_dump -Fd, in a tar', 'tar', folder),
  ];
}

export function fillMariaDb(server: MariaDb): void {
  server.sql('create database shop; create database other');
  server.sql(schema, 'shop');
  server.sql('create table one (id integer primary key); insert into one values (1)', 'other');
}

export function mariadbDumps(server: MariaDb): Dump[] {
  const dump = (...options: string[]) => server.run('mariadb-dump', options);
  const dumps = [
    one('mariadb-dump', 'sql', dump('shop')),
    one('mariadb-dump --databases', 'sql', dump('--databases', 'shop', 'other')),
    one('mariadb-dump --skip-comments', 'sql', dump('--skip-comments', 'shop')),
    one('mariadb-dump --compact', 'sql', dump('--compact', 'shop')),
  ];
  if (!isInstalled('mydumper')) return dumps;
  const folder = inFolder((scratch) => {
    const to = `${scratch}/shop`;
    server.run('mydumper', ['--database', 'shop', '--outputdir', to, '--compress']);
    return tool('tar', ['-C', scratch, '-cf', '-', 'shop']);
  });
  return [...dumps, one('mydumper --compress, in a tar', 'tar', folder)];
}

/** @param file where the database is, or is made */
export const fillSqlite = (file: string): void => {
  tool('sqlite3', [file], schema);
};

export const sqliteDumps = (file: string): Dump[] =>
  inFolder((scratch) => {
    tool('sqlite3', [file, `.backup ${scratch}/copy.db`]);
    return [
      one('sqlite3 .backup', 'db', readFileSync(`${scratch}/copy.db`)),
      one('sqlite3 .dump', 'sql', tool('sqlite3', [file, '.dump'])),
    ];
  });

export interface Packer {
  readonly name: string;
  /** Appended to the file's name; empty for none. */
  readonly suffix: string;
  readonly pack: (bytes: Buffer) => Buffer;
  /** The usual way to test such a file: exit code 0 says it is fine. */
  readonly test: (file: string) => boolean;
}

const passes = (program: string, ...argv: string[]): boolean =>
  spawnSync(program, argv, { stdio: 'ignore' }).status === 0;

const packer = (program: string, suffix: string, ...options: string[]): Packer => ({
  name: [program, ...options].join(' '),
  suffix,
  pack: (bytes) => tool(program, [...options, '-c'], bytes),
  test: (file) => passes(program, '-t', file),
});

export const packers: readonly Packer[] = [
  { name: 'not compressed', suffix: '', pack: (bytes) => bytes, test: () => true },
  packer('gzip', '.gz'),
  packer('pigz', '.gz'),
  packer('zstd', '.zst', '-q'),
  packer('xz', '.xz'),
  packer('bzip2', '.bz2'),
  packer('lz4', '.lz4', '-q'),
];
