/** Case 17: files out of which much more comes than they are, and what stands behind the end of others. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { constants, crc32, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { withPeak } from '../support/peak.ts';
import { dumpOf, honest, sha256 } from '../support/world.ts';
import { eventOf, neighbours, promotedToday, scanned, today, type Judged } from './neighbours.ts';

const MiB = 1024 * 1024;
/** A scan holds about 90 MiB for one file of any size; the bombs are of more than 1 GiB. */
const FLAT = 200;
const zeros = Buffer.alloc(64 * MiB);
const rounds = 18;
/** More than the cap where no size was reported, which is 1 GiB. */
const bombSize = rounds * zeros.length;

/** One gzip member of `rounds` times the zeros, 1:1030, whole to its trailer; made of pieces, so that the test itself stays small. */
function gzipBomb(): Buffer {
  const piece = deflateRawSync(zeros, { finishFlush: constants.Z_FULL_FLUSH });
  let sum = 0;
  for (let round = 0; round < rounds; round += 1) sum = crc32(zeros, sum);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(sum, 0);
  trailer.writeUInt32LE(bombSize % 2 ** 32, 4);
  const header = Buffer.from('1f8b0800000000000003', 'hex');
  const pieces = Array.from({ length: rounds }, () => piece);
  return Buffer.concat([header, ...pieces, deflateRawSync(Buffer.alloc(0)), trailer]);
}

/** A zstd frame of one raw block, made by hand: no checksum, a window of 2 GiB, `abcde`. */
const wideWindow = Buffer.from('28b52ffd00a82900006162636465', 'hex');

const bomb = gzipBomb();
const member = gzipSync(zeros);
const members = Buffer.concat(Array.from({ length: rounds }, () => member));
const frame = zstdCompressSync(zeros);
const frames = Buffer.concat(Array.from({ length: rounds }, () => frame));
const dump = Buffer.from(dumpOf('a whole dump'));
const half = dump.length >> 1;

interface Case {
  readonly name: string;
  readonly file: string;
  readonly bytes: Buffer;
  /** What the agent says about the dump before compression. */
  readonly claim?: { readonly size?: number; readonly sha256?: string };
  readonly status: string;
  readonly reason: string;
  readonly message?: RegExp;
  /** At most so many MiB came out. */
  readonly stoppedAt?: number;
}

const declared = { size: 1000 };
const stoppedAtDeclared = {
  status: 'CONTENT_INVALID',
  reason: 'raw_size_differs',
  message: /expected 1,?000 bytes uncompressed, and more came out: not read any further/u,
  // The reported size, and the least that a container around it may take.
  stoppedAt: 65,
};
const stoppedAtCap = { status: 'CONTENT_INVALID', reason: 'expands_too_far', stoppedAt: 1024 };

const cases: readonly Case[] = [
  {
    name: 'a gzip bomb of 1:1030',
    file: 'x.sql.gz',
    bytes: bomb,
    claim: declared,
    ...stoppedAtDeclared,
  },
  {
    name: 'a gzip bomb of 1:1030, no size declared',
    file: 'x.sql.gz',
    bytes: bomb,
    ...stoppedAtCap,
  },
  {
    name: 'a gzip bomb of 1:1030 that declares what it is',
    file: 'x.sql.gz',
    bytes: bomb,
    claim: { size: bombSize },
    status: 'CONTENT_INVALID',
    reason: 'empty',
  },
  {
    name: 'a bomb of many gzip members',
    file: 'x.sql.gz',
    bytes: members,
    claim: declared,
    ...stoppedAtDeclared,
  },
  {
    name: 'a bomb of many gzip members, no size declared',
    file: 'x.sql.gz',
    bytes: members,
    ...stoppedAtCap,
  },
  {
    name: 'a bomb of many zstd frames',
    file: 'x.sql.zst',
    bytes: frames,
    claim: declared,
    ...stoppedAtDeclared,
  },
  {
    name: 'a bomb of many zstd frames, no size declared',
    file: 'x.sql.zst',
    bytes: frames,
    ...stoppedAtCap,
  },
  {
    name: 'two gzip members are one dump',
    file: 'x.sql.gz',
    bytes: Buffer.concat([gzipSync(dump.subarray(0, half)), gzipSync(dump.subarray(half))]),
    claim: { size: dump.length, sha256: sha256(dump) },
    status: 'SUCCESS',
    reason: 'verified',
  },
  {
    name: 'a second gzip member that was not reported',
    file: 'x.sql.gz',
    bytes: Buffer.concat([gzipSync(dump), gzipSync('-- and more\n')]),
    claim: { size: dump.length, sha256: sha256(dump) },
    status: 'CONTENT_INVALID',
    reason: 'raw_size_differs',
  },
  ...['gz', 'zst'].map((suffix): Case => ({
    name: `garbage behind the end of a .${suffix}`,
    file: `x.sql.${suffix}`,
    bytes: Buffer.concat([
      suffix === 'gz' ? gzipSync(dump) : zstdCompressSync(dump),
      Buffer.from('\u0001garbage that nobody asked for\n'),
    ]),
    claim: { size: dump.length, sha256: sha256(dump) },
    status: 'CONTENT_INVALID',
    reason: 'trailing_bytes',
    message: /behind|follow|after/u,
  })),
];

/** All in one scan, on one thread: what none of them may need, they may not need together. */
const names = cases.map((_, index) => `db${index}`);
const world = await neighbours([...names, 'wide'], '', 'parallel: 1\n');
for (const [index, { file, bytes, claim }] of cases.entries()) {
  const named = file.replace('x', `db${index}`);
  world.deposit({ database: `db${index}`, ...honest(today(), named, bytes, claim) });
}
world.deposit({ database: 'wide', ...honest(today(), 'wide.sql.zst', wideWindow) });
let events: readonly Judged[] = [];
const ran = withPeak(world, (options) => {
  const result = scanned(world, options);
  ({ events } = result);
  return result.ran;
});

for (const [index, one] of cases.entries()) {
  test(`case 17: ${one.name}: ${one.status} (${one.reason})`, () => {
    const { status, reason, message, content } = eventOf(events, `paris/db${index}`);
    assert.deepEqual([status, reason], [one.status, one.reason], message);
    if (one.message !== undefined) assert.match(message, one.message);
    const produced = content?.size ?? Number.NaN;
    if (one.stoppedAt !== undefined)
      assert.ok(produced <= one.stoppedAt * MiB, `${produced} bytes came out`);
  });
}

test('case 17: a zstd window of 2 GiB is not given: held where the newest version could be looked into', () => {
  const { status, reason, message } = eventOf(events, 'paris/wide');
  assert.deepEqual([status, reason], ['SIZE_ANOMALY', 'kind_changed']);
  assert.match(message, /it needs a window of 2\.0 GiB, more than the 128 MiB that are allowed/u);
});

test('case 17: a zstd window of 2 GiB in the first backup of a job: no more than intact, and it is said', async () => {
  const first = await neighbours([]);
  first.configure(
    `${first.read(first.configFile).replace(/^(?:deposits|validated|database|site):.*\n/gmu, '')}  rome: { databases: [wide] }\n`,
  );
  first.deposit({
    agent: 'rome',
    database: 'wide',
    ...honest(today(), 'wide.sql.zst', wideWindow),
  });
  const result = scanned(first);
  const { status, message, assurance } = eventOf(result.events, 'rome/wide');
  assert.deepEqual([result.ran.code, status, assurance], [0, 'SUCCESS', 'intact'], message);
  assert.match(message, /not looked into: .*it needs a window of 2\.0 GiB/u);
});

test('case 17: memory stays flat, nothing but what is whole is promoted, and the neighbour is', () => {
  assert.deepEqual([ran.code, ran.err], [2, '']);
  assert.ok(ran.peak > 10 && ran.peak < FLAT, `${ran.peak} MiB`);
  const good = cases.flatMap(({ status }, index) =>
    status === 'SUCCESS' ? `paris/db${index}` : [],
  );
  assert.equal(good.length, 1);
  assert.deepEqual(promotedToday(world), ['lyon/shop', ...good]);
  assert.deepEqual(readdirSync(world.tree('.incoming')), []);
});
