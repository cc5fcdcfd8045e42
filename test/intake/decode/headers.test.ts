/** What is read here and not by a library: gzip's headers and trailers, the frames of zstd and LZ4, the ends of xz and bzip2. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { Bzip2Ends } from '../../../src/intake/decode/bzip2-ends.ts';
import type { FrameWalker } from '../../../src/intake/decode/frames.ts';
import { Lz4Frames } from '../../../src/intake/decode/lz4-frames.ts';
import { XzEnds } from '../../../src/intake/decode/xz-ends.ts';
import { firstNonZero, isZero, lengthWithoutZeros } from '../../../src/intake/decode/zeros.ts';
import { ZstdFrames } from '../../../src/intake/decode/zstd-frames.ts';
import { decode, dumpText, lacking, piped } from './streams.ts';

const raw = dumpText(2000);
const body = deflateRawSync(raw);

/** A gzip member by hand; FHCRC where `crc` is a number to be added to the right one. */
function member(
  flags: number,
  fields: Buffer,
  crc: number | null = null,
  trailer = [crc32(raw), raw.length],
): Buffer {
  const head = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3]), fields]);
  const check = Buffer.alloc(crc === null ? 0 : 2);
  if (crc !== null) check.writeUInt16LE(((crc32(head) & 0xffff) + crc) & 0xffff);
  const end = Buffer.alloc(8);
  for (const [index, value] of trailer.entries()) end.writeUInt32LE(value, index * 4);
  return Buffer.concat([head, check, body, end]);
}

const name = Buffer.from('a name\0');
const extra = Buffer.from([3, 0, 0, 0, 0]);
const none = Buffer.alloc(0);

test('gzip: every part that a header may have', async () => {
  const long = Buffer.concat([Buffer.alloc(3_000_000, 'n'), Buffer.from([0])]);
  const table: [flags: number, fields: Buffer, crc: number | null][] = [
    [0, none, null],
    [2, none, 0],
    [4, extra, null],
    [4, Buffer.from([0, 0]), null],
    [8, name, null],
    [8, Buffer.from([0]), null],
    [8, long, null],
    [16, name, null],
    [24, Buffer.concat([name, name]), null],
    [30, Buffer.concat([extra, name, name]), 0],
    [31, Buffer.concat([extra, name, name]), 0],
  ];
  for (const [flags, fields, crc] of table) {
    const stream = member(flags, fields, crc);
    for (const chunk of fields === long ? [999_983] : [1, 3, 1000]) {
      const seen = await decode('gzip', stream, { chunk });
      assert.deepEqual([seen.fault, seen.consumed], [null, stream.length], `flags ${flags}`);
      assert.ok(seen.output.equals(raw));
    }
  }
});

test('gzip: what is wrong with a header or a trailer is said in the words of zlib', async () => {
  const method = member(0, none);
  method[2] = 7;
  const table: [words: string, stream: Buffer][] = [
    ['unknown compression method', method],
    ['unknown header flags set', member(0x20, none)],
    ['header crc mismatch', member(2, none, 1)],
    ['incorrect data check', member(0, none, null, [1, raw.length])],
    ['incorrect length check', member(0, none, null, [crc32(raw), 1])],
    ['incorrect header check', Buffer.from('no gzip')],
  ];
  for (const [words, stream] of table) {
    const { fault } = await decode('gzip', stream);
    assert.equal(fault?.reason, 'stream_corrupt');
    assert.match(fault.message, new RegExp(`near byte \\d+: ${words}$`, 'u'));
  }
});

/** What a walker sees, and which bytes it lets through. */
function walked(walker: FrameWalker, bytes: Buffer, cuts: readonly number[]) {
  const passed: Buffer[] = [];
  const places = [...cuts, bytes.length].toSorted((one, other) => one - other);
  let at = 0;
  for (const place of places) {
    const piece = bytes.subarray(at, place);
    const { before, upTo } = walker.walk(piece);
    passed.push(Buffer.from(before), Buffer.from(piece.subarray(0, upTo)));
    at = place;
  }
  const { problem, end, whole } = walker;
  // The first bytes of a field that turns out to be wrong may have been let through.
  return { problem, end, whole, passed: problem === null ? Buffer.concat(passed) : none };
}

for (const [format, make, magic] of [
  ['zstd', () => new ZstdFrames(), '28b52ffd'],
  ['lz4', () => new Lz4Frames(), '04224d18'],
  ['lz4 -l', () => new Lz4Frames(), '02214c18'],
] as const) {
  test(`${format}: frames are the same however their bytes arrive`, () => {
    const pieces = fc.oneof(
      fc.constant(Buffer.from(magic, 'hex')),
      fc.constant(Buffer.from('502a4d1802000000', 'hex')),
      fc.constant(Buffer.alloc(3)),
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
      fc
        .array(fc.constantFrom(0, 1, 4, 8, 0x60, 0x64, 0x40), { maxLength: 12 })
        .map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 12 }),
        fc.array(fc.nat(100), { maxLength: 20 }),
        (parts, at) => {
          const bytes = Buffer.concat([Buffer.from(magic, 'hex'), ...parts]);
          const cuts = at.map((place) => Math.min(place, bytes.length));
          const once = walked(make(), bytes, []);
          assert.deepEqual(walked(make(), bytes, cuts), once);
          assert.deepEqual(walked(make(), bytes, [...bytes.keys()]), once);
          assert.ok(bytes.subarray(0, once.passed.length).equals(once.passed));
        },
      ),
      { numRuns: 2000 },
    );
  });
}

test(
  'bzip2: an end is found at any bit, in pieces of any size',
  { skip: lacking(['bzip2']) },
  () => {
    for (let size = 100; size < 130; size += 1) {
      const stream = piped('bzip2', ['-c'], raw.subarray(0, size));
      const content = Buffer.concat([stream, stream, Buffer.from('x'), stream]);
      for (const chunk of [1, 5, 11, content.length]) {
        const ends = new Bzip2Ends();
        for (let at = 0; at < content.length; at += chunk)
          ends.take(content.subarray(at, at + chunk));
        assert.equal(ends.tail?.end, stream.length * 2);
        assert.deepEqual([ends.tail.from, ends.tail.count], [stream.length * 2, stream.length + 1]);
      }
    }
  },
);

test('xz: the last footer is found in pieces of any size', { skip: lacking(['xz']) }, () => {
  const stream = piped('xz', ['-c'], raw);
  const content = Buffer.concat([stream, stream, Buffer.alloc(8), Buffer.from('YZ some YZ text')]);
  for (const chunk of [1, 5, 11, 12, 13, content.length]) {
    const ends = new XzEnds();
    for (let at = 0; at < content.length; at += chunk) ends.take(content.subarray(at, at + chunk));
    assert.equal(ends.tail?.end, stream.length * 2);
    assert.deepEqual([ends.tail.from, ends.tail.count], [stream.length * 2 + 8, 15]);
  }
});

test('zeros', () => {
  const bytes = Buffer.alloc(200_000);
  assert.deepEqual([firstNonZero(bytes), lengthWithoutZeros(bytes), isZero(bytes)], [-1, 0, true]);
  for (const at of [0, 1, 65_535, 65_536, 65_537, 199_999]) {
    bytes[at] = 1;
    assert.deepEqual([firstNonZero(bytes), lengthWithoutZeros(bytes)], [at, at + 1]);
    assert.equal(isZero(bytes), false);
    bytes[at] = 0;
  }
  assert.deepEqual([firstNonZero(none), lengthWithoutZeros(none)], [-1, 0]);
});
