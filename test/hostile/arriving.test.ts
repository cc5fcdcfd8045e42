/** Files and reports in any order, rewritten, replaced and late: arriving, then judged. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hour, minute, type World } from '../support/world.ts';
import type { Meddling } from './meddler.ts';
import { until } from './processes.ts';
import { Siege } from './support.ts';

const settling = { settle: '2m' };
const quiet = { code: 0, events: [] };
const success = { code: 0, events: ['paris/compta SUCCESS verified'], published: 1 };
const failed = (reason: string): string => `paris/compta TRANSFER_INTEGRITY_FAILED ${reason}`;

const cycleState = async (world: World): Promise<string> =>
  (await world.statusOf(Date.now(), 'paris/compta')).cycle_state;

test('case 8: a report before its file, which comes in pieces: arriving, then judged', async () => {
  const siege = await Siege.begin(settling);
  const { world } = siege;
  rmSync(world.zone('paris', 'database', 'compta.sql.gz'));
  const { file, bytes } = siege.deposit({ content: 'today', bytes: null });
  siege.holds(await siege.look(), quiet);
  assert.equal(await cycleState(world), 'arriving');
  writeFileSync(file, bytes.subarray(0, 10));
  siege.holds(await siege.look(), quiet);
  assert.equal(await cycleState(world), 'arriving');
  appendFileSync(file, bytes.subarray(10));
  siege.holds(siege.scan(), success);
});

test('case 8: a file before its report: nothing to say, then judged', async () => {
  const siege = await Siege.begin(settling);
  const { report } = siege.deposit({ content: 'today' });
  const aside = join(siege.world.root, 'report.json');
  renameSync(report, aside);
  siege.holds(await siege.look(), quiet);
  renameSync(aside, report);
  siege.holds(siege.scan(), success);
});

test('case 8: a report that is rewritten, cut at times, at first with another hash: arriving, then judged as it is then', async () => {
  const siege = await Siege.begin(settling);
  const { report } = siege.deposit({ content: 'today' });
  const whole = readFileSync(report, 'utf8');
  const [hash = ''] = /[0-9a-f]{64}(?=","size":\d+\},"TRANSFER")/u.exec(whole) ?? [];
  for (const text of [
    '',
    whole.slice(0, 40),
    whole.replace(hash, '0'.repeat(64)),
    whole.slice(0, -1),
  ]) {
    writeFileSync(report, text);
    siege.holds(await siege.look(), quiet);
    assert.equal(await cycleState(siege.world), 'arriving');
  }
  writeFileSync(report, whole);
  siege.holds(siege.scan(), success);
});

test('case 8: a report that stays cut short is refused once settle has passed, and judged when it comes whole', async () => {
  const siege = await Siege.begin(settling);
  const { world } = siege;
  const { report } = siege.deposit({ content: 'today' });
  const whole = readFileSync(report);
  writeFileSync(report, whole.subarray(0, 40));
  siege.holds(await siege.look(), quiet);
  const refused = 'paris REPORT_REFUSED cut_short';
  siege.holds(await world.run(Date.now() + 2 * minute, 'scan'), { code: 1, events: [refused] });
  writeFileSync(report, whole);
  siege.holds(siege.scan(), { ...success, events: [refused, ...success.events] });
});

for (const [what, mtime] of [
  ['as it is', null],
  ['in 1970', 0],
  ['in 2100', Date.UTC(2100) / 1000],
] as const) {
  test(`case 8: a mismatch is no alarm within settle, and one once it has passed; the file's mtime (${what}) does not count`, async () => {
    const siege = await Siege.begin(settling);
    const { world } = siege;
    const { file, report } = siege.deposit({ content: 'today', bytes: Buffer.from('half') });
    if (mtime !== null) for (const path of [file, report]) utimesSync(path, mtime, mtime);
    const changed = statSync(file).ctimeMs;
    for (const age of [0, 30, 60, 90, 119])
      siege.holds(await world.run(changed + age * 1000, 'scan'), quiet);
    const after = await world.run(changed + 121_000, 'scan');
    siege.holds(after, { code: 2, events: [failed('size_differs')] });
  });
}

const withRsync =
  spawnSync('rsync', ['--version']).status === 0
    ? false
    : 'skipped, because rsync is not installed';

for (const options of [['--inplace', '--no-whole-file'], []]) {
  test(
    `case 8: rsync ${options.join(' ')} is under way: arriving, then judged`,
    { skip: withRsync },
    async () => {
      const siege = await Siege.begin(settling);
      const { world } = siege;
      const folder = world.zone('paris', 'database');
      const old = readFileSync(join(folder, 'compta.sql.gz'));
      const { file, bytes } = siege.deposit({ content: randomBytes(1_500_000).toString('hex') });
      const stage = join(world.root, 'compta.sql.gz');
      renameSync(file, stage);
      writeFileSync(file, old);
      const rsync = spawn('rsync', ['--bwlimit=1000', ...options, stage, file], {
        detached: true,
        stdio: 'inherit',
      });
      const ended = new Promise((resolve) => rsync.on('exit', resolve));
      const sent = (): boolean =>
        readdirSync(folder).some((name) => {
          const { size } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? { size: 0 };
          return size > 50_000 && size < bytes.length;
        });
      await until('rsync has begun to write', sent);
      const group = -(rsync.pid ?? 0);
      process.kill(group, 'SIGSTOP');
      assert.ok(sent(), 'and has not ended');
      siege.holds(siege.scan(), quiet);
      assert.equal(await cycleState(world), 'arriving');
      // Its temporary file says for longer that it is at work.
      if (options.length === 0)
        siege.holds(await world.run(Date.now() + 3 * minute, 'scan', 'paris'), quiet);
      process.kill(group, 'SIGCONT');
      assert.equal(await ended, 0);
      siege.holds(siege.scan(), success);
    },
  );
}

test('case 8: a temporary file of rsync for the expected name means arriving, until the deadline', async () => {
  const siege = await Siege.begin();
  const { world, now } = siege;
  rmSync(world.zone('paris', 'database', 'compta.sql.gz'));
  siege.deposit({ content: 'today', bytes: null });
  writeFileSync(world.zone('paris', 'database', '.compta.sql.gz.Xa81bc'), 'half');
  siege.holds(await siege.look(), quiet);
  assert.equal(await cycleState(world), 'arriving');
  const late = await world.run(now + 16 * minute, 'scan');
  siege.holds(late, { code: 2, events: [failed('file_absent')] });
});

const report = '/log/STATUS\\.json';

const replacings: readonly (readonly [
  what: string,
  at: Pick<Meddling, 'call' | 'when' | 'turn'>,
])[] = [
  ['after it was read', { call: 'lstatSync', when: 'before', turn: 3 }],
  ['just before it is moved', { call: 'renameSync', when: 'before', turn: 1 }],
];

/** A round whose report does not lie in the drop zone yet. */
function madeAside(siege: Siege, content: string, endedAt: number) {
  const made = siege.deposit({ content, file: `${content}.gz`, endedAt });
  const aside = join(siege.world.root, `${content}.json`);
  renameSync(made.report, aside);
  return { ...made, aside };
}

for (const [what, at] of replacings) {
  test(`case 8b: a report of a fixed name is replaced ${what}: both are judged, the new one is not lost`, async () => {
    const siege = await Siege.begin();
    const { world, now } = siege;
    const later = madeAside(siege, 'later', now - 1000);
    siege.deposit({ content: 'today', report: 'STATUS.json' });
    const run = `mv '${later.aside}' '${world.zone('paris', 'log', 'STATUS.json')}'`;
    siege.holds(siege.scan([{ ...at, path: report, run }]), success);
    assert.ok(!existsSync(later.aside), 'it was replaced');
    // Of one cycle, of which the newest version is kept.
    siege.holds(await siege.look(), { ...success, events: [...success.events, ...success.events] });
    assert.deepEqual(readdirSync(world.zone('paris', 'log')), ['_archive']);
    assert.deepEqual(readFileSync(world.tree('paris/compta/current/later.gz')), later.bytes);
  });
}

for (const call of ['readSync', 'fstatSync'] as const) {
  test(`case 8b: a report that is written in place while it is read (${call}) is read again by the next scan`, async () => {
    const siege = await Siege.begin();
    const { world, now } = siege;
    const later = madeAside(siege, 'later', now - 1000);
    siege.deposit({ content: 'today', report: 'STATUS.json' });
    const run = `cat '${later.aside}' >'${world.zone('paris', 'log', 'STATUS.json')}'`;
    // The second look at the descriptor is the one after reading.
    const [when, turn] = call === 'readSync' ? (['after', 1] as const) : (['before', 2] as const);
    siege.holds(siege.scan([{ call, path: report, when, turn, run }]), quiet);
    siege.holds(await siege.look(), success);
    assert.deepEqual(readFileSync(world.tree('paris/compta/current/later.gz')), later.bytes);
  });
}

test('case 8b: deposit: remove never deletes what was written in place since it was judged', async () => {
  const siege = await Siege.begin({ rules: ', deposit: remove' });
  const { file, bytes } = siege.deposit({ content: 'today' });
  const other = Buffer.alloc(bytes.length, 'x').toString();
  const at = { call: 'renameSync', path: '/database/compta\\.sql\\.gz', turn: 1 } as const;
  const run = `printf %s '${other}' | dd status=none conv=notrunc of='${file}'`;
  siege.holds(siege.scan([{ ...at, when: 'before', run }]), success);
  assert.equal(readFileSync(file, 'utf8'), other);
});

test('case 8b: replaced just before it is moved, and once more before that is moved back: the newest is judged', async () => {
  const siege = await Siege.begin();
  const { world, now } = siege;
  const runs = ['second', 'third'].map((content, index) => {
    const { aside } = madeAside(siege, content, now - 2000 + index * 1000);
    return `mv '${aside}' '${world.zone('paris', 'log', 'STATUS.json')}'`;
  });
  const [second = '', third = ''] = runs;
  siege.deposit({ content: 'today', report: 'STATUS.json' });
  const ran = siege.scan([
    { call: 'renameSync', path: report, when: 'before', turn: 1, run: second },
    { call: 'renameSync', path: report, when: 'after', turn: 1, run: third },
  ]);
  siege.holds(ran, success);
  siege.holds(await siege.look(), { ...success, events: [...success.events, ...success.events] });
  assert.ok(existsSync(world.tree('paris/compta/current/third.gz')));
});

test('case 8b: deposit: remove never deletes a file that came after the one that was judged', async () => {
  const siege = await Siege.begin({ rules: ', deposit: remove' });
  const { world } = siege;
  const { file } = siege.deposit({ content: 'today' });
  const fresh = (name: string): string => {
    const path = join(world.root, name);
    writeFileSync(path, name);
    return `mv '${path}' '${file}'`;
  };
  const path = '/database/compta\\.sql\\.gz';
  const ran = siege.scan([
    { call: 'renameSync', path, when: 'before', turn: 1, run: fresh('second') },
    { call: 'renameSync', path, when: 'after', turn: 1, run: fresh('third') },
  ]);
  siege.holds(ran, success);
  assert.equal(readFileSync(file, 'utf8'), 'third');
  assert.deepEqual(readdirSync(world.zone('paris', 'database')), ['compta.sql.gz']);
});

test('case 8b: the file arrives two hours after its report: judged again, though the report was archived', async () => {
  const siege = await Siege.begin();
  const { world, now } = siege;
  const { file, report: own, bytes } = siege.deposit({ content: 'today' });
  rmSync(file);
  siege.holds(await siege.look(), { code: 2, events: [failed('file_absent')] });
  assert.ok(!existsSync(own));
  writeFileSync(file, bytes);
  const events = [failed('file_absent'), ...success.events];
  siege.holds(await world.run(now + 2 * hour, 'scan'), { ...success, events });
  assert.equal((await world.statusOf(now + 2 * hour, 'paris/compta')).status, 'SUCCESS');
});

for (const resend of ['the file alone', 'file and report']) {
  test(`case 8b: after a failure ${resend} is sent again: judged again when the file changes`, async () => {
    const siege = await Siege.begin();
    const { world, now } = siege;
    const first = siege.deposit({ content: 'today', bytes: Buffer.from('cut') });
    const text = readFileSync(first.report);
    siege.holds(await siege.look(), { code: 2, events: [failed('size_differs')] });
    writeFileSync(first.file, 'cat');
    siege.holds(await siege.look(), { code: 2, events: [failed('size_differs')] });
    rmSync(first.file);
    const both = [failed('size_differs'), failed('file_absent')];
    siege.holds(await siege.look(), { code: 2, events: both });
    writeFileSync(first.file, first.bytes);
    if (resend !== 'the file alone') writeFileSync(first.report, text);
    siege.holds(siege.scan(), { ...success, events: [...both, ...success.events] });
    siege.holds(await world.run(now + hour, 'scan'), {
      ...success,
      events: [...both, ...success.events],
    });
  });
}

test('case 8b: a fixed name that stays and is replaced: both reports are judged', async () => {
  const siege = await Siege.begin({ top: 'parallel: 1\narchive_reports: false\n' });
  const { world, now } = siege;
  siege.deposit({ content: 'today', report: 'STATUS.json' });
  siege.holds(siege.scan(), success);
  siege.deposit({ content: 'later', report: 'STATUS.json', endedAt: now });
  const both = { ...success, events: [...success.events, ...success.events] };
  siege.holds(await world.run(now + minute, 'scan'), both);
});
