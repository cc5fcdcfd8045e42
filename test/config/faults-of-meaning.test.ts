import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { folders, head, withLines, withRules, problemsOf, told } from './support.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Line, column, message and suggestion of every problem. */
  readonly told: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'a job without schedule',
    text: `${folders}agents:\n  a: { databases: [x] }\n`,
    told: ['5:20 a/x has no schedule'],
  },
  {
    name: 'a grace of its own that is too long',
    text: withRules('{ grace: 13h }'),
    told: [
      '8:19 the grace of 13h exceeds half of the shortest gap of the schedule "0 20 * * *" → 12h',
    ],
  },
  {
    name: 'everything required missing',
    text: 'site: a\n',
    told: [
      '-:- `deposits` is missing',
      '-:- `validated` is missing',
      '-:- `database` is missing',
      '-:- `agents` is missing',
    ],
  },
  {
    name: 'relative folders',
    text: 'deposits: mnt/d\nvalidated: ~/v\ndatabase: backupmon.db\nagents: {}\n',
    told: [
      '1:11 the path "mnt/d" is relative',
      '2:12 the path "~/v" is relative (~ is not expanded)',
      '3:11 the path "backupmon.db" is relative',
    ],
  },
  {
    name: 'validated inside deposits, once normalised',
    text: 'deposits: /mnt/d\nvalidated: /mnt/d/../d/v\ndatabase: /d.db\nagents: {}\n',
    told: ['2:12 `validated` "/mnt/d/v" lies inside `deposits` "/mnt/d"'],
  },
  {
    name: 'deposits inside validated',
    text: 'deposits: /mnt/v/d/\nvalidated: /mnt/v\ndatabase: /d.db\nagents: {}\n',
    told: ['1:11 `deposits` "/mnt/v/d" lies inside `validated` "/mnt/v"'],
  },
  {
    name: 'one folder for both',
    text: 'deposits: /mnt/v/\nvalidated: /mnt//v\ndatabase: /d.db\nagents: {}\n',
    told: ['2:12 `validated` "/mnt/v" is the same folder as `deposits` "/mnt/v"'],
  },
  {
    name: 'the database where agents write',
    text: 'deposits: /mnt/d\nvalidated: /mnt/v\ndatabase: /mnt/d/b.db\nagents: {}\n',
    told: ['3:11 `database` "/mnt/d/b.db" lies inside `deposits` "/mnt/d"'],
  },
  {
    name: 'faults of the environment name the variable',
    text: withLines(''),
    env: { BACKUPMON_TIMEZONE: 'Mars', BACKUPMON_DEPOSITS: 'd' },
    told: [
      '-:- $BACKUPMON_DEPOSITS: the path "d" is relative',
      '-:- $BACKUPMON_TIMEZONE: "Mars" is no time zone known here',
    ],
  },
  {
    name: 'a folder from the environment inside one of the file',
    text: withLines(''),
    env: { BACKUPMON_VALIDATED: '/mnt/deposits/v' },
    told: [
      '1:11 $BACKUPMON_VALIDATED: `validated` "/mnt/deposits/v" lies inside `deposits` "/mnt/deposits"',
    ],
  },
  { name: 'an agent of nothing', text: `${head}agents:\n  a:\n`, told: ['6:3 `a` is empty'] },
  {
    name: 'a database listed twice',
    text: `${head}agents:\n  a: { databases: [x, x] }\n`,
    told: ['6:23 the database name "x" occurs twice'],
  },
  {
    name: 'names that are no names',
    text: `${head}agents:\n  ..: { databases: [.x, a/b, "a\\u202eb", "a\\nb", "", ${'y'.repeat(101)}, __proto__] }\n`,
    told: [
      '6:3 the agent name ".." starts with a dot',
      '6:21 the database name ".x" starts with a dot',
      '6:25 the database name "a/b" holds a slash',
      '6:30 the database name "a\\u202eb" holds the character U+202E',
      '6:42 the database name "a\\nb" holds the character U+000A',
      '6:50 the database name "" is empty',
      '6:54 the database name "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…" has 101 bytes, more than 100',
      '6:157 the database name "__proto__" cannot be used',
    ],
  },
  {
    name: 'names that differ only in case',
    text: `${head}agents:\n  Paris: { databases: [x] }\n  paris: { databases: [y, Y] }\n`,
    told: [
      '7:3 the agent name "paris" differs from "Paris" only in case',
      '7:27 the database name "Y" differs from "y" only in case',
    ],
  },
  {
    name: 'labels that no path could use, or that are taken',
    text: `${head}agents:\n  a: { labels: { agent: b, database: c, site: d, "": e, "a{": f }, databases: [x] }\n`,
    told: [
      '6:18 the label "agent" is taken: it always means the name itself',
      '6:28 the label "database" is taken: it always means the name itself',
      '6:41 the label "site" is taken: it always means the name itself',
      '6:50 the label "" is empty',
      '6:57 the label "a{" holds a brace or a slash, so that no path could use it',
    ],
  },
  {
    name: 'a label that three jobs do not have, told once',
    text: `${folders}defaults:\n  schedule: every 24h\n  path: "{agent}/{ctiy}/{database}"\nagents:\n  a: { labels: { city: x }, databases: [x, y, z] }\n`,
    told: ['6:18 the path has {ctiy}, and there is no such label for a/x (and 2 more) → {city}'],
  },
  {
    name: 'an open brace',
    text: withRules('{ path: "{agent" }'),
    told: ['8:18 the braces of the path "{agent" do not match'],
  },
  {
    name: 'a folder that starts with a dot',
    text: withRules('{ path: ".x/{database}" }'),
    told: ['8:18 the path ".x/{database}" has the component ".x", which starts with a dot'],
  },
  {
    name: 'paths with the names that the tree itself gives inside of a job',
    text: `${head}agents:\n  a: { databases: [Current, 20260620t183735z-2, x] }\n  b: { path: "{agent}/current", databases: [y] }\n`,
    told: [
      '6:20 the path of a/Current has the component "Current", which is the name of the link to the newest version',
      '6:29 the path of a/20260620t183735z-2 has the component "20260620t183735z-2", which has the form of the name of a version',
      '7:14 the path "{agent}/current" has the component "current", which is the name of the link to the newest version',
    ],
  },
  {
    name: 'a path that is too long for the whole to be one',
    text: withRules(`{ path: "${'0123456789/'.repeat(100)}{database}" }`),
    told: ['8:18 the path of a/x has 1101 bytes, more than 1024'],
  },
  {
    name: 'a path that starts with a slash',
    text: withRules('{ path: "/{agent}/{database}" }'),
    told: ['8:18 the path "/{agent}/{database}" has the component "", which is empty'],
  },
  {
    name: 'labels that are no folders, told once for an agent',
    text: `${head}agents:\n  a: { labels: { city: .hidden, c2: "a/b" }, path: "{city}/{c2}/{database}", databases: [x, y] }\n`,
    told: [
      '6:90 the path of a/x (and 1 more) has the component ".hidden", which starts with a dot',
      '6:90 the path of a/x (and 1 more) has the component "a/b", which holds a slash',
    ],
  },
  {
    name: 'one folder for two jobs, ignoring case, one of them disabled',
    text: `${head}agents:\n  a: { path: All, databases: [x] }\n  b:\n    databases:\n      y: { path: all, enabled: false }\n`,
    told: ['9:18 the path "all" of b/y is that of a/x'],
  },
  {
    name: 'a folder inside that of a later job',
    text: `${head}agents:\n  a: { path: "all/deep/er", databases: [x] }\n  b: { path: all, databases: [y] }\n`,
    told: ['6:41 the path "all/deep/er" of a/x lies inside that of b/y'],
  },
  {
    name: 'a template without {database}',
    text: `${head}agents:\n  a: { path: "{agent}", databases: [x, y] }\n`,
    told: ['6:40 the path "a" of a/y is that of a/x'],
  },
  {
    name: 'two labels that do not exist',
    text: withRules('{ path: "{one}/{two}" }'),
    told: [
      '8:19 the path has {one}, and there is no such label for a/x',
      '8:25 the path has {two}, and there is no such label for a/x',
    ],
  },
];

describe('faults of what is written taken together', () => {
  for (const { name, text, env = {}, told: expected } of cases) {
    it(name, () => assert.deepEqual(told(problemsOf(text, env)), expected));
  }
});
