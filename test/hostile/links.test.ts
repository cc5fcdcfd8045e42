/** Links, symbolic and hard, in the place of files and folders. See swaps.test.ts for those that come while the scan is at work. */
import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { minute, sha256 } from '../support/world.ts';
import { entry, onlyRoot, Siege, snapshot } from './support.ts';

const unsafe = 'TRANSFER_INTEGRITY_FAILED unsafe_file';
const absent = 'TRANSFER_INTEGRITY_FAILED file_absent';

test('case 3: a file that is a symbolic link is refused, wherever it leads', async () => {
  const leads: Readonly<Record<string, (siege: Siege) => string>> = {
    outside: (siege) => siege.hide('outside', 'x.gz'),
    to_lyon: (siege) => siege.hide('deposits', 'lyon', 'database', 'x.gz'),
    relative: (siege) => {
      siege.hide('deposits', 'lyon', 'y.gz');
      return '../../lyon/y.gz';
    },
    own: (siege) => {
      const file = siege.world.zone('paris', 'database', 'own.gz');
      writeFileSync(file, siege.secret);
      return file;
    },
    dangling: (siege) => siege.world.zone('paris', 'nothing'),
    to_itself: (siege) => siege.world.zone('paris', 'database', 'to_itself.sql.gz'),
    to_a_folder: (siege) => siege.world.zone('lyon', 'database'),
    endless: () => '/dev/zero',
  };
  const jobs = Object.keys(leads);
  const siege = await Siege.begin({ databases: jobs });
  for (const database of jobs) {
    const { file } = siege.claimSecret({ database });
    symlinkSync(leads[database]?.(siege) ?? '', file);
  }
  siege.holds(siege.scan(), { code: 2, events: jobs.map((job) => `paris/${job} ${unsafe}`) });
});

/** Paris's report describes the secret; `outside` has it under paris's names. */
async function claimed(): Promise<{ siege: Siege; outside: string; report: string }> {
  const siege = await Siege.begin();
  for (const folder of ['', 'database', 'databases', 'log'])
    siege.hide('outside', folder, 'compta.sql.gz');
  rmSync(siege.world.zone('paris', 'database', 'compta.sql.gz'));
  const { report } = siege.claimSecret({ report: 'STATUS.json' });
  return { siege, outside: join(siege.world.root, 'outside'), report };
}

const folders: readonly (readonly [folder: string, ...outcome: readonly string[]])[] = [
  ['database', `paris/compta ${absent}`, 'paris REPORT_REFUSED unsafe_file'],
  ['databases', `paris/compta ${absent}`, 'paris REPORT_REFUSED unsafe_file'],
  ['log', 'paris REPORT_REFUSED unsafe_file'],
  ['', 'paris REPORT_REFUSED unsafe_file'],
];

for (const [folder, ...events] of folders) {
  test(`case 3: ${folder === '' ? "the agent's folder" : folder} is a symbolic link: not entered, told once`, async () => {
    const { siege, outside, report } = await claimed();
    const { world, now } = siege;
    // What lies behind the link is all that paris could wish for.
    if (folder === '' || folder === 'log')
      writeFileSync(join(outside, folder, 'STATUS.json'), readFileSync(report));
    const place = world.zone('paris', folder).replace(/\/$/u, '');
    rmSync(place, { recursive: true, force: true });
    symlinkSync(join(outside, folder), place);
    const before = snapshot(outside);
    siege.holds(siege.scan(), { code: events.length > 1 ? 2 : 1, events });
    assert.deepEqual(snapshot(outside), before);
    const count = world.events().length;
    await world.ok(now + minute, 'scan');
    assert.equal(world.events().length, count);
  });
}

test('case 3: a report that is a symbolic link is refused, and stays', async () => {
  const siege = await Siege.begin();
  const { report } = siege.deposit();
  const outside = join(siege.world.root, 'outside.json');
  renameSync(report, outside);
  symlinkSync(outside, report);
  siege.holds(siege.scan(), { code: 1, events: ['paris REPORT_REFUSED unsafe_file'] });
  assert.deepEqual(readFileSync(report), readFileSync(outside));
});

/** A good report of paris, and one forged in lyon's name beside it, which must not get among those of lyon. */
async function forging(place: 'log' | ''): Promise<{ siege: Siege; own: string; forged: string }> {
  const siege = await Siege.begin();
  const { world, now } = siege;
  const { report } = siege.deposit({ content: 'today' });
  const own = world.zone('paris', place, 'STATUS.json');
  renameSync(report, own);
  const forged = world.zone('paris', place, 'forged.json');
  const text = JSON.stringify({
    agent_id: 'lyon',
    operation_end_time: new Date(now - minute).toISOString(),
    databases: { shop: { BACKUP: { status: 'failed' }, TRANSFER: { status: 'failed' } } },
  });
  writeFileSync(forged, text);
  return { siege, own, forged };
}

/** Files of lyon's folder, without the report that is archived because it is judged. */
const others = (folder: string): string[] =>
  [...snapshot(folder)]
    .filter(([name]) => !name.includes('report-'))
    .map(([name, state]) => name + state);

const archives: readonly (readonly [what: string, target: (siege: Siege) => string])[] = [
  ["lyon's log", ({ world }) => world.zone('lyon', 'log')],
  ["lyon's archive", ({ world }) => world.zone('lyon', 'log', '_archive')],
  ['a folder outside', ({ world }) => join(world.root, 'outside')],
  ["paris's own folder of files", () => '../database'],
];

/** The link and the forged report are told, and paris's own backup is judged. */
const onlyTold = {
  code: 2,
  events: [
    'paris REPORT_REFUSED forged',
    'paris REPORT_REFUSED unsafe_file',
    'paris/compta SUCCESS verified',
  ],
  published: 1,
};

for (const [what, target] of archives) {
  test(`case 3b: log/_archive is a link to ${what}, a forged report beside it: told, nothing is moved through it`, async () => {
    const { siege, own, forged } = await forging('log');
    const { world, now } = siege;
    siege.hide('outside', 'x');
    rmSync(world.zone('paris', 'log', '_archive'), { recursive: true });
    symlinkSync(target(siege), world.zone('paris', 'log', '_archive'));
    const before = [others(world.zone('lyon')), readdirSync(world.zone('paris', 'database'))];
    siege.holds(siege.scan(), onlyTold);
    // Judged once, though it stays.
    assert.equal((await world.run(now + minute, 'scan')).code, 0);
    assert.equal(siege.events().length, 3);
    assert.deepEqual(
      [others(world.zone('lyon')), readdirSync(world.zone('paris', 'database'))],
      before,
    );
    assert.deepEqual(readdirSync(join(world.root, 'outside')), ['x']);
    assert.ok(existsSync(own) && existsSync(forged));
  });
}

test("case 3b: log is a link to lyon's, a forged report in paris's folder: refused, lyon's folder is untouched", async () => {
  const { siege, own, forged } = await forging('');
  const { world, now } = siege;
  rmSync(world.zone('paris', 'log'), { recursive: true });
  symlinkSync(world.zone('lyon', 'log'), world.zone('paris', 'log'));
  const before = others(world.zone('lyon'));
  siege.holds(siege.scan(), onlyTold);
  assert.equal((await world.run(now + minute, 'scan')).code, 0);
  assert.equal(siege.events().length, 3);
  assert.deepEqual(others(world.zone('lyon')), before);
  assert.ok(existsSync(own) && existsSync(forged));
});

test('case 4: a hard link is refused, to whatever it leads', { skip: onlyRoot }, async () => {
  const leads: Readonly<Record<string, (siege: Siege) => string>> = {
    to_lyon: (siege) => siege.hide('deposits', 'lyon', 'database', 'last-week.sql.gz'),
    outside: (siege) => siege.hide('outside', 'x.gz'),
    own: (siege) => siege.world.zone('paris', 'database', 'compta.sql.gz'),
    shadow: () => '/etc/shadow',
  };
  const jobs = Object.keys(leads);
  const siege = await Siege.begin({ databases: jobs });
  for (const database of jobs) {
    const target = leads[database]?.(siege) ?? '';
    const { file } = siege.claimSecret({
      database,
      ...entry(({ COMPRESS }) => {
        const bytes = readFileSync(target);
        Object.assign(COMPRESS, { size: bytes.length, sha256: sha256(bytes) });
      }),
    });
    linkSync(target, file);
  }
  siege.holds(siege.scan(), { code: 2, events: jobs.map((job) => `paris/${job} ${unsafe}`) });
});

test('case 4: a report that is a hard link is refused, be it to one of lyon or to one of its own', async () => {
  const siege = await Siege.begin();
  const { world } = siege;
  const [archived = ''] = readdirSync(world.zone('lyon', 'log', '_archive'));
  linkSync(world.zone('lyon', 'log', '_archive', archived), world.zone('paris', 'log', 'a.json'));
  const { report } = siege.deposit();
  linkSync(report, world.zone('paris', 'STATUS.json'));
  const before = others(world.zone('lyon'));
  siege.holds(siege.scan(), { code: 1, events: ['paris REPORT_REFUSED unsafe_file'] });
  assert.deepEqual(others(world.zone('lyon')), before);
});

test("case 4: who can link lyon's newest file can stop it from being judged good, which is told; no version is lost", async () => {
  const siege = await Siege.begin();
  const { world } = siege;
  const { file } = siege.claimSecret();
  rmSync(file);
  linkSync(world.zone('lyon', 'database', 'shop.sql.gz'), file);
  const ran = siege.scan();
  assert.equal(ran.code, 2);
  assert.deepEqual(world.events().slice(-2).toSorted(), [
    `lyon/shop ${unsafe}`,
    `paris/compta ${unsafe}`,
  ]);
  assert.equal(world.verify(), 2);
  rmSync(file);
  assert.equal((await world.run(siege.now + minute, 'scan', 'lyon')).code, 0);
  assert.equal(world.verify(), 3);
});
