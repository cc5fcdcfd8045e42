/** More jobs than are read at once, and more versions and sizes than are shown. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, day, hour, minute, World, type StatusJob } from '../support/world.ts';

const start = at('2026-06-20T20:00:00Z');

type Shown = StatusJob & { readonly trend: readonly number[] };

const jobsIn = (text: string): Shown[] => (JSON.parse(text) as { jobs: Shown[] }).jobs;

const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word}${String(index).padStart(3, '0')}`);

describe('2,100 jobs of 105 agents', async () => {
  const agents = numbered('agent', 105);
  const databases = numbered('db', 20);
  const world = new World(`defaults: { schedule: every 24h, settle: 0s }
agents:
${agents.map((agent) => `  ${agent}: { databases: [${databases.join(', ')}] }\n`).join('')}`);
  await world.ok(start, 'init-db');
  for (const agent of ['agent000', 'agent104'])
    world.deposit({ agent, database: 'db019', endedAt: start + minute });
  await world.ok(start + hour, 'scan');
  const now = start + 2 * hour;

  it('are each shown once, the worst first and then by name', async () => {
    const shown = jobsIn((await world.ok(now, 'status', '--json')).out);
    const names = agents.flatMap((agent) => databases.map((database) => `${agent}/${database}`));
    const good = ['agent000/db019', 'agent104/db019'];
    assert.deepEqual(
      shown.map(({ job }) => job),
      [...names.filter((name) => !good.includes(name)), ...good],
    );
    assert.equal(shown.filter(({ severity }) => severity === 'pending').length, 2_098);
  });

  it('have their own versions, wherever they are in the list', async () => {
    const shown = jobsIn((await world.ok(now, 'status', '--json')).out);
    const having = shown.filter(({ versions }) => versions > 0);
    assert.deepEqual(
      having.map(({ job, versions, path }) => [job, versions, path]),
      ['agent000/db019', 'agent104/db019'].map((job) => [
        job,
        1,
        world.tree(job, 'current', 'db019.sql.gz'),
      ]),
    );
  });

  it('are a line each in JSON', async () => {
    const { out } = await world.ok(now, 'status', '--json');
    const lines = out.split('\n').filter((line) => line.includes('"status":"SUCCESS"'));
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line.trim().replace(/,$/u, '')) as Shown).job),
      ['agent000/db019', 'agent104/db019'],
    );
  });

  it('are shown alone where they are named, removed from the configuration or not', async () => {
    const named = await world.ok(now, 'status', '--json', 'agent104/db019', 'agent050');
    assert.equal(jobsIn(named.out).length, 21);
    world.configure(`defaults: { schedule: every 24h, settle: 0s }
agents: { agent000: { databases: [db000] } }
`);
    const [former] = jobsIn((await world.ok(now, 'status', '--json', 'agent104/db019')).out);
    assert.equal(former?.status, 'SUCCESS');
    assert.equal(former.versions, 1);
    const all = jobsIn((await world.ok(now, 'status', '--json')).out);
    assert.deepEqual(
      all.map(({ job }) => job),
      ['agent000/db000'],
    );
  });
});

describe('a job with ten rounds behind it', async () => {
  const world = new World(
    'agents: { paris: { databases: { compta: { schedule: every 24h, settle: 0s, keep: { last: 3 } } } } }\n',
  );
  await world.ok(start, 'init-db');
  await world.ok(start, 'scan');
  for (let round = 1; round <= 10; round += 1) {
    const endedAt = start + round * day;
    world.deposit({ content: 'x'.repeat(round), endedAt });
    await world.ok(endedAt + minute, 'scan');
  }
  const sizes = world
    .sql<{ size: number }>('select found_size as size from events order by id')
    .map(({ size }) => size);

  it('shows the last eight sizes, and the newest of the versions that are kept', async () => {
    const [shown] = jobsIn((await world.ok(start + 10 * day + hour, 'status', '--json')).out);
    assert.equal(sizes.length, 10);
    assert.deepEqual(shown?.trend, sizes.slice(-8));
    assert.equal(shown.versions, 3);
    assert.equal(shown.size, sizes.at(-1));
  });
});
