/** What stands in the way of a scan: it blocks the jobs that it concerns, never the others, and the next scan does what is left. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { cannotFreeze, frozen } from '../support/immutable.ts';
import { end, scanAt, startedWith } from '../support/evening.ts';
import { day, dumpOf, honest, hour, minute, sha256, World } from '../support/world.ts';

const config = (rules = '', top = ''): string =>
  `${top}defaults: { schedule: "0 20 * * *", settle: 0s${rules} }\nagents:\n  paris: { databases: [compta] }\n  lyon: { databases: [shop] }\n`;
const alone = (rules = ''): string => config(rules).replace(/ {2}lyon.*\n/u, '');
const job = 'paris/compta';
const nobody = 65534;
const asRoot = process.getuid?.() === 0 ? false : 'skipped, because it needs root';
const withPrlimit =
  asRoot === false && spawnSync('prlimit', ['--version']).status !== 0
    ? 'skipped, because prlimit is not installed'
    : asRoot;

const started = (yaml = config()): Promise<World> => startedWith(yaml);

const heldFiles = (world: World): string[] =>
  readdirSync(world.tree('.held'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

/** Seven backups of one size and a tiny one, which is held. Returns the day after. */
async function withHeld(world: World): Promise<number> {
  for (let index = 0; index < 8; index += 1) {
    const content = index < 7 ? randomBytes(20_000).toString('hex') : 'tiny';
    world.deposit({ endedAt: end + index * day, content });
    await world.ok(scanAt + index * day, 'scan');
  }
  assert.equal((await world.statusOf(scanAt + 7 * day, job)).status, 'SIZE_ANOMALY');
  return 8;
}

test('`current` is a real folder: the other agents are judged, and once it is gone the link is there again', async () => {
  const world = await started(config(', keep: 3'));
  for (let index = 0; index < 2; index += 1) {
    world.deposit({ endedAt: end + index * minute, content: `${index}`, file: `${index}.gz` });
    await world.ok(scanAt + index * minute, 'scan');
  }
  rmSync(world.tree(job, 'current'));
  mkdirSync(world.tree(job, 'current'));
  writeFileSync(world.tree(job, 'current/mine'), '');
  // Lost under its name, found under another one.
  const [version = ''] = world.versions(job);
  renameSync(world.tree(job, version), world.tree(job, '20260620T201500Z'));
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end });
  const at10 = scanAt + 10 * minute;
  await world.run(at10, 'scan');
  assert.equal((await world.statusOf(at10, 'lyon/shop')).status, 'SUCCESS');
  // A new version of it cannot be published as the newest: it is blocked, and nothing is lost.
  world.deposit({ endedAt: end + day, content: 'next' });
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end + day, content: 'next' });
  assert.equal((await world.run(scanAt + day, 'scan')).code, 3);
  assert.equal(
    (await world.statusOf(scanAt + day, 'lyon/shop')).last_success_at,
    '2026-06-21T20:10:00Z',
  );
  assert.ok((await world.statusOf(scanAt + day, job)).blocked != null);
  assert.ok(existsSync(world.tree(job, 'current/mine')));
  rmSync(world.tree(job, 'current'), { recursive: true });
  assert.equal((await world.run(scanAt + day + minute, 'scan')).code, 0);
  assert.equal(readlinkSync(world.tree(job, 'current')), '20260621T201000Z');
  assert.equal(
    (await world.statusOf(scanAt + day + minute, job)).last_success_at,
    '2026-06-21T20:10:00Z',
  );
});

test(
  'a leftover in .incoming that cannot be removed keeps nothing from being judged',
  { skip: cannotFreeze() },
  async () => {
    const world = await started();
    mkdirSync(world.tree('.incoming/leftover'), { recursive: true });
    const stuck = world.tree('.incoming/leftover/half');
    writeFileSync(stuck, 'half a file');
    world.deposit({ endedAt: end });
    await frozen(stuck, async () => {
      assert.equal((await world.run(scanAt, 'scan')).code, 0);
      assert.equal((await world.statusOf(scanAt, job)).status, 'SUCCESS');
    });
    assert.equal((await world.run(scanAt + minute, 'scan')).code, 0);
    assert.deepEqual(readdirSync(world.tree('.incoming')), []);
  },
);

test('a held copy that a killed scan did not record goes once something newer is published, and not before', async () => {
  const world = await started();
  const next = await withHeld(world);
  const folder = world.tree('.held', job);
  const [recorded = ''] = readdirSync(folder);
  const [older, newer] = ['20260620T201000Z', '20260701T201000Z'] as const;
  for (const name of [older, newer])
    spawnSync('cp', ['-a', `${folder}/${recorded}`, `${folder}/${name}`]);
  await world.ok(scanAt + (next - 1) * day + hour, 'scan');
  assert.deepEqual(readdirSync(folder).toSorted(), [older, recorded, newer].toSorted());
  world.deposit({ endedAt: end + next * day, content: randomBytes(20_000).toString('hex') });
  await world.ok(scanAt + next * day, 'scan');
  assert.deepEqual(readdirSync(folder), [newer]);
  assert.equal((await world.statusOf(scanAt + next * day, job)).status, 'SUCCESS');
});

test('.held that cannot be read does not end the scan', { skip: asRoot }, async () => {
  const yaml =
    'defaults: { schedule: every 24h, settle: 0s }\nagents:\n  paris: { databases: [compta] }\n  lyon: { databases: [shop] }\n';
  const world = new World(yaml);
  const first = Date.now() - 9 * day;
  await world.ok(first, 'init-db');
  await world.ok(first, 'scan');
  for (let index = 0; index < 8; index += 1) {
    const now = first + index * day + hour;
    world.deposit({
      endedAt: now - minute,
      content: index < 7 ? randomBytes(20_000).toString('hex') : 'tiny',
    });
    await world.ok(now, 'scan');
  }
  assert.deepEqual(heldFiles(world).toSorted(), ['SHA256SUMS', 'compta.sql.gz']);
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: Date.now() - minute });
  spawnSync('chown', ['-R', `${nobody}:${nobody}`, world.root]);
  chmodSync(world.root, 0o755);
  chmodSync(world.tree('.held/paris'), 0);
  const ran = world.process(['scan'], { uid: nobody, gid: nobody });
  assert.doesNotMatch(ran.err, /^\s+at /mu);
  assert.ok(ran.code === 2 || ran.code === 3, ran.err);
  assert.equal((await world.statusOf(Date.now(), 'lyon/shop')).status, 'SUCCESS');
  // What could not be looked at was not taken for gone.
  chmodSync(world.tree('.held/paris'), 0o750);
  assert.ok((await world.statusOf(Date.now(), job)).held !== null);
});

/** Five agents with more than 64 MiB to read, so that it is done on several threads. */
async function manyLarge(bytes: number): Promise<World> {
  const agents = ['a', 'b', 'c', 'd', 'e'];
  const databases = Array.from({ length: 32 }, (_, index) => `db${index}`);
  const world = new World(
    `parallel: 2\ndefaults: { schedule: every 24h, settle: 0s }\nagents:\n${agents
      .map((agent) => `  ${agent}: { databases: [${databases.join(', ')}] }\n`)
      .join('')}`,
  );
  await world.ok(Date.now(), 'init-db');
  assert.equal(world.process(['scan']).code, 0);
  const dump = dumpOf(randomBytes(bytes / 2).toString('hex'));
  // Once for all of them.
  const file = gzipSync(dump, { level: 1 });
  const known = { size: dump.length, sha256: sha256(dump) };
  for (const agent of agents) {
    for (const database of databases) {
      const name = `${database}.sql.gz`;
      const deposit = honest(Date.now() - minute, name, file, known);
      world.deposit({ ...deposit, agent, database, content: '' });
    }
  }
  return world;
}

test(
  'too many open files: jobs are blocked at most, and the next scan heals',
  { skip: withPrlimit },
  async () => {
    const world = await manyLarge(900_000);
    for (const limit of [40, 100]) {
      const ran = world.process(['scan'], {
        prefix: ['timeout', '60', 'prlimit', `--nofile=${limit}:${limit}`],
      });
      // It went on to its end, and wrote that down.
      const last = world.sql<{ exit_code: number | null }>(
        'select exit_code from scans order by id desc limit 1',
      );
      assert.deepEqual([ran.code, ran.err, last], [3, '', [{ exit_code: 3 }]], `${limit} files`);
    }
    const reasons = world.sql(
      "select distinct blocked_reason as reason from jobs where blocked_reason is not null and blocked_reason != 'emfile'",
    );
    assert.deepEqual(reasons, []);
    assert.deepEqual(world.sql("select id from events where status != 'SUCCESS'"), []);
    assert.equal(world.process(['scan']).code, 0);
    assert.equal(world.sql('select id from versions').length, 160);
    assert.equal(world.verify(), 160);
  },
);

/** Fills the runtime's own pool of threads, then says whether one more is refused. */
const probe = `import { Worker } from 'node:worker_threads';
import { readFile } from 'node:fs/promises';
await Promise.all(Array.from({ length: 8 }, () => readFile('/proc/version')));
try {
  await new Worker('', { eval: true }).terminate();
  console.log('started');
} catch (error) {
  console.log(error.code);
}`;

/** A user of whom nothing else runs: the limit counts everything that does. */
const lonely = 65_531;
const underLimit = (threads: number): string[] => [
  'timeout',
  '60',
  'prlimit',
  `--nproc=${threads}:${threads}`,
];

/** The lowest limit under which the runtime itself starts, if it then refuses a thread; else null. */
function limitWithoutThreads(): number | null {
  for (let threads = 8; threads < 40; threads += 1) {
    const limited = [...underLimit(threads), process.execPath, '--input-type=module', '-e', probe];
    const ran = spawnSync('env', limited, { encoding: 'utf8', uid: lonely, gid: lonely });
    if (ran.stdout.startsWith('ERR_WORKER_INIT_FAILED')) return threads;
    if (ran.status === 0) return null;
  }
  return null;
}

test(
  'threads that cannot be started: the scan does its work on those that can, or on its own, and ends',
  { skip: withPrlimit },
  async (t) => {
    const limit = limitWithoutThreads();
    if (limit === null) {
      t.skip('skipped, because threads cannot be limited here');
      return;
    }
    for (const threads of [limit, limit + 1]) {
      const world = await manyLarge(450_000);
      spawnSync('chown', ['-R', `${lonely}:${lonely}`, world.root]);
      chmodSync(world.root, 0o755);
      const ran = world.process(['scan'], {
        prefix: underLimit(threads),
        uid: lonely,
        gid: lonely,
      });
      assert.deepEqual([ran.code, ran.err], [0, ''], `${threads} threads`);
      assert.equal(world.sql('select id from versions').length, 160);
      world.remove();
    }
  },
);

test(
  'a held copy that could not be removed once is removed by the next scan',
  { skip: cannotFreeze() },
  async () => {
    const world = await started(alone());
    const next = await withHeld(world);
    const [name = ''] = readdirSync(world.tree('.held', job));
    const folder = world.tree('.held', job, name);
    world.deposit({ endedAt: end + next * day, content: randomBytes(20_000).toString('hex') });
    await frozen(folder, () => world.ok(scanAt + next * day, 'scan'));
    assert.equal((await world.statusOf(scanAt + next * day, job)).held, null);
    assert.notDeepEqual(heldFiles(world), [], 'the folder could not be removed');
    assert.equal((await world.run(scanAt + next * day + minute, 'scan')).code, 0);
    assert.deepEqual(heldFiles(world), []);
  },
);

for (const archive of [true, false]) {
  test(
    `deposit: remove that failed once is done by a later scan, archive_reports: ${archive}`,
    { skip: cannotFreeze() },
    async () => {
      const world = await started(`archive_reports: ${archive}\n${alone(', deposit: remove')}`);
      const { file } = world.deposit({ endedAt: end });
      // The folder: freezing the file itself would change its ctime, and it would be another one.
      await frozen(world.zone('paris', 'database'), () => world.ok(scanAt, 'scan'));
      assert.ok(existsSync(file));
      for (const later of [minute, 2 * minute])
        assert.equal((await world.run(scanAt + later, 'scan')).code, 0);
      assert.equal(existsSync(file), false);
      assert.deepEqual(world.events(), [`${job} SUCCESS verified`]);
      assert.equal(world.verify(), 1);
    },
  );
}

test(
  'a version whose pruning fails is not adopted again, and is pruned once it can be',
  { skip: cannotFreeze() },
  async () => {
    const world = await started(alone());
    world.deposit({ endedAt: end, content: 'day 0' });
    await world.ok(scanAt, 'scan');
    await frozen(world.tree(job, '20260620T201000Z'), async () => {
      for (let index = 1; index < 4; index += 1) {
        world.deposit({ endedAt: end + index * day, content: `day ${index}` });
        assert.equal((await world.run(scanAt + index * day, 'scan')).code, 0);
        await world.ok(scanAt + index * day + minute, 'scan');
      }
    });
    assert.deepEqual(
      world.events(),
      Array.from({ length: 4 }, () => `${job} SUCCESS verified`),
    );
    assert.equal((await world.statusOf(scanAt + 3 * day + hour, job)).versions, 1);
    await world.ok(scanAt + 3 * day + hour, 'scan');
    assert.deepEqual(world.versions(job), ['20260623T201000Z']);
  },
);

test('the deposits are not mounted: every job is blocked with the cause, not judged at its deadline, and healed when they are back', async () => {
  const world = await started();
  const both = (index: number): void => {
    for (const [agent, database] of [
      ['paris', 'compta'],
      ['lyon', 'shop'],
    ] as const)
      world.deposit({ agent, database, endedAt: end + index * day, content: `day ${index}` });
  };
  both(0);
  await world.ok(scanAt, 'scan');
  both(1);
  renameSync(world.deposits, `${world.deposits}.away`);
  const absent = await world.run(scanAt + day, 'scan');
  assert.equal(absent.code, 3);
  assert.match(absent.out + absent.err, /deposits/u);
  for (const name of [job, 'lyon/shop']) {
    const now = await world.statusOf(scanAt + day, name);
    assert.deepEqual([now.status, now.blocked?.reason], ['SUCCESS', 'enoent']);
  }
  assert.equal((await world.run(scanAt + day + 3 * hour, 'scan')).code, 3);
  for (const name of [job, 'lyon/shop']) {
    const now = await world.statusOf(scanAt + day + 3 * hour, name);
    assert.deepEqual([now.status, now.reason], ['MISSING', 'not_judged']);
    assert.match(now.message, /no such file or folder/u);
  }
  renameSync(`${world.deposits}.away`, world.deposits);
  assert.equal((await world.run(scanAt + day + 4 * hour, 'scan')).code, 0);
  for (const name of [job, 'lyon/shop']) {
    const now = await world.statusOf(scanAt + day + 4 * hour, name);
    assert.deepEqual(
      [now.status, now.blocked ?? null, now.last_success_at],
      ['SUCCESS', null, '2026-06-21T20:10:00Z'],
    );
  }
});
