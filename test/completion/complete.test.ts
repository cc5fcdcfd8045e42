/** `backupmon complete`: what it says, and when it says nothing. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import { at, day, minute, World } from '../support/world.ts';
import { hostileNames, hyphenNames } from './names.ts';

const noon = at('2026-06-20T12:00:00Z');
const rules = 'defaults: { schedule: every 24h, settle: 0s }\n';
const small = `${rules}agents: { paris: { databases: [compta, crm] }, lyon: { databases: [shop] }, nobody: { databases: [] } }\n`;

/** Lines, when all went as it should. */
async function said(world: World, ...argv: string[]): Promise<string[]> {
  const ran = await world.run(noon, 'complete', ...argv);
  assert.deepEqual([ran.code, ran.err], [0, '']);
  return ran.out.split('\n').slice(0, -1);
}

test('agents and jobs, each once, as they are named', async () => {
  const world = new World(small);
  assert.deepEqual(await said(world, 'names'), [
    'paris',
    'lyon',
    'paris/compta',
    'paris/crm',
    'lyon/shop',
  ]);
  assert.deepEqual(await said(world, 'jobs'), ['paris/compta', 'paris/crm', 'lyon/shop']);
});

test('names that a shell would like to obey are said as they are', async () => {
  const names = [...hostileNames, ...hyphenNames];
  // Of ASCII alone YAML's double quotes are those of JSON.
  const list = JSON.stringify(names);
  const world = new World(
    `${rules}agents: { ${names.map((name) => `${JSON.stringify(name)}: { path: "${names.indexOf(name)}/{database}", databases: ${list} }`).join(', ')} }\n`,
  );
  assert.deepEqual(await said(world, 'names'), [
    ...names,
    ...names.flatMap((agent) => names.map((database) => `${agent}/${database}`)),
  ]);
});

test('ways out are those that `notify --test` knows', async () => {
  const world = new World(`${small}notifications:
  email: { smtp: { host: localhost }, from: a@example.org, to: [b@example.org, c@example.org] }
  webhook: { name: "the chat", url: "https://example.org/" }
  command: { name: pager, run: [/bin/true] }
  heartbeat: "https://example.org/"
`);
  const ways = await said(world, 'ways');
  assert.deepEqual(ways, ['email', 'the chat', 'pager', 'heartbeat']);
  const refused = await world.run(noon, 'notify', '--test', 'nobody');
  assert.match(refused.err, new RegExp(`it has ${ways.join(', ')}`, 'u'));
});

test('deposits that reports of a job have named, the newest first', async () => {
  const world = new World(small);
  await world.ok(noon, 'init-db');
  assert.deepEqual(await said(world, 'deposits', 'paris/compta'), []);
  for (const [index, file] of ['old.sql.gz', '$(touch canary).sql.gz', '-n.sql.gz'].entries()) {
    world.deposit({ file, endedAt: noon - 3 * day + index * day });
    world.deposit({ database: 'crm', endedAt: noon - 3 * day + index * day });
    await world.ok(noon - 3 * day + index * day + minute, 'scan');
  }
  assert.deepEqual(await said(world, 'deposits', 'paris/compta'), [
    '-n.sql.gz',
    '$(touch canary).sql.gz',
    'old.sql.gz',
  ]);
  assert.deepEqual(
    await said(world, 'deposits', '--', 'paris/compta'),
    await said(world, 'deposits', 'paris/compta'),
  );
  for (const job of ['paris', 'paris/', 'lyon/shop', 'paris/nothing', ''])
    assert.deepEqual(await said(world, 'deposits', job), [], job);
});

test('a word that would be two lines, or hide something, is left out', async () => {
  const world = new World(small);
  await world.ok(noon, 'init-db');
  const files = ['line\nbreak', 'esc\u001b[2J', 'bidi\u202e', 'plain'];
  for (const [index, file] of files.entries()) {
    const endedAt = noon - day + index * minute;
    world.deposit({ file: 'compta.sql.gz', endedAt });
    await world.ok(endedAt + 1, 'scan');
    // No report can bring such a name in; somebody else may write the database.
    const db = new SqliteDatabase(world.database);
    db.prepare("update entries set file_name = ? where file_name = 'compta.sql.gz'").run(file);
    db.close();
  }
  assert.deepEqual(await said(world, 'deposits', 'paris/compta'), ['plain']);
});

test('what a newer script asks for is not known, and no fault', async () => {
  assert.deepEqual(await said(new World(small), 'colours'), []);
});

test('nothing is said where the configuration or the database cannot be read', async () => {
  const world = new World(small);
  // The database is absent, then no database.
  assert.deepEqual(await said(world, 'deposits', 'paris/compta'), []);
  writeFileSync(world.database, 'no database');
  assert.deepEqual(await said(world, 'deposits', 'paris/compta'), []);
  world.configure('agents: { paris: { schedul: x } }\n');
  assert.deepEqual(await said(world, 'names'), []);
  rmSync(world.configFile);
  assert.deepEqual(await said(world, 'names'), []);
  mkdirSync(world.configFile);
  assert.deepEqual(await said(world, 'names'), []);
  const elsewhere = await world.run(
    noon,
    '--config',
    join(world.root, 'absent.yaml'),
    'complete',
    'names',
  );
  assert.deepEqual(elsewhere, { code: 0, out: '', err: '' });
  const nowhere = await world.run(noon, '--config', '', 'complete', 'names');
  assert.deepEqual(nowhere, { code: 0, out: '', err: '' });
});

test('people are not told of it', async () => {
  const world = new World(small);
  const help = await world.run(noon, '--help');
  assert.doesNotMatch(help.out, /^ {2}complete\b/mu);
  const typo = await world.run(noon, 'complet');
  assert.doesNotMatch(typo.err, /complete\b/u);
});
