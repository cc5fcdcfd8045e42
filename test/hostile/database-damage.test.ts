/** Case 21: no space left for the database, and a database that was damaged. Never a wrong green, and the next scan heals. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  readFileSync,
  readdirSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Ran, World } from '../support/world.ts';
import { neighbours, promotedToday, scanned, today } from './neighbours.ts';

const asRoot = {
  skip: process.getuid?.() === 0 ? false : 'skipped, because only root can mount a tmpfs',
};

/** Puts the state folder on a disk of its own, with so much left. */
function onSmallDisk(world: World, work: (leave: (bytes: number) => void) => void): void {
  const state = dirname(world.database);
  const kept = join(world.root, 'kept');
  spawnSync('cp', ['-a', state, kept]);
  assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', state]).status, 0);
  try {
    spawnSync('cp', ['-a', `${kept}/.`, state]);
    const filler = join(state, 'filler');
    work((bytes) => {
      rmSync(filler, { force: true });
      const { bavail, bsize } = statfsSync(state);
      if (bytes !== Infinity) writeFileSync(filler, Buffer.alloc(bavail * bsize - bytes));
    });
    // Goes on where it was, so that the world can be looked at afterwards.
    rmSync(kept, { recursive: true });
    spawnSync('cp', ['-a', `${state}/.`, kept]);
  } finally {
    spawnSync('umount', [state]);
  }
  spawnSync('cp', ['-a', `${kept}/.`, state]);
}

/** KiB that are left, and what then lies in the tree: the versions of before, or also those that could not be recorded any more. */
const rooms: readonly (readonly [left: number, versions: number, where: string])[] = [
  [0, 3, 'before anything is done'],
  [128, 6, 'when what was published is to be recorded'],
];

for (const [left, versions, where] of rooms) {
  test(
    `case 21: no space left under the WAL ${where}: exit 3, nothing lost, and the next scan judges`,
    asRoot,
    async () => {
      const world = await neighbours(['compta', 'crm']);
      for (const database of ['compta', 'crm'])
        world.deposit({ database, endedAt: today(), content: 'today' });
      onSmallDisk(world, (leave) => {
        leave(left * 1024);
        const { ran } = scanned(world);
        assert.deepEqual([ran.code, ran.out], [3, ''], `${left} KiB left`);
        const { code, message, hint } = JSON.parse(ran.err) as Record<string, string>;
        assert.equal(code, 'database_full');
        assert.match(
          message ?? '',
          /backupmon\.db(?:\.lock)? cannot be written: no space is left on its disk/u,
        );
        assert.match(hint ?? '', /make room in .*\/state/u);
        assert.equal(world.verify(), versions);
        // Readers go on, and tell what was recorded.
        const now = world.process(['status', '--json']);
        assert.equal(now.code, 0, now.err);
        const { jobs } = JSON.parse(now.out) as { jobs: { versions: number }[] };
        const told = jobs.reduce((sum, job) => sum + job.versions, 0);
        assert.ok(told >= 3 && told < 6, `${told} versions`);
        leave(Infinity);
        assert.equal(world.process(['scan']).code, 0);
      });
      assert.deepEqual(promotedToday(world), ['lyon/shop', 'paris/compta', 'paris/crm']);
      // Each round once: nothing was recorded by halves, and nothing twice.
      const expected = ['lyon/shop', 'paris/compta', 'paris/crm'].flatMap((job) => [job, job]);
      assert.deepEqual(
        world.events().toSorted(),
        expected.map((job) => `${job} SUCCESS verified`),
      );
    },
  );
}

const PAGE = 4096;
const noise = (size: number): Buffer => Buffer.alloc(size, 'not a page of any database; ');

type Damage = (world: World) => void;
const overwritten =
  (offset: number, size: number): Damage =>
  (world) => {
    const bytes = readFileSync(world.database);
    writeFileSync(
      world.database,
      Buffer.concat([bytes.subarray(0, offset), noise(size), bytes.subarray(offset + size)]),
    );
  };

/** The page that a table or index begins on. */
const rootPage = (world: World, name: string): number =>
  world.sql<{ rootpage: number }>('select rootpage from sqlite_schema where name = ?', name)[0]
    ?.rootpage ?? 0;

function assertDamaged({ code, out, err }: Ran, argv: readonly string[]): void {
  assert.equal(code, 3, argv.join(' '));
  assert.match(
    out + err,
    /backupmon\.db is damaged or no SQLite database .*`backupmon init-db --reset`/u,
  );
  assert.doesNotMatch(out + err, /^\s+at /mu);
}

const damages: readonly (readonly [name: string, damage: Damage])[] = [
  ['its first 16 bytes overwritten', overwritten(0, 16)],
  ['its first page overwritten', overwritten(0, PAGE)],
  ['the first page but its first 100 bytes overwritten', overwritten(100, PAGE - 100)],
  [
    'the page of the jobs overwritten',
    (world) => overwritten((rootPage(world, 'jobs') - 1) * PAGE, PAGE)(world),
  ],
  [
    'the page of the events overwritten',
    (world) => overwritten((rootPage(world, 'events') - 1) * PAGE, PAGE)(world),
  ],
  [
    'the page of the versions overwritten',
    (world) => overwritten((rootPage(world, 'versions') - 1) * PAGE, PAGE)(world),
  ],
  [
    'cut in half',
    (world) =>
      truncateSync(
        world.database,
        Math.floor(readFileSync(world.database).length / 2 / PAGE) * PAGE,
      ),
  ],
  ['cut within a page', (world) => truncateSync(world.database, PAGE * 3 + 77)],
  ['cut after 100 bytes', (world) => truncateSync(world.database, 100)],
  ['of another program', (world) => writeFileSync(world.database, noise(9 * PAGE))],
];

for (const [name, damage] of damages) {
  test(`case 21: a damaged database, ${name}: exit 3 with what to do, and \`init-db --reset\` finds every version again`, async () => {
    const world = await neighbours(['compta']);
    damage(world);
    for (const suffix of ['-wal', '-shm']) rmSync(world.database + suffix, { force: true });
    for (const argv of [['status'], ['scan']]) assertDamaged(world.process(argv), argv);
    for (const argv of [['status', '--json'], ['history'], ['scan', '--dry-run']])
      assertDamaged(await world.run(Date.now(), ...argv), argv);
    // It is no fault of the configuration.
    const checked = await world.run(Date.now(), 'check-config');
    assert.deepEqual([checked.code, checked.err], [0, '']);
    const bytes = readFileSync(world.database);
    assert.equal((await world.run(Date.now(), 'init-db', '--reset', '--yes')).code, 0);
    const kept = readdirSync(dirname(world.database)).find((file) => file.endsWith('.bak')) ?? '';
    assert.deepEqual(readFileSync(join(dirname(world.database), kept)), bytes);
    world.deposit({ endedAt: today(), content: 'today' });
    world.deposit({ agent: 'lyon', database: 'shop', endedAt: today(), content: 'today' });
    assert.equal((await world.run(Date.now(), 'scan')).code, 0);
    assert.deepEqual(promotedToday(world), ['lyon/shop', 'paris/compta']);
    assert.deepEqual(
      world.events().toSorted(),
      ['lyon/shop', 'paris/compta'].flatMap((job) => [
        `${job} SUCCESS verified`,
        `${job} SUCCESS version_adopted`,
      ]),
    );
  });
}

test('case 21: whichever page is damaged: what status says is the truth, or it exits 3', async () => {
  const world = await neighbours(['compta', 'crm']);
  world.deposit({ endedAt: today(), bytes: Buffer.from('damaged') });
  assert.equal(scanned(world).ran.code, 2);
  const now = Date.now();
  const truth = await world.run(now, 'status', '--json');
  assert.equal(truth.code, 2);
  const whole = readFileSync(world.database);
  const told = { truth: 0, refused: 0 };
  for (let page = 0; page < whole.length / PAGE; page += 1) {
    const bytes = Buffer.from(whole);
    noise(PAGE).copy(bytes, page * PAGE);
    for (const suffix of ['-wal', '-shm']) rmSync(world.database + suffix, { force: true });
    writeFileSync(world.database, bytes);
    const ran = await world.run(now, 'status', '--json');
    if (ran.code === 3) {
      assert.match(ran.err, /damaged or no SQLite database/u, `page ${page + 1}`);
      told.refused += 1;
    } else {
      assert.deepEqual(ran, truth, `page ${page + 1}`);
      told.truth += 1;
    }
  }
  assert.ok(told.truth > 0 && told.refused > 5, JSON.stringify(told));
});
