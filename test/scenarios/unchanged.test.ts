/** "Unchanged" is said of two dumps of an unchanged database, and of no others: real servers, real tools with their default options. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cannotRunMariaDb, MariaDb } from '../support/mariadb.ts';
import { cannotRunPostgres, Postgres } from '../support/postgres.ts';
import {
  cannotRun,
  fillMariaDb,
  fillPostgres,
  fillSqlite,
  mariadbDumps,
  packers,
  postgresDumps,
  sqliteDumps,
  tool,
  type Dump,
} from '../support/real-dumps.ts';
import { at, day, hour, sha256, World } from '../support/world.ts';

const skip =
  [cannotRunPostgres, cannotRunMariaDb, ...['sqlite3', 'gzip', 'zstd', 'xz'].map(cannotRun)].find(
    (reason) => reason !== false,
  ) ?? false;

const start = at('2026-06-15T08:00:00Z');
const used = packers.filter(({ name }) => /^(?:gzip|zstd|xz)/u.test(name));

/** One round: every dump in every packing, each a database of its own. `gzip FILE` puts the time into its header; so does this. */
function deposit(world: World, dumps: readonly Dump[], round: number): void {
  for (const [index, dump] of dumps.entries()) {
    for (const packer of used) {
      const packed = Buffer.from(packer.pack(dump.bytes));
      if (packer.name === 'gzip') packed.writeUInt32LE(1_700_000_000 + round, 4);
      world.deposit({
        agent: `agent-${packer.name.slice(0, 4).trim()}`,
        database: `d${index}`,
        file: `d${index}.${dump.suffix}${packer.suffix}`,
        content: dump.bytes,
        bytes: packed,
        endedAt: start + round * day + index,
        change: ({ databases }) => {
          const stages = Object.values(databases)[0];
          if (stages === undefined) return;
          stages.COMPRESS = { status: true, size: packed.length, sha256: sha256(packed) };
        },
      });
    }
  }
}

describe('unchanged', { skip }, () => {
  let postgres: Postgres;
  let mariadb: MariaDb;
  const file = join(mkdtempSync(join(tmpdir(), 'backupmon-unchanged-')), 'shop.db');
  const dumpAll = (): Dump[] => [
    ...postgresDumps(postgres),
    ...mariadbDumps(mariadb),
    ...sqliteDumps(file),
  ];

  before(() => {
    postgres = new Postgres();
    mariadb = new MariaDb();
    fillPostgres(postgres);
    fillMariaDb(mariadb);
    fillSqlite(file);
  });
  after(() => {
    postgres.stop();
    mariadb.stop();
    rmSync(dirname(file), { recursive: true, force: true });
  });

  it('a second dump of an unchanged database is recognised; one changed row is not overlooked', async () => {
    const first = dumpAll();
    // Times in dumps have whole seconds.
    await sleep(1100);
    const second = dumpAll();
    const change = 'update customer set balance = balance + 1 where id = 700';
    postgres.sql('shop', change);
    mariadb.sql(change, 'shop');
    tool('sqlite3', [file, change]);
    const third = dumpAll();

    const databases = first.map((_, index) => `d${index}`).join(', ');
    const agents = used.map(({ name }) => `agent-${name.slice(0, 4).trim()}`);
    const world = new World(
      `timezone: UTC\ndefaults: { schedule: "0 8 * * *", early: 2h, unchanged: ok, keep: 5, settle: 0s }\nagents:\n${agents
        .map((agent) => `  ${agent}: { databases: [${databases}] }\n`)
        .join('')}`,
    );
    await world.ok(start, 'init-db');
    const outcomes: string[][] = [];
    for (const [round, dumps] of [first, second, third].entries()) {
      deposit(world, dumps, round);
      const { out } = await world.ok(start + round * day + hour, 'scan', '--json');
      const { events } = JSON.parse(out) as {
        events: { job: string; status: string; reason: string; message: string }[];
      };
      outcomes.push(
        events
          .map(({ job, status, reason, message }) => {
            const [agent, database] = job.split('/');
            const name = first[Number(database?.slice(1))]?.name;
            const told = status === 'CONTENT_INVALID' ? `: ${message}` : '';
            return `${name}, ${agent}: ${status} ${reason}${told}`;
          })
          .toSorted(),
      );
    }
    const expected = (outcome: string): string[] =>
      first
        .flatMap(({ name }) => agents.map((agent) => `${name}, ${agent}: ${outcome}`))
        .toSorted();
    assert.deepEqual(outcomes[0], expected('SUCCESS verified'));
    const isSame = (line: string) => / HASH_MISMATCH same_(?:file|fingerprint)$/u.test(line);
    assert.deepEqual(
      outcomes[1]?.filter((line) => !isSame(line)),
      [],
    );
    assert.equal(outcomes[1]?.length, expected('').length);
    assert.deepEqual(outcomes[2], expected('SUCCESS verified'));
  });
});
