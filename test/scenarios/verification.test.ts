/** What looking into a file means for the job: evidence, holds, upgrades, what cannot be looked into here, and being stopped. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import SqliteDatabase from 'better-sqlite3';
import { toFirstSchema } from '../support/first-schema.ts';
import { isInstalled, tool } from '../support/real-dumps.ts';
import { end, scanAt, startedWith } from '../support/evening.ts';
import { day, dumpOf, honest, hour, launch, sha256, type World } from '../support/world.ts';

const yaml =
  'defaults: { schedule: "0 20 * * *", settle: 0s, unchanged: ok, keep: 3 }\nagents:\n  paris:\n    databases: [compta]\n';

const started = (text = yaml): Promise<World> => startedWith(text);

/** Rows that shrink like real ones. */
const rows = (count: number): string =>
  Array.from(
    { length: count },
    (_, index) => `${index} ${(index * 2_654_435_761) % 4_294_967_296}`,
  ).join(' ');

async function evidence(world: World, now: number): Promise<string> {
  const { out } = await world.run(now, 'status', 'paris/compta');
  return out.replaceAll(/\s+/gu, ' ');
}

test('a whole dump is proved to be whole, and status JOB shows each check', async () => {
  const world = await started();
  const dump = Buffer.from(dumpOf(rows(5000)));
  world.deposit(
    honest(end, 'compta.sql.gz', gzipSync(dump), { size: dump.length, sha256: sha256(dump) }),
  );
  assert.equal((await world.run(scanAt, 'scan')).code, 0);
  const job = await world.statusOf(scanAt, 'paris/compta');
  assert.equal(job.assurance, 'complete');
  const text = await evidence(world, scanAt);
  for (const part of [
    /✓ stream gzip, readable to its end: .* uncompressed, \d(?:\.\d)?:1/u,
    /✓ raw size \d+ bytes .*, as reported/u,
    /✓ raw SHA [0-9a-f]{12}, as reported/u,
    /✓ dump SQLite \.dump text, whole 1 table, 1 batch of rows/u,
    /✓ assurance complete: /u,
  ])
    assert.match(text, part);
});

const promises: readonly (readonly [string, string, Buffer, string])[] = [
  ['.gz is gzip', 'compta.sql.gz', Buffer.from(dumpOf('x')), 'wrong_kind'],
  ['.gz is not zstd', 'compta.sql.gz', zstdCompressSync(dumpOf('x')), 'wrong_kind'],
  ['.tar is a tar', 'compta.tar.gz', gzipSync(dumpOf('x')), 'wrong_kind'],
  ['.sqlite is a database file', 'compta.sqlite.gz', gzipSync(dumpOf('x')), 'wrong_kind'],
  ['.dump is no list', 'compta.dump', Buffer.from('{ "rows": [] }\n'), 'wrong_kind'],
  [
    '.sql is no web page',
    'compta.sql.gz',
    gzipSync('<!DOCTYPE html>\n<html>404</html>\n'),
    'not_a_dump',
  ],
  ['there is something in it', 'compta.sql.gz', gzipSync(''), 'empty'],
];
for (const [promise, file, bytes, reason] of promises) {
  test(`a name is a promise: ${promise}: ${reason}`, async () => {
    const world = await started();
    world.deposit(honest(end, file, bytes));
    await world.run(scanAt, 'scan');
    const job = await world.statusOf(scanAt, 'paris/compta');
    assert.deepEqual([job.status, job.reason], ['CONTENT_INVALID', reason], job.message);
  });
}

test('a format that nobody knows is readable, and no failure', async () => {
  const world = await started();
  world.deposit(
    honest(end, 'compta.export.gz', gzipSync(Buffer.from('FOO\u0000\u0001 own format'))),
  );
  assert.equal((await world.run(scanAt, 'scan')).code, 0);
  const job = await world.statusOf(scanAt, 'paris/compta');
  assert.deepEqual([job.status, job.assurance], ['SUCCESS', 'readable']);
  const { out } = await world.run(scanAt, 'status');
  assert.match(
    out.replaceAll(/\s+/gu, ' '),
    /paris\/compta: less was proved of the newest version/u,
  );
});

test('a stream without a checksum is as good as any, and what it does not prove is told', async () => {
  const world = await started();
  const remark = 'the zstd stream carries no checksum: a flipped bit may go unnoticed';
  const dump = dumpOf(rows(500));
  const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
  for (const [index, options] of [{}, checked].entries()) {
    const now = scanAt + index * day;
    const bytes = zstdCompressSync(dump + '-- '.repeat(index), options);
    world.deposit(honest(end + index * day, 'compta.sql.zst', bytes));
    await world.run(now, 'scan');
    const { events } = JSON.parse((await world.ok(now, 'history', '--json')).out) as {
      events: { assurance: string; content: { remarks: string[] } }[];
    };
    const isTold = index === 0;
    assert.equal(events[0]?.assurance, 'complete');
    assert.deepEqual(events[0].content.remarks, isTold ? [remark] : []);
    assert.equal((await evidence(world, now)).includes(remark), isTold);
  }
});

test('an encrypted dump is intact, whatever the agent says about it before', async () => {
  const world = await started();
  const dump = Buffer.from(dumpOf('secret'));
  const bytes = Buffer.concat([Buffer.from('Salted__'), randomBytes(5000)]);
  const claim = { size: dump.length, sha256: sha256(dump) };
  world.deposit(honest(end, 'compta.sql.gz.enc', bytes, claim));
  assert.equal((await world.run(scanAt, 'scan')).code, 0);
  const job = await world.statusOf(scanAt, 'paris/compta');
  assert.deepEqual([job.status, job.assurance], ['SUCCESS', 'intact'], job.message);
  assert.match(await evidence(world, scanAt), /encrypted with OpenSSL.* less than asked for: /u);
});

test('another kind of content than the last is held, until it is promoted', async () => {
  const world = await started();
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  const text = 'CREATE TABLE t (x int);\nINSERT INTO t VALUES (1);\n';
  world.deposit(honest(end + day, 'compta.sql.gz', gzipSync(text)));
  assert.equal((await world.run(scanAt + day, 'scan')).code, 1);
  const held = await world.statusOf(scanAt + day, 'paris/compta');
  assert.deepEqual([held.status, held.reason], ['SIZE_ANOMALY', 'kind_changed']);
  assert.equal((await world.run(scanAt + day, 'promote', 'paris/compta')).code, 0);
  const promoted = await world.statusOf(scanAt + day, 'paris/compta');
  assert.deepEqual([promoted.status, promoted.assurance], ['SUCCESS', 'readable']);
  // What was found out about the held copy is known of the version: the next one is compared with it.
  world.deposit(honest(end + 2 * day, 'compta.sql.gz', gzipSync(text, { level: 1 })));
  assert.equal((await world.run(scanAt + 2 * day, 'scan')).code, 0);
  assert.equal((await world.statusOf(scanAt + 2 * day, 'paris/compta')).status, 'HASH_MISMATCH');
});

test('a stream that asks for more than is allowed is held, where the newest version could be looked into', async () => {
  const world = await started();
  const dump = Buffer.from(dumpOf('compta'));
  // From a pipe, so that the window is as large as it was asked for.
  const bytes = spawnSync('zstd', ['-c', '--long=28'], { input: dump }).stdout;
  world.deposit(honest(end, 'compta.sql.zst', bytes));
  assert.equal((await world.run(scanAt, 'scan')).code, 0);
  const first = await world.statusOf(scanAt, 'paris/compta');
  assert.deepEqual([first.status, first.assurance], ['SUCCESS', 'intact'], first.message);
  world.deposit(honest(end + day, 'compta.sql.zst', zstdCompressSync(dumpOf('next'))));
  assert.equal((await world.run(scanAt + day, 'scan')).code, 1);
  assert.equal((await world.run(scanAt + day, 'promote', 'paris/compta')).code, 0);
  world.deposit(honest(end + 2 * day, 'compta.sql.zst', bytes));
  assert.equal((await world.run(scanAt + 2 * day, 'scan')).code, 1);
  const held = await world.statusOf(scanAt + 2 * day, 'paris/compta');
  assert.deepEqual([held.status, held.reason], ['SIZE_ANOMALY', 'kind_changed']);
  assert.match(
    held.message,
    /^it holds zstd-compressed data, which cannot be checked here: it needs a window of 256 MiB/u,
  );
});

test('files of two jobs that were swapped are held where their kinds differ', async () => {
  const world = await started(yaml.replace('[compta]', '[compta, crm]'));
  const files = {
    compta: gzipSync(dumpOf('compta')),
    crm: gzipSync(
      '--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE t (x integer);\n\n--\n-- PostgreSQL database dump complete\n--\n\n',
    ),
  };
  for (const [database, bytes] of Object.entries(files))
    world.deposit({ ...honest(end, `${database}.sql.gz`, bytes), database });
  assert.equal((await world.run(scanAt, 'scan')).code, 0);
  world.deposit({ ...honest(end + day, 'compta.sql.gz', files.crm), database: 'compta' });
  world.deposit({ ...honest(end + day, 'crm.sql.gz', files.compta), database: 'crm' });
  assert.equal((await world.run(scanAt + day, 'scan')).code, 1);
  for (const job of ['paris/compta', 'paris/crm'])
    assert.equal((await world.statusOf(scanAt + day, job)).reason, 'kind_changed');
});

test('versions recorded before contents were looked into keep working', async () => {
  const world = await started();
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  // As the schema before this one had it.
  const db = new SqliteDatabase(world.database);
  db.exec(`
    ${toFirstSchema}
    update versions set assurance = 'intact';
    update jobs set sizes = '[[1750449600000,100]]';`);
  db.close();
  const refused = await world.run(scanAt + hour, 'scan');
  assert.equal(refused.code, 3);
  assert.match(refused.err, /older backupmon .*run `backupmon init-db` to migrate it/u);
  assert.match((await world.ok(scanAt + hour, 'init-db')).out, /migrated/u);
  const before = await world.statusOf(scanAt + hour, 'paris/compta');
  assert.deepEqual([before.status, before.assurance], ['SUCCESS', 'intact']);
  // The same rows in another packing: the version's uncompressed hash is known from the report of then.
  world.deposit({
    ...honest(end + day, 'compta.sql.gz', gzipSync(dumpOf('rows of compta'), { level: 1 })),
  });
  assert.equal((await world.run(scanAt + day, 'scan')).code, 0);
  const now = await world.statusOf(scanAt + day, 'paris/compta');
  assert.deepEqual([now.status, now.reason], ['HASH_MISMATCH', 'same_fingerprint']);
});

test('unchanged content by our own measure: its deposit may be removed', async () => {
  const world = await started(yaml.replace('keep: 3', 'keep: 3, deposit: remove'));
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  const other = gzipSync(dumpOf('rows of compta'), { level: 1 });
  const { file } = world.deposit(honest(end + day, 'compta.sql.gz', other));
  await world.ok(scanAt + day, 'scan');
  assert.equal((await world.statusOf(scanAt + day, 'paris/compta')).reason, 'same_fingerprint');
  assert.equal(existsSync(file), false);
});

test('verify: readable looks at the stream only, and tells what it saw of the rest', async () => {
  const world = await started(yaml.replace('settle', 'verify: readable, settle'));
  const cut = dumpOf('x').slice(0, -9);
  world.deposit(honest(end, 'compta.sql.gz', gzipSync(cut)));
  assert.equal((await world.run(scanAt, 'scan')).code, 0);
  assert.equal((await world.statusOf(scanAt, 'paris/compta')).assurance, 'readable');
  assert.match(await evidence(world, scanAt), /! dump SQLite \.dump text /u);
});

test('verify: readable refuses what its name says is a stream and is none', async () => {
  const world = await started(yaml.replace('settle', 'verify: readable, settle'));
  const damaged = gzipSync(dumpOf('x'));
  damaged.fill(0, 0, 4);
  for (const [day_, bytes] of [damaged, Buffer.from('pg_dump: error: no\n')].entries()) {
    world.deposit(honest(end + day_ * day, 'compta.sql.gz', bytes));
    assert.equal((await world.run(scanAt + day_ * day, 'scan')).code, 2);
    const job = await world.statusOf(scanAt + day_ * day, 'paris/compta');
    assert.equal(job.status, 'CONTENT_INVALID', job.message);
  }
});

test('verify: intact looks at bytes only', async () => {
  const world = await started(yaml.replace('settle', 'verify: intact, settle'));
  world.deposit(honest(end, 'compta.sql.gz', Buffer.from('no gzip at all')));
  assert.equal((await world.run(scanAt, 'scan')).code, 0);
  assert.equal((await world.statusOf(scanAt, 'paris/compta')).assurance, 'intact');
});

test('a folder of very many small files is no bomb, though packing it took more than is in it', async () => {
  const world = await started();
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-small-'));
  for (let table = 0; table < 20_000; table += 1)
    writeFileSync(join(folder, `${table}.sql`), `CREATE TABLE t${table} (x int);\n`);
  const packed = tool('tar', ['-C', folder, '-czf', '-', '.']);
  rmSync(folder, { recursive: true });
  world.deposit(honest(end, 'compta.tar.gz', packed, { size: 560_000 }));
  await world.run(scanAt, 'scan');
  const job = await world.statusOf(scanAt, 'paris/compta');
  assert.equal(job.status, 'SUCCESS', job.message);
});

const canHide =
  process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0
    ? !isInstalled('xz') && 'skipped, because xz is not installed'
    : 'skipped, because only root can hide a program';

test(
  'without xz an xz file is intact, and says why it is not more',
  { skip: canHide },
  async () => {
    const world = await started();
    mkdirSync(`${world.root}/nothing`);
    world.deposit(honest(Date.now() - hour, 'compta.sql.xz', tool('xz', ['-c'], dumpOf('x'))));
    const hide = ['unshare', '-m', 'sh', '-c', 'mount --bind "$0" /usr/bin && exec "$@"'];
    const ran = world.process(['scan', '-v'], { prefix: [...hide, `${world.root}/nothing`] });
    assert.equal(ran.code, 0, ran.err);
    const job = await world.statusOf(Date.now(), 'paris/compta');
    assert.deepEqual([job.status, job.assurance], ['SUCCESS', 'intact']);
    assert.match(job.message, /cannot be checked here: xz is not installed/u);
  },
);

test('a dry run looks into files, and leaves nothing behind', async () => {
  const world = await started();
  world.deposit({ endedAt: end });
  const before = readdirSync(world.validated);
  const { out } = await world.ok(scanAt, 'scan', '--dry-run', '--json');
  const { events } = JSON.parse(out) as { events: { assurance: string }[] };
  assert.deepEqual(
    events.map((event) => event.assurance),
    ['complete'],
  );
  assert.deepEqual(readdirSync(world.validated), before);
});

/** Whether a file lies in the folder or in one within it, which come and go meanwhile. */
function holdsFile(folder: string): boolean {
  try {
    return readdirSync(folder, { recursive: true }).some(
      (name) => statSync(`${folder}/${String(name)}`, { throwIfNoEntry: false })?.isFile() === true,
    );
  } catch {
    return false;
  }
}

for (const parallel of [1, 2]) {
  test(`ctrl-C stops a scan at once and loses nothing, parallel: ${parallel}`, async () => {
    const world = await started(
      `parallel: ${parallel}\n${yaml.replace('settle', 'verify: complete, settle').replace('[compta]', '[compta, crm]')}`,
    );
    const dump = Buffer.from(dumpOf(randomBytes(25_000_000).toString('hex')));
    const packed = gzipSync(dump, { level: 1 });
    // Two files, since one alone is not worth a thread.
    for (const database of ['compta', 'crm'])
      world.deposit({ ...honest(Date.now() - hour, `${database}.sql.gz`, packed), database });
    const child = spawn(launch[0], [...launch.slice(1), '--config', world.configFile, 'scan'], {
      stdio: 'ignore',
    });
    const exited = new Promise<string | null>((resolve) =>
      child.on('exit', (_, signal) => resolve(signal)),
    );
    const incoming = world.tree('.incoming');
    for (let turn = 0; turn < 2000 && !holdsFile(incoming); turn += 1) await sleep(5);
    assert.ok(holdsFile(incoming), 'the scan did not begin to read');
    const interrupted = performance.now();
    child.kill('SIGINT');
    assert.equal(await exited, 'SIGINT');
    assert.ok(performance.now() - interrupted < 2000);
    assert.deepEqual(world.versions('paris/compta'), []);
    const again = world.process(['scan']);
    assert.equal(again.code, 0, again.err);
    assert.equal((await world.statusOf(Date.now(), 'paris/compta')).assurance, 'complete');
    assert.deepEqual(readdirSync(incoming), []);
  });
}
