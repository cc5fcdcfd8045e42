/** SQLite's own check, on real databases. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import { newestPass, quickCheck, seenFileNames, type Checked } from '../../src/db/examine.ts';
import { initialiseDatabase, withDatabase } from '../../src/db/open.ts';
import { beginScan } from '../../src/db/scans.ts';

const folder = mkdtempSync(join(tmpdir(), 'backupmon-check-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'backupmon.db');

const checked = (mayGoOn: () => boolean = () => true): Promise<Checked> =>
  withDatabase(file, 'read', (db) => quickCheck(db, file, mayGoOn));

test('a database is whole, as far as there is time to check it', async () => {
  const { db, close } = await initialiseDatabase(file);
  assert.equal(await newestPass(db), null);
  await beginScan(db, { command: 'scan', startedAt: 7, complete: true, program: 'x' });
  const pass = await newestPass(db);
  assert.deepEqual([pass?.command, pass?.startedAt, pass?.finishedAt], ['scan', 7, null]);
  assert.deepEqual(await seenFileNames(db), []);
  await close();
  const { tables, ...rest } = await checked();
  assert.deepEqual([rest.checked, rest.faults], [tables, []]);
  assert.ok(tables > 10 && rest.size > 4096);
  let times = 3;
  assert.equal((await checked(() => (times -= 1) >= 0)).checked, 3);
});

test('what SQLite finds wrong is told in its words', async () => {
  const connection = new SqliteDatabase(file);
  connection.exec('create table z (a); insert into z values (null)');
  connection.unsafeMode();
  connection.pragma('writable_schema = on');
  connection.exec("update sqlite_schema set sql = 'create table z (a not null)' where name = 'z'");
  connection.close();
  assert.deepEqual((await checked()).faults, ['NULL value in z.a']);
});

test('a file that takes too long is not begun', async () => {
  truncateSync(file, 2 * 1024 ** 3);
  const { checked: count, size } = await checked();
  assert.deepEqual([count, size], [0, 2 * 1024 ** 3]);
});
