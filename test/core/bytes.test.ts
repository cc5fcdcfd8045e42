import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, exactBytes } from '../../src/core/bytes.ts';

const shown: readonly (readonly [number | null, string])[] = [
  [null, 'unknown size'],
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1024, '1.0 KiB'],
  [4_386_338, '4.2 MiB'],
  [100 * 1024, '100 KiB'],
  [1023 * 1024, '1023 KiB'],
  [1023.6 * 1024, '1.0 MiB'],
  [1024 ** 2 - 1, '1.0 MiB'],
  [5 * 1024 ** 4, '5.0 TiB'],
  [Number.MAX_SAFE_INTEGER, '8.0 PiB'],
  [2 ** 80, '1048576 EiB'],
];

for (const [size, expected] of shown) {
  test(`${size} is shown as ${expected}`, () => assert.equal(bytes(size), expected));
}

const exact: readonly (readonly [number | null, string])[] = [
  [null, 'unknown size'],
  [1023, '1023 bytes'],
  [4_386_338, '4386338 bytes (4.2 MiB)'],
];

for (const [size, expected] of exact) {
  test(`${size} is shown exactly as ${expected}`, () => assert.equal(exactBytes(size), expected));
}
