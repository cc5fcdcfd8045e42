/** Undamaged streams: all that was compressed comes out, however they arrive, and nothing is said against them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, dumpText, lacking, variants } from './streams.ts';

const large = dumpText(1_300_000);
const tiny = dumpText(1000);
const empty = Buffer.alloc(0);

for (const variant of variants) {
  const { compression, make, name, checked, plain } = variant;
  test(`${name}: whole`, { skip: lacking(variant.tools) }, async () => {
    for (const raw of [large, tiny, empty]) {
      const stream = make(raw);
      // In one piece, and in many; as many as there can be of what is small.
      for (const chunk of [raw === large ? 64 * 1024 : 7, 8 * 1024 * 1024]) {
        if (!plain && chunk > large.length) continue;
        const { output, ...seen } = await decode(compression, stream, { chunk });
        const consumed = stream.length;
        const unchecked = !checked && raw.length > 0;
        const whole = { fault: null, unavailable: null, demanding: false, unchecked };
        const expected = { consumed, produced: raw.length, ...whole };
        assert.deepEqual(seen, expected, `${raw.length} bytes in chunks of ${chunk}`);
        assert.ok(output.equals(raw));
      }
    }
    const seen = await decode(compression, make(tiny), { chunk: 1 });
    assert.deepEqual([seen.fault, seen.unavailable, seen.output.equals(tiny)], [null, null, true]);
  });

  test(`${name}: zero padding after the end`, { skip: lacking(variant.tools) }, async () => {
    const stream = make(tiny);
    for (const count of plain ? [1, 2, 3, 4, 5, 8, 512, 5_000_000] : [4, 512]) {
      const padded = Buffer.concat([stream, Buffer.alloc(count)]);
      for (const chunk of plain && count < 512 ? [1, 1024 * 1024] : [64 * 1024]) {
        const { output, ...seen } = await decode(compression, padded, { chunk });
        const consumed = stream.length;
        const whole = { fault: null, unavailable: null, demanding: false, unchecked: !checked };
        const expected = { consumed, produced: tiny.length, ...whole };
        assert.deepEqual(seen, expected, `${count} zeros in chunks of ${chunk}`);
        assert.ok(output.equals(tiny));
      }
    }
  });
}
