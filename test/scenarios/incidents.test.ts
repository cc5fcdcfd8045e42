/** Problems from their beginning to their end: what is recorded to be told, and what is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
        || ' ' || json_array_length(members) as text
      from alarms join incidents on incidents.id = incident_id order by alarms.id`,
    )
    .map(({ text }) => text);

test('40 jobs of a silent agent are one incident, told once; a thousand scans later too', async () => {
  const world = await startedWith(yaml());
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end });
  await world.run(scanAt, 'scan');
  assert.deepEqual(alarms(world), ['silent paris opened ok-critical 40']);
  for (let index = 1; index <= 20; index += 1) await world.run(scanAt + index * 1000, 'scan');
  assert.deepEqual(alarms(world), ['silent paris opened ok-critical 40']);
  world.deposit({ agent: 'paris', database: 'd0', endedAt: end + 1000 });
  await world.run(scanAt + 60_000, 'scan');
  assert.equal(alarms(world).length, 1 + 1 + 39);
  assert.equal(alarms(world)[1], 'silent paris ended critical-ok 40');
});
