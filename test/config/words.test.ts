import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest, quote } from '../../src/config/words.ts';

describe('editDistance', () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ['', '', 0],
    ['grace', '', 5],
    ['grace', 'graze', 1],
    ['keep', 'kep', 1],
    ['schedule', 'shcedule', 1],
    ['ab', 'ba', 1],
    ['kitten', 'sitting', 3],
  ];
  for (const [left, right, distance] of cases) {
    it(`of ${quote(left)} and ${quote(right)} is ${distance}, in both directions`, () => {
      assert.equal(editDistance(left, right), distance);
      assert.equal(editDistance(right, left), distance);
    });
  }

  it('lies between the difference of the lengths and the longer length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (left, right) => {
        const distance = editDistance(left, right);
        assert.ok(distance >= Math.abs(left.length - right.length));
        assert.ok(distance <= Math.max(left.length, right.length));
        assert.equal(distance === 0, left === right);
      }),
    );
  });
});

describe('nearest', () => {
  const keys = ['schedule', 'grace', 'scan_max_age', 'scan_timeout', 'password_file', 'to'];
  const cases: readonly (readonly [string, string | null])[] = [
    ['grase', 'grace'],
    ['scanMaxAge', 'scan_max_age'],
    ['SCAN-TIMEOUT', 'scan_timeout'],
    ['password', 'password_file'],
    ['too', 'to'],
    ['retention', null],
    ['sch', null],
    ['', null],
    ['s'.repeat(1000), null],
  ];
  for (const [word, found] of cases) {
    it(`of ${quote(word)} is ${found}`, () => assert.equal(nearest(word, keys), found));
  }
});

describe('quote', () => {
  it('escapes what cannot be seen, and clips what is long', () => {
    assert.equal(quote('a\u202e"b\n\u009b'), '"a\\u202e\\"b\\n\\u009b"');
    assert.equal(quote('\ud800'), '"\\ud800"');
    assert.equal(quote('\udb40\udc41'), '"\\udb40\\udc41"');
    assert.equal(quote('é 漢'), '"é 漢"');
    assert.equal(quote('x'.repeat(500)).length, 82);
  });
});
