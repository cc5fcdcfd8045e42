/** What a stream may cost: output beyond the limit, memory, threads and processes; and a consumer that is slow, or gives up. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { makeDecoder } from '../../../src/intake/decode/index.ts';
import { decode, distinct, dumpText, lacking, piped, variants, type Variant } from './streams.ts';

const raw = dumpText(1_100_000);
const MIB = 1024 * 1024;

/** Processes that this one has started, and that are still there. */
const children = (): string[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').split(' ').filter(Boolean);

const each = (what: string, work: (variant: Variant) => Promise<void>): void => {
  for (const variant of distinct) {
    test(`${variant.name}: ${what}`, { skip: lacking(variant.tools) }, async () => {
      await work(variant);
      assert.deepEqual(children(), []);
    });
  }
};

each('no more comes out than may', async ({ compression, make }) => {
  const stream = make(raw);
  const exact = await decode(compression, stream, { limit: raw.length });
  assert.deepEqual([exact.fault, exact.produced], [null, raw.length]);
  for (const [limit, chunk] of [
    [0, MIB],
    [1, 64 * 1024],
    [1000, MIB],
    [raw.length - 1, 64 * 1024],
  ] as const) {
    const seen = await decode(compression, stream, { limit, chunk });
    assert.equal(seen.fault?.reason, 'expands_too_far');
    assert.match(seen.fault.message, new RegExp(`than the ${limit} byte`, 'u'));
    assert.ok(seen.produced <= limit);
    assert.equal(seen.output.length, seen.produced);
  }
});

each('a slow consumer is waited for', async ({ compression, make }) => {
  const stream = make(raw);
  let busy = false;
  const seen = await decode(compression, stream, {
    chunk: 100_000,
    output: async (bytes) => {
      assert.equal(busy, false, 'one call after the other');
      busy = true;
      const copy = Buffer.from(bytes);
      await after(3);
      assert.ok(copy.equals(bytes), 'not overwritten before it is done');
      busy = false;
    },
  });
  assert.deepEqual([seen.fault, seen.output.equals(raw)], [null, true]);
});

each('a consumer that throws ends it', async ({ compression, make }) => {
  const stream = make(raw);
  let calls = 0;
  const decoder = makeDecoder(compression, {
    limit: Infinity,
    output: () => {
      calls += 1;
      throw new Error('no room');
    },
  });
  const pushed = (async () => {
    for (let at = 0; at < stream.length; at += 10_000) {
      await decoder.push(stream.subarray(at, at + 10_000));
    }
  })();
  // Only where all of it was under way before anything came out does the end tell.
  await pushed.catch((error: unknown) => {
    assert.match(String(error), /no room/u);
  });
  await assert.rejects(decoder.end(), /no room/u);
  assert.equal(calls, 1);
});

each('it can be given up at any time', async ({ compression, make }) => {
  const stream = make(raw);
  const untouched = makeDecoder(compression, { limit: 1, output: () => undefined });
  assert.equal((await untouched.end()).fault?.reason, 'empty');
  const decoder = makeDecoder(compression, { limit: Infinity, output: () => undefined });
  await decoder.push(stream.subarray(0, stream.length / 4));
  const [one, two] = await Promise.all([decoder.end(), decoder.end()]);
  assert.deepEqual(one, two);
});

each('what is pushed after a fault is taken and ignored', async ({ compression, make }) => {
  const stream = make(raw);
  const decoder = makeDecoder(compression, { limit: 1000, output: () => undefined });
  for (let round = 0; round < 3; round += 1) await decoder.push(stream);
  const { fault, produced } = await decoder.end();
  assert.deepEqual([fault?.reason, produced], ['expands_too_far', 0]);
});

test('eight at once', async () => {
  const eight = variants.filter(({ tools }) => lacking(tools) === false).slice(-20);
  for (let first = 0; first < eight.length; first += 8) {
    const group = eight.slice(first, first + 8);
    const seen = await Promise.all(
      group.map(({ compression, make }) => decode(compression, make(raw), { chunk: 50_000 })),
    );
    for (const [index, { fault, output }] of seen.entries()) {
      assert.deepEqual([fault, output.equals(raw)], [null, true], group[index]?.name ?? '');
    }
  }
  assert.deepEqual(children(), []);
});

/** How much more memory the process had at its worst while it decoded. */
async function growth(compression: Variant['compression'], stream: Buffer, limit: number) {
  const decoder = makeDecoder(compression, { limit, output: look });
  let peak = 0;
  function look(): void {
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  for (let at = 0; at < stream.length; at += MIB) await decoder.push(stream.subarray(at, at + MIB));
  const decoded = await decoder.end();
  return { decoded, mebibytes: (peak - before) / MIB };
}

test('memory stays flat whatever comes out of it', async () => {
  const zeros = Buffer.alloc(64 * MIB);
  const many = (member: Buffer): Buffer => Buffer.concat(Array.from({ length: 16 }, () => member));
  for (const [compression, stream] of [
    ['gzip', many(gzipSync(zeros))],
    ['zstd', many(zstdCompressSync(zeros))],
  ] as const) {
    const { decoded, mebibytes } = await growth(compression, stream, 2 ** 40);
    assert.deepEqual([decoded.fault, decoded.produced], [null, 1024 * MIB]);
    assert.ok(mebibytes < 40, `${compression}: ${mebibytes} MiB more`);
    const bomb = await growth(compression, stream, 100 * MIB);
    assert.equal(bomb.decoded.fault?.reason, 'expands_too_far');
    const { produced } = bomb.decoded;
    assert.ok(produced <= 100 * MIB && produced > 98 * MIB);
  }
});

test('many tiny members and frames take little time', async () => {
  const [member, frame] = [gzipSync(Buffer.alloc(0)), zstdCompressSync(Buffer.alloc(0))];
  for (const [compression, one] of [
    ['gzip', member],
    ['zstd', frame],
  ] as const) {
    const stream = Buffer.concat(Array.from({ length: 500_000 }, () => one));
    const started = performance.now();
    const { fault, consumed } = await decode(compression, stream);
    assert.deepEqual([fault, consumed], [null, stream.length]);
    assert.ok(performance.now() - started < 5000);
  }
});

test('zstd: a window beyond 128 MiB is not given', { skip: lacking(['zstd']) }, async () => {
  // From a pipe, so that zstd does not know how little it needs.
  const long = (log: number): Buffer =>
    piped('zstd', ['-q', '-1', '--ultra', `--long=${log}`], raw);
  for (const chunk of [1, 7, MIB]) {
    const stream = long(31);
    const seen = await decode('zstd', chunk === 1 ? stream.subarray(0, 1000) : stream, { chunk });
    assert.deepEqual(seen, {
      consumed: 0,
      produced: 0,
      fault: null,
      unchecked: false,
      demanding: true,
      unavailable: 'it needs a window of 2.0 GiB, more than the 128 MiB that are allowed',
      output: Buffer.alloc(0),
    });
  }
  const allowed = await decode('zstd', long(27));
  assert.deepEqual([allowed.fault, allowed.unavailable], [null, null]);
  const second = await decode('zstd', Buffer.concat([long(20), long(28)]));
  assert.match(second.unavailable ?? '', /^it needs a window of 256 MiB/u);
});

test('zstd: a dictionary that is not there is said', async () => {
  // A frame of one raw block, made by hand: dictionary 77, no checksum, a window of 1 KiB.
  const frame = Buffer.from('28b52ffd01004d2900006162636465', 'hex');
  const { fault, unavailable } = await decode('zstd', frame);
  assert.deepEqual([fault, unavailable], [null, 'it needs the dictionary 77, which is not in it']);
});

test('lz4: a dictionary that is not there is said', { skip: lacking(['lz4']) }, async () => {
  const frame = Buffer.from('04224d1861404d00000000000000000000', 'hex');
  const { fault, unavailable } = await decode('lz4', frame);
  assert.deepEqual([fault, unavailable], [null, 'it needs a dictionary, which is not in it']);
});

test('xz: memory beyond the limit is not given', { skip: lacking(['xz']) }, async () => {
  const args = ['--lzma2=dict=320MiB,mode=fast,mf=hc3,nice=16', '-c'];
  const { fault, unavailable, produced } = await decode('xz', piped('xz', args, raw));
  assert.deepEqual([fault, produced], [null, 0]);
  assert.equal(unavailable, 'it needs more than the 256MiB of memory that are allowed');
});

test('brotli: a large window is not given', async () => {
  const stream = Buffer.from('111800', 'hex');
  const { fault, unavailable } = await decode('brotli', stream);
  assert.deepEqual([fault, unavailable], [null, 'it needs a window of more than 16 MiB']);
});
