/** Whatever the file holds, loading it answers: a configuration, or problems with places inside the text. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkText } from '../../src/config/load.ts';
import { renderConfigProblems } from '../../src/render/config-problems.ts';

const example = readFileSync(new URL('../../config.example.yaml', import.meta.url), 'utf8');
const same = (text: string): string => text;
const plain = { red: same, yellow: same, bold: same, dim: same };

function check(text: string): void {
  const loaded = checkText('/config.yaml', text, {});
  if (loaded.kind === 'ok') return;
  assert.ok(loaded.problems.length > 0, 'invalid without a problem');
  const lines = text.split('\n').length;
  for (const { line, column, sourceLine, width } of loaded.problems) {
    assert.ok(line === null || (line >= 1 && line <= lines), `line ${line} of ${lines}`);
    assert.ok(column === null || column >= 1);
    assert.ok(width >= 1 && (sourceLine === null || width <= Math.max(1, sourceLine.length)));
  }
  assert.ok(renderConfigProblems(loaded.problems, plain).includes('in the configuration'));
}

/** Pieces that mean something to YAML or to us. */
const shards = fc.oneof(
  fc.constantFrom(
    '\n',
    '\n  ',
    ': ',
    '- ',
    '&a ',
    '*a',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '#',
    '|',
    '>',
    '!!str ',
    '---\n',
    '\t',
  ),
  fc.constantFrom(
    '<<',
    '__proto__',
    'constructor',
    '~',
    '.inf',
    '-1',
    '1e999',
    '0',
    '%YAML 1.1\n',
    '\u202e',
    '\0',
    '\ud800',
    '\r',
  ),
  fc.constantFrom(
    'deposits',
    'agents',
    'databases',
    'labels',
    'keep',
    'path',
    '{agent}',
    '../',
    'schedule',
    '* * * * *',
    'off',
    'every',
  ),
);

describe('loading', () => {
  it('survives any text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), check), {
      numRuns: 300,
    });
  });

  it('survives any pieces of YAML', () => {
    const text = fc.array(fc.oneof(shards, fc.string({ maxLength: 4 })), { maxLength: 40 });
    fc.assert(
      fc.property(text, (pieces) => check(pieces.join(''))),
      { numRuns: 500 },
    );
  });

  it('survives the example with parts cut out and others put in', () => {
    const change = fc.record({
      at: fc.nat(example.length),
      cut: fc.nat(60),
      put: fc.oneof(fc.constant(''), shards),
    });
    const changed = (
      text: string,
      { at, cut, put }: { at: number; cut: number; put: string },
    ): string => text.slice(0, at) + put + text.slice(at + cut);
    const texts = fc
      .array(change, { minLength: 1, maxLength: 4 })
      .map((list) => list.reduce(changed, example));
    fc.assert(fc.property(texts, check), { numRuns: 300 });
  });

  it('survives any JSON, which is YAML', () => {
    fc.assert(fc.property(fc.json(), check), { numRuns: 300 });
  });
});
