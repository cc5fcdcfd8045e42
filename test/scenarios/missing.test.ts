/** Cycles, early and late reports, and what happens when nothing comes, or when the scanner itself was away. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, day, hour, World } from '../support/world.ts';

const daily =
  'agents:\n  paris:\n    databases: { compta: { schedule: "0 20 * * *", grace: 90m } }\n';
const start = at('2026-06-20T12:00:00Z');

test('a job is pending until its first deadline, then MISSING, once per cycle however often it is scanned', async () => {
  const world = new World(daily);
  await world.ok(start, 'init-db');
  assert.equal((await world.run(start, 'scan')).code, 0);
  assert.equal((await world.statusOf(start, 'paris/compta')).status, 'UNKNOWN');
  const late = await world.statusOf(at('2026-06-20T21:00:00Z'), 'paris/compta');
  assert.deepEqual([late.status, late.cycle_state, late.severity], ['UNKNOWN', 'late', 'pending']);
  assert.equal((await world.run(at('2026-06-20T21:29:59Z'), 'scan')).code, 0);
  // Lateness is computed when asked: no scan has run since the deadline.
  const asked = await world.statusOf(at('2026-06-20T21:30:00Z'), 'paris/compta');
  assert.deepEqual(
    [asked.status, asked.cycle_state, asked.reason, asked.since],
    ['MISSING', 'missed', 'no_report', '2026-06-20T21:30:00Z'],
  );
  const told = await world.run(at('2026-06-20T21:31:00Z'), 'scan');
  assert.equal(told.code, 2);
  assert.match(told.out, /paris\/compta/u);
  const again = await world.run(at('2026-06-20T21:32:00Z'), 'scan');
  assert.deepEqual([again.code, again.out, again.err], [2, '', '']);
  assert.deepEqual(world.events(), ['paris/compta MISSING no_report']);
});

test('a late report is judged and the job recovers; its cycle is not missed again', async () => {
  const world = new World(daily);
  await world.ok(start, 'init-db');
  await world.ok(start, 'scan');
  await world.ok(at('2026-06-20T22:00:00Z'), 'scan');
  world.deposit({ endedAt: at('2026-06-20T22:30:00Z') });
  const recovered = await world.run(at('2026-06-20T22:40:00Z'), 'scan');
  assert.equal(recovered.code, 0);
  assert.match(recovered.out, /paris\/compta/u);
  await world.ok(at('2026-06-20T23:00:00Z'), 'scan');
  assert.deepEqual(world.events(), [
    'paris/compta MISSING no_report',
    'paris/compta SUCCESS verified',
  ]);
  const now = await world.statusOf(at('2026-06-20T23:00:00Z'), 'paris/compta');
  assert.deepEqual(
    [now.cycle_state, now.cycle, now.next_due, now.deadline],
    ['done', '2026-06-20T20:00:00Z', '2026-06-21T20:00:00Z', '2026-06-21T21:30:00Z'],
  );
});

test('an early report counts for the coming cycle, a quarter of the gap ahead and no more than 4 h', async () => {
  const world = new World(daily);
  await world.ok(start, 'init-db');
  await world.ok(start, 'scan');
  world.deposit({ endedAt: at('2026-06-20T16:00:00Z') });
  await world.ok(at('2026-06-20T16:10:00Z'), 'scan');
  assert.equal(
    (await world.statusOf(at('2026-06-20T22:00:00Z'), 'paris/compta')).status,
    'SUCCESS',
  );
  const other = new World(daily);
  await other.ok(start, 'init-db');
  await other.ok(start, 'scan');
  other.deposit({ endedAt: at('2026-06-20T15:59:59Z') });
  await other.ok(at('2026-06-20T16:10:00Z'), 'scan');
  assert.equal(
    (await other.statusOf(at('2026-06-20T22:00:00Z'), 'paris/compta')).status,
    'MISSING',
  );
});

test('every 24h: the next cycle is due a period after the last report ended, or after a missed one', async () => {
  const world = new World(
    'agents: { paris: { databases: { compta: { schedule: every 24h, grace: 1h } } } }\n',
  );
  await world.ok(start, 'init-db');
  await world.ok(start, 'scan');
  world.deposit({ endedAt: start + 5 * hour });
  await world.ok(start + 6 * hour, 'scan');
  const waiting = await world.statusOf(start + 7 * hour, 'paris/compta');
  assert.deepEqual(
    [waiting.status, waiting.next_due],
    ['SUCCESS', new Date(start + 29 * hour).toISOString().replace('.000', '')],
  );
  assert.equal((await world.statusOf(start + 30 * hour - 1, 'paris/compta')).status, 'SUCCESS');
  assert.equal((await world.statusOf(start + 30 * hour, 'paris/compta')).status, 'MISSING');
  await world.ok(start + 60 * hour, 'scan');
  await world.ok(start + 61 * hour, 'scan');
  assert.deepEqual(world.events(), [
    'paris/compta SUCCESS verified',
    'paris/compta MISSING no_report',
    'paris/compta MISSING no_report',
  ]);
});

test("a changed schedule begins the watch anew: what was due before is nobody's fault", async () => {
  const world = new World(daily);
  await world.ok(start, 'init-db');
  await world.ok(start, 'scan');
  await world.ok(start + day, 'scan');
  assert.equal(world.events().length, 1);
  world.configure(daily.replace('0 20', '0 8'));
  const later = start + 2 * day;
  const asked = await world.statusOf(later, 'paris/compta');
  assert.equal(asked.status, 'MISSING');
  await world.ok(later, 'scan');
  assert.equal(world.events().length, 1);
  assert.equal((await world.statusOf(later, 'paris/compta')).status, 'UNKNOWN');
});

test('a disabled job is not expected, and its return begins a new watch', async () => {
  const world = new World(daily);
  await world.ok(start, 'init-db');
  await world.ok(start, 'scan');
  await world.ok(start + day, 'scan');
  world.configure(daily.replace('grace: 90m', 'grace: 90m, enabled: false'));
  const off = await world.run(start + 2 * day, 'scan');
  assert.equal(off.code, 0);
  assert.equal((await world.run(start + 2 * day, 'status')).code, 0);
  assert.equal((await world.statusOf(start + 2 * day, 'paris/compta')).status, 'MISSING');
  world.configure(daily);
  assert.equal((await world.run(start + 4 * day, 'scan')).code, 0);
  assert.deepEqual(world.events(), ['paris/compta MISSING no_report']);
});

test('a scan of one agent leaves the others alone and does not count as complete', async () => {
  const world = new World(
    'defaults: { schedule: "0 20 * * *" }\nagents:\n  paris: { databases: [compta] }\n  lyon: { databases: [shop] }\n',
  );
  await world.ok(start, 'init-db');
  await world.ok(start, 'scan');
  world.deposit({ endedAt: start + hour });
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: start + hour });
  await world.ok(start + 2 * hour, 'scan', 'lyon');
  assert.deepEqual(world.events(), ['lyon/shop SUCCESS verified']);
  const scans = world.sql<{ complete: number }>('select complete from scans order by id');
  assert.deepEqual(
    scans.map((scan) => scan.complete),
    [1, 0],
  );
  const document = JSON.parse((await world.run(start + 2 * hour, 'status', '--json')).out) as {
    last_scan: { started_at: string };
  };
  assert.equal(document.last_scan.started_at, '2026-06-20T12:00:00Z');
});

test('a scanner that stopped is itself critical, unless a scan is running', async () => {
  const world = new World(`scan_max_age: 3h\n${daily}`);
  await world.ok(start, 'init-db');
  assert.equal((await world.run(start + 3 * hour, 'status')).code, 0);
  assert.equal((await world.run(start + 3 * hour + 1, 'status')).code, 2);
  await world.ok(start + 4 * hour, 'scan');
  assert.equal((await world.run(start + 5 * hour, 'status')).code, 0);
  const overdue = await world.run(start + 7 * hour + 1000, 'status');
  assert.equal(overdue.code, 2);
  assert.match(overdue.out, /scan/u);
});
