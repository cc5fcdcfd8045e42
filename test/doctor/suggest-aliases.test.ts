/** Configurations in which the place of a suggested job is not simply there. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkText } from '../../src/config/load.ts';
import { suggestionText } from '../../src/doctor/jobs/suggestion-text.ts';
import { folders } from '../config/support.ts';

const file = '/etc/backupmon/config.yaml';
const rules = "defaults: { schedule: '0 20 * * *' }\n";

/** The lines for a database of an agent, where the configuration ends in this. */
function printed(yaml: string, agent: string, database = 'crm', defaults = rules): string {
  const text = folders + defaults + yaml;
  assert.equal(checkText(file, text, {}).kind, 'ok', yaml);
  const job = { agent, database, configured: true, schedule: null, rounds: 1 };
  return suggestionText({ jobs: [job], refused: [] }, { file, text, env: {} });
}

describe('suggested jobs', () => {
  const aliases: readonly (readonly [string, string])[] = [
    ['databases', 'agents: { lyon: { databases: &d [compta] }, paris: { databases: *d } }\n'],
    [
      'a map of databases',
      'agents: { lyon: { databases: &d { a: {} } }, paris: { databases: *d } }\n',
    ],
    ['an agent', 'agents: { lyon: &a { databases: [compta] }, paris: *a }\n'],
    ['a database', 'agents: { lyon: { databases: [&d compta] }, paris: { databases: [*d] } }\n'],
  ];
  for (const [title, yaml] of aliases) {
    it(`are told without a comment where ${title} is an alias`, () => {
      const text = printed(yaml, 'paris');
      assert.match(text, /^ {2}paris:\n {4}databases:\n {6}crm: /mu);
      assert.doesNotMatch(text, /check-config will say/u);
    });
  }

  it('are not tried without what an alias brings with it', () => {
    const labels = 'agents: { lyon: &a { labels: { city: x }, databases: [a] }, paris: *a }\n';
    const path = "defaults: { schedule: '0 20 * * *', path: '{agent}/{city}/{database}' }\n";
    assert.doesNotMatch(printed(labels, 'paris', 'crm', path), /check-config will say/u);
  });

  it('find an agent whose name is a number', () => {
    for (const name of ['75', '"75"', '075']) {
      const agent = name.replaceAll('"', '');
      const text = printed(`agents: { ${name}: { databases: [compta] } }\n`, agent);
      assert.doesNotMatch(text, /check-config will say/u);
    }
    const text = printed('agents: { 75: { databases: { 1: {} } } }\n', '75', '2');
    assert.doesNotMatch(text, /check-config will say/u);
  });
});
