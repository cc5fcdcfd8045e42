import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { checkText } from '../../src/config/load.ts';
import { strangersOf, type Stranger } from '../../src/doctor/deposits/strangers.ts';
import { suggestJobs } from '../../src/doctor/jobs/suggest.ts';
import { suggestionText } from '../../src/doctor/jobs/suggestion-text.ts';
import type { ZoneFacts } from '../../src/doctor/deposits/zone.ts';
import { folders } from '../config/support.ts';
import { nasty } from '../render/hostile.ts';
import { configWith } from './support.ts';

const day = 86_400_000;
const evening = Date.parse('2026-06-01T19:50:00Z');
const evenings = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => evening + index * day);

const stranger = (id: string, changes: Partial<Stranger> = {}): Stranger => {
  const [agent = '', database = ''] = id.split('/');
  return { agent, database, configured: agent === 'paris', ends: [], ...changes };
};

const yaml = `defaults: { schedule: '0 4 * * *' }\nagents:\n  paris:\n    databases:\n      compta: {}\n`;

interface Suggested {
  readonly agents: Record<string, { databases: Record<string, { schedule?: string }> }>;
}

/** What is printed for a configuration. */
function printed(strangers: readonly Stranger[], text = folders + yaml): string {
  const file = '/etc/backupmon/config.yaml';
  const loaded = checkText(file, text, {});
  assert.ok(loaded.kind === 'ok');
  return suggestionText(suggestJobs(strangers, loaded.config), { file, text, env: {} });
}

describe('the lines for the configuration', () => {
  it('are these', () => {
    const strangers = [
      stranger('paris/crm', { ends: evenings(4) }),
      stranger('paris/wiki', { ends: evenings(1) }),
      stranger('lyon/shop'),
    ];
    assert.equal(
      printed(strangers),
      `# Jobs for /etc/backupmon/config.yaml: 3 databases that agents report and no job expects.
# Paste them below its \`agents:\`. Of an agent that it has already, paste only the lines of the
# databases, below its \`databases:\`; where that is a list such as [crm, wiki], make it a map.
agents:
  paris:
    databases:
      crm: { schedule: '0 20 * * *' } # guessed from 4 rounds
      wiki: {} # 1 round was seen, too few to guess a schedule: set one, unless the defaults have it
  lyon:
    databases:
      shop: {} # no round was seen, too few to guess a schedule: set one, unless the defaults have it
`,
    );
  });

  it('are a comment where nothing is missing', () => {
    const text = printed([]);
    assert.equal(text, '# Agents report no database that could be added.\n');
    assert.equal(parse(text), null);
  });

  it('can be pasted as the comment says, and are valid there', () => {
    const strangers = [
      stranger('paris/crm', { ends: evenings(3) }),
      stranger('lyon/yes', { ends: evenings(3) }),
      stranger('lyon/1e3'),
      stranger('lyon/a: b'),
    ];
    const lines = printed(strangers).split('\n');
    const from = (line: string): number => lines.indexOf(line);
    const ofParis = lines.slice(from('    databases:') + 1, from('  lyon:')).join('\n');
    const whole = `${folders}${yaml}${ofParis}\n${lines.slice(from('  lyon:')).join('\n')}`;
    const loaded = checkText('/etc/backupmon/config.yaml', whole, {});
    assert.ok(loaded.kind === 'ok', JSON.stringify(loaded));
    assert.deepEqual(
      loaded.config.jobs.map(({ id }) => id),
      ['paris/compta', 'paris/crm', 'lyon/yes', 'lyon/1e3', 'lyon/a: b'],
    );
    const [, crm] = loaded.config.jobs;
    assert.deepEqual(crm?.rules.schedule, { kind: 'cron', expression: '0 20 * * *' });
  });

  it('tell what check-config would say: no schedule, no label for the path', () => {
    const without = `${folders}agents: { paris: { databases: { compta: { schedule: every 24h } } } }\n`;
    assert.match(
      printed([stranger('lyon/shop')], without),
      /^# check-config will say: lyon\/shop has no schedule/mu,
    );
    assert.doesNotMatch(
      printed([stranger('lyon/shop', { ends: evenings(3) })], without),
      /check-config will/u,
    );
    const labelled = `${folders}defaults: { schedule: every 24h, path: '{city}/{database}' }\nagents: { paris: { labels: { city: Paris }, databases: [compta] } }\n`;
    assert.match(printed([stranger('lyon/shop')], labelled), /^# check-config will say: .*city/mu);
    assert.doesNotMatch(printed([stranger('paris/crm')], labelled), /check-config will/u);
    assert.doesNotMatch(
      printed([stranger('paris/crm', { ends: evenings(3) })], labelled),
      /check-config will/u,
    );
    assert.doesNotMatch(
      printed([stranger('lyon/shop')], `${folders}defaults: { schedule: every 24h }\nagents: {}\n`),
      /check-config will/u,
    );
  });

  it('leave out what can be no job, and say why', () => {
    const text = printed([
      stranger('paris/Compta'),
      stranger('Paris/crm', { configured: false }),
      stranger('paris/.hidden'),
      stranger('lyon/a'),
      stranger('lyon/A'),
    ]);
    assert.deepEqual(parse(text), { agents: { lyon: { databases: { a: {} } } } });
    for (const why of [
      'paris/Compta: it differs from paris/compta only in case',
      'Paris/crm: its agent differs from paris, which is in the configuration, only in case',
      'paris/.hidden: the name of the database starts with a dot',
      'lyon/A: it differs from lyon/a only in case',
    ])
      assert.ok(text.includes(`# Not possible as it is called: ${why}\n`), why);
  });

  it('show white space that is no space', () => {
    const text = printed([stranger('paris/x', { database: 'a\u00a0b' })]);
    assert.match(text, /^ {6}"a\\u00a0b": \{\}/mu);
  });

  it('say what could not be read', () => {
    const unread = ['/in/paris: permission denied\n', ...Array.from({ length: 12 }, () => 'x')];
    const source = { file: '/c', text: null, env: {}, unread };
    const lines = suggestionText({ jobs: [], refused: [] }, source).split('\n');
    assert.equal(lines[0], '# Agents report no database that could be added.');
    assert.equal(lines[1], '# Not read: /in/paris: permission denied');
    assert.deepEqual(lines.slice(10), ['# Not read: x', '# Not read: 3 more', '']);
  });

  for (const [name, text] of Object.entries(nasty)) {
    it(`are harmless, and mean what was reported: ${name}`, () => {
      const strangers = [
        stranger('paris/x', { database: text }),
        stranger('lyon/x', { agent: text, configured: false }),
      ];
      const shown = printed(strangers);
      assert.doesNotMatch(
        shown,
        /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u,
      );
      assert.doesNotMatch(shown, /^(?:<\d>|forged|OK -|Bcc:)/mu);
      const { agents = {} } = (parse(shown) ?? {}) as Partial<Suggested>;
      const names = Object.entries(agents).flatMap(([agent, { databases }]) =>
        Object.keys(databases).map((database) => `${agent}/${database}`),
      );
      for (const id of names)
        assert.ok([`paris/${text}`, `${text}/x`].includes(id), JSON.stringify(id));
      const { jobs, refused } = suggestJobs(strangers, configWith(yaml));
      assert.equal(jobs.length, names.length);
      assert.equal(jobs.length + refused.length, 2);
    });
  }
});

describe('what no job expects', () => {
  const zone = (agent: string, changes: Partial<ZoneFacts>): ZoneFacts => ({
    agent,
    configured: agent === 'paris',
    there: true,
    trouble: null,
    unsafe: [],
    folders: [],
    unreadable: [],
    files: 0,
    names: [],
    rounds: { newest: null, ends: new Map() },
    ...changes,
  });
  const record = (agent: string, newestReportEnd: number, ...unexpected: string[]) =>
    [agent, { agent, newestReportEnd, unexpected, unexpectedCount: unexpected.length }] as const;
  const rounds = {
    newest: { endedAt: evening, databases: ['compta', 'crm', 'crm'] },
    ends: new Map([['crm', [evening]]]),
  };
  const ids = (zones: ZoneFacts[], ...records: ReturnType<typeof record>[]): string[] =>
    strangersOf(configWith(yaml), zones, new Map(records)).map(
      ({ agent, database, ends }) => `${agent}/${database} ${ends.length}`,
    );

  it('is what the newest report names, whoever has read it', () => {
    assert.deepEqual(ids([zone('paris', { rounds })]), ['paris/crm 1']);
    assert.deepEqual(ids([zone('paris', { rounds })], record('paris', evening + 1, 'wiki')), [
      'paris/wiki 0',
    ]);
    assert.deepEqual(ids([zone('paris', { rounds })], record('paris', evening - 1, 'wiki')), [
      'paris/crm 1',
    ]);
    assert.deepEqual(ids([zone('paris', {})], record('paris', evening, 'wiki', 'compta')), [
      'paris/wiki 0',
    ]);
  });

  it('is nothing of an agent whose folder has gone', () => {
    assert.deepEqual(ids([zone('lyon', { there: false })], record('lyon', evening, 'shop')), []);
  });
});
