/** PostgreSQL's custom archives as its own tools make them: none is refused, and none that is damaged passes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { postgresArchive } from '../../../src/intake/formats/pg-archive.ts';
import { seeded } from '../../support/damage.ts';
import { cannotRunPostgres, Postgres, postgresPrograms } from '../../support/postgres.ts';
import { fillShop } from './pg-support.ts';
import { abandoned, judge, judgeInPieces } from './support.ts';

const skip = cannotRunPostgres;
let server: Postgres;

before(() => {
  if (skip !== false) return;
  server = new Postgres();
  fillShop(server);
});
after(() => {
  if (skip === false) server.stop();
});

/** Written to a file, which pg_dump goes back in to note positions. */
function dumped(...options: string[]): Buffer {
  const file = join(server.folder, 'dump');
  server.run('pg_dump', ['-Fc', '-f', file, ...options]);
  return spawnSync('cat', [file], { maxBuffer: 2 ** 30 }).stdout;
}

/** Written to a pipe, where it cannot go back. */
const piped = (...options: string[]): Buffer => server.run('pg_dump', ['-Fc', ...options]);

/** Whether pg_restore says that it is damaged: it loops for ever over some damaged archives, and wants gigabytes for others. */
function refuses(bytes: Buffer): boolean {
  const file = join(server.folder, 'damaged');
  writeFileSync(file, bytes);
  const program = join(postgresPrograms ?? '', 'pg_restore');
  const command = 'ulimit -v 4000000; exec "$0" -f /dev/null "$1"';
  const options = { encoding: 'utf8', timeout: 5000 } as const;
  const { status, stderr } = spawnSync('sh', ['-c', command, program, file], options);
  return status === 1 && !stderr.includes('out of memory');
}

test('archives are whole, whatever the options of pg_dump', { skip }, async () => {
  const options = [
    [],
    ['-Z0'],
    ['-Z9'],
    ['-s'],
    ['-a'],
    ['--section=pre-data'],
    ['--section=data'],
    ['--section=post-data'],
    ['--inserts'],
    ['--inserts', '-Z0'],
    ['--clean', '--create', '--if-exists'],
    ['-t', 'void'],
    ['-n', 'public'],
    ['--no-blobs'],
    ['--exclude-table-data=customer'],
    ['-E', 'SQL_ASCII'],
    ['--quote-all-identifiers', '--no-owner', '--no-acl'],
  ];
  for (const some of options)
    for (const bytes of [dumped(...some, 'shop'), piped(...some, 'shop')]) {
      const { whole, fault, shortfall, kind } = await judge(postgresArchive, bytes);
      assert.deepEqual(
        { whole, fault, shortfall, kind },
        { whole: true, fault: null, shortfall: null, kind: 'postgresql_custom' },
        some.join(' '),
      );
    }
});

test('an archive is described, and what is in it is counted', { skip }, async () => {
  const judged = await judgeInPieces(postgresArchive, dumped('shop'));
  const [version] = /\d+\.\d+/.exec(server.run('pg_dump', ['--version']).toString()) ?? [];
  assert.equal(judged.description, `PostgreSQL ${version} custom archive`);
  // Three tables, and a block of large objects.
  assert.deepEqual(judged.measures, { tables: 3, batches: 4 });
});

test('a dump of an empty database is whole, and says that it has no table', { skip }, async () => {
  const judged = await judgeInPieces(postgresArchive, dumped('nothing'));
  assert.equal(judged.whole, true);
  assert.deepEqual(judged.measures, { tables: 0, batches: 0 });
});

test('rows that are not compressed are read the same in pieces of any size', { skip }, async () => {
  assert.equal((await judgeInPieces(postgresArchive, dumped('-Z0', 'shop'))).whole, true);
});

test('dumps of an unchanged database have one fingerprint', { skip }, async () => {
  const prints = async (): Promise<string[]> => {
    const archives = [dumped('shop'), dumped('-Z0', 'shop'), dumped('-Z9', 'shop')];
    return Promise.all(archives.map(async (one) => (await judge(postgresArchive, one)).print));
  };
  const first = await prints();
  await setTimeout(1100);
  assert.deepEqual(await prints(), first);
  const throughPipe = await judge(postgresArchive, piped('shop'));
  assert.equal(throughPipe.print, first[0], 'positions are no part of it');
  server.sql('shop', 'vacuum full; analyze');
  assert.deepEqual(await prints(), first, 'after vacuum');
  server.sql('shop', "update customer set name = 'somebody' where id = 1500");
  const changed = await prints();
  assert.ok(changed.every((print, index) => print !== first[index]));
});

const damagesOf = (whole: Buffer): Map<string, Buffer> => {
  const damaged = new Map<string, Buffer>();
  for (const share of [0.1, 0.5, 0.9])
    damaged.set(`cut at ${share}`, whole.subarray(0, Math.floor(whole.length * share)));
  damaged.set('without the last 200 bytes', whole.subarray(0, -200));
  damaged.set('without the last byte', whole.subarray(0, -1));
  const middle = whole.length >> 1;
  damaged.set('zeros', Buffer.from(whole).fill(0, middle, Math.min(whole.length, middle + 512)));
  damaged.set('garbage appended', Buffer.concat([whole, Buffer.from('garbage\n')]));
  const next = seeded(7);
  for (let index = 0; index < 30; index += 1) {
    const flipped = Buffer.from(whole);
    // The half of them where the header and the table of contents are.
    const at = next(index % 2 === 0 ? whole.length : Math.min(7000, whole.length));
    flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << next(8)), at);
    damaged.set(`bit flipped at ${at}`, flipped);
  }
  return damaged;
};

for (const [name, options] of [
  ['compressed', ['shop']],
  ['not compressed', ['-Z0', 'shop']],
  ['of an empty database', ['nothing']],
] as const)
  for (const make of [dumped, piped])
    test(`what pg_restore refuses is refused: ${name}, ${make.name}`, { skip }, async () => {
      for (const [damage, bytes] of damagesOf(make(...options))) {
        const { fault, whole } = await judge(postgresArchive, bytes);
        const isSure = !damage.startsWith('bit');
        if (isSure || refuses(bytes)) {
          assert.notEqual(fault, null, damage);
          assert.equal(whole, false);
        }
      }
    });

test('every bit of compressed data counts', { skip }, async () => {
  const whole = dumped('shop');
  const from = Math.floor(whole.length / 2);
  const next = seeded(3);
  for (let index = 0; index < 20; index += 1) {
    const flipped = Buffer.from(whole);
    const at = from + next(whole.length - from);
    flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << next(8)), at);
    assert.equal((await judge(postgresArchive, flipped)).fault?.reason, 'dump_corrupt', `${at}`);
  }
});

test('faults say what is missing, and where', { skip }, async () => {
  const whole = piped('-Z0', 'shop');
  const cut = await judgeInPieces(postgresArchive, whole.subarray(0, 60_000));
  assert.equal(cut.fault?.reason, 'dump_cut');
  assert.match(
    cut.fault?.message ?? '',
    /^ends at byte 60000, in the middle of the data of TABLE DATA customer$/,
  );
  const longer = await judgeInPieces(postgresArchive, Buffer.concat([whole, Buffer.from('more')]));
  assert.deepEqual(longer.fault, {
    reason: 'trailing_bytes',
    message: `4 bytes after its end at byte ${whole.length}`,
  });
});

test('a stream that breaks leaves what was seen', { skip }, async () => {
  const seen = await abandoned(postgresArchive, dumped('shop').subarray(0, 50_000));
  assert.equal(seen.kind, 'postgresql_custom');
  assert.equal(seen.measures?.tables, 3);
});
