/** Foreign text on its way to a person: nothing that a terminal, a log or a mail obeys, hides or reorders; the rest as it is. */
import assert from 'node:assert/strict';
import { forPeople, shorten, unprintableIn } from '../../src/core/text.ts';
import { fuzz } from './inputs.ts';
import type { Random } from './random.ts';

const pieces = [
  ...'\u001b¦\u001b[¦\u001b]¦\u001bP¦\u001b\\¦\u001b[31m¦\u001b]8;;x\u0007¦\u001b]52;c;eA==\u001b\\'.split(
    '¦',
  ),
  ...'\u009b¦\u009d¦\u0090¦\u009c¦\u0098¦\u0085¦\u0007¦\u0008¦\u0018¦\u001a¦\0¦\u007f¦\r\n¦\n¦\r¦\t'.split(
    '¦',
  ),
  ...'\u2028¦\u2029¦\u202e¦\u202c¦\u2066¦\u2069¦\u200b¦\u200d¦\u200f¦\u061c¦\ufeff¦\u00ad¦\u{e0041}'.split(
    '¦',
  ),
  ...'\ud83d¦\udca5¦💥¦\u0301¦\u20dd¦\ufe0f¦ ¦  ¦\u00a0¦\u3000¦a¦é¦0;31¦m¦8;;¦…¦漢'.split('¦'),
];

function hostile(random: Random): { text: string; limit: number } {
  const parts = random.list(30, () => (random.once(5) ? random.text(3) : random.pick(pieces)));
  return { text: parts.join(''), limit: random.once(2) ? 300 : random.below(60) };
}

/** Letters that are drawn as nothing. */
const fillers = new Set([0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x3164, 0xffa0]);

/** By number, unit for unit: the expressions of the sanitiser are not asked. */
function isHarmless(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const high = unit >= 0xd800 && unit <= 0xdbff;
    const low = unit >= 0xdc00 && unit <= 0xdfff;
    if (high) {
      const next = text.charCodeAt(at + 1);
      if (!(next >= 0xdc00 && next <= 0xdfff)) return false;
      const point = text.codePointAt(at) ?? 0;
      if (point >= 0xe0000 && point <= 0xe0fff) return false;
      at += 1;
      continue;
    }
    if (low || unit < 0x20 || (unit >= 0x7f && unit <= 0x9f) || unit === 0xad) return false;
    if ((unit >= 0x200b && unit <= 0x200f) || (unit >= 0x2028 && unit <= 0x202e)) return false;
    if ((unit >= 0x2060 && unit <= 0x206f) || unit === 0xfeff || unit === 0x61c) return false;
    if ((unit >= 0xfe00 && unit <= 0xfe0f) || fillers.has(unit)) return false;
  }
  return true;
}

fuzz('text: for people', hostile, ({ text, limit }) => {
  const shown = forPeople(text, limit);
  assert.ok(isHarmless(shown), JSON.stringify(shown));
  assert.equal(unprintableIn(shown), null);
  assert.ok(shown.length <= limit);
  assert.ok(!shown.includes('  ') && shown.trim() === shown);
  assert.equal(forPeople(shown, limit), shown);
  // What stays stood there before, in the same order.
  let from = 0;
  for (const character of shown.replace(/…$/, '').replaceAll(/[ \ufffd]/g, '')) {
    from = text.indexOf(character, from);
    assert.ok(from >= 0, `${JSON.stringify(character)} was not in the text`);
    from += character.length;
  }
});

const alphabets = [
  'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  'éèàçœßÅñüøżșğ',
  'жшыдлЖΩαβγאבגدعربहिन्दी漢字かなカナ한글',
  '💥🎉🗄…–’“”«»€°',
].map((letters) => Array.from(letters).filter((letter) => isHarmless(letter)));

fuzz(
  'text: harmless text stays',
  (random) =>
    random
      .list(8, () => random.list(9, () => random.pick(random.pick(alphabets))).join(''))
      .filter((word) => word !== '')
      .join(' '),
  (text) => {
    assert.equal(forPeople(text), text);
    assert.equal(unprintableIn(text), null);
    for (const limit of [0, 1, 7, text.length, text.length + 1]) {
      const short = shorten(text, limit);
      assert.ok(short.length <= limit && isHarmless(short));
      assert.ok(text.startsWith(short.replace(/…$/, '')));
    }
  },
);
