/** What is told over HTTP: alarms to webhooks, and to a heartbeat that scans begin and how they end. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import SqliteDatabase from 'better-sqlite3';
import { end, scanAt, startedWith } from '../support/evening.ts';
import { startWebServer, type Asked } from '../support/web-server.ts';
import { day, hour, minute, type Ran, type World } from '../support/world.ts';

const validator = (schema: string) => {
  const file = join(import.meta.dirname, `../../schemas/${schema}.schema.json`);
  return new Ajv2020({ strict: false, allErrors: true }).compile(
    JSON.parse(readFileSync(file, 'utf8')) as object,
  );
};
const isAlarms = validator('alarms');
const isStatus = validator('status');

const rules = 'defaults: { schedule: 0 20 * * *, grace: 5m, settle: 0s }\n';
const agents = 'agents:\n  paris: { databases: [a] }\n  lyon: { databases: [shop] }\n';

const web = await startWebServer();
after(() => web.stop());

/** @param ways below `notifications` */
async function worldWith(ways: string): Promise<World> {
  const world = await startedWith(rules + agents);
  world.configure(`${rules}${agents}notifications:\n  remind: []\n${ways}`);
  web.asked.length = 0;
  web.answer = { status: 200 };
  return world;
}

function both(world: World, index = 0, bytes?: Buffer): void {
  const endedAt = end + index * day;
  world.deposit({ agent: 'lyon', database: 'shop', endedAt, content: `shop ${index}` });
  world.deposit({
    database: 'a',
    endedAt,
    content: `a ${index}`,
    ...(bytes !== undefined && { bytes }),
  });
}

/** What was asked since the last time. */
function taken(): Asked[] {
  return web.asked.splice(0);
}

const documentOf = ({ body }: Asked): { subject: string; events: { change: string }[] } => {
  const document: unknown = JSON.parse(body.toString('utf8'));
  assert.ok(isAlarms(document), JSON.stringify(isAlarms.errors));
  return document as ReturnType<typeof documentOf>;
};

test('a webhook gets the documented document, signed with the key of its file', async () => {
  const world = await worldWith('');
  const key = 'k€y with spaces ';
  writeFileSync(join(world.root, 'key'), `${key}\n`, { mode: 0o600 });
  world.configure(
    `${rules}${agents}notifications:\n  webhook: { url: '${web.url}/hook?to=us', secret_file: ${world.root}/key }\n`,
  );
  both(world, 0, Buffer.from('damaged'));
  await world.run(scanAt, 'scan');
  both(world, 1);
  await world.run(scanAt + day, 'scan');
  const asked = taken();
  assert.deepEqual(
    asked.map(({ method, url }) => `${method} ${url}`),
    ['POST /hook?to=us', 'POST /hook?to=us'],
  );
  assert.deepEqual(
    asked.map((one) => documentOf(one).events.map(({ change }) => change)),
    [['opened'], ['ended']],
  );
  for (const { headers, body } of asked) {
    const { stdout } = spawnSync('openssl', ['dgst', '-sha256', '-hmac', key], { input: body });
    const hex = /[0-9a-f]{64}/u.exec(stdout.toString())?.[0] ?? 'none';
    assert.equal(headers['x-backupmon-signature-256'], `sha256=${hex}`);
    assert.equal(headers['content-type'], 'application/json');
  }
});

async function undelivered(world: World, now: number): Promise<string[]> {
  const { out } = await world.run(now, 'status', '--json');
  const document: unknown = JSON.parse(out);
  assert.equal(isStatus(document), true, JSON.stringify(isStatus.errors));
  const { undelivered: list } = document as { undelivered: { error: string }[] };
  return list.map(({ error }) => error);
}

const troubles = [
  ['an error', { status: 500, body: 'no room' }, /status 500: no room/u],
  ['a redirect', { status: 302, location: '/elsewhere' }, /302: redirects are not followed/u],
  ['a closed connection', 'drop', /connection was/u],
] as const;
for (const [name, answer, error] of troubles)
  test(`a webhook that answers with ${name}: told by a later scan, once`, async () => {
    const world = await worldWith(`  webhook: { url: '${web.url}/hook' }\n`);
    both(world, 0, Buffer.from('damaged'));
    web.answer = answer;
    const { code, err } = await world.run(scanAt, 'scan');
    assert.deepEqual([code, err], [2, '']);
    const [waiting, ...others] = await undelivered(world, scanAt);
    assert.equal(others.length, 0);
    assert.match(waiting ?? '', error);
    const [refused, ...more] = taken();
    assert.ok(refused !== undefined && more.length === 0);
    // Not within the minute that is waited, though.
    await world.run(scanAt + 1000, 'scan');
    assert.equal(taken().length, 0);
    web.answer = { status: 204, body: '' };
    for (let index = 1; index < 4; index += 1) await world.run(scanAt + index * minute, 'scan');
    const [told, ...again] = taken();
    assert.equal(again.length, 0);
    // A receiver that had taken the first one after all can tell.
    assert.deepEqual(told?.body, refused.body);
    const header = 'x-backupmon-message-id';
    assert.equal(told.headers[header], refused.headers[header]);
    assert.deepEqual(await undelivered(world, scanAt + hour), []);
  });

/** The signals, without the address that they have in common, and how many runs they are of. */
function signals(): { paths: string[]; runs: number } {
  const asked = taken().map(({ url }) => new URL(url, web.url));
  return {
    paths: asked.map(({ pathname }) => pathname.replace('/ping', '')),
    runs: new Set(asked.map(({ searchParams }) => searchParams.get('rid'))).size,
  };
}

const pinged = (more = ''): Promise<World> =>
  worldWith(`  heartbeat: { url: '${web.url}/ping'${more} }\n`);

test('a heartbeat hears of the beginning and of the end of each complete scan, and of nothing else', async () => {
  const world = await pinged();
  both(world);
  await world.run(scanAt, 'scan');
  assert.deepEqual(signals(), { paths: ['/start', ''], runs: 1 });
  both(world, 1, Buffer.from('damaged'));
  await world.run(scanAt + day, 'scan', 'paris');
  await world.run(scanAt + day, 'scan', '--dry-run');
  await world.run(scanAt + day, 'status');
  assert.deepEqual(signals().paths, []);
  const { code } = await world.run(scanAt + day, 'scan');
  assert.equal(code, 2);
  assert.deepEqual(signals(), { paths: ['/start', '/2'], runs: 1 });
  await world.ok(scanAt + day, 'snooze', 'paris', '--for', '1d');
  await world.run(scanAt + day + minute, 'scan');
  await world.run(scanAt + day + minute, 'scan', '--exclude-snoozed');
  assert.deepEqual(signals(), { paths: ['/start', '/2', '/start', ''], runs: 2 });
});

test('fail_from: inability tells only of scans that could not be done', async () => {
  const world = await pinged(', fail_from: inability');
  both(world, 0, Buffer.from('damaged'));
  assert.equal((await world.run(scanAt, 'scan')).code, 2);
  assert.deepEqual(signals().paths, ['/start', '']);
  for (const suffix of ['', '-wal', '-shm']) rmSync(world.database + suffix, { force: true });
  const { code, err } = await world.run(scanAt + minute, 'scan');
  assert.equal(code, 3);
  const last = web.asked.at(-1)?.body.toString('utf8') ?? '';
  assert.ok(last !== '' && err.includes(last), `${last} ${err}`);
  assert.equal(signals().paths.at(-1), '/3');
});

test('a job that could not be judged is inability too, and so is a tree that is not there', async () => {
  const world = await pinged(', fail_from: inability');
  both(world);
  rmSync(world.validated, { recursive: true });
  assert.equal((await world.run(scanAt, 'scan')).code, 3);
  assert.deepEqual(signals(), { paths: ['/start', '/3'], runs: 1 });
});

test('where another scan is at it, that one tells how it ends, and this one nothing', async () => {
  const world = await pinged();
  both(world, 0, Buffer.from('damaged'));
  assert.equal((await world.run(scanAt, 'scan')).code, 2);
  signals();
  const db = new SqliteDatabase(world.database);
  const lock = new SqliteDatabase(`${world.database}.lock`);
  try {
    const columns = 'command, started_at, complete, program';
    db.exec(`insert into scans (${columns}) values ('scan', ${scanAt + minute}, 1, 'test')`);
    lock.exec('begin exclusive');
    const { code } = await world.run(scanAt + 2 * minute, 'scan');
    assert.equal(code, 0);
    assert.deepEqual(signals().paths, []);
    // Until it has been at it for too long.
    const stuck = await world.run(scanAt + 3 * day, 'scan');
    assert.equal(stuck.code, 3);
    assert.deepEqual(signals().paths, ['/3']);
  } finally {
    lock.close();
    db.close();
  }
});

test('the end is told last: when everything is recorded, delivered and written', async () => {
  const world = await worldWith(
    `  webhook: { url: '${web.url}/hook' }\n  heartbeat: '${web.url}/ping'\n`,
  );
  world.configure(
    `${readFileSync(world.configFile, 'utf8').replace(/^[^]*?(?=defaults)/u, '')}metrics: ${world.root}/backupmon.prom\n`,
  );
  both(world, 0, Buffer.from('damaged'));
  const found: unknown[] = [];
  const asked = web.asked;
  const push = asked.push.bind(asked);
  asked.push = (one: Asked): number => {
    const [scan] = world.sql('select finished_at, exit_code from scans order by id desc limit 1');
    const [message] = world.sql('select ended_at from messages order by id desc limit 1');
    if (one.url.startsWith('/ping/2'))
      found.push(scan, message, world.read(`${world.root}/backupmon.prom`).length > 0);
    return push(one);
  };
  try {
    await world.run(scanAt, 'scan');
  } finally {
    asked.push = push;
  }
  assert.deepEqual(found, [{ finished_at: scanAt, exit_code: 2 }, { ended_at: scanAt }, true]);
  const paths = taken().map(({ url }) => url.replace(/\?.*/u, ''));
  assert.equal(paths.at(-1), '/ping/2');
  assert.deepEqual(paths.toSorted(), ['/hook', '/ping/2', '/ping/start']);
});

/** A scan, and how long it took. */
async function timed(world: World, ...argv: string[]): Promise<Ran & { readonly time: number }> {
  const began = performance.now();
  const ran = await world.run(scanAt, 'scan', ...argv);
  return { ...ran, time: performance.now() - began };
}

/** Of a world whose heartbeat says nothing. Most of it is waiting: other tests may run meanwhile. */
async function stalledScan(): Promise<Ran & { readonly time: number }> {
  const silent = await startWebServer();
  silent.answer = 'stall';
  const world = await startedWith(rules + agents);
  world.configure(`${rules}${agents}notifications: { heartbeat: '${silent.url}/ping' }\n`);
  both(world);
  const ran = await timed(world);
  assert.deepEqual(
    silent.asked.map(({ url }) => url.replace(/\?.*/u, '')),
    ['/ping/start', '/ping'],
  );
  await silent.stop();
  return ran;
}

const stalled = stalledScan();

test('a heartbeat that is not there or refuses changes nothing', async () => {
  const dead = await worldWith("  heartbeat: 'http://127.0.0.1:2/ping'\n");
  both(dead);
  const { code, out, err, time } = await timed(dead);
  assert.deepEqual([code, out, err], [0, '', '']);
  assert.ok(time < 4000, `${time} ms`);
  const verbose = await timed(dead, '-v');
  assert.equal(verbose.code, 0);
  assert.match(verbose.err, /the heartbeat was not heard: 127\.0\.0\.1:2: connection refused/u);
  const refusing = await pinged();
  both(refusing, 0, Buffer.from('damaged'));
  web.answer = { status: 404, body: 'no such check' };
  assert.equal((await timed(refusing)).code, 2);
});

test('a heartbeat that says nothing changes nothing either, and costs less than 12 s', async () => {
  const { code, out, err, time } = await stalled;
  assert.deepEqual([code, out, err], [0, '', '']);
  assert.ok(time < 12_000, `${time} ms`);
});
