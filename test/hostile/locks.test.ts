/** Several commands at once, and one that is killed while it holds the lock: one works, the others yield, nothing is done twice. */
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import type { Started } from '../support/start.ts';
import { Gate, start, until } from './processes.ts';
import { meddlerEnv, Siege } from './support.ts';

const success = { code: 0, events: ['paris/compta SUCCESS verified'], published: 1 };

/** Points of a scan at which it holds the lock. */
const points = {
  'reading the file': { call: 'readSync', path: '/paris/database/compta\\.sql\\.gz' },
  'publishing the version': { call: 'renameSync', path: '/\\.incoming/[0-9a-f]+' },
  'archiving the report': { call: 'renameSync', path: '/log/report-\\d+\\.json' },
} as const;

/** A command that waits at that point until the gate is opened. */
async function waiting(
  siege: Siege,
  point: keyof typeof points,
  argv: readonly string[] = ['scan', '--json'],
): Promise<{ gate: Gate; held: Started }> {
  const gate = new Gate(siege.world, 'first');
  const held = start(
    siege.world,
    argv,
    meddlerEnv([{ ...points[point], when: 'before', turn: 1, run: gate.run }]),
  );
  await gate.isReached();
  return { gate, held };
}

test('case 9: two scans at once: the second yields, the first works undisturbed; readers see both', async () => {
  const siege = await Siege.begin();
  const { world } = siege;
  siege.deposit({ content: 'today' });
  const { gate, held } = await waiting(siege, 'publishing the version');
  assert.deepEqual(world.process(['scan']), { code: 0, out: '', err: '' });
  assert.match(world.process(['-v', 'scan', 'paris']).err, /another scan is running/u);
  assert.equal(world.process(['status']).code, 0);
  assert.deepEqual(siege.events(), [], 'nothing was done beside the first');
  gate.open();
  const ran = await held.ended;
  siege.holds(ran, success);
  siege.holds(await siege.look(), success);
});

test('case 9: four scans started together conclude everything once', async () => {
  const siege = await Siege.begin();
  siege.deposit({ content: 'today' });
  const all = [1, 2, 3, 4].map(() => start(siege.world, ['scan', '--json']));
  const ran = await Promise.all(all.map(({ ended }) => ended));
  assert.deepEqual(
    ran.map(({ code, err }) => [code, err]),
    [1, 2, 3, 4].map(() => [0, '']),
  );
  const worked = ran.filter(({ out }) => out.includes('"verified"'));
  assert.equal(worked.length, 1);
  for (const one of ran) siege.holds(one, success);
});

/** Paris's backup is invalid, so that there is something to promote. */
async function promotable(): Promise<Siege> {
  const siege = await Siege.begin();
  siege.deposit({ content: Buffer.from('not a dump\n') });
  siege.holds(await siege.look(), { code: 2, events: ['paris/compta CONTENT_INVALID wrong_kind'] });
  return siege;
}

/** Paths of all that a process has open. */
function openIn(process: number | 'self'): string[] {
  const folder = `/proc/${process}/fd`;
  return readdirSync(folder).flatMap((descriptor) => {
    try {
      return [readlinkSync(`${folder}/${descriptor}`)];
    } catch {
      return [];
    }
  });
}

const hasOpen = ({ child }: Started, path: string): boolean =>
  openIn(child.pid ?? 0).some((one) => one.endsWith(path));

const promote = ['promote', 'paris/compta', 'compta.sql.gz', '--force'];
const promoted = {
  events: ['paris/compta CONTENT_INVALID wrong_kind', 'paris/compta SUCCESS promoted_by_hand'],
  published: 1,
};

test('case 9: a scan while promote is at work yields, and the promotion is recorded once', async () => {
  const siege = await promotable();
  const { gate, held } = await waiting(siege, 'publishing the version', promote);
  assert.deepEqual(siege.world.process(['scan']), { code: 0, out: '', err: '' });
  gate.open();
  siege.holds(await held.ended, { code: 0, ...promoted });
  siege.holds(await siege.look(), { code: 0, ...promoted });
});

test('case 9: promote while a scan is at work waits for it, and then does its work', async () => {
  const siege = await promotable();
  const { world, now } = siege;
  world.deposit({
    agent: 'lyon',
    database: 'shop',
    endedAt: now,
    content: 'and another',
    file: 'more.gz',
    report: 'report-0.json',
  });
  const { gate, held } = await waiting(siege, 'archiving the report');
  const second = start(world, promote);
  await until('promote has opened the lock, and waits', () =>
    hasOpen(second, '/backupmon.db.lock'),
  );
  assert.equal(siege.events().length, 1);
  gate.open();
  const [scanned, ran] = await Promise.all([held.ended, second.ended]);
  assert.deepEqual([scanned.code, ran.code], [2, 0], ran.err);
  assert.equal(siege.events().at(-1), 'paris/compta SUCCESS promoted_by_hand');
  assert.equal(world.verify(), 4);
});

for (const point of Object.keys(points) as (keyof typeof points)[]) {
  test(`case 9: a scan is killed while it holds the lock, ${point}: the lock dies with it, the next scan does the work`, async () => {
    const siege = await Siege.begin();
    const { world } = siege;
    siege.deposit({ content: 'today' });
    const { gate, held } = await waiting(siege, point);
    held.child.kill('SIGKILL');
    assert.equal((await held.ended).code, null);
    const status = world.process(['status']);
    assert.equal(status.code, 2, 'nobody scans any more, and the last whole scan is a day old');
    assert.match(status.out, /the last complete scan started/u);
    // What the killed scan had started still waits, and must not keep the lock.
    siege.holds(siege.scan(), success);
    gate.open();
    siege.holds(await siege.look(), success);
  });
}

test('every command closes what it has opened of the database', async () => {
  const { world } = await Siege.begin();
  const open = (): string[] => openIn('self').filter((path) => path.startsWith(`${world.root}/`));
  const used = new SqliteDatabase(world.database);
  assert.notDeepEqual(open(), []);
  used.close();
  for (const argv of [['scan'], ['scan', '--dry-run'], ['status'], ['history'], promote]) {
    const ran = await world.run(Date.now(), ...argv);
    assert.notEqual(ran.code, 3, ran.err);
    assert.deepEqual(open(), [], argv.join(' '));
  }
});
