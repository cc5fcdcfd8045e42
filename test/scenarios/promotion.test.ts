/** What comes into the tree and what leaves the drop zone for it: by a scan and by hand, never on anybody's word alone. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import { end, scanAt, startedWith } from '../support/evening.ts';
import { day, hour, minute, sha256, type World } from '../support/world.ts';

const config = (rules: string, top = ''): string =>
  `${top}defaults: { schedule: "0 20 * * *", settle: 0s, size_change: off }\nagents:\n  paris: { databases: { compta: { ${rules} } } }\n`;
const job = 'paris/compta';

const started = (rules: string, top = ''): Promise<World> => startedWith(config(rules, top));

const rows = (world: World): number =>
  world.sql("select id from versions where state = 'present'").length;

/** The rows of versions that are present share no folder, and each has one. */
function oneRowForEachFolder(world: World): void {
  const folders = world
    .sql<{ folder: string }>("select folder from versions where state = 'present' order by folder")
    .map((row) => row.folder);
  assert.deepEqual(
    folders,
    world.versions(job).map((name) => `${job}/${name}`),
  );
}

test("deposit: remove keeps another file that is the same only by the agent's word", async () => {
  const world = await started('deposit: remove, unchanged: ok');
  world.deposit({ endedAt: end, content: 'yesterday' });
  await world.ok(scanAt, 'scan');
  // The agent has compressed a new dump, and repeats the hash of the former one before compression.
  const { file, bytes } = world.deposit({
    endedAt: end + day,
    content: 'of today',
    change: (report) => {
      const entry = report.databases['compta'];
      if (entry !== undefined) entry.BACKUP.sha256 = sha256('yesterday');
    },
  });
  await world.ok(scanAt + day, 'scan');
  await world.ok(scanAt + day + minute, 'scan');
  assert.deepEqual(readFileSync(file), bytes);
});

test('deposit: remove deletes a deposit whose very bytes the newest version has', async () => {
  const world = await started('deposit: remove, unchanged: ok');
  world.deposit({ endedAt: end, content: 'the same' });
  await world.ok(scanAt, 'scan');
  const { file } = world.deposit({ endedAt: end + day, content: 'the same' });
  await world.ok(scanAt + day, 'scan');
  assert.equal((await world.statusOf(scanAt + day, job)).status, 'HASH_MISMATCH');
  assert.equal(existsSync(file), false);
  assert.equal(world.verify(), 1);
});

test('a version that has rotted where the good copy is to go: the good one is published beside it, and current points to it', async () => {
  const world = await started('keep: 3', 'archive_reports: false\n');
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  const rotten = world.tree(job, '20260620T201000Z', 'compta.sql.gz');
  const damaged = readFileSync(rotten);
  damaged[15] = (damaged[15] ?? 0) ^ 1;
  chmodSync(rotten, 0o640);
  writeFileSync(rotten, damaged);
  // The database forgets everything; the report still lies there and is judged once more.
  await world.ok(scanAt + minute, 'init-db', '--reset', '--yes');
  await world.ok(scanAt + 2 * minute, 'scan');
  assert.equal((await world.statusOf(scanAt + 2 * minute, job)).status, 'SUCCESS');
  assert.equal(readlinkSync(world.tree(job, 'current')), '20260620T201000Z-2');
  assert.equal(
    `${sha256(readFileSync(world.tree(job, 'current/compta.sql.gz')))}  compta.sql.gz\n`,
    readFileSync(world.tree(job, 'current/SHA256SUMS'), 'utf8'),
  );
  // The rotten one is told, counts for nothing and stays for the administrator to look at.
  const next = await world.ok(scanAt + 3 * minute, 'scan');
  assert.match(next.out + next.err, /20260620T201000Z is not recorded/u);
  assert.equal((await world.statusOf(scanAt + 3 * minute, job)).versions, 1);
  assert.deepEqual(readFileSync(rotten), damaged);
});

test('promote of a deposit whose agent has no folder any more is refused: there is no file', async () => {
  const world = await started('unchanged: ok');
  const { file } = world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  rmSync(join(world.deposits, 'paris'), { recursive: true });
  const { code, err } = await world.run(scanAt + minute, 'promote', job, basename(file));
  assert.equal(code, 2, err);
  assert.match(err, /was reported but is not there/u);
});

test('promote of a deposit that is the newest version already is refused as unchanged', async () => {
  const world = await started('keep: 2');
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  const ran = await world.run(scanAt + minute, 'promote', job, 'compta.sql.gz');
  assert.equal(ran.code, 2);
  assert.match(ran.err, /HASH_MISMATCH/u);
  oneRowForEachFolder(world);
});

for (const schedule of ['"0 20 * * *"', 'every 24h']) {
  test(`promote of a deposit that is an older version already makes no second record of it (${schedule})`, async () => {
    const world = await started(`keep: 2, schedule: ${schedule}`);
    for (let index = 0; index < 2; index += 1) {
      world.deposit({ endedAt: end + index * day, content: `day ${index}`, file: `${index}.gz` });
      await world.ok(scanAt + index * day, 'scan');
    }
    const versions = world.versions(job);
    await world.run(scanAt + day + minute, 'promote', job, '0.gz');
    assert.equal((await world.statusOf(scanAt + day + minute, job)).versions, 2);
    oneRowForEachFolder(world);
    await world.ok(scanAt + day + 2 * minute, 'scan');
    assert.deepEqual(world.versions(job), versions);
    for (let index = 2; index < 5; index += 1) {
      world.deposit({ endedAt: end + index * day, content: `day ${index}`, file: `${index}.gz` });
      assert.equal((await world.ok(scanAt + index * day, 'scan')).code, 0);
      await world.ok(scanAt + index * day + minute, 'scan');
    }
    assert.deepEqual(world.versions(job), ['20260623T201000Z', '20260624T201000Z']);
    assert.equal((await world.statusOf(scanAt + 4 * day + hour, job)).versions, 2);
    oneRowForEachFolder(world);
    assert.equal(
      world.events().some((event) => event.includes('version_lost')),
      false,
    );
  });
}

test('a deposit promoted by hand counts for its cycle: the event names it, and retention gives up the other version of it', async () => {
  const world = await started('keep: 2');
  for (let index = 0; index < 2; index += 1) {
    world.deposit({ endedAt: end + index * day, content: `day ${index}`, file: `${index}.gz` });
    await world.ok(scanAt + index * day, 'scan');
  }
  world.deposit({ endedAt: end + day + hour, content: '', file: 'rerun.gz' });
  const rerunAt = scanAt + day + hour;
  await world.ok(rerunAt, 'scan');
  assert.equal((await world.statusOf(rerunAt, job)).status, 'CONTENT_INVALID');
  const ran = await world.run(rerunAt + minute, 'promote', job, 'rerun.gz', '--force', '--json');
  assert.equal(ran.code, 0, ran.err);
  const { events } = JSON.parse(ran.out) as { events: { cycle: string }[] };
  assert.deepEqual(
    events.map((event) => event.cycle),
    ['2026-06-21T20:00:00Z'],
  );
  await world.ok(rerunAt + 2 * minute, 'scan');
  await world.ok(rerunAt + 3 * minute, 'scan');
  assert.deepEqual(world.versions(job), ['20260620T201000Z', '20260621T211000Z']);
  assert.equal(readlinkSync(world.tree(job, 'current')), '20260621T211000Z');
});

test('a version is lost, and the same file and report are sent again before the next scan: it is published again', async () => {
  const world = await started('keep: 2');
  const { file, report, bytes } = world.deposit({ endedAt: end });
  const text = readFileSync(report);
  await world.ok(scanAt, 'scan');
  rmSync(world.tree(job, '20260620T201000Z'), { recursive: true });
  writeFileSync(file, bytes);
  writeFileSync(report, text);
  assert.equal((await world.run(scanAt + minute, 'scan')).code, 0);
  assert.deepEqual(world.versions(job), ['20260620T201000Z']);
  assert.equal(readlinkSync(world.tree(job, 'current')), '20260620T201000Z');
  const now = await world.statusOf(scanAt + minute, job);
  assert.deepEqual([now.status, now.versions, rows(world)], ['SUCCESS', 1, 1]);
  assert.equal(world.verify(), 1);
});

test("promote refuses, as scan does, a path that still holds another job's versions", async () => {
  const databases = (agent: string, path: string): string =>
    `defaults: { schedule: "0 20 * * *", settle: 0s, path: "${path}" }\nagents:\n  ${agent}: { databases: [compta] }\n`;
  const world = await startedWith(databases('paris', '{database}'));
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  world.configure(databases('lyon', 'elsewhere/{database}'));
  const { file, bytes } = world.deposit({ agent: 'lyon', endedAt: end + hour, bytes: null });
  await world.ok(scanAt + hour, 'scan');
  writeFileSync(file, bytes);
  world.configure(databases('lyon', '{database}'));
  for (const argv of [['scan'], ['promote', 'lyon/compta', 'compta.sql.gz']]) {
    const ran = await world.run(scanAt + 2 * hour, ...argv);
    assert.equal(ran.code, 3, argv.join(' '));
    assert.match(ran.err, /lyon\/compta.*paris\/compta/su);
  }
  assert.deepEqual(world.versions('compta'), ['20260620T201000Z']);
});

test('a version whose pruning was decided and not yet done is kept when it is promoted again', async () => {
  const world = await started('keep: 3');
  for (let index = 0; index < 2; index += 1) {
    world.deposit({ endedAt: end + index * day, content: `round ${index}`, file: `${index}.gz` });
    await world.ok(scanAt + index * day, 'scan');
  }
  // As a scan leaves it whose disk would not let the folder go.
  const db = new SqliteDatabase(world.database);
  db.exec("update versions set state = 'pruning' where file = '0.gz'");
  db.close();
  const later = scanAt + day + hour;
  const promoted = await world.run(later, 'promote', job, '0.gz');
  assert.equal(promoted.code, 0, promoted.err);
  assert.equal((await world.run(later + minute, 'scan')).code, 0);
  assert.deepEqual(world.versions(job), ['20260620T201000Z', '20260621T201000Z']);
  assert.equal(world.verify(), 2);
  oneRowForEachFolder(world);
});
