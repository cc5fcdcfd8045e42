/** Paragraphs, terms and whole pages as lines of mdoc and of Markdown. */
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { list, sentence, table, terms } from '../../scripts/manual/blocks.ts';
import { markdownOf } from '../../scripts/manual/markdown.ts';
import { proseLines, termLine } from '../../scripts/manual/mdoc-inline.ts';
import { mdocOf } from '../../scripts/manual/mdoc.ts';
import { dateOf } from '../../scripts/manual/release.ts';

const paragraphs: readonly (readonly [prose: string, lines: readonly string[]])[] = [
  ['One. Two.', ['One.', 'Two.']],
  ['It is `MISSING` now.', ['It is', '.Sy MISSING', 'now.']],
  ['See `a b`, (`c`).', ['See', '.Ql "a b" ,', '.Ql ( c ) .']],
  ['With `--dry-run` and `-v`.', ['With', String.raw`.Fl \-dry\-run`, 'and', '.Fl v .']],
  ['By `$HOME` in `/etc/x`.', ['By', '.Ev HOME', 'in', '.Pa /etc/x .']],
  ['Give <file> to `backupmon`.', ['Give', '.Ar file', 'to', '.Nm backupmon .']],
  ['Read backupmon-states(7).', ['Read', '.Xr backupmon-states 7 .']],
  ['`a` `b`', ['.Ql a', '.Ql b']],
  [
    `${'word '.repeat(30)}.hidden`,
    [`${'word '.repeat(14)}word`.trim(), `${'word '.repeat(14)}word`.trim(), String.raw`\&.hidden`],
  ],
];

describe('a paragraph', () => {
  for (const [prose, lines] of paragraphs)
    it(prose.slice(0, 40), () => assert.deepEqual(proseLines(prose), lines));

  it('in which a word is joined to code is refused: it would be torn apart', () => {
    for (const prose of ["`job`'s", 'un`known`', '`a`/`b`', '`a``b`'])
      assert.throws(() => proseLines(prose), /close to code/u);
  });
});

const asTerms: readonly (readonly [prose: string, line: string])[] = [
  ['`SUCCESS`', '.It Sy SUCCESS'],
  ['`-q`, `--quiet`', String.raw`.It Fl q , Fl \-quiet`],
  ['`--for` <time>', String.raw`.It Fl \-for Ar time`],
  ['`--test` [<name>]', String.raw`.It Fl \-test Op Ar name`],
  ['`/mnt/x/`<agent>`/log/`', '.It Pa /mnt/x/ Ns Ar agent Ns Pa /log/'],
  ['held copy', '.It No "held copy"'],
];

describe('a term', () => {
  for (const [prose, line] of asTerms) it(prose, () => assert.equal(termLine(prose), line));
});

test('a phrase of the tables becomes a sentence', () => {
  assert.equal(sentence('what is there'), 'What is there.');
  assert.equal(sentence('`status` tells'), '`status` tells.');
  assert.equal(sentence('Is it?'), 'Is it?');
});

test('a page has its date, its number and its sections', () => {
  const page = mdocOf(
    {
      name: 'x-y',
      number: 5,
      about: 'about "x"',
      synopsis: [
        [
          { prose: '`x`', optional: false },
          { prose: '`--all`', optional: true },
        ],
      ],
      sections: [
        {
          title: 'DESCRIPTION',
          blocks: [
            'First.',
            'Second.',
            terms([{ term: '`a`', body: ['One.', 'Two.'] }]),
            list('b'),
          ],
          sections: [{ title: 'Inner', blocks: [table(['c'], [['`d`']])] }],
        },
      ],
    },
    { version: '1.2.3', date: '2026-02-03' },
  );
  assert.deepEqual(page.split('\n').slice(1), [
    '.Dd February 3, 2026',
    '.Dt X-Y 5',
    '.Os "backupmon 1.2.3"',
    '.Sh NAME',
    '.Nm x-y',
    String.raw`.Nd about \(dqx\(dq`,
    '.Sh SYNOPSIS',
    '.Nm x-y',
    '.Cm x',
    String.raw`.Op Fl \-all`,
    '.Sh DESCRIPTION',
    'First.',
    '.Pp',
    'Second.',
    '.Bl -tag -width x',
    '.It Sy a',
    'One.',
    '.Pp',
    'Two.',
    '.El',
    '.Bl -bullet -compact',
    '.It',
    'b',
    '.El',
    '.Ss Inner',
    '.Bl -column -offset indent xx',
    '.It Em c',
    '.It Sy d',
    '.El',
    '',
  ]);
});

test('the same data as Markdown', () => {
  const text = markdownOf('Title', [
    {
      title: 'One',
      blocks: [
        'See backupmon(1) and <file>, a_b `c_d`.',
        terms([
          { term: '`x`', body: ['First.', 'Second.'] },
          { term: 'y', body: ['Only.'] },
        ]),
        table(['a', 'bb'], [['`1|2`', 'c']]),
      ],
    },
  ]);
  assert.equal(
    text,
    String.raw`# Title

## One

See ${'`backupmon(1)`'} and _file_, a\_b ${'`c_d`'}.

- ${'`x`'}: First.

  Second.

- y: Only.

| a      | bb  |
| ------ | --- |
| ${'`1\\|2`'} | c   |
`,
  );
});

test('the date is that of the release, and not of the day', () => {
  const changelog = '# Changelog\n\n## [0.2.0] – 2027-01-05\n\n## [0.1.0] – unreleased\n';
  assert.equal(dateOf(changelog, '0.2.0'), '2027-01-05');
  assert.equal(dateOf(changelog, '0.1.0'), dateOf('', '0.1.0'));
  assert.match(dateOf(changelog, '0.1.0'), /^\d{4}-\d\d-\d\d$/u);
});
