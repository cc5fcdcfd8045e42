/** Case 25: the disk of the validated tree is full, read-only, not there, or has no symbolic links. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cannotMount, mounted } from '../support/mounts.ts';
import { cannotRun } from '../support/real-dumps.ts';
import { end, scanAt, startedWith } from '../support/evening.ts';
import { spend } from '../support/spent.ts';
import { day, hour, minute, World } from '../support/world.ts';
import { promotedToday, today } from './neighbours.ts';

const yaml =
  'defaults: { schedule: every 2h, settle: 0s, keep: 9, size_change: off }\nagents:\n  paris: { databases: [compta] }\n  lyon: { databases: [shop] }\n';
const asRoot = {
  skip: process.getuid?.() === 0 ? false : 'skipped, because only root can mount a tmpfs',
};

const mount = (...argv: string[]): void => {
  const { status, stderr } = spawnSync('mount', argv, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
};

/** A disk of its own for the tree, for as long as the test runs. */
async function withDisk(
  size: string,
  work: (folder: string) => Promise<void> | void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-disk-'));
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder);
  try {
    await work(folder);
  } finally {
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  }
}

function rounds(world: World, endedAt: number, content: string): void {
  world.deposit({ endedAt, content });
  world.deposit({ agent: 'lyon', database: 'shop', endedAt, content });
}

/** Both agents with a version of before; the tree in that folder, which may be a mount point. */
async function before(validated?: string, text = yaml): Promise<World> {
  const world = new World(text, validated === undefined ? {} : { validated });
  await world.ok(Date.now(), 'init-db');
  rounds(world, Date.now() - 90 * minute, 'before');
  assert.equal((await world.run(Date.now(), 'scan')).code, 0);
  assert.equal(world.verify(), 2);
  return world;
}

test(
  'case 25: a full disk blocks the job that does not fit, says so, and the neighbour is promoted',
  asRoot,
  () =>
    withDisk('400k', async (folder) => {
      const world = await before(folder);
      world.deposit({ endedAt: today(), content: randomBytes(400_000).toString('hex') });
      world.deposit({ agent: 'lyon', database: 'shop', endedAt: today(), content: 'today' });
      const ran = world.process(['scan']);
      assert.deepEqual([ran.code, ran.err], [3, '']);
      assert.match(
        ran.out,
        /paris\/compta.*could not be judged: .*no space left on the device \(ENOSPC\)/su,
      );
      assert.deepEqual(promotedToday(world), ['lyon/shop']);
      assert.deepEqual(readdirSync(world.tree('.incoming')), []);
      mount('-o', 'remount,size=4m', folder);
      assert.equal(world.process(['scan']).code, 0);
      assert.deepEqual(promotedToday(world), ['lyon/shop', 'paris/compta']);
    }),
);

test(
  'case 25: of many reports and a disk that is nearly full the newest is promoted, whatever the older ones need',
  asRoot,
  () =>
    withDisk('400k', async (folder) => {
      const world = await before(
        folder,
        yaml.replace('every 2h', 'every 1m').replace('keep: 9', 'keep: 30'),
      );
      const content = randomBytes(400_000).toString('hex');
      for (let age = 1; age <= 60; age += 1) {
        const endedAt = today() - age * minute;
        world.deposit({ endedAt, content: `${age}${content}`, file: `${age}.sql.gz` });
      }
      world.deposit({ endedAt: today(), content: randomBytes(100_000).toString('hex') });
      const ran = world.process(['scan']);
      assert.deepEqual(promotedToday(world), ['paris/compta']);
      assert.match(ran.out, /paris\/compta: 60 older backups were not kept: .*ENOSPC/u);
    }),
);

const WAITING = 60;

/** Sixty reports of paris's meet a disk that is nearly full, and then there is room. Returns the bytes that were read for them. */
function meetFullDisk(
  world: World,
  folder: string,
  deposit: (index: number, endedAt: number) => void,
): number {
  writeFileSync(join(folder, 'ballast'), Buffer.alloc(340 * 1024));
  const nothing = spend(world, 'scan', 'paris').read;
  for (let index = 0; index < WAITING; index += 1)
    deposit(index, today() - (WAITING - index) * minute);
  const ran = spend(world, 'scan', 'paris');
  assert.equal(ran.code, 3, ran.out);
  rmSync(join(folder, 'ballast'));
  mount('-o', 'remount,size=9m', folder);
  return ran.read - nothing;
}

test(
  'case 25: sixty reports of one job and a full disk: their files are not read again and again, and the next scan promotes',
  asRoot,
  () =>
    withDisk('400k', async (folder) => {
      const world = await before(folder);
      let bytes = 0;
      const read = meetFullDisk(world, folder, (index, endedAt) => {
        const content = randomBytes(60_000).toString('hex');
        bytes += world.deposit({ endedAt, content, file: `${index}.sql.gz` }).bytes.length;
      });
      // Once each, the newest once more, and those that came into question when these did not fit.
      const again = (read - bytes) / (bytes / WAITING);
      assert.ok(again < 35, `${again} of ${WAITING} files read again`);
      assert.equal(world.process(['scan']).code, 0);
      assert.equal(world.verify(), 3);
    }),
);

test(
  'case 25: sixty reports of one file and a full disk: it is read a few times, and the next scan promotes',
  asRoot,
  () =>
    withDisk('400k', async (folder) => {
      const world = await before(folder);
      const content = randomBytes(400_000).toString('hex');
      let size = 0;
      const read = meetFullDisk(world, folder, (_, endedAt) => {
        size = world.deposit({ endedAt, content }).bytes.length;
      });
      assert.ok(read / size < 9, `read ${read / size} times`);
      // One version, and fifty-nine times unchanged.
      assert.equal(world.process(['scan']).code, 1);
      assert.equal(world.verify(), 2);
    }),
);

test(
  'case 25: a read-only disk: exit 3 and the words for it, readers go on, nothing is lost, and the next scan judges',
  asRoot,
  () =>
    withDisk('4m', async (folder) => {
      const world = await before(folder);
      rounds(world, today(), 'today');
      mount('-o', 'remount,ro', folder);
      for (const argv of [['scan'], ['scan', '-v'], ['scan', 'lyon']]) {
        const ran = world.process(argv);
        assert.deepEqual([ran.code, ran.out], [3, ''], argv.join(' '));
        assert.match(ran.err, /the file system is read-only \(EROFS\)/u, argv.join(' '));
        assert.ok(ran.err.includes(folder), ran.err);
      }
      const rehearsed = world.process(['scan', '--dry-run', '--json']);
      assert.equal(rehearsed.code, 0, rehearsed.err);
      for (const argv of [['status'], ['history'], ['check-config']])
        assert.equal(world.process(argv).code, 0, argv.join(' '));
      assert.equal(world.verify(), 2);
      assert.equal(world.events().length, 2);
      mount('-o', 'remount,rw', folder);
      assert.equal(world.process(['scan']).code, 0);
      assert.deepEqual(promotedToday(world), ['lyon/shop', 'paris/compta']);
    }),
);

test(
  'case 25: the disk is not mounted: an empty folder is no empty tree, nothing is written into it or taken for lost',
  asRoot,
  () =>
    withDisk('4m', async (disk) => {
      const world = await before();
      // What was before lies on the disk; under the mount point there is an empty folder.
      spawnSync('cp', ['-a', `${world.validated}/.`, disk]);
      rmSync(world.validated, { recursive: true });
      mkdirSync(world.validated);
      rounds(world, today(), 'today');
      for (const argv of [
        ['scan'],
        ['scan', '--dry-run'],
        ['promote', 'paris/compta', 'compta.sql.gz'],
      ]) {
        const ran = world.process(argv);
        assert.deepEqual([ran.code, ran.out], [3, ''], argv.join(' '));
        assert.match(ran.err, /has no marker file \.backupmon: is its disk mounted\?/u);
      }
      rmSync(world.validated, { recursive: true });
      const absent = world.process(['scan']);
      assert.equal(absent.code, 3);
      assert.match(absent.err, /does not exist; mount it or make it/u);
      mkdirSync(world.validated);
      assert.deepEqual(readdirSync(world.validated), []);
      assert.equal(world.process(['status']).code, 0);
      assert.equal(world.events().length, 2);
      mount('--bind', disk, world.validated);
      try {
        assert.equal(world.process(['scan']).code, 0);
        assert.deepEqual(promotedToday(world), ['lyon/shop', 'paris/compta']);
      } finally {
        spawnSync('umount', [world.validated]);
      }
    }),
);

for (const error of ['EPERM', 'EOPNOTSUPP']) {
  test(
    `case 25: no symbolic links (${error}, as CIFS and FAT answer): versions are kept without \`current\`, and it is said once`,
    { skip: cannotRun('strace') },
    async () => {
      const world = new World(yaml);
      const inject = [
        '-e',
        'trace=symlink,symlinkat',
        '-e',
        `inject=symlink,symlinkat:error=${error}`,
      ];
      const prefix = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'signal=none', ...inject];
      await world.ok(Date.now(), 'init-db');
      rounds(world, Date.now() - 90 * minute, 'before');
      const first = world.process(['scan'], { prefix });
      assert.deepEqual([first.code, first.err], [0, '']);
      assert.equal(
        first.out.match(/has no symbolic links: versions are kept/gu)?.length,
        1,
        first.out,
      );
      rounds(world, today(), 'today');
      const second = world.process(['scan'], { prefix });
      assert.deepEqual([second.code, second.out, second.err], [0, '', '']);
      assert.deepEqual(promotedToday(world), ['lyon/shop', 'paris/compta']);
      for (const job of ['lyon/shop', 'paris/compta'])
        assert.equal(existsSync(world.tree(job, 'current')), false);
      const { jobs } = JSON.parse(world.process(['status', '--json']).out) as {
        jobs: { path: string }[];
      };
      for (const { path } of jobs) assert.ok(readFileSync(path).length > 0, path);
      assert.deepEqual(readdirSync(world.tree('.incoming')), []);
    },
  );
}

const alone =
  'defaults: { schedule: every 24h, settle: 0s, keep: 2 }\nagents:\n  paris: { databases: [compta] }\n';

test(
  'case 25: no symbolic links (exFAT): versions are kept without `current`, and it is said once',
  { skip: cannotMount('exfat') },
  () => {
    mounted('exfat', (folder) => {
      const world = new World(alone, { validated: join(folder, 'validated') });
      assert.equal(world.process(['init-db']).code, 0);
      world.deposit({ endedAt: Date.now() - 2 * minute });
      const first = world.process(['scan']);
      assert.equal(first.code, 0, first.err);
      assert.match(first.out, /symbolic links/u);
      world.deposit({ endedAt: Date.now() - minute, content: 'second' });
      const second = world.process(['scan']);
      assert.deepEqual([second.code, second.out], [0, '']);
      // The first one was of the same cycle, and has gone.
      assert.equal(world.versions('paris/compta').length, 1);
      assert.equal(world.verify(), 1);
      const status = world.process(['status']).out;
      assert.equal(status.match(/symbolic links/gu)?.length, 1);
      const [job] = (
        JSON.parse(world.process(['status', '--json']).out) as { jobs: { path: string }[] }
      ).jobs;
      assert.ok(job !== undefined);
      assert.ok(existsSync(job.path), job.path);
    });
  },
);

const single = (rules = ''): string =>
  `defaults: { schedule: "0 20 * * *", settle: 0s, size_change: off }\nagents:\n  paris: { databases: { compta: { ${rules} } } }\n`;

/** One agent, with one version, by a clock of the test's. */
async function started(validated?: string): Promise<World> {
  const world = await startedWith(single('keep: 2'), validated === undefined ? {} : { validated });
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  return world;
}

test(
  'case 25: a full disk: the job keeps its status until its deadline, and then it is MISSING for that reason',
  asRoot,
  () =>
    withDisk('300k', async (folder) => {
      const world = await started(`${folder}/validated`);
      // Deposits and tree are on different file systems all along.
      assert.notEqual(lstatSync(world.deposits).dev, lstatSync(world.validated).dev);
      world.deposit({ endedAt: end + day, content: randomBytes(400_000).toString('hex') });
      assert.equal((await world.run(scanAt + day, 'scan')).code, 3);
      const status = await world.statusOf(scanAt + day, 'paris/compta');
      assert.deepEqual([status.status, status.blocked?.reason], ['SUCCESS', 'enospc']);
      assert.deepEqual(world.versions('paris/compta'), ['20260620T201000Z']);
      assert.deepEqual(readdirSync(world.tree('.incoming')), []);
      const overdue = await world.statusOf(scanAt + day + 3 * hour, 'paris/compta');
      assert.deepEqual([overdue.status, overdue.reason], ['MISSING', 'not_judged']);
      mount('-o', 'remount,size=2m', folder);
      assert.equal((await world.run(scanAt + day + minute, 'scan')).code, 0);
      assert.equal(world.versions('paris/compta').length, 2);
      assert.equal(world.verify(), 2);
    }),
);

test('case 25: a missing marker is a missing disk: the scan refuses, and nothing is taken for lost', async () => {
  const world = await started();
  renameSync(world.validated, `${world.validated}.disk`);
  mkdirSync(world.validated);
  const refused = await world.run(scanAt + minute, 'scan');
  assert.equal(refused.code, 3);
  assert.match(refused.err, /marker/u);
  assert.deepEqual(readdirSync(world.validated), []);
  rmSync(world.validated, { recursive: true });
  renameSync(`${world.validated}.disk`, world.validated);
  assert.equal((await world.run(scanAt + 2 * minute, 'scan')).code, 0);
  assert.equal(world.events().length, 1);
});

test('case 25: init-db warns when the marker is absent while the database records versions', async () => {
  const world = await started();
  rmSync(world.tree('.backupmon'));
  const ran = await world.run(scanAt, 'init-db');
  assert.equal(ran.code, 0);
  assert.match(ran.err, /marker/u);
});
