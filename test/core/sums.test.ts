import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUMS, sumsLine } from '../../src/core/sums.ts';

test('a line is what sha256sum writes', () => {
  assert.equal(SUMS, 'SHA256SUMS');
  assert.equal(
    sumsLine({ sha256: 'ab'.repeat(32), name: 'a b.gz' }),
    `${'ab'.repeat(32)}  a b.gz\n`,
  );
});
