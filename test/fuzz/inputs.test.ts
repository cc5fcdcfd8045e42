import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { normalTotal, runsOf, shares, type Subject } from './inputs.ts';
import { Random } from './random.ts';

const subjects = Object.keys(shares) as Subject[];

test('npm test tries at least 200,000 inputs', () => {
  assert.ok(normalTotal >= 200_000, String(normalTotal));
  assert.equal(
    subjects.reduce((sum, subject) => sum + runsOf(subject, null), 0),
    normalTotal,
  );
});

test('more are shared out alike, and at least as many as wanted', () => {
  for (const wanted of [1_000, 5_000_000]) {
    const total = subjects.reduce((sum, subject) => sum + runsOf(subject, wanted), 0);
    assert.ok(total >= wanted && total <= wanted + subjects.length, String(total));
  }
  for (const subject of subjects)
    assert.equal(runsOf(subject, 10 * normalTotal), 10 * shares[subject]);
});

test('every share is used by one property', () => {
  const texts = globSync('test/fuzz/*.test.ts').map((file) => readFileSync(file, 'utf8'));
  for (const subject of subjects) {
    const uses = texts.flatMap((text) => text.split(`'${subject}'`).slice(1));
    assert.equal(uses.length, 1, subject);
  }
});

test('a generator repeats itself, covers its range and stays inside', () => {
  const draw = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 1_000 }, () => random.between(3, 12));
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.deepEqual(
    [...new Set(draw(9))].toSorted((left, right) => left - right),
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
});
