import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { usableFileName } from '../../../src/deposits/report/file-name.ts';

const usable: readonly (readonly [text: string, name: string])[] = [
  ['compta_2025.sql.gz', 'compta_2025.sql.gz'],
  ['/var/backups/out/compta.sql.gz', 'compta.sql.gz'],
  ['/etc/passwd', 'passwd'],
  ['/x', 'x'],
  ['/a/../b/x.gz', 'x.gz'],
  ['/du\\mps/x.gz', 'x.gz'],
  ['C:\\dumps\\x.gz', 'x.gz'],
  ['d:/dumps\\2026/x.gz', 'x.gz'],
  ['Sauvegarde du 20 août.sql.gz', 'Sauvegarde du 20 août.sql.gz'],
  ['a..b', 'a..b'],
  ['x.', 'x.'],
  ['-rf', '-rf'],
  ['SHA256SUMS.gz', 'SHA256SUMS.gz'],
  ['x'.repeat(255), 'x'.repeat(255)],
  [`/${'a'.repeat(4_096)}/x.gz`, 'x.gz'],
];

for (const [text, name] of usable) {
  test(`usable: ${JSON.stringify(text).slice(0, 60)}`, () =>
    assert.deepEqual(usableFileName(text), { name }));
}

const unusable: readonly (readonly [text: string, fault: string])[] = [
  ['', '"" names no file'],
  ['/', '"/" names no file'],
  ['/var/backups/', '"/var/backups/" names no file'],
  ['C:\\dumps\\', '"C:\\dumps\\" names no file'],
  ['../../x', '"../../x" is a relative path'],
  ['a/../../b', '"a/../../b" is a relative path'],
  ['a/b', '"a/b" is a relative path'],
  ['./x', '"./x" is a relative path'],
  [' /etc/passwd', '"/etc/passwd" is a relative path'],
  ['dumps\\x.gz', '"dumps\\x.gz" holds a backslash'],
  ['\\\\server\\share\\x.gz', '"\\\\server\\share\\x.gz" holds a backslash'],
  ['/C:\\dumps\\x.gz', '"/C:\\dumps\\x.gz" holds a backslash'],
  ['.', '"." names a folder'],
  ['..', '".." names a folder'],
  ['/var/..', '"/var/.." names a folder'],
  ['C:\\..', '"C:\\.." names a folder'],
  ['.compta.sql.gz.Ab12Cd', '".compta.sql.gz.Ab12Cd" is a hidden name: it begins with a dot'],
  ['/var/.x', '"/var/.x" is a hidden name: it begins with a dot'],
  ['x.gz ', '"x.gz" begins or ends with white space'],
  [' x.gz', '"x.gz" begins or ends with white space'],
  ['x\u00a0', '"x" begins or ends with white space'],
  [' ', '"" begins or ends with white space'],
  ['SHA256SUMS', '"SHA256SUMS" is the name of the list of checksums'],
  ['/x/sha256sums', '"/x/sha256sums" is the name of the list of checksums'],
  ['x\n', '"x" holds the character U+000A'],
  ['x\u0000.gz', '"x.gz" holds the character U+0000'],
  ['/a\u0000/x.gz', '"/a/x.gz" holds the character U+0000'],
  ['x\u001b[31m', '"x" holds the character U+001B'],
  ['x\u007f', '"x" holds the character U+007F'],
  ['x\u009b', '"x" holds the character U+009B'],
  ['zg.\u202Elqs', '"zg.lqs" holds the character U+202E'],
  ['\u200bx', '"x" holds the character U+200B'],
  ['x\u200f', '"x" holds the character U+200F'],
  ['x\u202a', '"x" holds the character U+202A'],
  ['x\u2066', '"x" holds the character U+2066'],
  ['x\u2069', '"x" holds the character U+2069'],
  ['\ufeffx', '"x" holds the character U+FEFF'],
  ['x\ud800', '"x\ufffd" holds the character U+D800'],
  ['x'.repeat(256), `"${'x'.repeat(79)}…" is longer than 255 bytes`],
  ['é'.repeat(128), `"${'é'.repeat(79)}…" is longer than 255 bytes`],
  ['x'.repeat(4_096), `"${'x'.repeat(79)}…" is longer than 255 bytes`],
];

for (const [text, fault] of unusable) {
  test(`no file name: ${JSON.stringify(text).slice(0, 60)}`, () =>
    assert.deepEqual(usableFileName(text), { fault }));
}

test('whatever is sent: a single component that stays in its folder, or a fault', () => {
  const part = fc.constantFrom(
    '/',
    '\\',
    '..',
    '.',
    'C:',
    'x',
    ' ',
    '\u0000',
    '\u202e',
    '\ud800',
    'é',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 10 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (sent) => {
      const { name, fault } = usableFileName(sent);
      assert.equal(name === undefined, fault !== undefined);
      if (name === undefined) return;
      assert.ok(sent.endsWith(name));
      assert.match(name, /^[^./\\\0][^/\\\0]*$/u);
      assert.equal(Buffer.from(name).toString(), name);
      assert.equal(name.trim(), name);
      assert.ok(Buffer.byteLength(name) <= 255);
    }),
    { numRuns: 2000 },
  );
});
