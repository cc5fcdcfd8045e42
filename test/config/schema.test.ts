import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { configJsonSchema, schemaFile } from '../../scripts/generate-schema.ts';
import { jobKeys } from '../../src/config/inherit.ts';
import { createSchema } from '../../src/config/schema.ts';
import { withEmail, withLines, withRules } from './support.ts';

const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as object;
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
  schema,
);
const example = readFileSync(new URL('../../config.example.yaml', import.meta.url), 'utf8');

/** Every property of a JSON Schema, by name. */
function propertiesOf(part: unknown): [string, Record<string, unknown>][] {
  if (typeof part !== 'object' || part === null) return [];
  const { properties = {} } = part as { properties?: Record<string, Record<string, unknown>> };
  return [...Object.entries(properties), ...Object.values(part).flatMap(propertiesOf)];
}

describe('the JSON Schema', () => {
  it('is up to date: else run node scripts/generate-schema.ts', () => {
    assert.deepEqual(schema, JSON.parse(JSON.stringify(configJsonSchema())));
  });

  it('explains every key', () => {
    const silent = propertiesOf(schema).filter(
      ([, { description }]) => typeof description !== 'string',
    );
    assert.deepEqual(silent, []);
  });

  it('accepts the example', () => {
    assert.ok(validate(parse(example)), JSON.stringify(validate.errors));
  });

  it('is named in the first line of the example', () => {
    assert.match(
      example,
      /^# yaml-language-server: \$schema=\.\/schemas\/config\.schema\.json\n# /,
    );
  });

  it('accepts what the loader accepts', () => {
    for (const text of [
      withLines(''),
      withRules(''),
      withRules('{ early: auto, size_change: off, grace: 1h30m, keep: 2 }'),
    ]) {
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
    }
  });

  const refused = [
    withRules('{ graze: 1h }'),
    withRules('{ grace: 1 hour }'),
    withRules('{ verify: all }'),
    withRules('{ keep: 0 }'),
    withLines('parallel: 65\n'),
    withLines('site: 4\n'),
    withEmail('{ smtp: { host: h }, from: a@b.c, to: [] }'),
    'deposits: relative\nvalidated: /v\ndatabase: /d\nagents: {}\n',
    'deposits: /d\n',
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text.split('\n').slice(-5).join(' '))}`, () =>
      assert.equal(validate(parse(text)), false));
  }
});

describe('the example', () => {
  it('shows every key, some of them commented out', () => {
    const { shape } = createSchema(null).file;
    const periods = ['last', 'daily', 'weekly', 'monthly', 'yearly'];
    const mail = ['email', 'smtp', 'host', 'port', 'user', 'password_file', 'from', 'to'];
    const keys = [...Object.keys(shape), ...jobKeys, ...periods, ...mail, 'databases'];
    const ways = ['sendmail', 'tls', 'ca_file', 'address', 'jobs', 'severity', 'webhook', 'url'];
    const more = ['secret_file', 'timeout', 'command', 'name', 'run', 'heartbeat', 'fail_from'];
    const told = ['remind', 'give_up_after', 'digest', 'for', 'reason'];
    keys.push(...ways, ...more, ...told);
    const absent = keys.filter((key) => !new RegExp(`(^|[ {])${key}:`, 'm').test(example));
    assert.deepEqual(absent, []);
  });
});
