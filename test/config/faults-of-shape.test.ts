import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { head, withEmail, withLines, withRules, problemsOf, told } from './support.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  /** Line, column, message and suggestion of every problem. */
  readonly told: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'a top-level key misspelt',
    text: withLines('scan_maxage: 3h\n'),
    told: ['5:1 unknown key "scan_maxage" → scan_max_age'],
  },
  {
    name: 'a top-level key like no other',
    text: withLines('frobnicate: 3h\n'),
    told: ['5:1 unknown key "frobnicate"'],
  },
  {
    name: 'camel case',
    text: withLines('scanTimeout: 3h\n'),
    told: ['5:1 unknown key "scanTimeout" → scan_timeout'],
  },
  {
    name: 'a rule at the top level',
    text: withLines('grace: 3h\n'),
    told: ['5:1 unknown key "grace" → defaults.grace'],
  },
  {
    name: 'a rule misspelt',
    text: withRules('{ shcedule: x }'),
    told: ['8:12 unknown key "shcedule" → schedule'],
  },
  {
    name: 'a period of keep misspelt',
    text: withRules('{ keep: { lats: 1 } }'),
    told: ['8:20 unknown key "lats" → last'],
  },
  {
    name: 'a password in the file',
    text: withEmail('{ smtp: { host: h, password: x }, from: a@b.c, to: [a@b.c] }'),
    told: ['7:24 unknown key "password" → password_file'],
  },
  {
    name: 'a unit in words',
    text: withRules('{ grace: 2 hours }'),
    told: ['8:19 "2 hours" is no duration → 2h'],
  },
  {
    name: 'a unit that does not exist',
    text: withRules('{ grace: 90 parsecs }'),
    told: ['8:19 "90 parsecs" is no duration'],
  },
  {
    name: 'a duration without unit',
    text: withRules('{ grace: 90 }'),
    told: ['8:19 `grace` is 90 → 90m'],
  },
  {
    name: 'a duration of nothing',
    text: withLines('scan_max_age: 0h\n'),
    told: ['5:15 "0h" is no time at all'],
  },
  {
    name: 'a rule left empty',
    text: `${head}agents:\n  a:\n    grace:\n    databases: [x]\n`,
    told: ['7:5 `grace` is empty'],
  },
  {
    name: 'early in words',
    text: withRules('{ early: soon }'),
    told: ['8:19 "soon" is no duration'],
  },
  { name: 'keep 0', text: withRules('{ keep: 0 }'), told: ['8:18 `keep` is 0'] },
  {
    name: 'keep with no period',
    text: withRules('{ keep: {} }'),
    told: ['8:12 `keep` keeps nothing'],
  },
  {
    name: 'keep with periods of 0',
    text: withRules('{ keep: { last: 0 } }'),
    told: ['8:12 `keep` keeps nothing'],
  },
  {
    name: 'keep with a negative number',
    text: withRules('{ keep: { last: 1, daily: -1 } }'),
    told: ['8:36 `daily` is -1'],
  },
  {
    name: 'keep in words',
    text: withRules('{ keep: forever }'),
    told: ['8:18 `keep` is "forever"'],
  },
  { name: 'keep with a fraction', text: withRules('{ keep: 1.5 }'), told: ['8:18 `keep` is 1.5'] },
  {
    name: 'a severity misspelt',
    text: withRules('{ unchanged: warn }'),
    told: ['8:23 `unchanged` is "warn" → warning'],
  },
  {
    name: 'a severity that is none here',
    text: withRules('{ unchanged: pending }'),
    told: ['8:23 `unchanged` is "pending"'],
  },
  {
    name: 'a size change without %',
    text: withRules('{ size_change: 50 }'),
    told: ['8:25 `size_change` is 50 → 50%'],
  },
  {
    name: 'a size change of nothing',
    text: withRules('{ size_change: 0% }'),
    told: ['8:25 "0%" is no percentage above 0 → off'],
  },
  {
    name: 'a size change of false',
    text: withRules('{ size_change: false }'),
    told: ['8:25 `size_change` is false → off'],
  },
  {
    name: 'a negative size change',
    text: withRules('{ size_change: -5% }'),
    told: ['8:25 "-5%" is no percentage above 0'],
  },
  {
    name: 'an unknown fate of deposits',
    text: withRules('{ deposit: delete }'),
    told: ['8:21 `deposit` is "delete"'],
  },
  {
    name: 'a YAML 1.1 boolean',
    text: withRules('{ enabled: yes }'),
    told: ['8:21 `enabled` is "yes" → true'],
  },
  {
    name: 'verify misspelt',
    text: withRules('{ verify: intakt }'),
    told: ['8:20 `verify` is "intakt" → intact'],
  },
  {
    name: 'a cron expression of six fields',
    text: withRules('{ schedule: "0 0 20 * * *" }'),
    told: [
      '8:22 the schedule "0 0 20 * * *" is wrong: a cron expression has 5 fields (minute, hour, day of month, month, day of week), not 6',
    ],
  },
  {
    name: 'an hour that does not exist',
    text: withRules('{ schedule: "0 25 * * *" }'),
    told: [
      '8:22 the schedule "0 25 * * *" is wrong: the hour field "25" cannot be read: it takes 0 to 23, lists such as 1,5, ranges from low to high such as 1-5, and steps such as */2 or 1-5/2',
    ],
  },
  {
    name: 'a nickname',
    text: withRules('{ schedule: "@daily" }'),
    told: [
      '8:22 the schedule "@daily" is wrong: nicknames such as @daily are not supported: write five fields, such as 0 20 * * * → 0 0 * * *',
    ],
  },
  {
    name: 'words that every JavaScript object knows',
    text: withRules('{ schedule: __proto__, early: constructor, enabled: __proto__ }'),
    told: [
      '8:22 the schedule "__proto__" is wrong: a cron expression has 5 fields (minute, hour, day of month, month, day of week), not 1',
      '8:40 "constructor" is no duration',
      '8:62 `enabled` is "__proto__"',
    ],
  },
  {
    name: 'a date that never comes',
    text: withRules('{ schedule: "0 0 30 2 *" }'),
    told: [
      '8:22 the schedule "0 0 30 2 *" is wrong: "0 0 30 2 *" never occurs: no year has such a date',
    ],
  },
  {
    name: 'a period without every',
    text: withRules('{ schedule: 24h }'),
    told: [
      '8:22 the schedule "24h" is wrong: a cron expression has 5 fields (minute, hour, day of month, month, day of week), not 1 → every 24h',
    ],
  },
  {
    name: 'a period in words',
    text: withRules('{ schedule: every day }'),
    told: ['8:22 the period of "every day" is no duration'],
  },
  {
    name: 'a period with a unit in words',
    text: withRules('{ schedule: every 2 days }'),
    told: ['8:22 the period of "every 2 days" is no duration → every 2d'],
  },
  {
    name: 'a period above a hundred years',
    text: withRules('{ schedule: every 36526d }'),
    told: ['8:22 the period of "every 36526d" is no duration'],
  },
  {
    name: 'a zone misspelt',
    text: withRules('{ timezone: Africa/Duala }'),
    told: ['8:22 "Africa/Duala" is no time zone known here → Africa/Douala'],
  },
  {
    name: 'a city without its region',
    text: withLines('timezone: Douala\n'),
    told: ['5:11 "Douala" is no time zone known here → Africa/Douala'],
  },
  {
    name: 'a zone that does not exist',
    text: withLines('timezone: Mars/Olympus\n'),
    told: ['5:11 "Mars/Olympus" is no time zone known here'],
  },
  {
    name: 'an offset as zone',
    text: withLines('timezone: "+01:00"\n'),
    told: ['5:11 "+01:00" is no time zone known here'],
  },
  {
    name: 'too much at once',
    text: withLines('parallel: 100\n'),
    told: ['5:11 `parallel` is 100'],
  },
  {
    name: 'parallel in words',
    text: withLines('parallel: many\n'),
    told: ['5:11 `parallel` is "many"'],
  },
  {
    name: 'another YAML 1.1 boolean',
    text: withLines('archive_reports: on\n'),
    told: ['5:18 `archive_reports` is "on" → true'],
  },
  {
    name: 'a number for the site',
    text: withLines('site: 42\n'),
    told: ['5:7 `site` is 42 → "42"'],
  },
  { name: 'an empty site', text: withLines('site: ""\n'), told: ['5:7 "" is empty'] },
  { name: 'no agents written', text: `${head}agents:\n`, told: ['5:1 `agents` is empty'] },
  { name: 'an agent that is a number', text: `${head}agents:\n  a: 5\n`, told: ['6:6 `a` is 5'] },
  { name: 'agents as a list', text: `${head}agents: [a, b]\n`, told: ['5:1 `agents` is a list'] },
  {
    name: 'a database without brackets',
    text: `${head}agents:\n  a: { databases: x }\n`,
    told: ['6:19 `databases` is "x"'],
  },
  {
    name: 'a database of nothing in a list',
    text: `${head}agents:\n  a: { databases: [x, ] , keep: 2}\n  b: {databases: [~]}\n`,
    told: ['7:19 item 1 of `databases` is empty'],
  },
  { name: 'rules that are text', text: withRules('yes'), told: ['8:10 `x` is "yes"'] },
  {
    name: 'labels that are no text',
    text: `${head}agents:\n  a: { labels: { city: [x], town: }, databases: [x] }\n`,
    told: ['6:18 `city` is a list', '6:29 `town` is empty'],
  },
  {
    name: 'a port that does not exist',
    text: withEmail('{ smtp: { host: h, port: 70000 }, from: a@b.c, to: [a@b.c] }'),
    told: ['7:30 `port` is 70000'],
  },
  {
    name: 'a port in quotes',
    text: withEmail('{ smtp: { host: h, port: "587" }, from: a@b.c, to: [a@b.c] }'),
    told: ['7:30 `port` is "587" → 587'],
  },
  {
    name: 'a host with its port',
    text: withEmail('{ smtp: { host: "h:25" }, from: a@b.c, to: [a@b.c] }'),
    told: ['7:21 "h:25" is no host → h'],
  },
  {
    name: 'no host',
    text: withEmail('{ smtp: { port: 25 }, from: a@b.c, to: [a@b.c] }'),
    told: ['7:7 `host` is missing'],
  },
  {
    name: 'a sender that is no address, and nobody to write to',
    text: withEmail('{ smtp: { host: h }, from: nobody, to: [] }'),
    told: ['7:32 "nobody" is no e-mail address', '7:40 `to` is an empty list'],
  },
  {
    name: 'one recipient without brackets',
    text: withEmail('{ smtp: { host: h }, from: a@b.c, to: a@b.c }'),
    told: ['7:43 `to` is "a@b.c" → [a@b.c]'],
  },
  {
    name: 'a line break in an address',
    text: withEmail('{ smtp: { host: h }, from: "a@b.c\\nBcc: x@y.z", to: [a@b.c, b] }'),
    told: ['7:32 "a@b.c\\nBcc: x@y.z" holds U+000A', '7:65 "b" is no e-mail address'],
  },
  {
    name: 'another variable in a file name',
    text: withEmail('{ smtp: { host: h, password_file: "${HOME}/x" }, from: a@b.c, to: [a@b.c] }'),
    told: ['7:39 "${HOME}/x" names another variable'],
  },
  {
    name: 'a relative password file',
    text: withEmail('{ smtp: { host: h, password_file: x }, from: a@b.c, to: [a@b.c] }'),
    told: ['7:39 "x" is no absolute path'],
  },
  {
    name: 'an unknown channel',
    text: withLines('notifications:\n  mail: {}\n'),
    told: ['6:3 unknown key "mail" → email'],
  },
  {
    name: 'a host with a space',
    text: withEmail('{ smtp: { host: "a b" }, from: a@b.c, to: [a@b.c] }'),
    told: ['7:21 "a b" is no host'],
  },
  {
    name: 'minutes written min',
    text: withRules('{ settle: 5min }'),
    told: ['8:20 "5min" is no duration → 5m'],
  },
];

describe('faults of keys and values', () => {
  for (const { name, text, told: expected } of cases) {
    it(name, () => assert.deepEqual(told(problemsOf(text)), expected));
  }
});
