/** What is tried in the tree, on real file systems; nothing of it stays. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { takeLock } from '../../src/db/lock.ts';
import { closeFolder, openFolder } from '../../src/files/folder.ts';
import { probe, type Abilities, type Probe } from '../../src/doctor/tree/probes.ts';
import { cannotMount, mounted } from '../support/mounts.ts';

interface Place {
  readonly tree: string;
  readonly database: string;
  readonly deposits: string;
}

/** A tree in that folder; state and deposits may lie elsewhere. */
function placeIn(folder: string, elsewhere = folder): Place {
  const place = {
    tree: join(folder, 'tree'),
    database: join(elsewhere, 'backupmon.db'),
    deposits: join(elsewhere, 'deposits'),
  };
  for (const path of [place.tree, place.deposits]) mkdirSync(path, { recursive: true });
  writeFileSync(`${place.database}.lock`, '');
  writeFileSync(join(place.deposits, 'dump.gz'), 'x'.repeat(70_000));
  return place;
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-probe-'));
  after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function probed({ tree, database, deposits }: Place): Promise<Probe> {
  const folder = openFolder(deposits);
  try {
    return await probe(tree, database, { folder, name: 'dump.gz' });
  } finally {
    closeFolder(folder);
  }
}

/** Everything below a folder, and when it was made. */
const listing = (folder: string): string =>
  spawnSync('find', [folder, '-printf', '%y %m %p %s\\n'], { encoding: 'utf8' }).stdout;

const whole: Abilities = {
  kind: 'tried',
  trouble: null,
  modes: true,
  links: true,
  reflinks: false,
};

test('everything works on an ordinary file system, and nothing stays', async () => {
  const place = placeIn(temporary());
  const before = listing(place.tree);
  const { reflinks, ...rest } = (await probed(place)) as Abilities;
  assert.deepEqual({ ...rest, reflinks: false }, whole);
  assert.equal(typeof reflinks, 'boolean');
  assert.equal(listing(place.tree), before);
  mkdirSync(join(place.tree, '.incoming'));
  writeFileSync(join(place.tree, '.incoming', '1'), 'of a scan that was killed');
  const withLeftover = listing(place.tree);
  await probed(place);
  assert.equal(listing(place.tree), withLeftover);
});

test('without a deposit nothing is said about clones', async () => {
  const { tree, database } = placeIn(temporary());
  assert.deepEqual(await probe(tree, database, null), { ...whole, reflinks: null });
});

test('while a scan has the lock, and before there is one, nothing is tried', async () => {
  const place = placeIn(temporary());
  const before = listing(place.tree);
  const lock = takeLock(place.database, 0);
  assert.ok(lock !== null);
  assert.deepEqual(await probed(place), { kind: 'untried', why: 'a scan is running' });
  lock.release();
  rmSync(`${place.database}.lock`);
  assert.equal((await probed(place)).kind, 'untried');
  assert.equal(listing(place.tree), before);
});

test('a lock that cannot be taken is told', async () => {
  const place = placeIn(temporary());
  writeFileSync(`${place.database}.lock`, 'this is no database, '.repeat(100));
  const { kind, why, fault } = (await probed(place)) as {
    kind: string;
    why: string;
    fault?: boolean;
  };
  assert.deepEqual([kind, fault], ['untried', true]);
  assert.match(why, /backupmon\.db\.lock is damaged/u);
});

test('a scan can take the lock while it is tried, and may clear it away', async () => {
  const place = placeIn(temporary());
  const source = openFolder(place.deposits);
  const trying = probe(place.tree, place.database, { folder: source, name: 'dump.gz' });
  // What it awaits first is the flush of its file.
  const lock = takeLock(place.database, 0);
  assert.ok(lock !== null, 'the lock is held while it is flushed');
  const [name = ''] = readdirSync(join(place.tree, '.incoming'));
  assert.match(name, /^doctor-/u);
  rmSync(join(place.tree, '.incoming', name), { recursive: true });
  assert.deepEqual(await trying, { kind: 'untried', why: 'a scan is running' });
  // What the scan works in stays.
  assert.ok(readdirSync(place.tree).includes('.incoming'));
  lock.release();
  closeFolder(source);
});

test('what a scan has cleared away that is over by now is tried once more', async () => {
  const place = placeIn(temporary());
  const before = listing(place.tree);
  const trying = probed(place);
  // What it awaits first is the flush of its file.
  rmSync(join(place.tree, '.incoming'), { recursive: true });
  assert.deepEqual({ ...(await trying), reflinks: false }, whole);
  assert.equal(listing(place.tree), before);
});

test('a tree that goes away meanwhile is no scan that runs', async () => {
  const place = placeIn(temporary());
  const trying = probed(place);
  rmSync(place.tree, { recursive: true });
  assert.match(((await trying) as Abilities).trouble ?? '', /no such file or folder \(ENOENT\)$/u);
});

const noFolders: readonly (readonly [string, RegExp, (path: string, place: Place) => void])[] = [
  [
    'a link to nothing',
    /\.incoming is a link that leads to no folder$/u,
    (path) => symlinkSync('nowhere', path),
  ],
  [
    'a link to itself',
    /\.incoming is a link that leads to no folder$/u,
    (path) => symlinkSync('.incoming', path),
  ],
  [
    'a link to a file',
    /\.incoming is a link that leads to no folder$/u,
    (path, { database }) => symlinkSync(`${database}.lock`, path),
  ],
  ['a file', /\.incoming is no folder$/u, (path) => writeFileSync(path, 'mine')],
];

for (const [what, expected, make] of noFolders) {
  test(`.incoming that is ${what} is told, and stays`, async () => {
    const place = placeIn(temporary());
    make(join(place.tree, '.incoming'), place);
    const before = listing(place.tree);
    const { kind, trouble } = (await probed(place)) as Abilities;
    assert.equal(kind, 'tried');
    assert.match(trouble ?? '', expected);
    assert.equal(listing(place.tree), before);
  });
}

test('.incoming may be a link to a folder', async () => {
  const place = placeIn(temporary());
  const other = temporary();
  symlinkSync(other, join(place.tree, '.incoming'));
  assert.deepEqual({ ...(await probed(place)), reflinks: false }, whole);
  assert.deepEqual(readdirSync(other), []);
});

test(
  'btrfs: clones share their blocks, and not with another disk',
  { skip: cannotMount('btrfs') },
  async () => {
    await mounted('btrfs', async (folder) => {
      assert.deepEqual(await probed(placeIn(folder)), { ...whole, reflinks: true });
      assert.deepEqual(await probed(placeIn(folder, temporary())), whole);
    })?.result;
  },
);

test('exFAT: neither symbolic links nor modes', { skip: cannotMount('exfat') }, async () => {
  await mounted('exfat', async (folder) => {
    const place = placeIn(folder, temporary());
    assert.deepEqual(await probed(place), { ...whole, links: false, modes: false });
    assert.doesNotMatch(listing(place.tree), /incoming/u);
  })?.result;
});

const onlyRoot =
  process.getuid?.() === 0 ? false : 'skipped, because only root can mount a file system';

test('a disk that is full, or read-only, is told with its cause', { skip: onlyRoot }, async () => {
  const disk = temporary();
  const mount = (...options: string[]) =>
    spawnSync('mount', ['-t', 'tmpfs', ...options, 'none', disk]).status;
  assert.equal(mount('-o', 'size=16k'), 0);
  try {
    const place = placeIn(disk, temporary());
    spawnSync('dd', ['if=/dev/zero', `of=${disk}/all`, 'bs=1k'], { stdio: 'ignore' });
    assert.match(((await probed(place)) as Abilities).trouble ?? '', /no space left/u);
    assert.doesNotMatch(listing(place.tree), /file/u);
    assert.equal(spawnSync('mount', ['-o', 'remount,ro', disk]).status, 0);
    assert.match(((await probed(place)) as Abilities).trouble ?? '', /read-only/u);
  } finally {
    spawnSync('umount', [disk]);
  }
});
