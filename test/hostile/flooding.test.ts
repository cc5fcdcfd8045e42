/**
 * Case 23: an agent floods the drop zone. What is done for it in one scan is bounded, what is left over gets its turn, and the
 * other agents are judged, promoted and recorded first. Bounds are counted, never timed.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { MAX_NAMES } from '../../src/files/folder.ts';
import {
  BACKUPS_PER_SCAN,
  REPORT_BYTES_PER_SCAN,
  REPORTS_PER_SCAN,
  STRANGERS_PER_SCAN,
} from '../../src/pass/allowance.ts';
import { spend } from '../support/spent.ts';
import { end, noon, scanAt } from '../support/evening.ts';
import { hour, minute, launch, sha256, World, type Report } from '../support/world.ts';

const MiB = 1024 ** 2;
const GiB = 1024 * MiB;

/** The flooding agent is the first of the configuration, and the first by name. */
const yaml = (databases = 'junk', top = ''): string =>
  `${top}defaults: { schedule: every 24h, settle: 0s, verify: intact }\nagents:\n  flood: { databases: [${databases}] }\n  lyon: { databases: [shop] }\n  paris: { databases: [compta] }\n`;
const others = ['lyon/shop SUCCESS verified', 'paris/compta SUCCESS verified'];

async function started(text = yaml(), deposits?: string): Promise<World> {
  const world = new World(text, deposits === undefined ? {} : { deposits });
  await world.ok(noon, 'init-db');
  mkdirSync(world.zone('flood', 'log'), { recursive: true });
  mkdirSync(world.zone('flood', 'database'), { recursive: true });
  return world;
}

function depositOthers(world: World, endedAt: number): void {
  world.deposit({ agent: 'lyon', database: 'shop', endedAt });
  world.deposit({ agent: 'paris', database: 'compta', endedAt });
}

/** A report about files of which nobody has to know the content; `null` for a size that is not told. */
function reportOf(
  endedAt: number,
  files: Readonly<Record<string, { file: string; size: number | null }>>,
): string {
  const ok = { status: true };
  const databases = Object.fromEntries(
    Object.entries(files).map(([database, { file, size }]) => [
      database,
      {
        BACKUP: { ...ok, size, sha256: sha256(`${endedAt} ${file}`) },
        TRANSFER: ok,
        staged_file_name: file,
      },
    ]),
  );
  const operation_end_time = new Date(endedAt).toISOString();
  return JSON.stringify({ agent_id: 'flood', operation_end_time, databases });
}

const count = (world: World, query: string): number =>
  world.sql<{ n: number }>(`select count(*) as n from ${query}`)[0]?.n ?? 0;
const ofFlood = (world: World): string[] =>
  world.events().filter((event) => event.startsWith('flood'));

/** A folder in memory, where there is room: hundreds of thousands of files are made. */
function quickFolder(): string {
  const memory = '/dev/shm';
  const { bavail, bsize } = existsSync(memory) ? statfsSync(memory) : { bavail: 0, bsize: 0 };
  const folder = mkdtempSync(join(bavail * bsize > GiB ? memory : tmpdir(), 'backupmon-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** More names than are looked at, of every kind that an agent can make. */
function fill(world: World): void {
  const log = world.zone('flood', 'log');
  mkdirSync(join(log, '_archive'));
  for (let index = 0; index < MAX_NAMES / 2; index += 1) {
    const name = `${String(index).padStart(6, '0')}.json`;
    writeFileSync(join(log, `text-${name}`), `junk ${index}`);
    // No reports: rsync's temporary files of a file that never comes.
    writeFileSync(world.zone('flood', 'database', `.junk.gz.${index}`), '');
    if (index % 2 === 0) symlinkSync('/etc/passwd', join(log, `link-${name}`));
    else writeFileSync(join(log, '_archive', name), '');
    if (index % 3 === 0) mkdirSync(join(log, `folder-${name}`));
  }
  const fifos = Array.from({ length: 15_000 }, (_, index) => `fifo-${index}.json`);
  assert.equal(spawnSync('mkfifo', fifos, { cwd: log }).status, 0);
  const names = readdirSync(log).length;
  assert.ok(names > MAX_NAMES, `${names} names`);
}

test('case 23: more than 100,000 reports that are text, links, folders and FIFOs, and 50,000 files: bounded work, the others judged and promoted', async () => {
  const world = await started(yaml(), quickFolder());
  world.process(['scan']);
  const nothing = spend(world, 'scan');
  fill(world);
  depositOthers(world, Date.now() - minute);
  // Each looks for its file, and for a temporary one of its name.
  for (let index = 0; index < 50; index += 1) {
    const text = reportOf(Date.now() - hour - index * 1000, { junk: { file: 'junk.gz', size: 1 } });
    writeFileSync(world.zone('flood', `${index}.json`), text);
  }
  for (let scan = 1; scan <= 2; scan += 1) {
    const ran = spend(world, 'scan');
    assert.equal(ran.err, '');
    assert.deepEqual(
      world.events().filter((event) => !event.startsWith('flood')),
      others,
    );
    assert.equal(world.verify(), 2);
    // One row for the folder that is overfull.
    assert.ok(count(world, "reports where agent = 'flood'") <= scan * REPORTS_PER_SCAN + 1);
    assert.ok(count(world, 'events') < 60 * scan + 2, world.events().join('\n'));
    assert.ok(ran.out.length < 5000, ran.out);
    assert.ok(ran.read - nothing.read < 4 * MiB, `${ran.read - nothing.read} bytes more read`);
    assert.ok(ran.peak - nothing.peak < 256 * MiB, `${ran.peak - nothing.peak} bytes more`);
  }
  assert.equal(
    ofFlood(world).filter((event) => event === 'flood REPORT_REFUSED too_many_files').length,
    1,
  );
});

test('case 23: 1,100 folders that nobody configured have together what one agent has', async () => {
  const world = await started(yaml(), quickFolder());
  depositOthers(world, end);
  for (let index = 0; index < STRANGERS_PER_SCAN + 100; index += 1) {
    const folder = world.zone(`a-stranger-${String(index).padStart(5, '0')}`);
    mkdirSync(folder);
    for (const name of ['a', 'b']) writeFileSync(join(folder, `${name}.json`), `${name}${index}`);
  }
  const ran = await world.run(scanAt, 'scan', '-v');
  assert.deepEqual(world.events().slice(0, 2).toSorted(), others);
  assert.equal(count(world, "reports where agent like 'a-stranger%'"), REPORTS_PER_SCAN);
  assert.match(ran.err, /names in .* that no agent of the configuration has are not looked at/u);
  await world.run(scanAt + minute, 'scan');
  assert.equal(count(world, "reports where agent like 'a-stranger%'"), 2 * REPORTS_PER_SCAN);
});

for (const archive of [true, false]) {
  test(`case 23: 1,100 judged reports that stay (archive_reports: ${archive}) do not keep the newer one from being judged`, async () => {
    const world = await started(yaml('junk', `archive_reports: ${archive}\n`));
    // A file in the place of the archive: nothing can be moved there.
    if (archive) writeFileSync(world.zone('flood', 'log', '_archive'), '');
    for (let index = 0; index < REPORTS_PER_SCAN + 100; index += 1) {
      const report = `a${String(index).padStart(5, '0')}.json`;
      const endedAt = noon + index * 1000;
      world.deposit({ agent: 'flood', database: 'junk', endedAt, content: 'x', report });
    }
    depositOthers(world, end);
    for (const later of [0, minute, 2 * minute]) await world.ok(noon + 10 * hour + later, 'scan');
    const lying = readdirSync(world.zone('flood', 'log')).filter((name) => name.endsWith('.json'));
    assert.equal(lying.length, REPORTS_PER_SCAN + 100);
    const judged = "reports where agent = 'flood' and refused_reason is null";
    assert.equal(count(world, judged), REPORTS_PER_SCAN + 100);
    const newer = noon + 11 * hour;
    world.deposit({ agent: 'flood', database: 'junk', endedAt: newer, content: 'newer' });
    await world.ok(newer + minute, 'scan');
    const { last_success_at: success } = await world.statusOf(newer + minute, 'flood/junk');
    assert.equal(success, '2026-06-20T23:00:00Z');
  });
}

for (const [kind, text] of [
  ['different', (index: number) => `{"agent_id":"flood","n":${index}}`],
  ['the same', () => '{"agent_id":"flood"}'],
] as const) {
  test(`case 23: 1,100 refused reports, ${kind}, keep neither an older nor a newer one from being judged`, async () => {
    const world = await started();
    world.deposit({ agent: 'flood', database: 'junk', endedAt: end, report: 'zz.json' });
    for (let index = 0; index < REPORTS_PER_SCAN + 100; index += 1) {
      const name = `a${String(index).padStart(5, '0')}.json`;
      writeFileSync(world.zone('flood', 'log', name), text(index));
    }
    await world.run(scanAt, 'scan');
    await world.run(scanAt + minute, 'scan');
    const success = async (now: number) =>
      (await world.statusOf(now, 'flood/junk')).last_success_at;
    assert.equal(await success(scanAt + minute), '2026-06-20T20:10:00Z');
    const newer = { agent: 'flood', database: 'junk', content: 'newer', report: 'zz.json' };
    world.deposit({ ...newer, endedAt: end + hour });
    await world.run(scanAt + hour, 'scan');
    assert.equal(await success(scanAt + hour), '2026-06-20T21:10:00Z');
    // Nothing of it is read again, and nothing is told twice.
    const told = kind === 'the same' ? 1 : 2;
    assert.equal(ofFlood(world).filter((event) => event.includes('REFUSED')).length, told);
  });
}

test('case 23: copies of a report are one report, and it is judged though one of them goes', async () => {
  const world = await started();
  const { report } = world.deposit({
    agent: 'flood',
    database: 'junk',
    endedAt: end + hour,
    content: 'x',
  });
  spawnSync('cp', [report, world.zone('flood', 'log', 'copy.json')]);
  spawnSync('cp', [report, world.zone('flood', 'log', 'copy-2.json')]);
  await world.run(scanAt, 'scan');
  rmSync(report);
  await world.run(scanAt + minute, 'scan');
  await world.run(end + 2 * hour, 'scan');
  await world.run(end + 2 * hour + minute, 'scan');
  assert.deepEqual(ofFlood(world), [
    'flood REPORT_REFUSED clock_skew',
    'flood/junk SUCCESS verified',
  ]);
  const left = readdirSync(world.zone('flood', 'log'));
  assert.deepEqual(left, ['_archive']);
});

test('case 23: reports of 8 MiB each are read as far as 32 MiB in one scan, the newest first, and all of them in the end', async () => {
  const world = await started(yaml(), quickFolder());
  const nothing = spend(world, 'scan');
  const reports = 10;
  for (let index = 0; index < reports; index += 1) {
    const text = reportOf(Date.now() - hour + index * 1000, { junk: { file: 'junk', size: 1 } });
    const padding = ' '.repeat(8 * MiB - text.length);
    writeFileSync(world.zone('flood', 'log', `${reports - index}.json`), text + padding);
    await sleep(10);
  }
  depositOthers(world, Date.now() - minute);
  const atOnce = REPORT_BYTES_PER_SCAN / (8 * MiB);
  for (const seen of [atOnce, 2 * atOnce, reports]) {
    const ran = spend(world, 'scan');
    assert.ok(ran.read - nothing.read < REPORT_BYTES_PER_SCAN + MiB, `${ran.read} bytes read`);
    assert.equal(count(world, "reports where agent = 'flood'"), seen);
    assert.deepEqual(
      world.events().filter((event) => !event.startsWith('flood')),
      others,
    );
  }
  const [first] = world.sql<{ name: string }>(
    "select name from reports where agent = 'flood' order by ended_at desc limit 1",
  );
  assert.equal(first?.name, '1.json');
  assert.equal(ofFlood(world).filter((event) => event.endsWith('file_absent')).length, 1);
});

test('case 23: reports of many databases: no more than 10,000 backups of one agent are judged in one scan, the others in the next', async () => {
  const names = Array.from({ length: 2500 }, (_, index) => `d${index}`);
  const world = await started(yaml(names.join(', ')), quickFolder());
  depositOthers(world, Date.now() - hour);
  const databases = Object.fromEntries(names.map((name) => [name, { BACKUP: { status: false } }]));
  const reports = BACKUPS_PER_SCAN / names.length + 2;
  for (let index = 0; index < reports; index += 1) {
    const operation_end_time = new Date(Date.now() - (reports - index) * minute).toISOString();
    const text = JSON.stringify({ agent_id: 'flood', operation_end_time, databases });
    writeFileSync(join(world.zone('flood', 'log'), `${index}.json`), text);
    // The newest are those that changed last.
    await sleep(20);
  }
  const judged = (): number =>
    count(world, `entries join jobs on jobs.id = job_id where agent = 'flood'`);
  assert.equal((await world.run(Date.now(), 'scan')).code, 2);
  assert.deepEqual(
    world.events().filter((event) => !event.startsWith('flood')),
    others,
  );
  assert.equal(judged(), BACKUPS_PER_SCAN);
  assert.equal((await world.run(Date.now(), 'scan')).code, 2);
  assert.equal(judged(), reports * names.length);
});

test('case 23: a hundred reports about one file have it read once', async () => {
  const world = await started();
  const nothing = spend(world, 'scan');
  const size = 16 * MiB;
  writeFileSync(world.zone('flood', 'database', 'junk.gz'), '');
  truncateSync(world.zone('flood', 'database', 'junk.gz'), size);
  for (let index = 0; index < 100; index += 1) {
    const text = reportOf(Date.now() - hour + index * 1000, { junk: { file: 'junk.gz', size } });
    writeFileSync(world.zone('flood', 'log', `${index}.json`), text);
  }
  depositOthers(world, Date.now() - minute);
  const ran = spend(world, 'scan');
  assert.ok(ran.read - nothing.read < size + 8 * MiB, `${ran.read - nothing.read} bytes more read`);
  assert.deepEqual(ofFlood(world).slice(-1), ['flood/junk TRANSFER_INTEGRITY_FAILED hash_differs']);
});

test('case 23: the last of a hundred reports about one file is right: it is promoted, and read once or twice', async () => {
  const world = await started();
  const nothing = spend(world, 'scan');
  const content = Buffer.alloc(16 * MiB, 'x');
  const rightly = (right: boolean) => (report: Report) => {
    const stages = report.databases['junk'];
    if (stages === undefined) return;
    const { BACKUP, COMPRESS } = stages;
    Object.assign(BACKUP, { size: content.length, sha256: sha256(right ? content : 'other') });
    Object.assign(COMPRESS, { status: null, sha256: BACKUP.sha256, size: content.length });
    Reflect.deleteProperty(stages, 'COMPRESS');
  };
  for (let index = 0; index < 100; index += 1) {
    const change = rightly(index === 99);
    const endedAt = Date.now() - hour + index * 1000;
    world.deposit({ agent: 'flood', database: 'junk', endedAt, bytes: content, change });
  }
  const ran = spend(world, 'scan');
  assert.deepEqual(ofFlood(world).slice(-1), ['flood/junk SUCCESS verified']);
  const extra = ran.read - nothing.read;
  assert.ok(extra < 2 * content.length + 8 * MiB, `${extra} bytes more read`);
});

test('case 23: the files of others are read, promoted and recorded before those of an agent with more to do, scan after scan', async () => {
  // One thread, and holes that are read as zeros: some ten seconds of work if nobody ended it.
  const databases = Array.from({ length: 24 }, (_, index) => `db${index}`);
  const world = await started(yaml(databases.join(', '), 'parallel: 1\n'));
  await world.ok(Date.now() - hour, 'scan');
  const size = GiB - 1;
  const huge = Object.fromEntries(
    databases.map((name, index) => [name, { file: name, size: index % 2 === 0 ? size : null }]),
  );
  for (const name of databases) {
    writeFileSync(world.zone('flood', 'database', name), '');
    truncateSync(world.zone('flood', 'database', name), size);
  }
  writeFileSync(world.zone('flood', 'STATUS.json'), reportOf(Date.now() - minute, huge));
  for (let round = 1; round <= 2; round += 1) {
    depositOthers(world, Date.now() - 1000);
    const scan = spawn(launch[0], [...launch.slice(1), '--config', world.configFile, 'scan'], {
      stdio: 'ignore',
    });
    const ended = once(scan, 'exit');
    while (scan.exitCode === null && world.events().length < 2 * round) await sleep(20);
    // It is in the work that the flood has made.
    await sleep(100);
    scan.kill('SIGKILL');
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    assert.deepEqual(
      world.events().map((event) => event.split(' ')[0]),
      Array.from({ length: round }, () => ['lyon/shop', 'paris/compta']).flat(),
    );
    assert.equal(world.verify(), 2);
  }
});

test('case 23: an agent that claims more than a scan reads of one agent: the lightest jobs first, the others in the next scans', async () => {
  const world = await started(yaml('big, bigger, biggest, small'));
  await world.ok(noon, 'scan');
  const claims = { biggest: 900, bigger: 800, big: 700, small: 1 };
  const files = Object.entries(claims).map(
    ([name, gib]) => [name, { file: name, size: gib * GiB }] as const,
  );
  writeFileSync(world.zone('flood', 'STATUS.json'), reportOf(end, Object.fromEntries(files)));
  depositOthers(world, end);
  const judged = (): string[] =>
    ofFlood(world).map((event) => event.replace(/^flood\/(\w+) .*/u, '$1'));
  const first = await world.run(scanAt, 'scan', '-v');
  assert.deepEqual(world.events().slice(0, 2), others);
  assert.deepEqual(judged().toSorted(), ['big', 'bigger', 'small']);
  assert.match(first.err, /flood: 1 of its jobs wait/u);
  assert.equal((await world.statusOf(scanAt, 'flood/biggest')).status, 'UNKNOWN');
  await world.run(scanAt + minute, 'scan', '-v');
  assert.deepEqual(judged().slice(3), ['biggest']);
  assert.deepEqual(readdirSync(world.zone('flood')).includes('STATUS.json'), false);
});

test('case 23: a newer backup of a job waits with an older one that has to wait, and both are judged in the end', async () => {
  const world = await started();
  await world.ok(noon, 'scan');
  for (const [index, gib] of [700, 700, 1].entries()) {
    const endedAt = end + index * minute;
    const text = reportOf(endedAt, { junk: { file: `${index}.gz`, size: gib * GiB } });
    writeFileSync(world.zone('flood', 'log', `${index}.json`), text);
  }
  await world.run(scanAt, 'scan');
  assert.equal(ofFlood(world).length, 2);
  await world.run(scanAt + minute, 'scan');
  const absent = 'flood/junk TRANSFER_INTEGRITY_FAILED file_absent';
  assert.deepEqual(ofFlood(world), [absent, absent, absent]);
});

test('case 23: small files that may be bombs are read after those of agents with fewer', async () => {
  const text = yaml('one, two, three', 'parallel: 1\n').replace(
    'verify: intact',
    'verify: readable',
  );
  const world = await started(text);
  await world.ok(noon, 'scan');
  const files = ['one', 'two', 'three'].map(
    (name) => [name, { file: `${name}.gz`, size: 100 }] as const,
  );
  writeFileSync(world.zone('flood', 'STATUS.json'), reportOf(end, Object.fromEntries(files)));
  depositOthers(world, end);
  await world.run(scanAt, 'scan');
  assert.deepEqual(world.events().slice(0, 2), others);
  assert.equal(ofFlood(world).length, 3);
});

test('case 23: what comes out of a file that says nothing about it is charged to its agent; a job that waits is not called missing', async () => {
  const text = yaml('bomb, big, biggest', 'parallel: 1\n').replace(
    'every 24h, settle: 0s, verify: intact',
    'every 24h, grace: 1h, settle: 10m, verify: readable',
  );
  const world = await started(text);
  await world.ok(noon, 'scan');
  const bomb = gzipSync(Buffer.alloc(64 * MiB));
  writeFileSync(world.zone('flood', 'database', 'bomb.gz'), bomb);
  // Without what comes out of the bomb there is room for one more.
  const sizes = { bomb: bomb.length, big: 1024 * GiB - 16 * MiB, biggest: 1100 * GiB };
  const files = Object.entries(sizes).map(
    ([name, size]) => [name, { file: `${name}.gz`, size }] as const,
  );
  writeFileSync(world.zone('flood', 'STATUS.json'), reportOf(end, Object.fromEntries(files)));
  const deadline = noon + 25 * hour;
  const judged = (): string[] => ofFlood(world).map((event) => event.split(' ')[0] ?? '');
  const first = await world.run(deadline - minute, 'scan', '-v');
  assert.deepEqual(judged().toSorted(), ['flood/big', 'flood/bomb']);
  assert.match(first.err, /flood: 1 of its jobs wait/u);
  assert.equal((await world.statusOf(deadline + minute, 'flood/biggest')).status, 'UNKNOWN');
  await world.run(deadline + minute, 'scan');
  assert.deepEqual(judged().slice(2), ['flood/biggest']);
});
