import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jobsKeyOf } from '../../src/core/jobs-key.ts';

const named = (names: readonly string[]) => names.map((database) => ({ database }));

test('the key of some jobs is that of their names, in whatever order', () => {
  assert.match(jobsKeyOf([]), /^[0-9a-f]{16}$/u);
  assert.equal(jobsKeyOf(named(['b', 'a'])), jobsKeyOf(named(['a', 'b'])));
  assert.notEqual(jobsKeyOf(named(['ab'])), jobsKeyOf(named(['a', 'b'])));
});

test('other jobs have another key', () => {
  const lists = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 5 });
  fc.assert(
    fc.property(lists, lists, (some, others) => {
      const same = some.toSorted().join('\n') === others.toSorted().join('\n');
      assert.equal(jobsKeyOf(named(some)) === jobsKeyOf(named(others)), same);
    }),
  );
});

test('names that are nearly the same have keys of their own', () => {
  const keys = Array.from({ length: 20_000 }, (_, index) =>
    jobsKeyOf(named(['database_0001', `database_${index}`])),
  );
  assert.equal(new Set(keys).size, keys.length);
});
