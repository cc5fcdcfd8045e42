/** Whatever the file holds, loading it answers: a configuration that keeps its promises, or problems with places and words. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { packConfig, unpackConfig } from '../../src/config/cache-format.ts';
import { checkText, schemaFor } from '../../src/config/load.ts';
import type { Config } from '../../src/core/job.ts';
import { head, withEmail, withRules } from '../config/support.ts';
import { fuzz } from './inputs.ts';
import { type Random, words } from './random.ts';

const file = '/etc/backupmon/config.yaml';
/** A schema remembers what it has read: a new one now and then, or millions of texts fill the memory. */
const schemaUses = 2_000;
let schema = schemaFor({});
let used = 0;

function load(text: string): ReturnType<typeof checkText> {
  used += 1;
  if (used % schemaUses === 0) schema = schemaFor({});
  return checkText(file, text, {}, schema);
}

/** Words of programmers, and of libraries to programmers. */
const jargon =
  /undefined|\[object|NaN\b|Cannot |Invalid input|Unexpected token|is not a function|ZodError|Error:/;

function assertSentence(text: string | null): void {
  if (text === null) return;
  assert.ok(text.trim() !== '' && text.length < 2_000, `${text.length} characters`);
  assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
}

function assertConfig(config: Config): void {
  const ids = new Set<string>();
  const agents = new Set(config.agents.map(({ id }) => id));
  assert.ok(config.deposits !== config.validated && config.deposits.startsWith('/'));
  for (const { id, agent, database, path, rules } of config.jobs) {
    assert.ok(!ids.has(id.toLowerCase()), id);
    ids.add(id.toLowerCase());
    assert.ok(agents.has(agent) && database !== '' && path !== '');
    const { grace, settle, keep, sizeChange, early } = rules;
    for (const span of [grace, settle, early ?? 0])
      assert.ok(Number.isSafeInteger(span) && span >= 0);
    assert.ok(Object.values(keep).some((count) => count > 0));
    assert.ok(sizeChange === null || sizeChange > 0);
  }
  assert.equal(Object.getPrototypeOf(config), Object.prototype);
  assert.deepEqual(unpackConfig(packConfig(config, 'key'), 'key'), config);
}

function answered(text: string): void {
  const loaded = load(text);
  assert.equal(Object.keys(Object.prototype).length, 0);
  if (loaded.kind === 'ok') {
    assertConfig(loaded.config);
    return;
  }
  assert.ok(loaded.problems.length > 0, 'invalid without a problem');
  const lines = text.split('\n');
  let lastLine = 0;
  for (const {
    line,
    column,
    sourceLine,
    width,
    message,
    expected,
    suggestion,
  } of loaded.problems) {
    assert.equal(line === null, column === null);
    assert.ok((line ?? 0) >= lastLine && (line ?? 1) <= lines.length, `line ${line}`);
    lastLine = line ?? 0;
    // A place just behind the end of its line is where something is missing.
    if (line !== null)
      assert.ok(column !== null && column >= 1 && column <= (lines[line - 1] ?? '').length + 1);
    assert.ok(width >= 1 && (sourceLine === null || width <= Math.max(1, sourceLine.length)));
    for (const part of [message, expected, suggestion]) assertSentence(part);
    assert.doesNotMatch(message.replaceAll(/"(?:[^"\\]|\\.)*"/g, ''), jargon);
  }
}

const example = readFileSync(new URL('../../config.example.yaml', import.meta.url), 'utf8');
/** Its comments say nothing to the loader, and reading them takes most of the time. */
const bare = example.replaceAll(/[ \t]+#.*$|^#.*\n/gm, '').replaceAll(/\n{2,}/g, '\n');
const small = `${head}agents:\n  paris:\n    labels: { city: paris }\n    databases: [compta, crm]\n`;
const real: readonly string[] = [
  bare,
  small,
  withRules('{ grace: 1h, keep: { last: 3, daily: 7 }, path: "{agent}/{database}" }'),
  withRules('{ schedule: every 24h, early: 2h, size_change: 30%, timezone: Europe/Paris }'),
  withEmail(
    'smtp: { host: mail.example.org, port: 25 }\n    from: a@example.org\n    to: [b@example.org]',
  ),
  `${small}  lyon:\n    databases: &all\n      a: &one { keep: 3 }\n      b: *one\n  nice: { databases: *all }\n`,
];

/** Pieces that mean something to YAML or to us. */
const pieces = [
  ...words(`: - &a *a { } [ ] " ' # | > !!str !!int !!binary !<tag:yaml.org,2002:map> --- ... ? <<: <<
    __proto__ constructor ~ .inf .nan -1 1e999 0x10 0o7 2026-06-20 true yes null 0 %YAML %TAG
    deposits validated database site timezone scan_max_age archive_reports parallel defaults agents
    databases labels keep last daily path schedule grace early verify settle unchanged size_change
    notifications email smtp host port to from {agent} {database} {site} {x} ../ off every 24h 90m 50% auto
    Europe/Paris *a: &a: "0_20_*_*_*" [*a,*a] {<<:*a}`),
  ...'\n¦\n¦\n  ¦\n    ¦ ¦: ¦: ¦- ¦, ¦\t¦\0¦\r¦\u0085¦\ufeff¦\u202e¦\ud800¦\u2028'.split('¦'),
  ...'%YAML 1.1\n¦--- ¦\n...\n¦!!str ¦* * * * *'.split('¦'),
];

fuzz(
  'configuration: arbitrary text',
  (random) => (random.once(3) ? head : '') + random.text(80),
  answered,
);

fuzz(
  'configuration: pieces of YAML',
  (random) =>
    random.pick(['', head, `${head}agents:\n`, small, `${head}defaults:\n  `]) +
    random.list(25, () => (random.once(8) ? random.text(4) : random.pick(pieces))).join(''),
  answered,
);

/** Lines and letters of real ones cut, doubled, moved, replaced by pieces and by lines of the others. */
function changed(random: Random): string {
  let text = random.pick(random.once(8) ? real : real.slice(1));
  for (let left = random.between(1, 4); left > 0; left -= 1) {
    const at = random.below(text.length + 1);
    const lines = text.split('\n');
    const line = random.below(lines.length);
    const other = random.pick(random.pick(real).split('\n'));
    const texts = [
      (): string => text.slice(0, at) + random.pick(pieces) + text.slice(at),
      (): string => text.slice(0, at) + text.slice(at + random.below(20)),
      (): string => text.slice(0, at) + random.pick(pieces) + text.slice(at + random.below(12)),
      (): string => lines.toSpliced(line, 1).join('\n'),
      (): string => lines.toSpliced(line, 0, lines[line] as string).join('\n'),
      (): string => lines.toSpliced(line, random.below(2), other).join('\n'),
      (): string =>
        lines.with(line, ' '.repeat(random.below(5)) + (lines[line] as string)).join('\n'),
      (): string => text.slice(0, at),
    ];
    text = random.pick(texts)();
  }
  return text;
}

fuzz('configuration: real ones changed', changed, answered);

test('the originals are configurations', () => {
  for (const text of [example, ...real]) assert.equal(load(text).kind, 'ok', text);
});
