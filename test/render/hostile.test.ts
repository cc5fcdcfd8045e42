import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { toJson } from '../../src/render/json/document.ts';
import { visibleWidth } from '../../src/render/width.ts';
import { documents, nasty, peoplesOutputs } from './hostile.ts';
import { ascii, coloured, unicode } from './support.ts';

/** Nothing that a terminal obeys, hides, or reorders. */
const forbidden = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
// oxlint-disable-next-line no-control-regex -- the sequences that our own paint writes
const ownColours = /\u001b\[(?:31|33|32|1|2|0)m/g;
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom(...Object.values(nasty)),
);

describe('what agents write', () => {
  for (const [name, text] of Object.entries(nasty)) {
    it(`is harmless in all that people read: ${name}`, () => {
      for (const screen of [unicode, ascii]) {
        for (const output of peoplesOutputs(text, screen)) {
          assert.doesNotMatch(output.text, forbidden, output.name);
          if (!screen.unicode) assert.match(output.text, /^[\n -~]*$/, output.name);
        }
      }
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
        .find((output) => output.name === name)
        ?.text.split('\n').length ?? 0;
    assert.equal(lines(nasty['CR and LF'] ?? '', 'news'), lines('x', 'news'));
  });

  it('is harmless under colours too: only our own sequences are there', () => {
    for (const text of Object.values(nasty)) {
      for (const output of peoplesOutputs(text, coloured)) {
        assert.doesNotMatch(output.text.replaceAll(ownColours, ''), forbidden, output.name);
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
            assert.ok(visibleWidth(line) <= 80, `${output.name}: ${visibleWidth(line)} ${line}`);
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
