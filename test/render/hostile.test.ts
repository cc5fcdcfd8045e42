import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { toJson } from '../../src/render/json/document.ts';
import { visibleWidth } from '../../src/render/width.ts';
import {
  documentMakers,
  documents,
  nasty,
  type Output,
  peoplesOutputs,
  sentOutputs,
} from './hostile.ts';
import { ascii, coloured, unicode } from './support.ts';

/** Nothing that a terminal obeys, hides, or reorders. */
const forbidden = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;
// oxlint-disable-next-line no-control-regex -- the sequences that our own paint writes
const ownColours = /\u001b\[(?:31|33|32|1|2|0)m/g;
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom(...Object.values(nasty)),
);

/** The line of a configuration is shown with its tabs, above a caret that has them too. */
const withoutTabs = ({ by, text }: Output): string =>
  by === 'renderConfigProblems'
    ? text.replaceAll(/^ .*\|.*$/gm, (line) => line.replaceAll('\t', ' '))
    : text;

/** Files that a file of src/render imports from there, by their paths. */
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/ from '(\.[^']+)'/gu)]
    .map(([, target = '']) => path.join(path.dirname(file), target))
    .filter((target) => target.startsWith('src/render/'));

describe('case 15: every renderer', () => {
  const files = globSync('src/render/**/*.ts').toSorted();
  const outputs = [...peoplesOutputs('x', unicode), ...sentOutputs('x')];
  const tried = new Set([...outputs.map(({ by }) => by), ...documentMakers]);

  it('is run through the table, by the names of what it exports', async () => {
    for (const file of files) {
      const names = Object.keys((await import(path.resolve(file))) as object);
      const renderers = names.filter(
        (name) => /^render|^to[A-Z]|Document$/.test(name) && name !== 'toAscii',
      );
      for (const name of renderers) {
        assert.ok(tried.has(name), `${file} exports ${name}: add it to test/render/hostile.ts`);
      }
    }
  });

  it('is run through the table, or is part of one that is', async () => {
    const reached = new Set<string>();
    for (const file of files) {
      const names = Object.keys((await import(path.resolve(file))) as object);
      if (names.some((name) => tried.has(name))) reached.add(file);
    }
    for (const file of reached) for (const other of importsOf(file)) reached.add(other);
    for (const file of files) {
      assert.ok(reached.has(file), `nothing in test/render/hostile.ts runs ${file}`);
    }
  });
});

describe('case 15: what agents write', () => {
  for (const [name, text] of Object.entries(nasty)) {
    it(`is harmless in all that people read: ${name}`, () => {
      const inAscii = peoplesOutputs(text, ascii);
      for (const output of [...peoplesOutputs(text, unicode), ...inAscii, ...sentOutputs(text)]) {
        assert.doesNotMatch(withoutTabs(output), forbidden, output.by);
        assert.doesNotMatch(output.text, /^(?:<\d>|forged|OK -|Bcc:)/m, output.by);
      }
      for (const output of inAscii)
        if (output.alphabet) assert.match(output.text, /^[\n -~]*$/, output.by);
    });

    it(`is the same again for whoever parses the JSON: ${name}`, () => {
      for (const document of Object.values(documents(text))) {
        const written = toJson(document);
        assert.doesNotMatch(written, forbidden);
        assert.deepEqual(JSON.parse(written), JSON.parse(JSON.stringify(document)));
      }
    });
  }

  it('makes no line: news and events stay one line each', () => {
    const lines = (text: string, name: string): number =>
      peoplesOutputs(text, unicode)
        .find((output) => output.by === name)
        ?.text.split('\n').length ?? 0;
    for (const by of ['renderNews', 'renderSentence', 'renderError', 'renderConfigProblems']) {
      assert.equal(lines(nasty['CR and LF'] ?? '', by), lines('x', by), by);
    }
  });

  it('is harmless under colours too: only our own sequences are there', () => {
    for (const text of Object.values(nasty)) {
      for (const output of peoplesOutputs(text, coloured)) {
        assert.doesNotMatch(withoutTabs(output).replaceAll(ownColours, ''), forbidden, output.by);
      }
    }
  });
});

describe('the width of the screen', () => {
  it('is never exceeded at 80 columns, whatever names and messages', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(unicode, ascii, coloured), (text, screen) => {
        for (const output of peoplesOutputs(text, screen)) {
          if (!output.fits) continue;
          for (const line of output.text.replaceAll(ownColours, '').split('\n')) {
            assert.ok(visibleWidth(line) <= 80, `${output.by}: ${visibleWidth(line)} ${line}`);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is never exceeded on wider screens either', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 80, max: 300 }), (text, width) => {
        for (const output of peoplesOutputs(text, { ...unicode, width })) {
          if (!output.fits) continue;
          for (const line of output.text.split('\n')) assert.ok(visibleWidth(line) <= width, line);
        }
      }),
      { numRuns: 50 },
    );
  });
});
