/** `init-db --migrate-only`: for scripts, with nobody there to see that a disk is not mounted. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import { toFirstSchema } from '../support/first-schema.ts';
import { at, World } from '../support/world.ts';

const yaml =
  'defaults: { schedule: every 24h, settle: 0s }\nagents:\n  paris: { databases: [compta] }\n';
const noon = at('2026-06-20T12:00:00Z');
const made = (world: World): string[] =>
  (readdirSync(world.root, { recursive: true }) as string[]).toSorted();

/** A database of the first schema, and a tree whose marker is away with its disk. */
async function upgradedWithoutDisk(): Promise<World> {
  const world = new World(yaml);
  await world.ok(noon, 'init-db');
  const db = new SqliteDatabase(world.database);
  db.exec(toFirstSchema);
  db.close();
  rmSync(world.tree('.backupmon'));
  return world;
}

test('it migrates, and marks no folder as the tree', async () => {
  const world = await upgradedWithoutDisk();
  const mode = statSync(world.database).mode;
  assert.match((await world.run(noon, 'status')).err, /older backupmon/u);
  const migrated = await world.ok(noon, 'init-db', '--migrate-only');
  assert.deepEqual([migrated.out, migrated.err], [`migrated ${world.database}\n`, '']);
  assert.equal(existsSync(world.tree('.backupmon')), false);
  assert.equal(statSync(world.database).mode, mode);
  assert.equal((await world.statusOf(noon, 'paris/compta')).status, 'UNKNOWN');
  assert.equal((await world.run(noon, 'scan')).code, 3);
  const again = await world.ok(noon, 'init-db', '--migrate-only');
  assert.equal(again.out, `${world.database} is up to date\n`);
});

test('where there is nothing to migrate, nothing is made', async () => {
  const world = new World(yaml);
  const before = made(world);
  const absent = await world.run(noon, 'init-db', '--migrate-only');
  assert.deepEqual([absent.code, absent.out], [3, '']);
  assert.match(absent.err, /does not exist; run `backupmon init-db`/u);
  assert.deepEqual(made(world), before);

  await world.ok(noon, 'init-db');
  rmSync(world.database);
  writeFileSync(world.database, '');
  const there = made(world);
  const empty = await world.run(noon, 'init-db', '--migrate-only');
  assert.equal(empty.code, 3);
  assert.match(empty.err, /is empty; run `backupmon init-db`/u);
  assert.deepEqual([made(world), statSync(world.database).size], [there, 0]);
});

test('with --reset or --yes it does nothing', async () => {
  const world = await upgradedWithoutDisk();
  for (const option of ['--reset', '--yes']) {
    const { code, err } = await world.run(noon, 'init-db', '--migrate-only', option);
    assert.equal(code, 3);
    assert.match(err, /'--migrate-only' cannot be used with option '--(reset|yes)'/u);
  }
  assert.match((await world.run(noon, 'status')).err, /older backupmon/u);
  assert.deepEqual(
    readdirSync(join(world.root, 'state')).filter((name) => /\.bak/u.test(name)),
    [],
  );
});
