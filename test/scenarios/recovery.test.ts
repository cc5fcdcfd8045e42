/** What was lost, moved, restored, interrupted or wrong for a while, and is found again without false alarm. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { end, noon, scanAt, startedWith } from '../support/evening.ts';
import { day, hour, minute, World } from '../support/world.ts';

const config = (rules = '', top = ''): string =>
  `${top}defaults: { schedule: "0 20 * * *", settle: 0s, size_change: off${rules} }\nagents:\n  paris: { databases: [compta] }\n`;
const job = 'paris/compta';

const started = (yaml = config()): Promise<World> => startedWith(yaml);

/** The state folder and the drop zone as they are now; `restore` brings them back. */
function snapshot(world: World): { readonly restore: (what: 'state' | 'deposits') => void } {
  const kept = `${world.root}/kept`;
  mkdirSync(kept);
  const paths = { state: `${world.root}/state`, deposits: world.deposits };
  for (const [what, path] of Object.entries(paths))
    cpSync(path, `${kept}/${what}`, { recursive: true });
  return {
    restore: (what) => {
      rmSync(paths[what], { recursive: true });
      cpSync(`${kept}/${what}`, paths[what], { recursive: true });
    },
  };
}

test('a report of a cycle before the missed one, whose file comes later: it is judged again when the file comes', async () => {
  const world = await started();
  // Two cycles are missed before anything arrives.
  await world.run(end + day + 3 * hour, 'scan');
  const { file, bytes } = world.deposit({ endedAt: end, bytes: null });
  await world.run(end + day + 4 * hour, 'scan');
  assert.deepEqual(world.versions(job), []);
  writeFileSync(file, bytes);
  await world.run(end + day + 5 * hour, 'scan');
  assert.deepEqual(world.versions(job), ['20260620T201000Z']);
  assert.ok(world.events().includes(`${job} SUCCESS verified`));
  // The cycle after it is missed all the same.
  assert.equal((await world.statusOf(end + day + 5 * hour, job)).status, 'MISSING');
});

test('a scan of one job alarms nobody while the next dump of the same name is on its way, with reports that stay', async () => {
  const world = await started(
    config('', 'archive_reports: false\n').replace('[compta]', '[compta, crm]'),
  );
  for (const database of ['compta', 'crm']) world.deposit({ database, endedAt: end });
  await world.ok(scanAt, 'scan');
  const before = world.events();
  writeFileSync(
    world.zone('paris', 'database', 'compta.sql.gz'),
    'the next dump, ahead of its report',
  );
  for (const argv of [['scan', job], ['scan'], ['scan', job], ['scan', 'paris']]) {
    assert.equal((await world.run(scanAt + 19 * hour, ...argv)).code, 0, argv.join(' '));
  }
  assert.deepEqual(world.events(), before);
  assert.equal((await world.statusOf(scanAt + 19 * hour, job)).status, 'SUCCESS');
});

test('a scan killed before it recorded what it published, and the deposit overwritten meanwhile: the version is adopted without alarm', async () => {
  const world = await started();
  const { file } = world.deposit({ endedAt: end });
  const before = snapshot(world);
  await world.ok(scanAt, 'scan');
  before.restore('state');
  before.restore('deposits');
  writeFileSync(file, 'the next dump, ahead of its report');
  for (const later of [minute, 2 * minute, 3 * hour]) {
    assert.equal((await world.run(scanAt + later, 'scan')).code, 0, `${later / minute} minutes`);
    const now = await world.statusOf(scanAt + later, job);
    assert.deepEqual([now.status, now.severity, now.versions], ['SUCCESS', 'ok', 1]);
  }
  assert.deepEqual(
    world.events().filter((event) => !/SUCCESS|UNKNOWN/u.test(event)),
    [],
  );
  assert.equal(readlinkSync(world.tree(job, 'current')), '20260620T201000Z');
  assert.equal(world.verify(), 1);
  // The next round is judged as any other.
  const next = world.deposit({ endedAt: end + day, content: 'next' });
  assert.equal((await world.run(scanAt + day, 'scan')).code, 0);
  assert.deepEqual(readFileSync(world.tree(job, 'current/compta.sql.gz')), next.bytes);
});

/** Names in the tree, and what the database says is there. */
const agreed = (world: World): readonly [readonly string[], readonly string[]] => [
  world.versions(job),
  world
    .sql<{ folder: string }>("select folder from versions where state = 'present' order by folder")
    .map(({ folder }) => folder.slice(job.length + 1)),
];

for (const watching of [true, false]) {
  test(`a scan killed before it recorded what it published, and newer rounds meanwhile: tree and database agree after one scan, ${watching ? 'while watching' : 'when the watch begins'}`, async () => {
    const world = watching ? await started() : new World(config());
    if (!watching) await world.ok(noon, 'init-db');
    world.deposit({ endedAt: end, file: 'first.sql.gz' });
    const before = snapshot(world);
    await world.ok(scanAt, 'scan');
    before.restore('state');
    before.restore('deposits');
    for (const round of [1, 2])
      world.deposit({
        endedAt: end + round * minute,
        file: `${round}.sql.gz`,
        content: `rows of ${round}`,
      });
    assert.equal((await world.run(scanAt + hour, 'scan')).code, 0);
    const [tree, recorded] = agreed(world);
    assert.deepEqual(tree, recorded);
    assert.ok(tree.includes('20260620T201200Z'));
    assert.equal(world.verify(), tree.length);
  });
}
