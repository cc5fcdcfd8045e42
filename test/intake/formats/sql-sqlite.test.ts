/** What sqlite3's .dump writes, and what other tools write after its model. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { damages, judge, judgeAllWays, neverWholeWhenCut, outcome } from './sql-support.ts';

const nasty = `
create table t (id integer primary key, name text, data blob);
insert into t with recursive seq (i) as (select 1 union all select i + 1 from seq where i < 40)
  select i, 'row ' || i, x'00ff5c0a27' from seq;
insert into t values (100, 'a
COMMIT;
b', null), (101, 'it''s \\ -- "', null), (102, 'Error: no
ROLLBACK; -- due to errors
BEGIN TRANSACTION;', null);
create table "it's ""q"" -- [" (a text default 'x''y', -- it's a comment
  b /* COMMIT;
  it's */ text, [it's c] int, \`it's d\` int);
insert into "it's ""q"" -- [" values ('''', 'x', 1, 2);
create trigger tr after insert on t begin
  delete from t where id = 5; -- don't
end;
create trigger usual after update on t begin
  select 1;
END;
create view v as select *, 'it''s' as x from t;
create virtual table words using fts5 (x);
insert into words values ('hello');
create table counted (id integer primary key autoincrement);
insert into counted values (5);
`;

const installed = spawnSync('sqlite3', ['--version']).status === 0;

describe(
  'SQLite dumps',
  { skip: installed ? false : 'skipped, because sqlite3 is not installed' },
  () => {
    let folder: string;
    let file: string;
    const shell = (database: string, ...argv: readonly string[]): Buffer =>
      spawnSync('sqlite3', [database, ...argv], { maxBuffer: 2 ** 30 }).stdout;
    /** The usual one, one with line ends in values as older versions wrote it, and one of one table. */
    const dumps = (): Buffer[] =>
      ['.dump', '.dump --newlines', '.dump t'].map((command) => shell(file, command));

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'backupmon-sqlite-'));
      file = join(folder, 'shop.db');
      const { status, stderr } = spawnSync('sqlite3', [file], { input: nasty, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    });
    after(() => rmSync(folder, { recursive: true }));

    test('whole, however it arrives', async () => {
      for (const dump of dumps()) {
        const judged = await judgeAllWays(dump);
        assert.equal(outcome(judged), 'whole', judged.fault?.message ?? '');
        assert.deepEqual([judged.kind, judged.description], ['sqlite_sql', 'SQLite .dump text']);
      }
    });

    test('tables and batches are counted; an empty database is a whole dump of none', async () => {
      assert.deepEqual((await judge(shell(file, '.dump t'))).measures, { tables: 1, batches: 43 });
      const empty = await judge(shell(join(folder, 'empty.db'), '.dump'));
      assert.deepEqual([outcome(empty), empty.measures], ['whole', { tables: 0, batches: 0 }]);
    });

    test('the fingerprint is that of the content: the same again, another with a changed row', async () => {
      const prints = async (): Promise<string[]> =>
        Promise.all(dumps().map(async (dump) => (await judge(dump)).print));
      const first = await prints();
      assert.deepEqual(await prints(), first);
      shell(file, `update t set name = 'row 8' where id = 7`);
      for (const [index, print] of (await prints()).entries()) assert.notEqual(print, first[index]);
      shell(file, `update t set name = 'row 7' where id = 7`);
    });

    for (const [name, damage] of Object.entries(damages)) {
      test(`damage: ${name}`, async () => {
        for (const dump of dumps()) {
          const judged = await judgeAllWays(damage(dump));
          assert.notEqual(judged.fault, null, dump.toString());
        }
      });
    }

    test('cut at every single position it is never whole', async () => {
      for (const dump of dumps()) await neverWholeWhenCut(dump, /^\s*$/u);
    });

    test('a database that cannot be read ends in a rollback, and the dump says so', async () => {
      const broken = join(folder, 'broken.db');
      spawnSync('sqlite3', [broken], {
        input: `create table big (a);
          insert into big with recursive seq (i) as (select 1 union all select i + 1 from seq where i < 5000)
          select hex(randomblob(40)) from seq;`,
      });
      const descriptor = openSync(broken, 'r+');
      writeSync(descriptor, Buffer.alloc(8192, 0xa5), 0, 8192, statSync(broken).size >> 1);
      closeSync(descriptor);
      const judged = await judgeAllWays(shell(broken, '.dump'));
      assert.equal(outcome(judged), 'dump_failed');
      assert.match(judged.fault?.message ?? '', /CORRUPTION ERROR/u);
      const quiet = await judge(
        shell(broken, '.dump')
          .toString()
          .replaceAll(/^\/\*.*\n/gmu, ''),
      );
      assert.equal(outcome(quiet), 'dump_failed');
      assert.match(quiet.fault?.message ?? '', /ROLLBACK/u);
    });

    test('a schema that cannot be read ends in a commit, and a comment says so', async () => {
      const broken = join(folder, 'schema.db');
      spawnSync('sqlite3', [broken, 'create table t (a); insert into t values (1);']);
      const descriptor = openSync(broken, 'r+');
      writeSync(descriptor, Buffer.alloc(40, 0xa5), 0, 40, 100);
      closeSync(descriptor);
      const dump = shell(broken, '.dump');
      assert.match(dump.toString(), /CORRUPTION ERROR/u);
      assert.equal(outcome(await judgeAllWays(dump)), 'dump_failed');
      // Other versions end this one, too, with a rollback.
      const committed = dump.toString().replace(/ROLLBACK.*\n$/u, 'COMMIT;\n');
      assert.equal(outcome(await judge(committed)), 'dump_failed');
    });

    test('data alone has no transaction around it: it cannot be proved', async () => {
      const judged = await judge(shell(file, '.dump --data-only t'));
      assert.deepEqual([outcome(judged), judged.kind], ['unproved', 'sql']);
    });
  },
);

test('tools that follow the model are recognised, by what follows their BEGIN', async () => {
  const python = 'BEGIN TRANSACTION;\nCREATE TABLE t(a);\nINSERT INTO "t" VALUES(1);\nCOMMIT;\n';
  const judged = await judgeAllWays(python);
  assert.deepEqual([outcome(judged), judged.kind], ['whole', 'sqlite_sql']);
  const script = 'BEGIN TRANSACTION;\nGO\nPRINT 1\nGO\n';
  assert.equal((await judge(script)).kind, 'sql');
  assert.equal(outcome(await judge('PRAGMA foreign_keys=OFF;\n')), 'dump_cut');
});

test('two dumps, SQL behind the end, an end that belongs to nothing', async () => {
  const one = 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(a);\nCOMMIT;\n';
  assert.equal(outcome(await judge(one + one)), 'whole');
  assert.equal(outcome(await judge(`${one}VACUUM;\n`)), 'unproved');
  assert.equal(outcome(await judge(`${one}PRAGMA user_version=3;\n`)), 'whole');
  assert.equal(outcome(await judge(`${one}INSERT INTO t VALUES(1);\nCOMMIT;\n`)), 'foreign_text');
  const cut = one.replace('COMMIT;\n', '');
  assert.equal(outcome(await judge(cut + one)), 'dump_cut');
  assert.equal(outcome(await judge(`${cut}ROLLBACK; -- due to errors\n`)), 'dump_failed');
  assert.equal(outcome(await judge(`Error: near line 1: no\n${one}`)), 'foreign_text');
});
