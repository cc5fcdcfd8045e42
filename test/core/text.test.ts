import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { folded, forPeople, shellWord, shorten, unprintableIn } from '../../src/core/text.ts';

const nasty: readonly (readonly [what: string, text: string, shown: string])[] = [
  ['plain text', 'mysqldump: Got error: 1045', 'mysqldump: Got error: 1045'],
  ['accents and emoji', 'Échec à Yaoundé 💥', 'Échec à Yaoundé 💥'],
  ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
  ['screen cleared', 'a\u001b[2J\u001b[Hb', 'ab'],
  ['private CSI', '\u001b[?1049hx\u001b[?25l', 'x'],
  ['CSI with an intermediate', '\u001b[1 qx', 'x'],
  ['CSI cut short', 'x\u001b[31', 'x'],
  ['8-bit CSI', '\u009b31mred\u009b0m', 'red'],
  ['OSC 0: title, ended by BEL', '\u001b]0;owned\u0007x', 'x'],
  ['OSC 8: link, ended by ST', '\u001b]8;;http://evil\u001b\\here\u001b]8;;\u001b\\', 'here'],
  ['OSC 52: clipboard', 'a\u001b]52;c;cm0gLXJmIC8=\u0007b', 'ab'],
  ['OSC 52 without an end', 'a\u001b]52;c;cm0gLXJm', 'a'],
  ['OSC cancelled', 'a\u001b]52;c;cm0g\u0018b\u001b]0;x\u001ac', 'abc'],
  ['8-bit OSC, ended by 8-bit ST', 'a\u009d52;c;xx\u009cb', 'ab'],
  ['OSC that another sequence ends', 'a\u001b]0;t\u001b[31mb', 'ab'],
  [
    'DCS, SOS, PM and APC',
    '\u001bP1q\u001b\\a\u001bXs\u001b\\b\u001b^p\u001b\\c\u001b_a\u001b\\d',
    'abcd',
  ],
  [
    '8-bit DCS, SOS, PM and APC',
    '\u0090q\u009ca\u0098s\u009cb\u009ep\u009cc\u009fa\u009cd',
    'abcd',
  ],
  ['reset and character set', 'a\u001bcb\u001b(0c', 'abc'],
  ['ESC at the end', 'x\u001b', 'x'],
  ['two ESC', '\u001b\u001b[31mx', 'x'],
  ['sequence inside a sequence', '\u001b[3\u001b[0m1mx', '1mx'],
  ['sequence cut by a zero-width character', '\u001b\u200b[31mx', '[31mx'],
  ['C0 and DEL', 'a\u0000b\u0008c\u007fd\u0007', 'abcd'],
  ['C1', 'a\u0080b\u0084c', 'abc'],
  ['line ends and tabs', 'a\r\nb\tc\u000bd\u000ce\u0085f\u2028g\u2029h', 'a b c d e f g h'],
  ['mail header injection', 'x\r\nBcc: all@example.org', 'x Bcc: all@example.org'],
  ['white space of any kind', '  a \u00a0\u3000 b  ', 'a b'],
  ['white space around something invisible', 'a \u200b b', 'a b'],
  ['bidi override', 'invoice\u202Egpj.exe', 'invoicegpj.exe'],
  ['bidi isolates and marks', '\u2066a\u2069\u200e\u200f\u061cb\u202a\u202c', 'ab'],
  ['zero width, byte order mark, soft hyphen', 'a\u200b\u200c\u200d\u2060\ufeff\u00adb', 'ab'],
  ['tag characters', 'a\u{e0041}\u{e007f}b', 'ab'],
  [
    'fillers, selectors, and what is reserved',
    'a\u115f\u3164\uffa0\u034f\u2065\ufff0\ufe0f\u{e0100}\u{e0fff}b',
    'ab',
  ],
  ['lone surrogates', 'a\ud800b\udc00', 'a\ufffdb\ufffd'],
  ['halves that removing would join', '\ud83d\u200b\udca5', '\ufffd\ufffd'],
  ['nothing', '', ''],
  ['nothing visible', ' \u001b[0m\u200b\r\n', ''],
];

for (const [what, text, shown] of nasty) {
  test(`forPeople: ${what}`, () => assert.equal(forPeople(text), shown));
}

test('forPeople cuts to 300 characters, or to the limit given', () => {
  assert.equal(forPeople('x'.repeat(300)), 'x'.repeat(300));
  assert.equal(forPeople('x'.repeat(301)), `${'x'.repeat(299)}…`);
  assert.equal(forPeople('backup failed', 7), 'backup…');
});

test('shorten halves no surrogate pair and never exceeds the limit', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['a💥bc', 3, 'a…'],
    ['a💥bc', 4, 'a💥…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
    ['', 0, ''],
  ];
  for (const [text, limit, shown] of cases) assert.equal(shorten(text, limit), shown);
});

test('unprintableIn names the first character that cannot be seen, and only such', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['compta_2025.sql.gz', null],
    ['Échec 💥', null],
    ['a\u0000b', 'U+0000'],
    ['a\nb\u202e', 'U+000A'],
    ['\u0085', 'U+0085'],
    ['x\u202ey', 'U+202E'],
    ['\u200b', 'U+200B'],
    ['\u2066', 'U+2066'],
    ['\ufeff', 'U+FEFF'],
    ['\u2028', 'U+2028'],
    ['\u2029', 'U+2029'],
    ['a\ud800', 'U+D800'],
    ['\u{e0041}', 'U+E0041'],
  ];
  for (const [text, found] of cases) assert.equal(unprintableIn(text), found, JSON.stringify(text));
});

test('folded is the same for names that a file system may hold to be one', () => {
  const pairs = [
    ['Compta', 'cOMPTA'],
    ['Yaound\u00e9', 'yaounde\u0301'],
    ['gro\u00df', 'GROSS'],
    ['\u017fales', 'SALES'],
    ['\u03c3\u03c2', '\u03a3\u03a3'],
    ['\u212belfie', '\u00e5ELFIE'],
  ] as const;
  for (const [left, right] of pairs) assert.equal(folded(left), folded(right));
  assert.notEqual(folded('compta'), folded('compta_'));
});

/** Text made mostly of what terminals react to. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\u001b',
        '\u001b]',
        '\u001b[',
        '\u001b\\',
        '\u009b',
        '\u009d',
        '\u0007',
        '8;;',
        '31m',
      ),
      fc.constantFrom('\r\n', '\u200b', '\u202e', '\ud83d', '\udca5', '\u0085', ' ', '\ufeff', 'a'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

test('forPeople leaves nothing a terminal would react to, fits its limit, and is idempotent', () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 0, max: 80 }), (text, limit) => {
      const shown = forPeople(text, limit);
      assert.equal(unprintableIn(shown), null);
      assert.doesNotMatch(shown, /[^\S ]| {2}|^ | $/);
      assert.ok(shown.length <= limit);
      assert.equal(forPeople(shown, limit), shown);
      assert.equal(forPeople(shown), shown);
    }),
    { numRuns: 1000 },
  );
});

test('a word for a shell is what a shell makes of it', () => {
  assert.equal(shellWord('paris/compta_2025'), 'paris/compta_2025');
  for (const word of ['a b', "it's", '$(id)', ';', '', '*', '~root', 'a\\b'])
    assert.equal(spawnSync('sh', ['-c', `printf %s ${shellWord(word)}`]).stdout.toString(), word);
});
