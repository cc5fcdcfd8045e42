import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { head, withLines, problemsOf, told } from './support.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  /** Line, column, message and suggestion of every problem. */
  readonly told: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'a tab that indents',
    text: `${head}agents:\n\ta: 1\n`,
    told: ['6:1 a tab is used to indent'],
  },
  {
    name: 'a key twice',
    text: withLines('site: a\nsite: b\n'),
    told: ['6:1 the key "site" occurs twice, first in line 5'],
  },
  {
    name: 'a key twice, once as a number',
    text: `${head}agents:\n  a:\n    databases:\n      1: {}\n      "1": {}\n`,
    told: ['9:7 the key "1" occurs twice, first in line 8'],
  },
  {
    name: 'a tag',
    text: withLines('site: !secret x\n'),
    told: ['5:7 the tag !secret is not supported'],
  },
  {
    name: 'an alias without anchor',
    text: withLines('site: *nope\n'),
    told: ['5:7 the alias *nope has no anchor &nope before it'],
  },
  {
    name: 'an alias of itself',
    text: `${head}agents: &a\n  a: *a\n`,
    told: ['6:3 the agent "a" has no databases', '6:6 the alias *a contains itself'],
  },
  {
    name: 'two documents',
    text: withLines('') + '---\nsite: b\n',
    told: ['7:1 a second YAML document begins here'],
  },
  {
    name: 'an older YAML',
    text: '%YAML 1.1\n---\n' + withLines(''),
    told: ['1:1 %YAML 1.1 is not supported'],
  },
  {
    name: 'a list as key',
    text: `${head}agents:\n  ? [a]\n  : { databases: [x] }\n`,
    told: ['6:5 a key must be plain text'],
  },
  {
    name: '__proto__ as key',
    text: `${head}agents:\n  __proto__: { databases: [x] }\n`,
    told: ['6:3 the key "__proto__" cannot be used'],
  },
  {
    name: 'a list that never ends',
    text: withLines('') + 'site: [a\n',
    told: [
      '8:1 YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  },
  {
    name: 'an unknown escape',
    text: withLines('site: "\\q"\n'),
    told: ['5:8 YAML: Invalid escape sequence \\q'],
  },
  {
    name: 'two colons',
    text: withLines('site: a: b\n'),
    told: ['5:7 YAML: Nested mappings are not allowed in compact mappings'],
  },
  { name: 'a list instead of a map', text: '- a\n', told: ['1:1 the file is a list'] },
  { name: 'text instead of a map', text: 'hello\n', told: ['1:1 the file is "hello"'] },
  { name: 'nothing but a comment', text: '# nothing\n', told: ['-:- the file is empty'] },
  {
    name: 'a cron expression without quotes',
    text: `${head}agents:\n  a:\n    schedule: */15 * * * *\n    databases: [x]\n`,
    told: ['7:15 the alias */15 has no anchor &/15 before it'],
  },
  {
    name: 'a cron expression of nothing but stars, without quotes',
    text: `${head}agents:\n  a:\n    schedule: * * * * *\n    databases: [x]\n`,
    told: ['7:15 the alias * has no anchor & before it'],
  },
  {
    name: 'a fault before the text breaks; what breaks it is told once',
    text: withLines('grase: 3h\nsite: [a\n'),
    told: [
      '5:1 unknown key "grase"',
      '7:1 YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  },
];

describe('faults of the YAML itself', () => {
  for (const { name, text, told: expected } of cases) {
    it(name, () => assert.deepEqual(told(problemsOf(text)), expected));
  }
});
