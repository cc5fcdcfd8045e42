/** The validated tree: what is published, kept, pruned, lost, found again; and a disk that is not there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'node:test';
import { end, noon, round, scanAt, startedWith } from '../support/evening.ts';
import { day, minute, World } from '../support/world.ts';

const config = (rules: string): string =>
  `defaults: { schedule: "0 20 * * *", settle: 0s, size_change: off }\nagents:\n  paris: { databases: { compta: { ${rules} } } }\n`;

const started = (rules: string): Promise<World> => startedWith(config(rules));

test('a version is a folder with the file, 0440, and SHA256SUMS that coreutils verify; current points to the newest', async () => {
  const world = await started('keep: 3');
  for (let index = 0; index < 3; index += 1) assert.equal(await round(world, index), 0);
  assert.deepEqual(world.versions('paris/compta'), [
    '20260620T201000Z',
    '20260621T201000Z',
    '20260622T201000Z',
  ]);
  assert.equal(world.verify(), 3);
  assert.equal(readlinkSync(world.tree('paris/compta/current')), '20260622T201000Z');
  assert.equal(lstatSync(world.tree('paris/compta/current/compta.sql.gz')).mode & 0o7777, 0o440);
  assert.equal(lstatSync(world.tree('paris/compta/20260622T201000Z')).mode & 0o7777, 0o750);
  assert.deepEqual(readdirSync(world.tree('.incoming')), []);
});

test('retention: keep 2 removes the oldest once its successor is durable, and says why', async () => {
  const world = await started('keep: 2');
  for (let index = 0; index < 4; index += 1) await round(world, index);
  assert.deepEqual(world.versions('paris/compta'), ['20260622T201000Z', '20260623T201000Z']);
  const rows = world.sql<{ state: string; state_reason: string }>(
    'select state, state_reason from versions order by id limit 2',
  );
  assert.deepEqual(
    rows.map((row) => row.state),
    ['pruned', 'pruned'],
  );
  assert.match(rows[0]?.state_reason ?? '', /keep/u);
});

test('failures never cost a version', async () => {
  const world = await started('keep: 1');
  await round(world, 0);
  for (let index = 1; index < 5; index += 1) {
    world.deposit({
      endedAt: end + index * day,
      content: `x${index}`,
      bytes: Buffer.from('damaged'),
    });
    await world.run(scanAt + index * day, 'scan');
  }
  assert.deepEqual(world.versions('paris/compta'), ['20260620T201000Z']);
});

test('two versions of one second get -2', async () => {
  const world = await started('keep: 9');
  world.deposit({ endedAt: end, content: 'one', file: 'a.gz' });
  await world.ok(scanAt, 'scan');
  world.deposit({ endedAt: end + 200, content: 'two', file: 'a.gz' });
  world.deposit({ endedAt: end + 1 * day, content: 'three', file: 'b.gz' });
  await world.ok(scanAt + day, 'scan');
  assert.ok(world.sql('select folder from versions').length >= 2);
  assert.equal(
    world.sql<{ n: number }>("select count(*) as n from versions where folder like '%-2'")[0]?.n,
    1,
  );
  assert.ok(world.verify() >= 2);
});

test("a path that still holds another job's versions is a fault", async () => {
  const world = await started('keep: 2');
  await round(world, 0);
  world.configure(
    'defaults: { schedule: "0 20 * * *" }\nagents:\n  paris: { databases: { compta: { path: new }, crm: { path: Paris/Compta } } }\n',
  );
  const scan = await world.run(scanAt + minute, 'scan');
  assert.equal(scan.code, 3);
  assert.match(scan.err, /paris\/crm.*paris\/compta/su);
  assert.equal((await world.run(scanAt, 'check-config')).code, 3);
});

test('a scan killed between publishing and recording: the next one finds the version, and does nothing twice', async () => {
  const world = await started('keep: 2');
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan', '--dry-run');
  const clone = `${world.root}/before`;
  spawnSync('cp', ['-a', `${world.root}/state`, clone]);
  spawnSync('cp', ['-a', world.deposits, `${world.root}/deposits-before`]);
  await world.ok(scanAt, 'scan');
  // The database and the drop zone as they were before the commit, the tree as it was after the rename.
  rmSync(`${world.root}/state`, { recursive: true });
  renameSync(clone, `${world.root}/state`);
  rmSync(world.deposits, { recursive: true });
  renameSync(`${world.root}/deposits-before`, world.deposits);
  writeFileSync(world.tree('.incoming/leftover'), 'half a file');
  assert.equal((await world.run(scanAt + minute, 'scan')).code, 0);
  assert.deepEqual(world.events(), ['paris/compta SUCCESS verified']);
  assert.deepEqual(world.versions('paris/compta'), ['20260620T201000Z']);
  assert.deepEqual(readdirSync(world.tree('.incoming')), []);
});

test(
  'a folder of the tree that cannot be written blocks its job only',
  { skip: process.getuid?.() === 0 ? false : 'skipped, because it needs root' },
  async () => {
    const world = new World(
      'defaults: { schedule: "0 20 * * *", settle: 0s }\nagents:\n  paris: { databases: [compta, crm] }\n',
    );
    await world.ok(noon, 'init-db');
    await world.ok(noon, 'scan');
    world.deposit({ endedAt: end });
    world.deposit({ database: 'crm', endedAt: end });
    mkdirSync(world.tree('paris'));
    // A file in the way is an obstacle for root too.
    writeFileSync(world.tree('paris/compta'), '');
    const ran = await world.run(scanAt, 'scan');
    assert.equal(ran.code, 3);
    assert.deepEqual(world.events(), ['paris/crm SUCCESS verified']);
    assert.ok((await world.statusOf(scanAt, 'paris/compta')).blocked != null);
    rmSync(world.tree('paris/compta'));
    assert.equal((await world.run(scanAt + minute, 'scan')).code, 0);
    assert.equal(world.events().length, 2);
    chmodSync(world.tree('paris'), 0o750);
  },
);
