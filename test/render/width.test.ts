import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  fitEnd,
  fitMiddle,
  hanging,
  padEnd,
  padStart,
  visibleWidth,
  wrap,
} from '../../src/render/width.ts';

describe('visibleWidth', () => {
  const widths: readonly (readonly [string, number])[] = [
    ['', 0],
    ['paris', 5],
    ['été', 3],
    ['e\u0301te\u0301', 3],
    ['漢字', 4],
    ['ﾊﾝｶｸ', 4],
    ['한국', 4],
    ['\u1112\u1161\u11ab', 2],
    ['Ａ', 2],
    ['🚀x', 3],
    ['✗ … ▁█ –', 8],
    ['\u{20000}', 2],
  ];
  for (const [text, width] of widths) {
    it(`${JSON.stringify(text)} takes ${width}`, () => assert.equal(visibleWidth(text), width));
  }
});

describe('fitting', () => {
  it('leaves out the middle, and keeps what fits', () => {
    assert.equal(fitMiddle('douala_prod_01/compta', 11, '…'), 'doual…ompta');
    assert.equal(fitMiddle('paris/crm', 9, '…'), 'paris/crm');
    assert.equal(fitMiddle('一二三四五六', 7, '~'), '一~五六');
  });

  it('leaves out the end', () => assert.equal(fitEnd('pg_dump: refused', 8, '…'), 'pg_dump…'));

  it('parts no character from its marks', () =>
    assert.equal(fitEnd('e\u0301e\u0301e\u0301', 2, '~'), 'e\u0301~'));

  it('fills with spaces by visible width', () => {
    assert.equal(padEnd('漢', 4), '漢  ');
    assert.equal(padStart('漢', 4), '  漢');
    assert.equal(padEnd('paris', 2), 'paris');
  });

  it('never exceeds the columns asked for', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (name, columns) => {
        assert.ok(visibleWidth(fitMiddle(name, columns, '~')) <= columns);
        assert.ok(visibleWidth(fitEnd(name, columns, '~')) <= columns);
      }),
    );
  });
});

describe('wrap', () => {
  it('breaks at spaces, and words that are too long', () => {
    assert.deepEqual(wrap('the quick brown fox', 10), ['the quick', 'brown fox']);
    assert.deepEqual(wrap('a abcdefghij k', 4), ['a', 'abcd', 'efgh', 'ij k']);
    assert.deepEqual(wrap('', 10), ['']);
  });

  it('breaks a path behind a slash, unless that leaves a short line', () => {
    assert.deepEqual(wrap('/srv/validated/paris', 16), ['/srv/validated/', 'paris']);
    assert.deepEqual(wrap('/a/bcdefghijklm', 10), ['/a/bcdefgh', 'ijklm']);
  });

  it('loses nothing but the spaces at which it breaks', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 2, max: 40 }),
        (text, columns) => {
          const lines = wrap(text, columns);
          assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
          for (const line of lines) assert.ok(visibleWidth(line) <= columns);
        },
      ),
    );
  });

  it('indents further lines under the lead', () =>
    assert.deepEqual(hanging('! ', 'one two three four five', 22), [
      '! one two three four',
      '  five',
    ]));
});
