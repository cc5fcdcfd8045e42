/** A whole little installation in a temporary folder: agents that deposit real files, and the program that looks at them. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { gzipSync } from 'node:zlib';
import SqliteDatabase from 'better-sqlite3';
import { binary, runHere, type Ran } from './run-here.ts';

export type { Ran };

export const program = join(import.meta.dirname, '../../bin/backupmon.js');

type Launch = readonly [string, ...string[]];
const withNode: Launch = [process.execPath, program];

/** Starts the program; its arguments follow. */
export const launch: Launch = binary === null ? withNode : [binary];

/** The same with an environment: what tests load into the program can be loaded only where Node is told to. */
export const launchIn = (env: Readonly<Record<string, string>>): Launch =>
  env['NODE_OPTIONS'] === undefined ? launch : withNode;

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export const at = (text: string): number => {
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw new Error(`${text} is no instant`);
  return instant;
};

export interface Deposit {
  readonly agent?: string;
  readonly database?: string;
  /** What the dump holds: a text becomes a row of a small SQL dump, '' an empty one; bytes are the dump before compression. */
  readonly content?: string | Buffer;
  readonly endedAt: number;
  /** Name of the file; default `<database>.sql.gz`. */
  readonly file?: string;
  /** Name of the report; default one that never repeats. */
  readonly report?: string;
  /** Changes the report before it is written. */
  readonly change?: (report: Report) => void;
  /** What lies in the drop zone instead of the file; null for nothing. */
  readonly bytes?: Buffer | null;
}

export interface Stage {
  status?: unknown;
  sha256?: unknown;
  size?: unknown;
  [key: string]: unknown;
}

export interface Report {
  [key: string]: unknown;
  agent_id: unknown;
  operation_end_time: unknown;
  databases: Record<
    string,
    Record<string, unknown> & {
      BACKUP: Stage;
      COMPRESS: Stage;
      TRANSFER: Stage;
      staged_file_name: unknown;
    }
  >;
}

export const sha256 = (data: Buffer | string): string =>
  createHash('sha256').update(data).digest('hex');

/** What `sqlite3 .dump` writes of a table with one row. */
export const dumpOf = (row: string): string =>
  `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(x);\nINSERT INTO t VALUES('${row}');\nCOMMIT;\n`;

/** A deposit whose report tells the truth about its file; of the dump in it only what is given. */
export const honest = (
  endedAt: number,
  file: string,
  bytes: Buffer,
  dump: { readonly size?: number; readonly sha256?: string } = {},
): Deposit => ({
  endedAt,
  file,
  bytes,
  change: ({ databases }) => {
    const [entry] = Object.values(databases);
    if (entry === undefined) return;
    entry.COMPRESS = { status: true, size: bytes.length, sha256: sha256(bytes) };
    entry.BACKUP = { status: true, ...dump };
  },
});

let serial = 0;

export class World {
  readonly root: string;
  readonly deposits: string;
  readonly validated: string;
  readonly database: string;
  readonly configFile: string;

  /** `yaml` is everything after the three folders. */
  constructor(
    yaml: string,
    folders: { readonly validated?: string; readonly deposits?: string } = {},
  ) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'backupmon-test-')));
    this.deposits = folders.deposits ?? join(this.root, 'deposits');
    this.validated = folders.validated ?? join(this.root, 'validated');
    this.database = join(this.root, 'state', 'backupmon.db');
    this.configFile = join(this.root, 'config.yaml');
    mkdirSync(this.deposits, { recursive: true });
    mkdirSync(dirname(this.database), { mode: 0o750 });
    this.configure(yaml);
    after(() => this.remove());
  }

  configure(yaml: string): void {
    const folders = `deposits: ${this.deposits}\nvalidated: ${this.validated}\ndatabase: ${this.database}\nsite: test\n`;
    writeFileSync(this.configFile, folders + yaml);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  zone(agent: string, ...rest: string[]): string {
    return join(this.deposits, agent, ...rest);
  }

  tree(...rest: string[]): string {
    return join(this.validated, ...rest);
  }

  /** One round of one agent: a file and a report that tells the truth about it, unless it is changed. */
  deposit(deposit: Deposit): {
    readonly report: string;
    readonly file: string;
    readonly bytes: Buffer;
  } {
    const {
      agent = 'paris',
      database = 'compta',
      content: given = `rows of ${database}`,
      endedAt,
    } = deposit;
    const content = typeof given === 'string' && given !== '' ? dumpOf(given) : given;
    const bytes = gzipSync(content);
    const name = deposit.file ?? `${database}.sql.gz`;
    const end = new Date(endedAt).toISOString();
    const report: Report = {
      agent_id: agent,
      operation_start_time: new Date(endedAt - 10 * minute).toISOString(),
      operation_end_time: end,
      overall_status: 'completed',
      databases: {
        [database]: {
          BACKUP: {
            status: true,
            end_time: end,
            sha256: sha256(content),
            size: Buffer.byteLength(content),
          },
          COMPRESS: { status: true, end_time: end, sha256: sha256(bytes), size: bytes.length },
          TRANSFER: { status: true, end_time: end, error_message: null },
          staged_file_name: `/srv/stage/${name}`,
        },
      },
    };
    deposit.change?.(report);
    mkdirSync(this.zone(agent, 'log'), { recursive: true });
    mkdirSync(this.zone(agent, 'database'), { recursive: true });
    const file = this.zone(agent, 'database', name);
    if (deposit.bytes !== null) writeFileSync(file, deposit.bytes ?? bytes);
    serial += 1;
    const reportFile = this.zone(
      agent,
      'log',
      deposit.report ?? `report-${String(serial).padStart(5, '0')}.json`,
    );
    writeFileSync(reportFile, JSON.stringify(report));
    return { report: reportFile, file, bytes };
  }

  /** The program in this process, with a clock of the test's. */
  async run(now: number, ...argv: string[]): Promise<Ran> {
    return runHere(now, ['--config', this.configFile, ...argv]);
  }

  /** Runs a command that must not fail with 3. */
  async ok(now: number, ...argv: string[]): Promise<Ran> {
    const ran = await this.run(now, ...argv);
    if (ran.code === 3) throw new Error(`${argv.join(' ')} exited 3: ${ran.err}`);
    return ran;
  }

  /** The real program as a process of its own, with the real clock. */
  process(
    argv: readonly string[],
    options: {
      readonly env?: Record<string, string>;
      readonly uid?: number;
      readonly gid?: number;
      readonly prefix?: readonly string[];
      readonly config?: boolean;
    } = {},
  ): Ran {
    const own = options.config === false ? [] : ['--config', this.configFile];
    const [command = '', ...rest] = [
      ...(options.prefix ?? []),
      ...launchIn(options.env ?? {}),
      ...own,
      ...argv,
    ];
    const child = spawnSync(command, rest, {
      maxBuffer: 2 ** 28,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', ...options.env },
      cwd: this.root,
      ...(options.uid !== undefined && { uid: options.uid }),
      ...(options.gid !== undefined && { gid: options.gid }),
    });
    return { code: child.status, out: child.stdout, err: child.stderr };
  }

  sql<T = Record<string, unknown>>(query: string, ...values: unknown[]): T[] {
    const db = new SqliteDatabase(this.database, { readonly: true });
    try {
      return db.prepare(query).all(...values) as T[];
    } finally {
      db.close();
    }
  }

  /** Recorded conclusions about backups, oldest first: `job status reason`. */
  events(): string[] {
    const rows = this.sql<{ job: string | null; status: string; reason: string }>(
      `select coalesce(j.agent || '/' || j.database, e.agent) as job, e.status, e.reason
       from events e left join jobs j on j.id = e.job_id where e.status <> 'NOTICE' order by e.id`,
    );
    return rows.map((row) => `${row.job} ${row.status} ${row.reason}`);
  }

  async statusOf(now: number, job: string): Promise<StatusJob> {
    const ran = await this.ok(now, 'status', '--json', job);
    const [found] = (JSON.parse(ran.out) as { jobs: StatusJob[] }).jobs;
    if (found === undefined) throw new Error(`status does not show ${job}`);
    return found;
  }

  /** Names of the versions of a job, oldest first. */
  versions(path: string): string[] {
    const folder = this.tree(path);
    return existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name !== 'current')
          .toSorted()
      : [];
  }

  /** Every SHA256SUMS in the tree, checked by coreutils; throws with its words. */
  verify(): number {
    const found = spawnSync(
      'find',
      [
        this.validated,
        '-name',
        'SHA256SUMS',
        '-not',
        '-path',
        '*/.incoming/*',
        '-execdir',
        'sha256sum',
        '-c',
        '--quiet',
        '{}',
        ';',
        '-print',
      ],
      { encoding: 'utf8' },
    );
    if (found.stderr !== '' || /FAILED/u.test(found.stdout))
      throw new Error(found.stdout + found.stderr);
    return found.stdout.split('\n').filter((line) => line.endsWith('SHA256SUMS')).length;
  }

  read(path: string): string {
    return readFileSync(path, 'utf8');
  }
}

export interface StatusJob {
  job: string;
  status: string;
  severity: string;
  reason: string;
  message: string;
  since: string | null;
  cycle: string | null;
  cycle_state: string;
  next_due: string | null;
  deadline: string | null;
  last_success_at: string | null;
  last_success_age: number | null;
  assurance: string | null;
  size: number | null;
  sha256: string | null;
  path: string | null;
  versions: number;
  held: { path: string } | null;
  blocked?: { reason: string } | null;
}
