import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { argument, escaped } from '../../scripts/manual/escape.ts';
import { needsMandoc, read } from './support.ts';

const table: readonly (readonly [text: string, mdoc: string])[] = [
  ['plain words', 'plain words'],
  ['', ''],
  ['.Sh NAME', String.raw`\&.Sh NAME`],
  ['...', String.raw`\&...`],
  ["'br", String.raw`\(aqbr`],
  ['a.b', 'a.b'],
  [String.raw`C:\new\fB`, String.raw`C:\enew\efB`],
  ['--dry-run', String.raw`\-\-dry\-run`],
  ['say "no"', String.raw`say \(dqno\(dq`],
  ["agent's", String.raw`agent\(aqs`],
  ['job’s', String.raw`job\(cqs`],
  ['`x`', String.raw`\(gax\(ga`],
  ['~/^', String.raw`\(ti/\(ha`],
  ['a … b', 'a ... b'],
  ['…', String.raw`\&...`],
  ['groß', String.raw`gro\[u00DF]`],
  ['\u{1F600}', String.raw`\[u1F600]`],
  ['{job} $X %s [0] <1> |', '{job} $X %s [0] <1> |'],
];

describe('text becomes mdoc', () => {
  for (const [text, mdoc] of table)
    it(JSON.stringify(text), () => {
      assert.equal(escaped(text), mdoc);
      assert.match(escaped(text), /^[ -~]*$/u);
    });

  it('refuses control characters, which could end a line', () => {
    for (const text of ['a\nb', '\u001b[31m', 'a\tb', '\u0085'])
      assert.throws(() => escaped(text), /control character/u);
  });
});

const asArguments: readonly (readonly [text: string, mdoc: string])[] = [
  ['word', 'word'],
  ['two words', '"two words"'],
  ['No', String.raw`\&No`],
  ['Xr', String.raw`\&Xr`],
  ['Brq', String.raw`\&Brq`],
  ['%T', String.raw`\&%T`],
  ['ok', 'ok'],
  ['.', String.raw`\&.`],
  ['(', String.raw`\&(`],
  ['', '""'],
  ['say "no"', String.raw`"say \(dqno\(dq"`],
  ['unchanged: ok', '"unchanged: ok"'],
];

describe('text becomes an argument', () => {
  for (const [text, mdoc] of asArguments)
    it(JSON.stringify(text), () => assert.equal(argument(text), mdoc));
});

test('what is escaped is shown as it was', needsMandoc, () => {
  const shown = [...table, ...asArguments]
    .map(([text]) => text)
    .filter((text) => text.trim() !== '' && !text.includes('…'));
  const head = '.Dd November 1, 2026\n.Dt X 1\n.Os x\n.Sh NAME\n.Nm x\n.Nd x\n.Sh DESCRIPTION\n';
  const lines = shown.map((text) => `${escaped(text)}\n.br\n.Li ${argument(text)}\n.br\n`);
  const out = read('x.1', head + lines.join(''));
  const found = out
    .slice(out.indexOf('DESCRIPTION') + 'DESCRIPTION'.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, -1);
  assert.deepEqual(
    found,
    shown.flatMap((text) => [text, text]),
  );
});
