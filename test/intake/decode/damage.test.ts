/** Damaged streams: each is a fault, says which, and where, and is the same however the bytes arrive. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { makeDecoder } from '../../../src/intake/decode/index.ts';
import { compressions } from '../../../src/core/content.ts';
import {
  byProcess,
  decode,
  distinct,
  dumpText,
  lacking,
  seeded,
  variants,
  type Seen,
  type Variant,
} from './streams.ts';

const raw = dumpText(400_000);
const tiny = dumpText(1000);
const garbage = Buffer.from('<html>502 Bad Gateway</html>\n');

const reasonOf = (seen: Seen): string =>
  seen.fault?.reason ?? (seen.unavailable === null ? 'none' : 'unavailable');

/** Fewer where a process does it; and fewer of each variant that shares its decoder with a plain one. */
const often = (variant: Variant, count: number): number =>
  Math.ceil(count / (byProcess(variant) ? 4 : 1) / (variant.plain ? 1 : 4));

const each = (
  what: string,
  work: (variant: Variant, context: TestContext) => Promise<void>,
  of = variants,
): void => {
  for (const variant of of) {
    test(`${variant.name}: ${what}`, { skip: lacking(variant.tools) }, (t) => work(variant, t));
  }
};

each('cut anywhere', async ({ compression, make, name }) => {
  const stream = make(raw);
  const places = [0.1, 0.5, 0.9].map((part) => Math.floor(stream.length * part));
  for (const length of [...places, stream.length - 1, stream.length - 5, stream.length - 12]) {
    // Nothing marks the end of a legacy LZ4 frame, and nothing is missing of a stream whose last part was padding of its own.
    const seen = await decode(compression, stream.subarray(0, length));
    assert.equal(reasonOf(seen), 'stream_cut', `${name} cut at ${length} of ${stream.length}`);
    assert.match(seen.fault?.message ?? '', new RegExp(`cut at byte ${length}\\b`, 'u'));
    assert.equal(seen.consumed, length);
    assert.ok(raw.subarray(0, seen.output.length).equals(seen.output));
    assert.equal(seen.produced, seen.output.length);
  }
});

each('cut at every byte', async (variant) => {
  const { compression, make, name } = variant;
  const stream = make(tiny);
  const step = often(variant, 16) === 16 ? 1 : 197;
  const edge = variant.plain ? 12 : 3;
  for (let length = 1; length < stream.length; length += 1) {
    if (length % step !== 0 && length > edge && length < stream.length - edge) continue;
    const seen = await decode(compression, stream.subarray(0, length), { chunk: 100 });
    // Behind a whole part nothing is missing but the next one.
    const whole = reasonOf(seen) === 'none' && tiny.subarray(0, seen.produced).equals(seen.output);
    if (whole && / of (?:two|20|200) |skippable/u.test(name)) continue;
    // The mark of a legacy LZ4 frame is an empty one.
    if (whole && name === 'lz4 -l' && length === 4) continue;
    assert.equal(reasonOf(seen), 'stream_cut', `at ${length} of ${stream.length}`);
  }
});

each(
  'something else after the end',
  async ({ compression, make, name }) => {
    const stream = make(raw);
    const long = Buffer.concat(Array.from({ length: 50_000 }, () => garbage));
    const cases: [what: string, between: number, more: Buffer][] = [
      ['text', 0, garbage],
      ['one byte', 0, Buffer.from('x')],
      ['three bytes', 0, Buffer.from('end')],
      ['a MiB of text', 0, long],
      ['text after zeros', 512, garbage],
      ['text after many zeros', 3_000_000, garbage],
      ['zeros after text', 0, Buffer.concat([garbage, Buffer.alloc(1000)])],
    ];
    for (const [what, between, more] of cases) {
      const content = Buffer.concat([stream, Buffer.alloc(between), more]);
      const seen = await decode(compression, content);
      // Of so few bytes the decoder waits for more: behind many members of gzip, and behind a legacy LZ4 frame.
      const few = what === 'one byte' || (what === 'three bytes' && name === 'lz4 -l');
      const waiting = few && reasonOf(seen) === 'stream_cut' && /200 members|-l$/u.test(name);
      assert.ok(waiting || reasonOf(seen) === 'trailing_bytes', `${what}: ${seen.fault?.message}`);
      const { length } = seen.output;
      assert.ok(raw.subarray(0, length).equals(seen.output));
      // What zlib has decoded when it comes upon them is lost.
      if (!name.includes('200 members')) assert.equal(length, raw.length);
    }
  },
  distinct,
);

each(
  'what follows the end is counted, and found to the byte',
  async (variant) => {
    const { name, compression, make } = variant;
    // zlib, to which many small members are left, does not tell.
    if (name.includes('200 members')) return;
    const stream = make(raw);
    for (const zeros of [0, 100]) {
      const content = Buffer.concat([stream, Buffer.alloc(zeros), garbage]);
      for (const chunk of [1000, 1024 * 1024]) {
        const seen = await decode(compression, content, { chunk });
        assert.equal(
          seen.fault?.message,
          `29 bytes of something else follow the end of the ${compression} stream, from byte ${stream.length + zeros}`,
        );
        assert.equal(seen.consumed, stream.length);
      }
    }
  },
  distinct,
);

test('behind many small members the end is only known to be near', async () => {
  const many = variants.find(({ name }) => name === 'gzip of 200 members');
  assert.ok(many !== undefined);
  const { fault, consumed } = await decode('gzip', Buffer.concat([many.make(raw), garbage]));
  assert.equal(fault?.reason, 'trailing_bytes');
  assert.match(
    fault.message,
    /^something else follows the end of the gzip stream, after byte \d+$/u,
  );
  assert.ok(consumed > many.make(raw).length - 64 * 1024);
});

/** Flips one bit at each of so many seeded places. */
function* flipped(stream: Buffer, count: number): Generator<{ at: number; content: Buffer }> {
  const random = seeded(stream.length);
  for (let index = 0; index < count; index += 1) {
    const at = Math.floor(random() * stream.length);
    const content = Buffer.from(stream);
    content[at] = (content[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    yield { at, content };
  }
}

each('one bit flipped', async (variant, t) => {
  const { compression, make, checked, name } = variant;
  const stream = make(raw);
  const seenAs: Record<string, number> = {};
  for (const { at, content } of flipped(stream, often(variant, 80))) {
    const seen = await decode(compression, content);
    const same = seen.output.equals(raw);
    let outcome = reasonOf(seen);
    // Of bits that carry nothing, such as the time in a header, nothing is lost.
    if (outcome === 'none') outcome = same ? 'no loss' : 'not seen';
    seenAs[outcome] = (seenAs[outcome] ?? 0) + 1;
    assert.ok(!checked || outcome !== 'not seen', `${name}: the bit at ${at} was not missed`);
  }
  t.diagnostic(`${name}: ${JSON.stringify(seenAs)}`);
});

each(
  'one bit of a small stream flipped, in chunks of any size',
  async (variant) => {
    const { compression, make, checked } = variant;
    for (const { at, content } of flipped(make(tiny), often(variant, 16))) {
      const once = await decode(compression, content);
      // Byte by byte once for each decoder.
      const other = await decode(compression, content, { chunk: variant.plain ? 1 : 7 });
      assert.equal(reasonOf(other), reasonOf(once), `at ${at}`);
      assert.ok(reasonOf(once) !== 'none' || other.output.equals(once.output));
      if (checked && reasonOf(once) === 'none') assert.ok(once.output.equals(tiny), `at ${at}`);
    }
  },
  distinct,
);

each(
  'the same damage gives the same words and the same output',
  async (variant) => {
    const { compression, make } = variant;
    for (const { content } of flipped(make(raw), often(variant, 8))) {
      const [one, two] = [await decode(compression, content), await decode(compression, content)];
      assert.deepEqual(one, two);
    }
  },
  distinct,
);

each('zeros in the middle', async ({ compression, make, checked }) => {
  const content = make(raw);
  const half = Math.floor(content.length / 2);
  content.fill(0, half, half + 4096);
  const seen = await decode(compression, content);
  if (checked) assert.match(reasonOf(seen), /stream_(?:corrupt|cut)|trailing_bytes/u);
});

each(
  'arbitrary bytes behind the mark',
  async (variant) => {
    const { compression, make } = variant;
    const head = make(tiny).subarray(0, 4);
    const random = seeded(99);
    for (let round = 0; round < often(variant, 12); round += 1) {
      const noise = Buffer.from(Array.from({ length: 3000 }, () => Math.floor(random() * 256)));
      const content = Buffer.concat([head, noise]);
      const seen = await decode(compression, content, { limit: 50_000_000 });
      if (compression !== 'brotli') assert.notEqual(reasonOf(seen), 'none');
      const again = await decode(compression, content, { chunk: 10, limit: 50_000_000 });
      assert.equal(reasonOf(again), reasonOf(seen));
    }
  },
  distinct,
);

test('nothing at all', async () => {
  for (const compression of compressions) {
    const decoder = makeDecoder(compression, { limit: 10, output: () => undefined });
    await decoder.push(Buffer.alloc(0));
    assert.deepEqual(await decoder.end(), {
      consumed: 0,
      produced: 0,
      fault: {
        reason: 'empty',
        message: `it is empty: 0 bytes where a ${compression} stream should begin`,
      },
      unchecked: false,
      demanding: false,
      unavailable: null,
    });
  }
});
