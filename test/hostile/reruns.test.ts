/** Case 22c: several valid backups of one cycle, by a hijacked agent or by hand, displace no version of another cycle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { end, scanAt, startedWith } from '../support/evening.ts';
import { day, hour, minute, type World } from '../support/world.ts';

const config = (rules: string, schedule = '"0 20 * * *"'): string =>
  `defaults: { schedule: ${schedule}, settle: 0s, size_change: off${rules} }\nagents:\n  paris: { databases: [compta] }\n  lyon: { databases: [shop] }\n`;
const job = 'paris/compta';

const started = (yaml: string): Promise<World> => startedWith(yaml);

async function round(world: World, index: number): Promise<void> {
  for (const [agent, database] of [
    ['paris', 'compta'],
    ['lyon', 'shop'],
  ] as const)
    world.deposit({ agent, database, endedAt: end + index * day, content: `round ${index}` });
  assert.equal((await world.run(scanAt + index * day, 'scan')).code, 0);
}

test('case 22c: three reports of one cycle count as one version: older cycles stay', async () => {
  const world = await started(config(', keep: 3'));
  for (let index = 0; index < 2; index += 1) await round(world, index);
  for (let rerun = 0; rerun < 3; rerun += 1)
    world.deposit({
      endedAt: end + 2 * day + rerun * 1000,
      content: `rerun ${rerun}`,
      file: `r${rerun}.gz`,
    });
  await world.ok(scanAt + 2 * day, 'scan');
  await world.ok(scanAt + 2 * day + minute, 'scan');
  assert.deepEqual(world.versions('paris/compta'), [
    '20260620T201000Z',
    '20260621T201000Z',
    '20260622T201002Z',
  ]);
});

for (const [name, schedule] of [
  ['with a cron schedule', '"0 20 * * *"'],
  ['with every 24h', 'every 24h'],
] as const) {
  test(`case 22c: a dump run again by hand every hour, judged one by one, ${name}: older cycles' versions stay`, async () => {
    const world = await started(config(', keep: 3', schedule));
    for (const index of [0, 1, 2]) await round(world, index);
    // Within the cycle of the third round: a rerun half a period later would be another one of `every`.
    for (let rerun = 1; rerun <= 8; rerun += 1) {
      const now = scanAt + 2 * day + rerun * hour;
      world.deposit({ endedAt: now - minute, content: `rerun ${rerun}` });
      assert.equal((await world.run(now, 'scan')).code, 0);
      const versions = world.versions(job);
      assert.deepEqual(
        versions.slice(0, 2),
        ['20260620T201000Z', '20260621T201000Z'],
        versions.join(' '),
      );
      assert.equal(versions.length, 3);
      assert.equal(
        (await world.statusOf(now, job)).last_success_at,
        `${new Date(now - minute).toISOString().slice(0, 19)}Z`,
      );
    }
    assert.equal(world.verify(), 6);
    // It takes cycles to displace cycles.
    await round(world, 3);
    assert.deepEqual(world.versions(job).slice(0, 1), ['20260621T201000Z']);
    assert.equal(world.verify(), 6);
  });
}

test('case 22c: fifty reports of one cycle, a second apart, in one scan: one of them is kept, and the neighbour is judged', async () => {
  const world = await started(config(', keep: { last: 1, daily: 3 }'));
  for (const index of [0, 1]) await round(world, index);
  for (let rerun = 0; rerun < 50; rerun += 1)
    world.deposit({
      endedAt: end + 2 * day + rerun * 1000,
      content: `rerun ${rerun}`,
      file: `r${rerun}.gz`,
    });
  await round(world, 2);
  await world.ok(scanAt + 2 * day + minute, 'scan');
  assert.deepEqual(world.versions(job), [
    '20260620T201000Z',
    '20260621T201000Z',
    '20260622T201049Z',
  ]);
  assert.equal((await world.statusOf(scanAt + 2 * day + minute, 'lyon/shop')).status, 'SUCCESS');
  assert.equal(world.verify(), 6);
});
