/** What each report and its file are judged as, by the real program on real files. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { end, noon, scanAt, startedWith } from '../support/evening.ts';
import {
  day,
  dumpOf,
  hour,
  minute,
  sha256,
  World,
  type Deposit,
  type Report,
} from '../support/world.ts';

const yaml =
  'defaults: { schedule: "0 20 * * *", settle: 0s }\nagents:\n  paris:\n    databases: [compta]\n';
/** Where sizes and hashes are what it is about, and the content is nothing but filler. */
const intact = yaml.replace('settle: 0s', 'settle: 0s, verify: intact');

async function judged(
  deposit: Partial<Deposit>,
  prepare?: (world: World) => void,
): Promise<{ world: World; code: number | null; status: string; reason: string }> {
  const world = await startedWith(yaml);
  world.deposit({ endedAt: end, ...deposit });
  prepare?.(world);
  const { code } = await world.run(scanAt, 'scan');
  const { status, reason } = await world.statusOf(scanAt, 'paris/compta');
  return { world, code, status, reason };
}

type Entry = Report['databases'][string];
const entry = (change: (entry: Entry) => void): Partial<Deposit> => ({
  change: (report) => change(report.databases['compta'] as Entry),
});

const cases: readonly [
  string,
  Partial<Deposit>,
  ((world: World) => void) | undefined,
  string,
  string,
][] = [
  ['a healthy backup', {}, undefined, 'SUCCESS', 'verified'],
  [
    'the agent says that the dump failed',
    entry((e) => {
      e.BACKUP.status = 'failed';
    }),
    undefined,
    'FAILED',
    'backup_failed',
  ],
  [
    'the agent says that compressing failed',
    entry((e) => {
      e.COMPRESS.status = 0;
    }),
    undefined,
    'FAILED',
    'compress_failed',
  ],
  [
    'the agent says that the transfer failed',
    entry((e) => {
      e.TRANSFER.status = 'False';
    }),
    undefined,
    'FAILED',
    'transfer_failed',
  ],
  [
    'a status that is no status is not success',
    entry((e) => {
      e.BACKUP.status = 'ok';
    }),
    undefined,
    'FAILED',
    'report_incomplete',
  ],
  [
    'a missing TRANSFER stage',
    entry((e) => {
      Reflect.deleteProperty(e, 'TRANSFER');
    }),
    undefined,
    'FAILED',
    'report_incomplete',
  ],
  ['the file is not there', { bytes: null }, undefined, 'TRANSFER_INTEGRITY_FAILED', 'file_absent'],
  [
    'a missing size is not checked',
    entry((e) => {
      delete e.COMPRESS.size;
    }),
    undefined,
    'SUCCESS',
    'verified',
  ],
  [
    'the agent says that the dump was empty',
    entry((e) => {
      e.BACKUP.size = 0;
    }),
    undefined,
    'CONTENT_INVALID',
    'empty',
  ],
  [
    'no COMPRESS stage: BACKUP describes the file',
    {
      file: 'compta.sql',
      bytes: Buffer.from(dumpOf('plain')),
      ...entry((e) => {
        Reflect.deleteProperty(e, 'COMPRESS');
        e.BACKUP.sha256 = sha256(dumpOf('plain')).toUpperCase();
        e.BACKUP.size = String(dumpOf('plain').length);
      }),
    },
    undefined,
    'SUCCESS',
    'verified',
  ],
];

for (const [name, deposit, prepare, status, reason] of cases) {
  test(`${name}: ${status} (${reason})`, async () => {
    const result = await judged(deposit, prepare);
    assert.deepEqual([result.status, result.reason], [status, reason]);
    assert.equal(result.code, status === 'SUCCESS' ? 0 : 2);
    const promoted = result.world.versions('paris/compta').length;
    assert.equal(promoted, status === 'SUCCESS' ? 1 : 0);
    assert.equal(
      existsSync(result.world.tree('.incoming'))
        ? spawnSync('ls', ['-A', result.world.tree('.incoming')], { encoding: 'utf8' }).stdout
        : '',
      '',
    );
    // Judged once, whatever it was: the next scan has nothing to add.
    const count = result.world.events().length;
    await result.world.run(scanAt + minute, 'scan');
    assert.equal(result.world.events().length, count);
  });
}

test('the second of two folders counts when the first holds another file of that name', async () => {
  const result = await judged({}, (world) => {
    mkdirSync(world.zone('paris', 'databases'));
    const good = readFileSync(world.zone('paris', 'database', 'compta.sql.gz'));
    writeFileSync(world.zone('paris', 'databases', 'compta.sql.gz'), good);
    writeFileSync(world.zone('paris', 'database', 'compta.sql.gz'), 'an older file');
  });
  assert.equal(result.status, 'SUCCESS');
});

test('unchanged content is HASH_MISMATCH, copies nothing and confirms the version; a changed row is a new version', async () => {
  const world = await startedWith(yaml);
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  world.deposit({ endedAt: end + day });
  const second = await world.run(scanAt + day, 'scan');
  assert.equal(second.code, 1);
  assert.equal((await world.statusOf(scanAt + day, 'paris/compta')).status, 'HASH_MISMATCH');
  assert.deepEqual(world.versions('paris/compta'), ['20260620T201000Z']);
  const [version] = world.sql<{ last_confirmed_at: number }>(
    'select last_confirmed_at from versions',
  );
  assert.equal(version?.last_confirmed_at, scanAt + day);
  world.deposit({ endedAt: end + 2 * day, content: 'one more row' });
  assert.equal((await world.run(scanAt + 2 * day, 'scan')).code, 0);
  assert.deepEqual(world.versions('paris/compta'), ['20260622T201000Z']);
  // The content went back to what the version before the newest held: that is a change.
  world.deposit({ endedAt: end + 3 * day });
  assert.equal((await world.run(scanAt + 3 * day, 'scan')).code, 0);
});

test('the same content in another file is recognised by the uncompressed hash that both rounds report', async () => {
  const world = await startedWith(intact);
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  const other = Buffer.from('other bytes, same dump');
  world.deposit({
    endedAt: end + day,
    bytes: other,
    ...entry((e) => {
      e.COMPRESS.sha256 = sha256(other);
      e.COMPRESS.size = other.length;
    }),
  });
  await world.ok(scanAt + day, 'scan');
  const now = await world.statusOf(scanAt + day, 'paris/compta');
  assert.deepEqual([now.status, now.reason], ['HASH_MISMATCH', 'same_content']);
});

async function withHistory(days: number): Promise<{ world: World; next: number }> {
  const world = await startedWith(intact);
  for (let index = 0; index < days; index += 1) {
    world.deposit({
      endedAt: end + index * day,
      bytes: Buffer.alloc(200_000 + index, 'x'),
      ...entry((e) => {
        const bytes = Buffer.alloc(200_000 + index, 'x');
        e.COMPRESS.sha256 = sha256(bytes);
        e.COMPRESS.size = bytes.length;
        e.BACKUP.sha256 = sha256(`${index}`);
      }),
    });
    await world.ok(scanAt + index * day, 'scan');
  }
  return { world, next: days };
}

const sized = (index: number, size: number): Deposit => {
  const bytes = Buffer.alloc(size, String(index));
  return {
    endedAt: end + index * day,
    bytes,
    ...entry((e) => {
      e.COMPRESS.sha256 = sha256(bytes);
      e.COMPRESS.size = size;
      e.BACKUP.sha256 = sha256(`s${index}`);
    }),
  };
};

test('a size far outside the history is held, not promoted; promote takes the held copy and starts a new baseline', async () => {
  const { world, next } = await withHistory(7);
  const before = world.versions('paris/compta');
  world.deposit(sized(next, 1000));
  const held = await world.run(scanAt + next * day, 'scan');
  assert.equal(held.code, 1);
  assert.match(held.out, /backupmon promote paris\/compta/u);
  const now = await world.statusOf(scanAt + next * day, 'paris/compta');
  assert.deepEqual([now.status, now.severity], ['SIZE_ANOMALY', 'warning']);
  assert.ok(
    now.held !== null && now.held.path.startsWith(world.tree('.held')) && existsSync(now.held.path),
  );
  assert.deepEqual(world.versions('paris/compta'), before);
  // The deposit is gone meanwhile: the held copy is ours.
  rmSync(world.zone('paris', 'database', 'compta.sql.gz'));
  const promoted = await world.run(
    scanAt + next * day + minute,
    'promote',
    'paris/compta',
    '--reason',
    'archived old years',
  );
  assert.equal(promoted.code, 0, promoted.err);
  const after = await world.statusOf(scanAt + next * day + minute, 'paris/compta');
  assert.deepEqual(
    [after.status, after.reason, after.held, after.size],
    ['SUCCESS', 'promoted_by_hand', null, 1000],
  );
  assert.equal(world.verify(), 2);
  world.deposit(sized(next + 1, 1010));
  assert.equal((await world.run(scanAt + (next + 1) * day, 'scan')).code, 0);
});

test('six earlier sizes are too few for an anomaly', async () => {
  const { world, next } = await withHistory(6);
  world.deposit(sized(next, 1000));
  assert.equal((await world.run(scanAt + next * day, 'scan')).code, 0);
});

test('the third held cycle in a row is critical, and a normal backup ends the hold', async () => {
  const { world, next } = await withHistory(7);
  const codes: (number | null)[] = [];
  for (let index = next; index < next + 3; index += 1) {
    world.deposit(sized(index, 900 + index));
    codes.push((await world.run(scanAt + index * day, 'scan')).code);
  }
  assert.deepEqual(codes, [1, 1, 2]);
  world.deposit(sized(next + 3, 200_100));
  assert.equal((await world.run(scanAt + (next + 3) * day, 'scan')).code, 0);
  assert.equal((await world.statusOf(scanAt + (next + 3) * day, 'paris/compta')).held, null);
  assert.equal(
    spawnSync('find', [world.tree('.held'), '-type', 'f'], { encoding: 'utf8' }).stdout,
    '',
  );
});

test('several reports: judged by end time; the older one of a file that was overwritten is superseded', async () => {
  const world = await startedWith(yaml);
  world.deposit({ endedAt: end + day, content: 'second' });
  const newer = readFileSync(world.zone('paris', 'database', 'compta.sql.gz'));
  world.deposit({ endedAt: end, content: 'first, longer' });
  writeFileSync(world.zone('paris', 'database', 'compta.sql.gz'), newer);
  assert.equal((await world.run(scanAt + day, 'scan')).code, 0);
  assert.deepEqual(world.events(), [
    'paris/compta UNKNOWN superseded',
    'paris/compta SUCCESS verified',
  ]);
});

test('of the reports that lie there when a watch begins only the newest is judged', async () => {
  const world = new World(yaml);
  await world.ok(noon, 'init-db');
  for (let index = 5; index > 0; index -= 1)
    world.deposit({ endedAt: noon - index * hour, content: `${index}`, file: `${index}.gz` });
  await world.ok(noon, 'scan');
  assert.deepEqual(world.events(), [
    ...Array.from({ length: 4 }, () => 'paris/compta UNKNOWN before_watch'),
    'paris/compta SUCCESS verified',
  ]);
});

test('deposit: remove deletes a deposit once its version is durable, and its absence is no failure', async () => {
  const world = await startedWith(yaml.replace('settle: 0s', 'settle: 0s, deposit: remove'));
  const { file, report } = world.deposit({ endedAt: end });
  const text = readFileSync(report);
  await world.ok(scanAt, 'scan');
  assert.equal(existsSync(file), false);
  writeFileSync(report, text);
  assert.equal((await world.run(scanAt + minute, 'scan')).code, 0);
  assert.deepEqual(world.events(), ['paris/compta SUCCESS verified']);
  const damaged = world.deposit({ endedAt: end + day, content: 'next', bytes: Buffer.from('cut') });
  await world.run(scanAt + day, 'scan');
  assert.equal(existsSync(damaged.file), true);
});
