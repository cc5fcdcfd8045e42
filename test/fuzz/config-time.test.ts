/** Configurations that are made to take long: each is answered soon, with problems in words, or is harmless. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkText, schemaFor } from '../../src/config/load.ts';
import { head, withLines, withRules } from '../config/support.ts';

/** Seconds of CPU time. Each takes a hundredth of it on any machine of today, and a bomb would need ages. */
const mostSeconds = 5;

const laughs = (levels: number, list: (name: string) => string): string =>
  Array.from({ length: levels }, (_, level) =>
    level === 0 ? 'a0: &a0 [x, x]' : `a${level}: &a${level} ${list(`*a${level - 1}`)}`,
  ).join('\n');
const nested = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + close.repeat(depth);
const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

/** What they are, and a word of what is answered; null where nothing is wrong. */
const families: Readonly<Record<string, readonly [text: string, answer: RegExp | null]>> = {
  'a billion laughs as lists': [
    `${laughs(12, (one) => `[${Array(9).fill(one).join(', ')}]`)}\n${head}agents: *a11`,
    /aliases stand for more than/,
  ],
  'a billion laughs as merge keys': [
    `${laughs(12, (one) => `{ <<: [${Array(9).fill(one).join(', ')}] }`)}\n${head}agents: *a11`,
    /aliases stand for more than/,
  ],
  'a billion laughs as databases': [
    `${head}agents:\n  a: { databases: &d {${many(3_000, (index) => `d${index}: { keep: 1 },`).replaceAll('\n', ' ')}} }\n${many(
      100,
      (index) => `  a${index}: { databases: *d }`,
    )}`,
    /aliases stand for more than/,
  ],
  'an alias inside its own anchor': [`${head}agents: &a { x: *a }`, /contains itself/],
  'merge keys': [`${head}agents:\n  a: { <<: { databases: [x] } }`, /<</],
  'lists in lists': [head + 'agents: ' + nested('[', ']', 10_000), /nested too deeply/],
  'maps in maps': [head + 'agents: ' + nested('{a: ', '}', 10_000), /nested too deeply/],
  'blocks in blocks': [
    `${head}agents:\n${many(3_000, (index) => `${' '.repeat(index)}a:`)}`,
    /nested/,
  ],
  'dashes in dashes': [`${head}agents: \n  ${'- '.repeat(4_000)}`, /nested too deeply/],
  'lists that do not end': [`${head}agents: ${'['.repeat(4_000)}`, /./],
  'a key in many question marks': [`${head}${'? '.repeat(5_000)}a`, /./],
  'many anchors': [
    `${head}agents:\n${many(4_000, (index) => `  a${index}: &a${index} { databases: [] }`)}`,
    null,
  ],
  'many tags': [`${head}agents: [!!x !<y> !z ${'!!x a, '.repeat(10_000)}b]`, /tag/],
  'a tag that makes bytes': [
    withRules(`{ grace: !!binary "${'QUJD'.repeat(4_000)}" }`),
    /is no duration/,
  ],
  'many documents': [`${head}agents: {}\n${'---\n'.repeat(4_000)}`, /second YAML document/],
  'many comments': [`${head}agents: {}\n${'# a\n'.repeat(20_000)}`, null],
  'one long line': [
    `${head}agents: { a: { databases: [${'x'.repeat(1_000_000)}] } }`,
    /bytes, more than/,
  ],
  'quotes that do not end': [`${head}agents: "${'\n'.repeat(4_000)}`, /./],
  'escapes in quotes': [`${head}agents: "${'\\u202e\\x07'.repeat(50_000)}"`, /agents/],
  'keys that occur twice': [`${head}agents: {${'a: {}, '.repeat(4_000)}}`, /occurs twice/],
  'unknown keys': [withLines(many(4_000, (index) => `k${index}: 1`)), /k3998/],
  'agents that are nearly alike': [
    `${head}agents:\n${many(4_000, (index) => `  agent_${index}: { databases: [x] }`)}`,
    null,
  ],
  'labels that nobody has': [
    `${head}agents:\n${many(3_000, (index) => `  a${index}: { path: "{x${index}}", databases: [a] }`)}`,
    /no such label/,
  ],
  'placeholders in one path': [
    withRules(`{ path: "${'{agent}'.repeat(4_000)}" }`),
    /more than 100/,
  ],
  'braces that do not match': [withRules(`{ path: "${'{'.repeat(50_000)}" }`), /braces/],
  'components in one path': [
    withRules(`{ path: "{agent}${'/a'.repeat(50_000)}" }`),
    /more than 1024/,
  ],
  'a schedule of many lists': [withRules(`{ schedule: "${'1,'.repeat(4_000)}1 * * * *" }`), null],
  'a schedule of many fields': [withRules(`{ schedule: "${'* '.repeat(50_000)}" }`), /5 fields/],
  'a period without end': [
    withRules(`{ schedule: "every ${' '.repeat(100_000)}x" }`),
    /no duration/,
  ],
  'a long duration': [withRules(`{ grace: ${'1'.repeat(100_000)}h }`), /no duration/],
  'a long percentage': [withRules(`{ size_change: ${'9'.repeat(100_000)}% }`), /no percentage/],
  'a long zone': [withRules(`{ timezone: ${'Europe/Paris'.repeat(10_000)} }`), /no time zone/],
};

for (const [name, [text, answer]] of Object.entries(families)) {
  test(`a configuration is answered soon: ${name}`, () => {
    const schema = schemaFor({});
    const began = process.cpuUsage();
    const loaded = checkText('/etc/backupmon/config.yaml', text, {}, schema);
    const { user, system } = process.cpuUsage(began);
    const seconds = (user + system) / 1e6;
    assert.ok(seconds < mostSeconds, `${seconds} s`);
    const messages = loaded.kind === 'ok' ? [] : loaded.problems.map(({ message }) => message);
    for (const message of messages)
      assert.ok(message.length < 1_000, `${message.length} characters`);
    if (answer === null) assert.deepEqual(messages, []);
    else assert.match(messages.join('\n'), answer);
  });
}
