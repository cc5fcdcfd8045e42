/** backupmon-config(5) tells every key, and what it tells of it is so. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import type { KeyText } from '../../scripts/manual/config/key-text.ts';
import { keySections, type KeySection } from '../../scripts/manual/config/sections.ts';
import { mapAt, type SchemaPart } from '../../scripts/manual/config/schema.ts';
import { smallConfiguration } from '../../scripts/manual/config/topics.ts';
import { configOf, problemsOf, told } from '../config/support.ts';
import { World } from '../support/world.ts';
import { fileWith } from './config-file.ts';
import { flowing, needsMandoc, read } from './support.ts';

/** The keys of each map of the schema by its path, wherever it is. */
function mapsIn(part: SchemaPart | undefined, path: readonly string[]): [string, string[]][] {
  if (part === undefined) return [];
  const { properties = {}, additionalProperties: named, items, anyOf = [] } = part;
  const keys = Object.keys(properties);
  return [
    ...(keys.length === 0 ? [] : [[path.join('.'), keys] satisfies [string, string[]]]),
    ...Object.entries(properties).flatMap(([key, value]) => mapsIn(value, [...path, key])),
    ...(typeof named === 'object' ? mapsIn(named, [...path, '*']) : []),
    ...[items, ...anyOf].flatMap((one) => mapsIn(one, path)),
  ];
}

const keysAt = (path: string): string[] =>
  keySections.flatMap((section) =>
    section.path.join('.') === path ? Object.keys(section.keys) : [],
  );

/** Agents and databases have the rules of `defaults` too, which are told once. */
function toldAt(path: string): string[] {
  if (path === 'agents.*.databases.*') return keysAt('defaults');
  if (path === 'agents.*') return [...keysAt('defaults'), ...keysAt(path)];
  return keysAt(path.replace(/^agents\.\*.*\.keep$/u, 'defaults.keep'));
}

test('every key of every map of the schema is told', () => {
  const maps = mapsIn(mapAt([]), []);
  assert.ok(maps.length > 12);
  for (const [path, keys] of maps) assert.deepEqual(toldAt(path).toSorted(), keys.toSorted(), path);
});

interface Told {
  readonly section: KeySection;
  readonly key: string;
  readonly text: KeyText;
}

const everyKey = keySections.flatMap((section) =>
  Object.entries(section.keys).map(([key, text]): Told => ({ section, key, text })),
);

const isKeep = ({ path }: KeySection): boolean => path.at(-1) === 'keep';

describe('the example of each key is right', () => {
  for (const { section, key, text } of everyKey)
    it(`${section.title}: ${key}`, () => {
      assert.ok(text.example.startsWith(isKeep(section) ? 'keep: {' : `${key}:`));
      assert.ok(text.example.includes(`${key}:`));
      assert.deepEqual(told(problemsOf(fileWith(section, text.example))), []);
    });
});

/** What the program makes of a file; where something is written in it is left out. */
function meaningOf(text: string): unknown {
  const config = configOf(text);
  return { ...config, jobs: config.jobs.map((job) => ({ ...job, lines: null })) };
}

describe('the default of each key is what applies without it', () => {
  for (const { section, key, text } of everyKey) {
    const { default: value } = text;
    if (typeof value !== 'string' || value === 'required') continue;
    it(`${section.title}: ${key}: ${value}`, () => {
      // A map that keeps nothing is a fault.
      const other = key === 'last' ? 'daily: 4' : 'last: 4';
      const line = isKeep(section) ? `keep: { ${other}, ${key}: ${value} }` : `${key}: ${value}`;
      const without = isKeep(section) ? `keep: { ${other} }` : '{}';
      assert.deepEqual(meaningOf(fileWith(section, line)), meaningOf(fileWith(section, without)));
    });
  }
});

const requiredOf = ({ keys }: KeySection): string[] =>
  Object.entries(keys).flatMap(([key, text]) => (text.default === 'required' ? [key] : []));

describe('what is required is what the schema, or the loader, requires', () => {
  for (const section of keySections)
    it(section.title, () => {
      // The loader tells it of each job and each agent.
      const byLoader: Readonly<Record<string, string[]>> = {
        defaults: ['schedule'],
        'agents.*': ['databases'],
      };
      const { required = [] } = mapAt(section.path);
      const expected = byLoader[section.path.join('.')] ?? required;
      assert.deepEqual(requiredOf(section).toSorted(), expected.toSorted());
    });

  it('no schedule, no databases', () => {
    const file = JSON.parse(fileWith(keySections[0] as KeySection, '{}')) as object;
    const faultsWith = (change: object) => told(problemsOf(JSON.stringify({ ...file, ...change })));
    assert.match(faultsWith({ defaults: {} }).join(), /has no schedule/u);
    assert.match(faultsWith({ agents: { paris: {} } }).join(), /has no databases/u);
  });
});

test('the small configuration is right for check-config', async () => {
  const world = new World('');
  writeFileSync(world.configFile, `${smallConfiguration.join('\n')}\n`);
  const { code, out, err } = await world.run(Date.now(), 'check-config');
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /valid, 4 jobs, 1 of them disabled/u);
});

describe('backupmon-config(5)', needsMandoc, () => {
  const text = needsMandoc.skip === undefined ? read('backupmon-config.5') : '';

  const sectionOf = (title: string): string => {
    const from = text.indexOf(`\n${title}\n`);
    assert.ok(from >= 0, title);
    const rest = text.slice(from + title.length + 2);
    const end = rest.search(/^[A-Z]/mu);
    return rest.slice(0, end);
  };

  for (const section of keySections)
    it(`tells the ${section.title.toLowerCase()} with type, default, meaning and example`, () => {
      const own = sectionOf(section.title);
      for (const {
        key,
        text: { example, default: value },
      } of everyKey.filter((one) => one.section === section)) {
        const after = own.slice(own.search(new RegExp(`^ +${key}(?: |$)`, 'mu')));
        assert.notEqual(after, own.slice(-1), key);
        const shown = flowing(after.slice(0, 2000));
        const start = value === 'required' ? 'Required.' : 'Default: ';
        assert.match(shown, new RegExp(`^ ${key} [‘A-Z].{1,80}?\\. ${start}`, 'u'));
        assert.ok(shown.includes(flowing(example)), key);
        const { description = '' } = mapAt(section.path).properties?.[key] ?? {};
        assert.ok(shown.includes(description.split('`')[0] ?? ''), description);
      }
    });

  it('shows the small configuration', () => {
    for (const line of smallConfiguration) assert.ok(text.includes(line), line);
  });
});
