/** Case 18: files that were damaged, on the way or before it, and encrypted ones under the name of a gzip file. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { dumpOf, honest, sha256, type Report } from '../support/world.ts';
import { eventOf, neighbours, promotedToday, scanned, today } from './neighbours.ts';

const dump = Buffer.from(dumpOf(randomBytes(400_000).toString('hex')));
const whole = gzipSync(dump);
const cut = whole.subarray(0, whole.length >> 1);

function flipped(bytes: Buffer, place: number): Buffer {
  const result = Buffer.from(bytes);
  result.writeUInt8(result.readUInt8(place) ^ 0x10, place);
  return result;
}
const middle = flipped(whole, whole.length >> 1);
// Its last eight bytes are the checksum and the size: the dump itself is whole.
const checksum = flipped(whole, whole.length - 8);

/** Where the damage was done: `way`, then the report tells of the whole file; `agent`, then of the damaged one. */
type Where = 'way' | 'agent';

interface Case {
  readonly name: string;
  readonly where: Where;
  readonly bytes: Buffer;
  readonly file?: string;
  readonly hasSize?: false;
  readonly reason: string;
  /** What was expected, and what was found. */
  readonly message: RegExp;
}

const hash = (bytes: Buffer): string => sha256(bytes);
const number = (count: number): string => String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ',?');
const sizes = (found: number): RegExp =>
  new RegExp(`expected ${number(whole.length)} bytes.*, found ${number(found)} bytes`, 'u');
const hashes = (found: Buffer, more: string): RegExp =>
  new RegExp(`expected SHA-256 ${hash(whole)}, found ${hash(found)}${more}`, 'u');

/** What gpg, openssl and age leave, and what nobody can tell from noise; for a secret that the test does not know either. */
const encrypted: readonly (readonly [string, Buffer, RegExp])[] = [
  [
    'OpenSSL',
    Buffer.concat([Buffer.from('Salted__'), randomBytes(5000)]),
    /the name says gzip, but it is data encrypted with OpenSSL/u,
  ],
  [
    'age',
    Buffer.concat([Buffer.from('age-encryption.org/v1\n-> X25519 '), randomBytes(5000)]),
    /but it is data encrypted with age/u,
  ],
  // As gpg --symmetric writes it: a packet of how to make the key, then the data.
  [
    'OpenPGP',
    Buffer.concat([Buffer.from('8c0d0409030247a5c1d2e3f40516ffd2c0', 'hex'), randomBytes(5000)]),
    /but it is data encrypted with OpenPGP/u,
  ],
  [
    'no mark at all',
    Buffer.concat([Buffer.from([0xd7]), randomBytes(5000)]),
    /but it is data of no known format/u,
  ],
];

const cases: readonly Case[] = [
  {
    name: 'a file cut',
    where: 'way',
    bytes: cut,
    reason: 'size_differs',
    message: sizes(cut.length),
  },
  {
    name: 'a file cut, no size reported',
    where: 'way',
    bytes: cut,
    hasSize: false,
    reason: 'hash_differs',
    message: hashes(cut, '; the gzip stream does not end: it was cut at byte .*; readable up to'),
  },
  {
    name: 'a file cut',
    where: 'agent',
    bytes: cut,
    reason: 'stream_cut',
    message: /readable up to \d+(?:\.\d)? KiB of 781 KiB/u,
  },
  {
    name: 'a file without its last byte',
    where: 'agent',
    bytes: whole.subarray(0, -1),
    reason: 'stream_cut',
    message: /readable up to 781 KiB of 781 KiB/u,
  },
  {
    name: 'a dump cut before it was compressed',
    where: 'agent',
    bytes: gzipSync(dump.subarray(0, -12)),
    reason: 'dump_cut',
    message: /last line: "/u,
  },
  {
    name: 'one bit flipped',
    where: 'way',
    bytes: middle,
    reason: 'hash_differs',
    message: hashes(middle, '; the gzip stream is corrupt.*readable up to'),
  },
  {
    name: 'one bit flipped',
    where: 'agent',
    bytes: middle,
    reason: 'stream_corrupt',
    message: /the gzip stream is corrupt near byte \d+.*; readable up to/u,
  },
  {
    name: 'one bit flipped in the checksum',
    where: 'agent',
    bytes: checksum,
    reason: 'stream_corrupt',
    message: /the gzip stream is corrupt/u,
  },
  ...encrypted.map(([by, bytes, message]): Case => ({
    name: `an encrypted file named .gz (${by})`,
    where: 'agent',
    bytes,
    reason: 'wrong_kind',
    message,
  })),
];

const world = await neighbours(cases.map((_, index) => `db${index}`));
for (const [index, { where, bytes, hasSize }] of cases.entries()) {
  const database = `db${index}`;
  const claim = { size: dump.length, sha256: sha256(dump) };
  const told = honest(today(), `${database}.sql.gz`, where === 'way' ? whole : bytes, claim);
  world.deposit({
    database,
    ...told,
    bytes,
    change: (report: Report) => {
      told.change?.(report);
      if (hasSize === false) delete report.databases[database]?.COMPRESS.size;
    },
  });
}
const { ran, events } = scanned(world);

for (const [index, { name, where, reason, message }] of cases.entries()) {
  const status = where === 'way' ? 'TRANSFER_INTEGRITY_FAILED' : 'CONTENT_INVALID';
  test(`case 18: ${name}, on ${where === 'way' ? 'its way' : 'the agent'}: ${status} (${reason})`, () => {
    const event = eventOf(events, `paris/db${index}`);
    assert.deepEqual([event.status, event.reason], [status, reason], event.message);
    assert.match(event.message, message);
  });
}

test('case 18: nothing of it is promoted or left behind, the neighbour is promoted, and the exit code is 2', () => {
  assert.deepEqual([ran.code, ran.err], [2, '']);
  assert.deepEqual(promotedToday(world), ['lyon/shop']);
  assert.deepEqual(readdirSync(world.tree('.incoming')), []);
});

test('case 18: `status JOB` shows what was expected and what was found', async () => {
  const evidence = async (index: number): Promise<string> =>
    (await world.run(Date.now(), 'status', `paris/db${index}`)).out.replaceAll(/\s+/gu, ' ');
  const of = (reason: string): number => cases.findIndex((one) => one.reason === reason);
  assert.match(await evidence(of('size_differs')), /✗ size/u);
  assert.match(await evidence(of('hash_differs')), /✗ SHA/u);
  assert.match(await evidence(of('stream_cut')), /✗ stream/u);
  assert.match(await evidence(of('dump_cut')), /✗ dump SQLite \.dump text .*last line: "/u);
});
