/** Archives of versions that no program here writes, and archives that nobody would write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, zstdCompressSync } from 'node:zlib';
import { postgresArchive } from '../../../src/intake/formats/pg-archive.ts';
import { archive, header, integer, string } from './pg-support.ts';
import { judge, judgeInPieces } from './support.ts';

const rows = Buffer.from(`${'1\tsome text\n'.repeat(20_000)}\\.\n\n\n`);
const few = Buffer.from('1\n\\.\n\n\n');

for (const [version, program] of [
  [10, '8.0.26'],
  [11, '8.4.22'],
  [12, '9.6.24'],
  [13, '11.22 (Debian 11.22-1)'],
  [14, '15.18'],
] as const)
  test(`version 1.${version}, compressed with zlib and not`, async () => {
    const tables = [rows, few];
    for (const compression of [-1, 0]) {
      const stored = compression === 0 ? tables : tables.map((data) => deflateSync(data));
      const made = archive({ version, program, compression, tables: stored });
      const judged = await judgeInPieces(postgresArchive, made);
      assert.deepEqual([judged.fault, judged.whole], [null, true]);
      assert.equal(judged.measures?.batches, 2);
    }
  });

const algorithms = [
  [0, (data: Buffer) => data],
  [1, (data: Buffer) => deflateSync(data)],
  [3, (data: Buffer) => zstdCompressSync(data)],
] as const;

for (const [version, program] of [
  [15, '16.4'],
  [16, '18.1'],
] as const)
  test(`version 1.${version}, with every algorithm`, async () => {
    for (const [compression, compress] of algorithms) {
      const tables = [compress(rows), compress(few)];
      const made = archive({ version, program, compression, tables });
      const judged = await judgeInPieces(postgresArchive, made);
      assert.deepEqual([judged.fault, judged.whole], [null, true], `${compression}`);
      if (compression === 0) continue;
      const damaged = Buffer.from(made);
      damaged.fill(0x55, made.length - 30, made.length - 20);
      const refused = await judge(postgresArchive, damaged);
      assert.equal(refused.fault?.reason, 'dump_corrupt');
    }
  });

test('data that goes on after its compressed end is refused, however small', async () => {
  for (const data of [rows, few]) {
    const longer = Buffer.concat([deflateSync(data, { level: 0 }), Buffer.from('x')]);
    const made = archive({ version: 14, program: '15.18', compression: -1, tables: [longer] });
    const { fault } = await judgeInPieces(postgresArchive, made);
    assert.match(fault?.message ?? '', /goes on for 1 bytes after its compressed end/);
  }
});

test('nothing where something compressed has to be: allowed since version 1.15', async () => {
  const before = archive({
    version: 14,
    program: '15.18',
    compression: -1,
    tables: [Buffer.alloc(0)],
  });
  assert.equal((await judge(postgresArchive, before)).fault?.reason, 'dump_corrupt');
  const since = archive({
    version: 15,
    program: '16.4',
    compression: 1,
    tables: [Buffer.alloc(0)],
  });
  assert.equal((await judge(postgresArchive, since)).whole, true);
});

test('lz4 inside is walked through, and said to be not decompressed', async () => {
  const made = archive({ version: 16, program: '17.2', compression: 2, tables: [few] });
  const { whole, fault, shortfall } = await judgeInPieces(postgresArchive, made);
  assert.deepEqual(
    { whole, fault, shortfall },
    { whole: false, fault: null, shortfall: 'lz4 inside of it is not decompressed' },
  );
  const cut = await judge(postgresArchive, made.subarray(0, -6));
  assert.equal(cut.fault?.reason, 'dump_cut');
});

test('zero bytes among rows that are not compressed are refused', async () => {
  const damaged = Buffer.from(rows).fill(0, 100_000, 100_010);
  const made = archive({ version: 14, program: '15.18', compression: 0, tables: [damaged] });
  assert.match((await judgeInPieces(postgresArchive, made)).fault?.message ?? '', /zero bytes/);
});

test('a version of the future is not known, one that contradicts its program is damaged', async () => {
  const tables = [few];
  const future = archive({ version: 17, program: '19.0', compression: 0, tables });
  const { whole, fault, shortfall } = await judgeInPieces(postgresArchive, future);
  assert.deepEqual(
    { whole, fault, shortfall },
    { whole: false, fault: null, shortfall: 'archive version 1.17 is not known here' },
  );
  for (const version of [10, 12, 15, 17, 30]) {
    const made = archive({ version, program: '15.18', compression: 0, tables });
    assert.equal((await judge(postgresArchive, made)).fault?.reason, 'dump_corrupt', `${version}`);
  }
});

test('a block of another entry, at another place, a second time, or none', async () => {
  const made = archive({ version: 14, program: '15.18', compression: 0, tables: [few, few] });
  const block = 1 + 5 + 5 + few.length + 5;
  const changed = (at: number, byte: number): Buffer => {
    const bytes = Buffer.from(made);
    bytes[made.length + at] = byte;
    return bytes;
  };
  const cases = [
    [changed(-block + 2, 77), 'dump_corrupt', /of entry 77, for which no data is expected/],
    [changed(-block + 2, 100), 'dump_corrupt', /of entry 100, for which no data is expected/],
    [changed(-block, 3), 'dump_corrupt', /of another type than TABLE DATA t101/],
    [changed(-block, 9), 'dump_corrupt', /expected a block of data at byte \d+, found type 9/],
    [
      made.subarray(0, -block),
      'dump_cut',
      /data of 1 of 2 entries is missing, among them that of TABLE DATA t101/,
    ],
  ] as const;
  for (const [bytes, reason, message] of cases) {
    const { fault } = await judgeInPieces(postgresArchive, bytes);
    assert.equal(fault?.reason, reason);
    assert.match(fault?.message ?? '', message);
  }
});

test('numbers that are far too large cost nothing', async () => {
  const begin = header({ version: 14, program: '15.18', compression: 0 });
  const zeros = Buffer.alloc(1024);
  const hostile = {
    'entries without end': [integer(2 ** 31 - 1), zeros],
    'an entry of a number that large': [integer(1), integer(2 ** 30), zeros],
    'a text of 2 GiB': [integer(1), integer(1), integer(0), integer(2 ** 31 - 1), zeros],
    'a text of 1 GiB': [integer(1), integer(1), integer(0), integer(2 ** 30), Buffer.from('0')],
    'a negative text': [integer(1), integer(1), integer(0), integer(-5), zeros],
    'a sign of 7': [Buffer.from([7, 1, 0, 0, 0]), zeros],
  };
  for (const [name, parts] of Object.entries(hostile)) {
    const { fault, whole } = await judgeInPieces(postgresArchive, Buffer.concat([begin, ...parts]));
    assert.notEqual(fault, null, name);
    assert.equal(whole, false);
  }
});

test('a setting that pg_restore would refuse is refused', async () => {
  const made = (defined: string): Buffer =>
    Buffer.concat([
      header({ version: 14, program: '15.18', compression: 0 }),
      integer(1),
      integer(5),
      integer(0),
      ...['0', '0', 'ENCODING', 'ENCODING'].map(string),
      integer(2),
      ...[defined, null, null, null, null, null, '', 'false', null].map(string),
      Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0]),
    ]);
  const fine = await judgeInPieces(postgresArchive, made("SET client_encoding = 'UTF8';\n"));
  assert.deepEqual([fine.fault, fine.whole], [null, true]);
  const refused = await judge(postgresArchive, made("SET client_encoding = 'UTG8';\n"));
  assert.match(refused.fault?.message ?? '', /expected a setting/);
});

test('nothing of the header but the versions and the time is left out of the fingerprint', async () => {
  const tables = [few];
  const print = async (program: string, compression = 0): Promise<string> =>
    (await judge(postgresArchive, archive({ version: 14, program, compression, tables }))).print;
  assert.equal(await print('15.17 (Debian 15.17-0+deb12u1)'), await print('15.18'));
  const other = archive({ version: 14, program: '15.18', compression: 0, tables: [rows] });
  assert.notEqual((await judge(postgresArchive, other)).print, await print('15.18'));
});

test('what is cut to a few bytes is no archive, or a cut one', async () => {
  assert.equal(postgresArchive.recognises(Buffer.from('PGDM'), true), false);
  const { fault } = await judge(postgresArchive, Buffer.from('PGDMP'));
  assert.deepEqual(fault, {
    reason: 'dump_cut',
    message: 'ends at byte 5, in the middle of the header',
  });
});
