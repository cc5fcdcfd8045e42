/** Names that lead elsewhere: of files, of agents, of databases. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { minute, World } from '../support/world.ts';
import { entry, Siege } from './support.ts';

/** Job → the name that its report gives, and where the secret lies that the report describes. */
const tricks: Readonly<Record<string, { name: string; leadsTo?: string[]; own?: string }>> = {
  up: { name: '../../x', leadsTo: ['deposits/x', 'x'] },
  through: { name: 'a/../../b', leadsTo: ['deposits/b', 'deposits/lyon/database/b'] },
  sideways: { name: '../../lyon/database/c', leadsTo: ['deposits/lyon/database/c'] },
  nul: { name: 'nul.gz\0.png', own: 'nul.gz' },
  nothing: { name: '' },
  here: { name: '.' },
  above: { name: '..' },
  long: { name: `${'x'.repeat(4089)}.sql.gz` },
  space: { name: 'space.gz ', own: 'space.gz ' },
  reversed: { name: 'reversed\u202Ezg.lqs', own: 'reversed\u202Ezg.lqs' },
  line: { name: 'line.gz\n', own: 'line.gz\n' },
  hidden: { name: '.hidden.gz.Xa81bc', own: '.hidden.gz.Xa81bc' },
  sums: { name: 'SHA256SUMS', own: 'SHA256SUMS' },
};

test('case 1: file names that lead elsewhere or deceive are refused, whatever lies where they lead', async () => {
  const siege = await Siege.begin({ databases: Object.keys(tricks) });
  const { world } = siege;
  siege.deposit({ content: 'today' });
  mkdirSync(world.zone('paris', 'database', 'a'));
  for (const [database, { name, leadsTo = [], own }] of Object.entries(tricks)) {
    for (const path of leadsTo) siege.hide(path);
    siege.claimSecret({
      database,
      ...entry((described) => {
        described.staged_file_name = name;
      }),
    });
    if (own !== undefined) writeFileSync(world.zone('paris', 'database', own), siege.secret);
  }
  const ran = siege.scan();
  siege.holds(ran, {
    code: 2,
    events: [
      'paris/compta SUCCESS verified',
      ...Object.keys(tricks).map((job) => `paris/${job} TRANSFER_INTEGRITY_FAILED not_verifiable`),
    ],
    published: 1,
  });
  assert.deepEqual(readdirSync(world.zone('paris', 'log')), ['_archive'], 'all were judged');
  assert.deepEqual(readdirSync(world.tree('paris')), ['compta']);
});

test("case 1: of an absolute path the last component counts, in the agent's own folder", async () => {
  const siege = await Siege.begin({ databases: ['passwd', 'outside'] });
  const { world } = siege;
  const outside = siege.hide('outside', 'file.sql.gz');
  const named = (database: string, path: string) => ({
    database,
    ...entry((described) => {
      described.staged_file_name = path;
    }),
  });
  const { file, bytes } = siege.deposit(named('passwd', '/etc/passwd'));
  renameSync(file, world.zone('paris', 'database', 'passwd'));
  siege.claimSecret(named('outside', outside));
  siege.claimSecret(named('compta', '/'));
  siege.holds(siege.scan(), {
    code: 2,
    events: [
      'paris/compta TRANSFER_INTEGRITY_FAILED not_verifiable',
      'paris/outside TRANSFER_INTEGRITY_FAILED file_absent',
      'paris/passwd SUCCESS verified',
    ],
    publishedElsewhere: 1,
  });
  assert.deepEqual(readFileSync(world.tree('paris/passwd/current/passwd')), bytes);
});

const badNames = [
  '../../x',
  'a/../../b',
  '/etc/passwd',
  'a\0b',
  '',
  '.',
  '..',
  'compta ',
  ' compta',
  'compta\u202Eb',
  'compta\n',
  '__proto__',
  'x'.repeat(4096),
];

for (const [kind, first, agentsOf] of [
  ['agent', 7, (name: string) => `  ? ${JSON.stringify(name)}\n  : { databases: [compta] }\n`],
  [
    'database',
    8,
    (name: string) =>
      `  a${badNames.indexOf(name)}:\n    { databases: [${JSON.stringify(name)}] }\n`,
  ],
] as const) {
  test(`case 2: ${kind} names that lead elsewhere or deceive are faults of the configuration, each told in its line`, () => {
    const world = new World(
      `defaults: { schedule: every 24h }\nagents:\n${badNames.map(agentsOf).join('')}`,
    );
    const { code, out } = world.process(['check-config', '--json']);
    const { problems } = JSON.parse(out) as { problems: { line: number; message: string }[] };
    assert.equal(code, 3);
    assert.deepEqual(
      problems.map(({ line }) => line),
      badNames.map((_, index) => first + 2 * index),
    );
    assert.ok(
      problems.every(({ message }) => /^the (?:agent|database) name|__proto__/u.test(message)),
    );
    assert.equal(world.process(['init-db']).code, 3);
    assert.deepEqual(readdirSync(world.root).toSorted(), ['config.yaml', 'deposits', 'state']);
  });
}

test('case 2: names that differ only in case are a fault of the configuration', () => {
  const world = new World(
    'defaults: { schedule: every 24h }\nagents:\n  Paris: { databases: [x] }\n  paris: { databases: [y, Y] }\n',
  );
  const { code, err } = world.process(['check-config']);
  assert.equal(code, 3);
  assert.match(err, /the agent name "paris" differs from "Paris" only in case/u);
  assert.match(err, /the database name "Y" differs from "y" only in case/u);
});

test('case 2: databases of such names in a report are unexpected, and lead nowhere', async () => {
  const names = [...badNames.filter((name) => name.length <= 255), 'COMPTA', 'constructor'];
  const siege = await Siege.begin();
  const { world } = siege;
  siege.hide('deposits', 'x');
  const { bytes } = siege.deposit({
    content: 'today',
    change: (report) => {
      const own = report.databases['compta'];
      // Written as text: in an object literal `__proto__` would be no key.
      report.databases = JSON.parse(
        `{${['compta', ...names].map((name) => `${JSON.stringify(name)}:${JSON.stringify(own)}`).join(',')}}`,
      ) as typeof report.databases;
    },
  });
  const before = new Set(readdirSync(world.root));
  const ran = siege.scan();
  siege.holds(ran, { code: 0, events: ['paris/compta SUCCESS verified'], published: 1 });
  const { unexpected } = JSON.parse(ran.out) as { unexpected: { database: string }[] };
  assert.deepEqual(unexpected.map(({ database }) => database).toSorted(), names.toSorted());
  assert.deepEqual(readdirSync(world.tree()).toSorted(), [
    '.backupmon',
    '.incoming',
    'lyon',
    'paris',
  ]);
  assert.deepEqual(readdirSync(world.tree('paris')), ['compta']);
  assert.deepEqual(readFileSync(world.tree('paris/compta/current/compta.sql.gz')), bytes);
  assert.deepEqual(
    readdirSync(world.root).filter((name) => !before.has(name)),
    ['strace'],
  );
});

test('case 2: a name of 4,096 characters makes the report none', async () => {
  const siege = await Siege.begin();
  siege.deposit({ database: 'x'.repeat(4096), file: 'compta.sql.gz' });
  siege.holds(siege.scan(), { code: 1, events: ['paris REPORT_REFUSED bad_shape'] });
});

test('case 2: an agent that calls itself by such a name is forged, and moves nothing', async () => {
  const siege = await Siege.begin();
  const names = badNames.filter((name) => name !== '' && name.length <= 255);
  const reports = names.map(
    (name) =>
      siege.deposit({
        change: (report) => {
          report.agent_id = name;
        },
      }).report,
  );
  const ran = siege.scan();
  siege.holds(ran, { code: 2, events: ['paris REPORT_REFUSED forged'] });
  for (const report of reports) assert.ok(readFileSync(report).length > 0);
});

test('case 2: folders of agents with such names are unexpected, and none is taken for another', async () => {
  const folders = [
    'Paris',
    '__proto__',
    'paris\n',
    'paris ',
    'pa\u202Eris',
    '-rf',
    'x'.repeat(255),
  ];
  const siege = await Siege.begin();
  const { world } = siege;
  for (const agent of folders)
    siege.deposit({ agent, database: 'compta', content: `not of paris, ${agent.length}` });
  const { bytes } = siege.deposit({ content: 'today' });
  const ran = siege.scan();
  siege.holds(ran, { code: 0, events: ['paris/compta SUCCESS verified'], published: 1 });
  assert.deepEqual(readFileSync(world.tree('paris/compta/current/compta.sql.gz')), bytes);
  const { unexpected } = JSON.parse(ran.out) as { unexpected: { agent: string }[] };
  assert.deepEqual(unexpected.map(({ agent }) => agent).toSorted(), folders.toSorted());
  const status = await world.run(siege.now + minute, 'status');
  // oxlint-disable-next-line no-control-regex -- it is what must not be there
  assert.doesNotMatch(status.out, /[\u0000-\u0009\u000b-\u001f\u202E]/u);
  assert.match(status.out, /Paris reports 1 database that no job expects/u);
});
