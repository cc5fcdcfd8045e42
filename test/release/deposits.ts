/** What an agent leaves in a Debian system: a real database file, and a report that tells the truth about it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import SqliteDatabase from 'better-sqlite3';
import { sha256 } from '../support/world.ts';

/** A database file as SQLite itself copies it. */
function realDatabase(rows: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-dump-'));
  const db = new SqliteDatabase(join(folder, 'shop.db'));
  try {
    db.exec('create table customer (id integer primary key, name text)');
    const insert = db.prepare('insert into customer (name) values (?)');
    for (let row = 0; row < rows; row += 1) insert.run(`customer ${row}`);
    db.exec(`vacuum into '${folder}/copy.db'`);
    return readFileSync(join(folder, 'copy.db'));
  } finally {
    db.close();
    rmSync(folder, { recursive: true });
  }
}

type Write = (path: string, content: string | Buffer) => void;

/** `paris/compta`, of a minute ago. */
export function deposit(write: Write, folder: string, rows = 1000): void {
  const dump = realDatabase(rows);
  const bytes = gzipSync(dump);
  const end = new Date(Date.now() - 60_000).toISOString();
  const report = {
    agent_id: 'paris',
    operation_end_time: end,
    databases: {
      compta: {
        BACKUP: { status: true, sha256: sha256(dump), size: dump.length },
        COMPRESS: { status: true, sha256: sha256(bytes), size: bytes.length },
        TRANSFER: { status: true, error_message: null },
        staged_file_name: 'compta.db.gz',
      },
    },
  };
  write(`${folder}/paris/database/compta.db.gz`, bytes);
  write(`${folder}/paris/log/report-${rows}.json`, JSON.stringify(report));
}

/** A configuration for it. */
export const configuration = (state: string, deposits: string, validated: string): string =>
  `deposits: ${deposits}
validated: ${validated}
database: ${state}/backupmon.db
site: test
defaults: { schedule: every 24h, settle: 0s, size_change: off }
agents: { paris: { databases: [compta] } }
`;

interface StatusDocument {
  readonly jobs: readonly {
    readonly job: string;
    readonly status: string;
    readonly assurance: string | null;
  }[];
}

/** Of `status --json`: `paris/compta SUCCESS complete`. */
export const jobsIn = (json: string): string[] =>
  (JSON.parse(json) as StatusDocument).jobs.map(
    ({ job, status, assurance }) => `${job} ${status} ${assurance}`,
  );
