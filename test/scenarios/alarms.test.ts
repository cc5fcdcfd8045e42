/** What people are told, and when: once, in one message, with everything that was silent meanwhile. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { end, noon, scanAt, startedWith } from '../support/evening.ts';
import { at, day, hour, minute, type World } from '../support/world.ts';

/** A document as the webhook and the command get it. */
interface Told {
  readonly kind: string;
  readonly subject: string;
  readonly severity: string;
  readonly events: readonly {
    readonly change: string;
    readonly kind: string;
    readonly name: string;
    readonly job_count: number;
    readonly jobs: readonly { readonly job: string; readonly status: string }[];
  }[];
}

const inbox = (world: World): string => join(world.root, 'inbox');

/** What a command was given, oldest first. */
function told(world: World): Told[] {
  if (!existsSync(inbox(world))) return [];
  const texts = readFileSync(inbox(world), 'utf8').split('\0').slice(0, -1);
  return texts.map((text) => JSON.parse(text) as Told);
}

const subjects = (world: World): string[] => told(world).map(({ subject }) => subject);

const rules = 'schedule: 0 20 * * *, grace: 5m, settle: 0s';
const names = Array.from({ length: 40 }, (_, index) => `d${index}`);
const many = `agents:\n  paris: { databases: [${names.join(', ')}] }\n  lyon: { databases: [shop] }\n`;
const two = 'agents:\n  paris: { databases: [a] }\n  lyon: { databases: [shop] }\n';

async function worldWith(agents: string, more = '', job = ''): Promise<World> {
  const yaml = `defaults: { ${rules}${job} }\n${agents}`;
  const world = await startedWith(yaml);
  world.configure(
    `${yaml}notifications:\n  command: { run: [/bin/sh, -c, 'cat >> "$0"; printf "\\0" >> "$0"', ${inbox(world)}] }\n${more}`,
  );
  return world;
}

test('40 jobs of one silent agent are one message, and more scans none', async () => {
  const world = await worldWith(many);
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end });
  await world.run(scanAt, 'scan');
  const [first] = told(world);
  assert.equal(first?.subject, '[backupmon test] paris is silent: 40 backups MISSING');
  assert.deepEqual(
    first.events.map(({ change, kind, name, job_count }) => [change, kind, name, job_count]),
    [['opened', 'silent', 'paris', 40]],
  );
  for (let index = 1; index <= 20; index += 1) await world.run(scanAt + index * 1000, 'scan');
  assert.equal(told(world).length, 1);
  // It is heard of again: that the others are missing is known.
  for (const [index, database] of ['d0', 'd1'].entries()) {
    world.deposit({ agent: 'paris', database, endedAt: scanAt + (index + 1) * minute });
    await world.run(scanAt + (index + 2) * minute, 'scan');
  }
  assert.deepEqual(
    told(world).map(({ events }) => events.map(({ change, name }) => `${change} ${name}`)),
    [['opened paris'], ['ended paris'], ['ended paris/d1']],
  );
  assert.match(told(world)[1]?.subject ?? '', /closed, not recovered: paris$/u);
});

test('a thousand scans over what has not changed are one message', async () => {
  const world = await worldWith(two);
  for (let index = 0; index < 1000; index += 1) await world.run(scanAt + index * 1000, 'scan');
  assert.equal(told(world).length, 1);
});

test('three days without a scanner are one message', async () => {
  const world = await worldWith(two);
  await world.run(scanAt + 3 * day, 'scan');
  assert.deepEqual(subjects(world), [
    '[backupmon test] 2 critical: lyon/shop MISSING, paris/a MISSING',
  ]);
});

test('what is over is told: a command has no threads, and its subject says how things are', async () => {
  const world = await worldWith(two);
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end });
  await world.run(scanAt, 'scan');
  world.deposit({ agent: 'paris', database: 'a', endedAt: scanAt + 50 * minute });
  await world.run(scanAt + hour, 'scan');
  assert.deepEqual(subjects(world), [
    '[backupmon test] paris/a MISSING',
    '[backupmon test] recovered: paris/a',
  ]);
  assert.deepEqual(
    told(world).map(({ events }) => events.map(({ change }) => change)),
    [['opened'], ['ended']],
  );
});

/** The round of both agents on an evening so many days later; what is bad of paris. */
async function evening(world: World, index: number, isBad: boolean): Promise<void> {
  const endedAt = end + index * day;
  world.deposit({ agent: 'lyon', database: 'shop', endedAt, content: `shop ${index}` });
  const bytes = isBad ? { bytes: Buffer.from('damaged') } : {};
  world.deposit({ agent: 'paris', database: 'a', endedAt, content: `a ${index}`, ...bytes });
  await world.run(scanAt + index * day, 'scan');
}

const changes = (world: World): string[] =>
  told(world).flatMap(({ events }) => events.map(({ change, name }) => `${change} ${name}`));

test('fail_after: only so many bad cycles in a row are told', async () => {
  const world = await worldWith(two, '  remind: []\n', ', fail_after: 3');
  const bad = [true, true, false, true, true, true, true, false];
  for (const [index, isBad] of bad.entries()) await evening(world, index, isBad);
  assert.deepEqual(changes(world), ['opened paris/a', 'ended paris/a']);
});

test('reminders come at the ages that are configured, the last again and again, and stop', async () => {
  const world = await worldWith(two, '  remind: [24h, 72h]\n');
  const lyon = (endedAt: number): void =>
    void world.deposit({ agent: 'lyon', database: 'shop', endedAt, content: `at ${endedAt}` });
  lyon(end);
  await world.run(scanAt, 'scan');
  const heard: number[] = [];
  for (let hours = 6; hours <= 24 * 10; hours += 6) {
    const now = scanAt + hours * hour;
    if (hours % 24 === 0) lyon(now - minute);
    const before = told(world).length;
    await world.run(now, 'scan');
    if (told(world).length > before) heard.push(hours);
  }
  assert.deepEqual(heard, [24, 72, 144, 216]);
  assert.deepEqual(new Set(changes(world).slice(1)), new Set(['reminder paris/a']));
  world.deposit({ agent: 'paris', database: 'a', endedAt: scanAt + 10 * day });
  lyon(scanAt + 10 * day);
  await world.run(scanAt + 10 * day + hour, 'scan');
  assert.equal(changes(world).at(-1), 'ended paris/a');
  await world.run(scanAt + 10 * day + 2 * hour, 'scan');
  assert.equal(told(world).length, 6);
});

test('a job that is bad and well all the time is told of six times a day, and once more when the day is over', async () => {
  const world = await worldWith(
    'agents:\n  paris: { databases: [a], schedule: every 10m, grace: 1h }\n',
    '  remind: []\n',
  );
  let now = scanAt;
  for (let index = 0; index < 60; index += 1, now += 10 * minute) {
    const bytes = index % 2 === 0 ? { bytes: Buffer.from(`damaged ${index}`) } : {};
    world.deposit({ endedAt: now - minute, database: 'a', content: `a ${index}`, ...bytes });
    await world.run(now, 'scan');
  }
  assert.equal(told(world).length, 6);
  world.deposit({ endedAt: now - minute, database: 'a', bytes: Buffer.from('damaged at last') });
  for (let index = 0; index < 3; index += 1) await world.run(now + day + index, 'scan');
  assert.equal(told(world).length, 7);
  assert.equal(changes(world).at(-1), 'opened paris/a');
});

test('what began and ended while nobody could be told is no news; what lasts is told when somebody can', async () => {
  const yaml = `defaults: { ${rules} }\n${two}`;
  const world = await startedWith(yaml);
  await evening(world, 0, true);
  await evening(world, 1, false);
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end + 2 * day, content: 'shop 2' });
  await world.run(scanAt + 2 * day, 'scan');
  world.configure(
    `${yaml}notifications:\n  command: { run: [/bin/sh, -c, 'cat >> "$0"; printf "\\0" >> "$0"', ${inbox(world)}] }\n`,
  );
  await world.run(scanAt + 2 * day + hour, 'scan');
  assert.deepEqual(changes(world), ['opened paris/a']);
});

test('a promotion by hand ends what it mends, and the next scan tells it', async () => {
  const world = await worldWith(two, '  remind: []\n');
  for (let index = 0; index < 8; index += 1) await evening(world, index, false);
  const endedAt = end + 8 * day;
  world.deposit({ agent: 'lyon', database: 'shop', endedAt, content: 'shop 8' });
  world.deposit({ agent: 'paris', database: 'a', endedAt, content: 'a'.repeat(500_000) });
  await world.run(scanAt + 8 * day, 'scan');
  assert.deepEqual(subjects(world), ['[backupmon test] paris/a SIZE ANOMALY']);
  await world.ok(scanAt + 8 * day + minute, 'promote', 'paris/a');
  assert.equal(told(world).length, 1);
  await world.run(scanAt + 8 * day + hour, 'scan');
  assert.deepEqual(changes(world), ['opened paris/a', 'ended paris/a']);
});

test('a drop zone that is gone blocks the jobs of all agents: one message, and one when it is back', async () => {
  const world = await worldWith(two, '  remind: []\n');
  renameSync(world.deposits, `${world.deposits}.gone`);
  for (let index = 0; index < 3; index += 1)
    assert.equal((await world.run(noon + hour + index, 'scan')).code, 3);
  const [first, ...more] = told(world);
  assert.deepEqual(more, []);
  assert.equal(first?.subject, '[backupmon test] 2 backups blocked: enoent');
  assert.deepEqual(
    first.events.map(({ kind, jobs }) => [kind, jobs.map(({ job }) => job).toSorted()]),
    [['blocked', ['lyon/shop', 'paris/a']]],
  );
  renameSync(`${world.deposits}.gone`, world.deposits);
  await world.run(noon + 2 * hour, 'scan');
  assert.deepEqual(changes(world), ['opened ', 'ended ']);
});

test('what blocks the jobs of one agent, and later those of another, is told to the people of both', async () => {
  const world = await worldWith(two, '  remind: []\n');
  // A file where the folder of its versions is to be.
  const block = (agent: string, database: string, endedAt: number): void => {
    writeFileSync(world.tree(agent), '');
    world.deposit({ agent, database, endedAt });
  };
  block('paris', 'a', noon + minute);
  await world.run(noon + hour, 'scan');
  block('lyon', 'shop', noon + minute);
  await world.run(noon + 2 * hour, 'scan');
  await world.run(noon + 3 * hour, 'scan');
  assert.deepEqual(changes(world), ['opened ', 'changed ']);
  assert.deepEqual(
    told(world).map(({ events }) => events.map((event) => event.job_count)),
    [[1], [2]],
  );
});

test('a tree that is not mounted: that no scan can be done is told once, and that one can again', async () => {
  const world = await worldWith(two, '  remind: []\n');
  const marker = world.tree('.backupmon');
  renameSync(marker, `${world.root}/marker`);
  for (let index = 0; index < 3; index += 1)
    assert.equal((await world.run(noon + hour + index, 'scan')).code, 3);
  assert.deepEqual(subjects(world), ['[backupmon test] cannot scan: validated_unusable']);
  assert.match((await world.ok(noon + hour, 'history')).out, /NOTICE +backupmon /u);
  renameSync(`${world.root}/marker`, marker);
  await world.run(noon + 2 * hour, 'scan');
  assert.deepEqual(subjects(world).slice(1), ['[backupmon test] recovered: it can scan again']);
});

test('an agent of many jobs is heard of again: while some are missing still that is no recovery', async () => {
  const databases = Array.from({ length: 60 }, (_, index) => `d${String(index).padStart(2, '0')}`);
  const world = await worldWith(`agents:\n  paris: { databases: [${databases.join(', ')}] }\n`);
  await world.run(scanAt, 'scan');
  for (const [index, database] of databases.slice(0, 55).entries())
    world.deposit({ agent: 'paris', database, endedAt: scanAt + index * 1000 });
  await world.run(scanAt + hour, 'scan');
  const [, second] = told(world);
  assert.equal(second?.subject, '[backupmon test] closed, not recovered: paris');
  assert.deepEqual(
    second.events.map(({ jobs, job_count }) => [jobs[0]?.status, job_count]),
    [['MISSING', 60]],
  );
});

test('many problems at once: the worst are listed, the others counted', async () => {
  const agents = Array.from({ length: 70 }, (_, index) => `  a${index}: { databases: [x] }`);
  const world = await worldWith(`agents:\n${agents.join('\n')}\n`);
  await world.run(scanAt, 'scan');
  const [first] = told(world);
  assert.match(first?.subject ?? '', /^\[backupmon test\] 70 critical: a0\/x MISSING, .*…$/u);
  assert.equal(first?.events.length, 50);
});

test('a scan of some jobs does not say that all can be scanned again', async () => {
  const world = await worldWith(two, '  remind: []\n');
  const marker = world.tree('.backupmon');
  renameSync(marker, `${world.root}/marker`);
  await world.run(noon + hour, 'scan');
  renameSync(`${world.root}/marker`, marker);
  await world.run(noon + 2 * hour, 'scan', 'paris');
  assert.equal(told(world).length, 1);
  await world.run(noon + 3 * hour, 'scan');
  assert.equal(told(world).length, 2);
});

test('an agent that falls silent after one of its jobs was bad stays silent, scan after scan', async () => {
  const world = await startedWith(
    `defaults: { ${rules} }\nagents:\n  paris: { databases: { a: { schedule: 0 1 * * * }, b: { schedule: 0 1 * * * }, c: { schedule: 0 3 * * * } } }\n`,
  );
  const yaml = world.read(world.configFile).split('\n').slice(4).join('\n');
  world.configure(
    `${yaml}notifications:\n  remind: []\n  command: { run: [/bin/sh, -c, 'cat >> "$0"; printf "\\0" >> "$0"', ${inbox(world)}] }\n`,
  );
  const night = at('2026-06-21T00:50:00Z');
  for (let index = 0; index < 2; index += 1) {
    const endedAt = night + index * day;
    world.deposit({ database: 'a', endedAt, bytes: Buffer.from(`damaged ${index}`) });
    world.deposit({ database: 'b', endedAt, content: `b ${index}` });
    await world.run(endedAt + 20 * minute, 'scan');
    world.deposit({ database: 'c', endedAt: endedAt + 2 * hour, content: `c ${index}` });
    await world.run(endedAt + 3 * hour, 'scan');
  }
  const before = changes(world);
  // Then nothing comes any more.
  for (let hours = 24; hours < 24 * 5; hours += 1)
    await world.run(night + day + hours * hour, 'scan');
  assert.deepEqual(before, ['opened paris/a']);
  assert.deepEqual(changes(world).slice(1), ['opened paris']);
});
