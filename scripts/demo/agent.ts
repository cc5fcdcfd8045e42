/** What an agent does in one backup round: it dumps a real database, compresses the dump, sends it, and reports. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import SqliteDatabase from 'better-sqlite3';

type Connection = SqliteDatabase.Database;

interface Dump {
  readonly suffix: string;
  readonly make: (connection: Connection, scratch: string) => Promise<Buffer>;
  readonly compress: (dump: Buffer) => Buffer;
}

/** SQLite's own online backup: a database file. */
async function databaseFile(connection: Connection, scratch: string): Promise<Buffer> {
  await connection.backup(scratch);
  const dump = readFileSync(scratch);
  rmSync(scratch);
  return dump;
}

/** SQL text that rebuilds the table, as `sqlite3 .dump` writes it. */
async function sqlText(connection: Connection): Promise<Buffer> {
  const rows = connection.prepare<[], { id: number; text: string }>('select id, text from entry');
  const inserts = rows.all().map(({ id, text }) => `INSERT INTO entry VALUES(${id},'${text}');`);
  const lines = ['BEGIN TRANSACTION;', tableOfEntries, ...inserts, 'COMMIT;', ''];
  return Buffer.from(lines.join('\n'));
}

const tableOfEntries = 'CREATE TABLE entry(id INTEGER PRIMARY KEY, text TEXT NOT NULL);';

export const dumps = {
  sqliteZstd: { suffix: 'db.zst', make: databaseFile, compress: zstdCompressSync },
  sqliteGzip: { suffix: 'db.gz', make: databaseFile, compress: gzipSync },
  sqlGzip: { suffix: 'sql.gz', make: sqlText, compress: gzipSync },
} as const satisfies Readonly<Record<string, Dump>>;

/** A database with as many entries as asked for; the first ones are always the same. */
export function makeDatabase(entries: number): Connection {
  const connection = new SqliteDatabase(':memory:');
  connection.exec(tableOfEntries);
  addEntries(connection, entries);
  return connection;
}

export function addEntries(connection: Connection, count: number): void {
  const insert = connection.prepare('insert into entry(text) select ?');
  const known = Number(connection.prepare('select count(*) from entry').pluck().get());
  const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
  for (let index = 0; index < count; index += 1)
    insert.run(`entry ${known + index} ${hex(String(known + index))}`);
}

interface Round {
  readonly deposits: string;
  readonly agent: string;
  readonly database: string;
  /** When the round ended. */
  readonly ended: Date;
}

const describe = (bytes: Buffer): { size: number; sha256: string } => ({
  size: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

function report({ deposits, agent, database, ended }: Round, stages: object): void {
  const at = ended.toISOString();
  const stamp = at.replaceAll(/[-:]|\.\d+/gu, '');
  const folder = `${deposits}/${agent}/log`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    `${folder}/${stamp}.json`,
    JSON.stringify({ agent_id: agent, operation_end_time: at, databases: { [database]: stages } }),
  );
}

/** A round that went well on the agent's side. Returns the path of the file that it sent. */
export async function backUp(round: Round, from: Connection, dump: Dump): Promise<string> {
  const folder = `${round.deposits}/${round.agent}/database`;
  mkdirSync(folder, { recursive: true });
  const name = `${round.database}.${dump.suffix}`;
  const raw = await dump.make(from, `${folder}/.${name}.tmp`);
  const sent = dump.compress(raw);
  writeFileSync(`${folder}/${name}`, sent);
  report(round, {
    BACKUP: { status: true, ...describe(raw) },
    COMPRESS: { status: true, ...describe(sent) },
    TRANSFER: { status: true, error_message: null },
    staged_file_name: name,
  });
  return `${folder}/${name}`;
}

/** A round whose dump failed: the agent says so, and sends nothing. */
export function failToBackUp(round: Round, reason: string): void {
  report(round, {
    BACKUP: { status: false, error_message: reason },
    COMPRESS: { status: false },
    TRANSFER: { status: false },
    staged_file_name: null,
  });
}
