/** Problems from their beginning to their end: what is recorded to be told, and what is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import { scanAt, startedWith, end } from '../support/evening.ts';
import type { World } from '../support/world.ts';

const names = Array.from({ length: 40 }, (_, index) => `d${index}`);
const yaml = (
  rules = '',
): string => `defaults: { schedule: 0 20 * * *, grace: 5m, settle: 0s${rules} }
agents:
  paris: { databases: [${names.join(', ')}] }
  lyon: { databases: [shop] }
`;

const alarms = (world: World): string[] =>
  world
    .sql<{ text: string }>(
      `select incidents.kind || ' ' || name || ' ' || alarms.kind || ' ' || before || '-' || after
        as text
      from alarms join incidents on incidents.id = incident_id order by alarms.id`,
    )
    .map(({ text }) => text);

test('40 jobs of a silent agent are one incident, recorded once; while nobody can be told, as what is different by now', async () => {
  const world = await startedWith(yaml());
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end });
  await world.run(scanAt, 'scan');
  assert.deepEqual(alarms(world), ['silent paris opened ok-critical']);
  for (let index = 1; index <= 20; index += 1) await world.run(scanAt + index * 1000, 'scan');
  assert.deepEqual(alarms(world), ['silent paris opened ok-critical']);
  world.deposit({ agent: 'paris', database: 'd0', endedAt: end + 1000 });
  await world.run(scanAt + 60_000, 'scan');
  // Nobody could be told that it was silent: the other 39 are each news.
  assert.equal(alarms(world).length, 39);
  assert.ok(alarms(world).every((text) => text.startsWith('job paris/d')));
});

test('a job that is not expected any more is told of no more, and again when it is', async () => {
  const one = (enabled: boolean): string =>
    `defaults: { schedule: 0 20 * * *, grace: 5m, settle: 0s }\nagents: { paris: { databases: { a: { enabled: ${enabled} }, b: {} } } }\n`;
  const world = await startedWith(one(true));
  world.deposit({ agent: 'paris', database: 'b', endedAt: end });
  await world.run(scanAt, 'scan');
  assert.deepEqual(alarms(world), ['job paris/a opened ok-critical']);
  world.configure(one(false));
  await world.run(scanAt + 1000, 'scan');
  await world.run(scanAt + 2000, 'scan');
  assert.deepEqual(alarms(world), []);
  const open = (): number => world.sql('select 1 from incidents where ended_at is null').length;
  assert.equal(open(), 0);
});

test('what was bad before there were incidents is told once', async () => {
  const world = await startedWith(yaml());
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end, bytes: Buffer.from('damaged') });
  await world.run(scanAt, 'scan');
  const before = alarms(world);
  assert.deepEqual(before.toSorted(), [
    'job lyon/shop opened ok-critical',
    'silent paris opened ok-critical',
  ]);
  const database = new SqliteDatabase(`${world.root}/state/backupmon.db`);
  database.exec('delete from incidents; delete from incident_members; delete from alarms');
  database.close();
  for (let index = 1; index < 4; index += 1) await world.run(scanAt + index * 1000, 'scan');
  assert.deepEqual(alarms(world).toSorted(), before.toSorted());
});
