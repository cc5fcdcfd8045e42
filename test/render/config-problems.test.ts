import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderConfigProblems } from '../../src/render/config-problems.ts';
import type { ShownProblem } from '../../src/render/config-problems.ts';

const same = (text: string): string => text;
const plain = { red: same, yellow: same, bold: same, dim: same };

const problem: ShownProblem = {
  file: '/etc/backupmon/config.yaml',
  line: 9,
  column: 10,
  sourceLine: '  grace: 2 hours',
  width: 7,
  message: '"2 hours" is no duration',
  expected: 'a duration such as 90m',
  suggestion: '2h',
};
const render = (...changes: Partial<ShownProblem>[]): string =>
  renderConfigProblems(
    changes.map((change) => ({ ...problem, ...change })),
    plain,
  );

describe('renderConfigProblems', () => {
  it('says nothing about no problems', () => assert.equal(render(), ''));

  it('shows place, line, caret, expectation, suggestion and the number of problems', () => {
    assert.equal(
      render({}),
      `/etc/backupmon/config.yaml:9:10: "2 hours" is no duration
  9 |   grace: 2 hours
    |          ^~~~~~~
  expected a duration such as 90m
  did you mean 2h?

1 problem in the configuration
`,
    );
  });

  it('leaves out what there is not', () => {
    const nothing = {
      line: null,
      column: null,
      sourceLine: null,
      expected: null,
      suggestion: null,
    };
    assert.equal(
      render({ ...nothing, message: '`agents` is missing' }, { sourceLine: null, expected: null }),
      `/etc/backupmon/config.yaml: \`agents\` is missing

/etc/backupmon/config.yaml:9:10: "2 hours" is no duration
  did you mean 2h?

2 problems in the configuration
`,
    );
  });

  const carets = [
    { name: 'under one character', change: { width: 1 }, caret: '    |          ^' },
    { name: 'no further than the line', change: { width: 99 }, caret: '    |          ^~~~~~~' },
    { name: 'behind the line', change: { column: 17, width: 1 }, caret: '    |                 ^' },
    {
      name: 'after tabs, as wide as they are shown',
      change: { sourceLine: '\tgrace:\t2', column: 9, width: 1 },
      caret: '    | \t      \t^',
    },
    {
      name: 'below a number of three digits',
      change: { line: 100, width: 1 },
      caret: '      |          ^',
    },
  ];
  for (const { name, change, caret } of carets) {
    it(`puts the caret ${name}`, () => assert.equal(render(change).split('\n')[2], caret));
  }

  const longLines = [
    { name: 'on the right', column: 5, start: 'x'.repeat(4) },
    { name: 'on both sides', column: 301, start: `…${'x'.repeat(40)}` },
    { name: 'on the left', column: 496, start: `…${'x'.repeat(40)}` },
  ];
  for (const { name, column, start } of longLines) {
    it(`cuts a long line ${name}, and the caret stays below its place`, () => {
      const sourceLine = `${'x'.repeat(column - 1)}!!!${'y'.repeat(498 - column)}`;
      const [, shown = '', caret = ''] = render({ sourceLine, column, width: 3 }).split('\n');
      assert.ok(shown.length <= '  9 | '.length + 122);
      assert.ok(shown.startsWith(`  9 | ${start}!!!`));
      assert.equal(caret.indexOf('^'), shown.indexOf('!'));
    });
  }

  it('shows control and bidi characters as a mark, one for one', () => {
    const text = render({
      sourceLine: 'a\u001b[31m\u202eb\u0007',
      message: 'm\u009b2J',
      suggestion: '\r',
      expected: '\u0000',
    });
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\u202e]/u);
    assert.match(text, /a\ufffd\[31m\ufffdb\ufffd/);
    assert.match(text, /m\ufffd2J/);
  });

  it('paints with what it is given', () => {
    const tag =
      (name: string) =>
      (text: string): string =>
        `<${name}>${text}</${name}>`;
    const paint = { red: tag('r'), yellow: tag('y'), bold: tag('b'), dim: tag('d') };
    assert.equal(
      renderConfigProblems([problem], paint),
      `<b>/etc/backupmon/config.yaml:9:10</b>: <r>"2 hours" is no duration</r>
  <d>9 |</d>   grace: 2 hours
  <d>  |</d>          <r>^~~~~~~</r>
  expected a duration such as 90m
  did you mean <y>2h</y>?

<b>1 problem in the configuration</b>
`,
    );
  });
});
