/** Case 21b: the database lost, reset or restored, the disk of the tree replaced, the paths changed: nothing is lost, and nothing is taken for what it is not. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { end, round, scanAt, startedWith } from '../support/evening.ts';
import { day, hour, minute, sha256, type World } from '../support/world.ts';

const config = (rules = ''): string =>
  `defaults: { schedule: "0 20 * * *", settle: 0s, size_change: off${rules} }\nagents:\n  paris: { databases: [compta] }\n`;
const withNeighbour = (rules: string): string => `${config(rules)}  lyon: { databases: [shop] }\n`;
const job = 'paris/compta';
const both = ['lyon/shop', job] as const;

const started = (yaml = config()): Promise<World> => startedWith(yaml);

/** A round of both agents. */
async function roundOfBoth(world: World, index: number, content?: string): Promise<number | null> {
  world.deposit({
    agent: 'lyon',
    database: 'shop',
    endedAt: end + index * day,
    content: content ?? `shop ${index}`,
  });
  return round(world, index, content);
}

const statusesOf = async (world: World, now: number): Promise<unknown[]> => {
  const found = await Promise.all(both.map((name) => world.statusOf(now, name)));
  return found.map(({ status, reason, versions }) => [status, reason, versions]);
};

const eventsSince = (world: World, known: number): string[] =>
  world.events().slice(known).toSorted();

/** What may become of the database between one scan and the next. `known`: rounds that it still knows afterwards. */
const fates: readonly (readonly [
  name: string,
  known: number,
  befall: (world: World, now: number) => Promise<void>,
])[] = [
  [
    'lost',
    0,
    async (world, now) => {
      for (const suffix of ['', '-wal', '-shm', '.lock'])
        rmSync(world.database + suffix, { force: true });
      assert.equal((await world.run(now, 'scan')).code, 3, 'not before init-db');
      await world.ok(now, 'init-db');
    },
  ],
  [
    'reset',
    0,
    async (world, now) => {
      await world.ok(now, 'init-db', '--reset', '--yes');
    },
  ],
  [
    'restored from last week',
    2,
    async (world) => {
      for (const suffix of ['-wal', '-shm']) rmSync(world.database + suffix, { force: true });
      copyFileSync(`${world.root}/old.db`, world.database);
    },
  ],
];

for (const [name, known, befall] of fates) {
  test(`case 21b: database ${name}: every version is adopted, nobody is alarmed, and retention goes on`, async () => {
    const world = await started(withNeighbour(', keep: 8'));
    for (let index = 0; index < 8; index += 1) {
      if (index === 2) copyFileSync(world.database, `${world.root}/old.db`);
      assert.equal(await roundOfBoth(world, index), 0);
    }
    const later = scanAt + 7 * day + hour;
    await befall(world, later);
    const before = world.events().length;
    assert.equal(before, known * 2);
    assert.equal((await world.run(later, 'scan')).code, 0);
    assert.deepEqual(
      eventsSince(world, before),
      both.flatMap((one) =>
        Array.from({ length: 8 - known }, () => `${one} SUCCESS version_adopted`),
      ),
    );
    assert.deepEqual(
      await statusesOf(world, later),
      both.map(() => ['SUCCESS', 'version_adopted', 8]),
    );
    assert.equal(world.verify(), 16);
    // Of a version that is there, "unchanged" may be said; a new one pushes the oldest out.
    assert.equal(await roundOfBoth(world, 8, 'round 7'), 1);
    assert.equal((await world.statusOf(scanAt + 8 * day, job)).status, 'HASH_MISMATCH');
    assert.equal(await roundOfBoth(world, 9), 0);
    assert.deepEqual([world.versions(job).length, world.versions(job)[0]], [8, '20260621T201000Z']);
    assert.equal(world.verify(), 16);
  });
}

test('case 21b: the disk is replaced by an empty one with a marker: each loss is told once, "unchanged" is not said, and the old disk is welcome back', async () => {
  const world = await started(withNeighbour(', keep: 9'));
  for (let index = 0; index < 3; index += 1) await roundOfBoth(world, index, 'always the same');
  // The second and third were unchanged: there is one version of each job.
  for (const one of both) assert.deepEqual(world.versions(one), ['20260620T201000Z']);
  const later = scanAt + 2 * day + hour;
  renameSync(world.validated, `${world.validated}.old`);
  const marked = await world.run(later, 'init-db');
  assert.match(marked.err, /had no marker file although the database records 2 versions/u);
  const known = world.events().length;
  assert.equal((await world.run(later, 'scan')).code, 2);
  assert.equal((await world.run(later + minute, 'scan')).code, 2);
  assert.deepEqual(
    eventsSince(world, known),
    both.map((one) => `${one} MISSING version_lost`),
  );
  assert.deepEqual(
    await statusesOf(world, later + minute),
    both.map(() => ['MISSING', 'version_lost', 0]),
  );
  // The very bytes of the version that is gone.
  assert.equal(await roundOfBoth(world, 3, 'always the same'), 0);
  assert.deepEqual(
    await statusesOf(world, scanAt + 3 * day),
    both.map(() => ['SUCCESS', 'verified', 1]),
  );
  assert.equal(world.verify(), 2);
  for (const one of both)
    renameSync(
      `${world.validated}.old/${one}/20260620T201000Z`,
      world.tree(one, '20260620T201000Z'),
    );
  assert.equal((await world.run(scanAt + 3 * day + hour, 'scan')).code, 0);
  assert.deepEqual(
    await statusesOf(world, scanAt + 3 * day + hour),
    both.map(() => ['SUCCESS', 'verified', 2]),
  );
  assert.equal(world.verify(), 4);
});

test('case 21b: unchanged is never said of a version that is not there', async () => {
  const world = await startedWith(config());
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  rmSync(world.tree('paris/compta/20260620T201000Z/compta.sql.gz'), { force: true });
  world.deposit({ endedAt: end + day });
  assert.equal((await world.run(scanAt + day, 'scan')).code, 0);
  assert.deepEqual(world.events().slice(-2), [
    'paris/compta MISSING version_lost',
    'paris/compta SUCCESS verified',
  ]);
  assert.ok(world.versions('paris/compta').includes('20260621T201000Z'));
});

test('case 21b: a lost version is told once, is critical, and ends with the next healthy one', async () => {
  const world = await started(config(', keep: 2'));
  await round(world, 0);
  rmSync(world.tree('paris/compta/20260620T201000Z'), { recursive: true });
  const lost = await world.run(scanAt + hour, 'scan');
  assert.equal(lost.code, 2);
  assert.equal((await world.run(scanAt + 2 * hour, 'scan')).code, 2);
  assert.deepEqual(world.events().slice(1), ['paris/compta MISSING version_lost']);
  assert.equal(await round(world, 1, 'round 0'), 0);
});

test('case 21b: a lost version that comes back is adopted and ends the loss, with fractions of a second in its end time too', async () => {
  const world = await started();
  world.deposit({ endedAt: end + 999 });
  await world.ok(scanAt, 'scan');
  const folder = world.tree(job, '20260620T201000Z');
  renameSync(folder, `${world.root}/away`);
  assert.equal((await world.run(scanAt + minute, 'scan')).code, 2);
  assert.equal((await world.statusOf(scanAt + minute, job)).reason, 'version_lost');
  renameSync(`${world.root}/away`, folder);
  assert.equal((await world.run(scanAt + 2 * minute, 'scan')).code, 0);
  const now = await world.statusOf(scanAt + 2 * minute, job);
  assert.deepEqual([now.status, now.reason, now.versions], ['SUCCESS', 'version_adopted', 1]);
});

test('case 21b: an older database is restored: the newest version is adopted, and no cycle before it is missed', async () => {
  const world = await started();
  const roundAt = async (index: number): Promise<void> => {
    world.deposit({ endedAt: end + index * day, content: `day ${index}` });
    await world.ok(scanAt + index * day, 'scan');
  };
  await roundAt(0);
  await roundAt(1);
  copyFileSync(world.database, `${world.root}/old.db`);
  for (let index = 2; index < 7; index += 1) await roundAt(index);
  for (const suffix of ['-wal', '-shm']) rmSync(world.database + suffix, { force: true });
  copyFileSync(`${world.root}/old.db`, world.database);
  const known = world.events().length;
  const later = scanAt + 6 * day + hour;
  assert.equal((await world.run(later, 'scan')).code, 0);
  const missed = world
    .events()
    .slice(known)
    .filter((event) => event.includes('MISSING') && !event.endsWith('version_lost'));
  assert.deepEqual(missed, []);
  const now = await world.statusOf(later, job);
  assert.deepEqual(
    [now.status, now.versions, now.last_success_at],
    ['SUCCESS', 1, '2026-06-26T20:10:00Z'],
  );
  assert.equal((await world.run(later + 2 * hour, 'scan')).code, 0);
});

test('case 21b: a folder of our form whose sums do not verify is neither adopted nor touched', async () => {
  const world = await started(config(', keep: 3'));
  await round(world, 0);
  const folder = world.tree('paris/compta/20260101T000000Z');
  mkdirSync(folder);
  writeFileSync(`${folder}/x.gz`, 'something');
  writeFileSync(`${folder}/SHA256SUMS`, `${sha256('else')}  x.gz\n`);
  const ran = await world.run(scanAt + minute, 'scan');
  assert.match(ran.out + ran.err, /20260101T000000Z/u);
  assert.equal((await world.run(scanAt + 2 * minute, 'scan')).out, '');
  assert.equal(world.events().length, 1);
  for (let index = 1; index < 5; index += 1) await round(world, index);
  assert.ok(existsSync(folder));
});

test('case 21b: a version that a wrong clock had dated is not adopted: later rounds count, and its file stays', async () => {
  const world = await started(config(', keep: 3'));
  const ahead = 365;
  world.deposit({ endedAt: end + ahead * day, content: 'a year ahead' });
  assert.equal((await world.run(scanAt + ahead * day, 'scan')).code, 0);
  const [version = ''] = world.versions(job);
  await world.ok(scanAt, 'init-db', '--reset', '--yes');
  const ran = await world.run(scanAt, 'scan');
  assert.match(
    ran.out + ran.err,
    /2027\S+ is not recorded and its time has not come: it is left alone/u,
  );
  assert.equal((await world.run(scanAt + minute, 'scan')).out, '');
  assert.deepEqual(world.events(), []);
  assert.equal(await round(world, 1), 0);
  const status = await world.statusOf(scanAt + day, job);
  assert.deepEqual([status.status, status.versions], ['SUCCESS', 1]);
  assert.notEqual((await world.run(end + 3 * day, 'scan')).code, 0);
  assert.equal((await world.statusOf(end + 3 * day, job)).status, 'MISSING');
  assert.ok(existsSync(world.tree(job, version)));
});

test("case 21b: a changed path: versions under the former path stay the job's and are pruned where they lie", async () => {
  const world = await started(config(', keep: 2'));
  await round(world, 0);
  world.configure(config(', keep: 2, path: "moved/{database}"'));
  assert.equal(await round(world, 1, 'round 0'), 0);
  assert.deepEqual(world.events().at(-1), 'paris/compta SUCCESS verified');
  assert.deepEqual(
    [world.versions('paris/compta'), world.versions('moved/compta')],
    [['20260620T201000Z'], ['20260621T201000Z']],
  );
  await round(world, 2);
  assert.deepEqual(
    [world.versions('paris/compta'), world.versions('moved/compta')],
    [[], ['20260621T201000Z', '20260622T201000Z']],
  );
});

for (const [how, milliseconds, touch] of [
  ['', 0, false],
  [', the times of its folders changed', 0, true],
  [', a report with fractions of a second', 500, false],
  [', a report with fractions of a second, the times of its folders changed', 500, true],
] as const) {
  test(`case 21b: a tree moved by hand together with its configured path: its versions are adopted${how}`, async () => {
    const world = await started(config(', keep: 3'));
    for (let index = 0; index < 2; index += 1) {
      world.deposit({ endedAt: end + index * day + milliseconds, content: `day ${index}` });
      await world.ok(scanAt + index * day, 'scan');
    }
    world.configure(config(', keep: 3, path: "site/{agent}/{database}"'));
    mkdirSync(world.tree('site'));
    renameSync(world.tree('paris'), world.tree('site/paris'));
    if (touch) spawnSync('touch', [world.tree('site', job)]);
    const moved = scanAt + day + minute;
    await world.run(moved, 'scan');
    assert.equal((await world.run(moved + minute, 'scan')).code, 0);
    const now = await world.statusOf(moved + minute, job);
    assert.deepEqual([now.status, now.versions], ['SUCCESS', 2]);
    assert.deepEqual(world.versions(`site/${job}`), ['20260620T201000Z', '20260621T201000Z']);
    assert.equal(world.verify(), 2);
  });
}
