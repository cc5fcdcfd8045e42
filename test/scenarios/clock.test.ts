/** The server's own clock, wrong and corrected. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, day, hour, minute, World } from '../support/world.ts';

const yaml =
  'defaults: { schedule: "0 20 * * *", settle: 0s, keep: 3 }\nagents:\n  paris: { databases: [compta] }\n';
const noon = at('2026-06-20T12:00:00Z');
const end = at('2026-06-20T20:10:00Z');
const year = 365 * day;

async function started(): Promise<World> {
  const world = new World(yaml);
  await world.ok(noon, 'init-db');
  await world.ok(noon, 'scan');
  world.deposit({ endedAt: end });
  await world.ok(end + 10 * minute, 'scan');
  return world;
}

test('one scan with the clock a year ahead, then corrected: set aside, and later reports count', async () => {
  const world = await started();
  const ahead = await world.run(end + year, 'scan');
  assert.equal(ahead.code, 2);
  assert.ok(world.events().length <= 102, `${world.events().length} events`);
  const back = await world.run(end + hour, 'scan');
  assert.match(back.out + back.err, /clock/u);
  assert.equal(back.code, 0);
  const now = await world.statusOf(end + hour, 'paris/compta');
  assert.deepEqual(
    [now.status, now.cycle_state, now.last_success_at],
    ['SUCCESS', 'done', '2026-06-20T20:10:00Z'],
  );
  const aside = world.sql<{ n: number }>(
    "select count(*) as n from events where set_aside = 'clock_was_wrong'",
  );
  assert.ok((aside[0]?.n ?? 0) >= 100);
  world.deposit({ endedAt: end + day, content: 'next' });
  assert.equal((await world.run(end + day + 10 * minute, 'scan')).code, 0);
  assert.equal(
    (await world.statusOf(end + day + hour, 'paris/compta')).last_success_at,
    '2026-06-21T20:10:00Z',
  );
  assert.equal((await world.run(end + day + 2 * hour, 'scan')).out, '');
});

test('a report accepted while the clock was ahead decides nothing once it is right again', async () => {
  const world = await started();
  world.deposit({ endedAt: end + 30 * day, content: 'from the future' });
  await world.run(end + 31 * day, 'scan');
  assert.ok(world.events().includes('paris/compta SUCCESS verified'));
  await world.run(end + hour, 'scan');
  const now = await world.statusOf(end + hour, 'paris/compta');
  assert.deepEqual([now.status, now.last_success_at], ['SUCCESS', '2026-06-20T20:10:00Z']);
  world.deposit({ endedAt: end + day, content: 'next' });
  assert.equal((await world.run(end + day + 10 * minute, 'scan')).code, 0);
  assert.equal(
    (await world.statusOf(end + day + hour, 'paris/compta')).last_success_at,
    '2026-06-21T20:10:00Z',
  );
});

test('a first scan with the clock ahead does not postpone the watch', async () => {
  const world = new World(yaml);
  await world.ok(noon, 'init-db');
  await world.ok(noon + year, 'scan');
  await world.ok(noon, 'scan');
  assert.equal((await world.statusOf(end + 2 * hour, 'paris/compta')).status, 'MISSING');
});

test('a scan after more than seven days says so', async () => {
  const world = await started();
  const ran = await world.run(end + 8 * day, 'scan');
  assert.match(ran.out + ran.err, /7d|8d|ago/u);
});
