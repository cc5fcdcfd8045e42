/** Reports that cannot be accepted, that come twice, that are replaced: events, never an end of the pass. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { end, scanAt, startedWith } from '../support/evening.ts';
import { at, day, hour, minute, type World } from '../support/world.ts';

const yaml =
  'defaults: { schedule: "0 20 * * *", settle: 0s }\nagents:\n  paris: { databases: [compta] }\n  lyon: { databases: [shop] }\n';

async function fresh(config = yaml): Promise<World> {
  const world = await startedWith(config);
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end });
  return world;
}

const drop = (world: World, name: string, content: string | Buffer): string => {
  mkdirSync(world.zone('paris', 'log'), { recursive: true });
  const file = world.zone('paris', 'log', name);
  writeFileSync(file, content);
  return file;
};

const refusals: readonly [string, string | Buffer, string, string][] = [
  ['no JSON', 'backup done\n', 'unreadable', 'warning'],
  [
    'no databases',
    '{"agent_id":"paris","operation_end_time":"2026-06-20T20:10:00Z"}',
    'bad_shape',
    'warning',
  ],
  ['no time', '{"agent_id":"paris","databases":{}}', 'no_time', 'warning'],
];

for (const [name, content, reason, severity] of refusals) {
  test(`${name}: refused as ${reason}, told once, never moved, and lyon is judged all the same`, async () => {
    const world = await fresh();
    const file = drop(world, 'bad.json', content);
    const first = await world.run(scanAt, 'scan');
    assert.equal(first.code, severity === 'critical' ? 2 : 1);
    const again = await world.run(scanAt + minute, 'scan');
    assert.deepEqual([again.code, again.out], [0, '']);
    assert.deepEqual(world.events().toSorted(), [
      'lyon/shop SUCCESS verified',
      `paris REPORT_REFUSED ${reason}`,
    ]);
    assert.equal(existsSync(file), true);
    const [event] = world.sql<{ severity: string; cycle: number | null }>(
      "select severity, cycle from events where status = 'REPORT_REFUSED'",
    );
    assert.deepEqual(event, { severity, cycle: null });
  });
}

test('a report that is too large is refused by its size', async () => {
  const world = await fresh();
  drop(world, 'big.json', Buffer.alloc(8 * 1024 * 1024 + 1, ' '));
  await world.run(scanAt, 'scan');
  assert.ok(world.events().includes('paris REPORT_REFUSED too_large'));
});

test('many reports refused for one reason are one event with a count', async () => {
  const world = await fresh();
  for (let index = 0; index < 5; index += 1) drop(world, `bad${index}.json`, `nonsense ${index}`);
  await world.run(scanAt, 'scan');
  assert.deepEqual(world.sql('select count from events where agent = ?', 'paris'), [{ count: 5 }]);
});

test("judged reports are moved to the archive under a name of their own, so that STATUS.json does not overwrite yesterday's", async () => {
  const world = await fresh();
  for (let index = 0; index < 2; index += 1) {
    world.deposit({ endedAt: end + index * day, report: 'STATUS.json', content: `day ${index}` });
    await world.run(scanAt + index * day, 'scan');
  }
  const names = readdirSync(world.zone('paris', 'log', '_archive')).toSorted();
  assert.equal(names.length, 2);
  assert.match(names[0] ?? '', /^20260620T201000Z_[0-9a-f]{8}_STATUS\.json$/u);
});

test('archive_reports: false leaves reports where they are and judges each once', async () => {
  const world = await fresh(`archive_reports: false\n${yaml}`);
  const { report } = world.deposit({ endedAt: end });
  for (let index = 0; index < 3; index += 1) await world.run(scanAt + index * minute, 'scan');
  assert.equal(existsSync(report), true);
  assert.equal(world.events().length, 2);
});

test('databases that no job expects are listed, from the newest report only, and cost no exit code', async () => {
  const world = await fresh();
  world.deposit({ database: 'crm', endedAt: end });
  const ran = await world.run(scanAt, 'scan', '--json');
  assert.equal(ran.code, 0);
  const document = JSON.parse(ran.out) as { unexpected: { agent: string; database: string }[] };
  assert.deepEqual(
    document.unexpected.map((item) => `${item.agent}/${item.database}`),
    ['paris/crm'],
  );
});

test('a folder that nobody configured is listed as unexpected, and judged once it is configured', async () => {
  const world = await fresh();
  world.deposit({ agent: 'nantes', database: 'stock', endedAt: end });
  await world.run(scanAt, 'scan');
  assert.match((await world.run(scanAt, 'status', '--json')).out, /"nantes"/u);
  world.configure(`${yaml}  nantes: { databases: [stock] }\n`);
  assert.equal((await world.run(scanAt + minute, 'scan')).code, 0);
  assert.ok(world.events().includes('nantes/stock SUCCESS verified'));
});

test("agents' field names and habits are accepted, mixed in any way", async () => {
  const world = await fresh(yaml.replace('paris: {', 'paris: { timezone: Africa/Douala,'));
  const { report } = world.deposit({ endedAt: end });
  const text = readFileSync(report, 'utf8');
  const sum = /"COMPRESS":\{[^}]*"sha256":"([0-9a-f]{64})","size":(\d+)/u.exec(text);
  drop(
    world,
    'old.json',
    `\uFEFF${JSON.stringify({
      agent_id: 'PARIS',
      operation_timestamp: '2026-06-20 21:30:00.123456',
      databases: {
        compta: {
          backup_process: {
            status: 'True',
            timestamp: '2026-06-20T21:20:00',
            backup_start_time: 'null',
          },
          compress_process: {
            status: 1,
            sha256_checksum: sum?.[1]?.toUpperCase(),
            size_bytes: sum?.[2],
          },
          transfer_process: { status: 'success', error_message: '' },
          staged_file_name: '/var/stage/compta.sql.gz',
          anything: [1, 2],
        },
      },
    })}`,
  );
  await world.run(end + hour, 'scan');
  assert.deepEqual(
    world.sql(
      "select e.status, e.reason, n.ended_at from events e join entries n on n.id = e.entry_id join jobs j on j.id = e.job_id where j.agent = 'paris' order by e.id",
    ),
    [
      { status: 'SUCCESS', reason: 'verified', ended_at: end },
      { status: 'HASH_MISMATCH', reason: 'same_file', ended_at: at('2026-06-20T20:30:00.123Z') },
    ],
  );
});
