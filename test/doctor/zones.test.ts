/** The agents' folders as they lie there, hostile ones among them: nothing is followed, and nothing written. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkText } from '../../src/config/load.ts';
import type { Source } from '../../src/doctor/tree/probes.ts';
import { walkZones, type Zones } from '../../src/doctor/deposits/zones.ts';
import { at, day, World } from '../support/world.ts';
import { lookWith } from './support.ts';

const end = at('2026-06-10T19:50:00Z');
const yaml = `defaults: { schedule: '0 20 * * *' }
agents:
  paris: { databases: [compta] }
  lyon: { databases: [shop] }
  rome: { databases: [crm] }
`;

async function walked(world: World): Promise<{ zones: Zones; sources: Source[] }> {
  const loaded = checkText(world.configFile, world.read(world.configFile), {});
  assert.ok(loaded.kind === 'ok');
  const { config } = loaded;
  const { deposits, validated, database } = config;
  const sources: Source[] = [];
  const places = { deposits, validated, database };
  const look = lookWith({ config, places, now: end + 3 * day });
  const zones = await walkZones(look, async (source) => {
    sources.push(source);
    return sources.length === 1;
  });
  return { zones, sources };
}

const listing = (folder: string): string =>
  spawnSync('find', [folder, '-printf', '%y %m %p %s %T@ %C@\\n'], { encoding: 'utf8' }).stdout;

test('agents, and folders that nobody configured, with the rounds that their reports tell of', async () => {
  const world = new World(yaml);
  for (const index of [0, 1, 2]) {
    world.deposit({ endedAt: end + index * day });
    world.deposit({ agent: 'nice', database: 'x', endedAt: end + index * day });
  }
  // One that was judged already, one that is not its own, one of the future, and none at all.
  mkdirSync(world.zone('paris', 'log', '_archive'));
  const archived = world.deposit({ endedAt: end - day, report: 'old.json' });
  spawnSync('mv', [
    archived.report,
    world.zone('paris', 'log', '_archive', '20260609T195000Z_00000000_old.json'),
  ]);
  world.deposit({
    database: 'forged',
    endedAt: end + 2.5 * day,
    change: (report) => (report.agent_id = 'lyon'),
  });
  world.deposit({ database: 'later', endedAt: end + 30 * day });
  writeFileSync(world.zone('paris', 'STATUS.json'), '{"cut');
  mkdirSync(join(world.deposits, '.hidden'));
  mkdirSync(join(world.deposits, 'lost+found'));
  writeFileSync(join(world.deposits, 'file'), '');
  const before = listing(world.deposits);
  const { zones, sources } = await walked(world);
  assert.equal(listing(world.deposits), before);
  assert.deepEqual(
    zones.zones.map(({ agent, configured, there }) => `${agent} ${configured} ${there}`),
    ['paris true true', 'lyon true false', 'rome true false', 'nice false true'],
  );
  const [paris, , , nice] = zones.zones;
  assert.deepEqual(paris?.rounds.newest, { endedAt: end + 2 * day, databases: ['compta'] });
  assert.deepEqual(
    paris?.rounds.ends,
    new Map([['compta', [-1, 0, 1, 2].map((index) => end + index * day)]]),
  );
  assert.deepEqual(nice?.rounds.ends.get('x')?.length, 3);
  assert.deepEqual(
    paris?.folders.map(({ role }) => role),
    ['root', 'log', 'archive', 'files'],
  );
  assert.equal(sources.length, 1);
  assert.equal(zones.passedOver, 0);
});

test('backups in the agent’s own folder, and the user that it sends them as', async () => {
  const world = new World(yaml);
  for (const agent of ['paris', 'lyon']) mkdirSync(world.zone(agent, 'log'), { recursive: true });
  writeFileSync(world.zone('paris', 'STATUS.json'), '{}');
  writeFileSync(world.zone('lyon', 'shop.gz'), 'x');
  const { zones } = await walked(world);
  const [paris, lyon] = zones.zones;
  assert.deepEqual(
    [paris, lyon].map((zone) => zone?.folders.find(({ role }) => role === 'root')?.holdsFiles),
    [false, true],
  );
  assert.deepEqual(lyon?.senders, [process.getuid?.()]);
});

test('files that everybody may write, where everybody may come to them', async () => {
  const world = new World(yaml);
  const open = world.zone('paris', 'database', 'a.gz');
  const hidden = world.zone('lyon', 'database', 'b.gz');
  for (const agent of ['paris', 'lyon'])
    mkdirSync(world.zone(agent, 'database'), { recursive: true });
  for (const path of [open, world.zone('paris', 'closed.gz'), hidden]) writeFileSync(path, 'x');
  for (const path of [open, hidden]) chmodSync(path, 0o666);
  const { deposits, root } = world;
  for (const path of [root, deposits, world.zone('paris'), world.zone('paris', 'database')])
    chmodSync(path, 0o755);
  chmodSync(world.zone('lyon'), 0o750);
  const found = async () =>
    (await walked(world)).zones.zones.flatMap(({ openFiles = [] }) => openFiles);
  assert.deepEqual(await found(), [open]);
  chmodSync(root, 0o750);
  assert.deepEqual(await found(), []);
});

test('links, FIFOs and folders that are none are not entered, not opened, and keep nobody waiting', async () => {
  const world = new World(yaml);
  const secret = join(world.root, 'secret');
  mkdirSync(secret);
  writeFileSync(join(secret, 'report.json'), '{}');
  symlinkSync(secret, world.zone('paris'));
  mkdirSync(world.zone('lyon', 'database'), { recursive: true });
  symlinkSync(secret, world.zone('lyon', 'log'));
  assert.equal(spawnSync('mkfifo', [world.zone('lyon', 'database', 'dump.gz')]).status, 0);
  symlinkSync(join(secret, 'report.json'), world.zone('lyon', 'report.json'));
  writeFileSync(world.zone('rome'), 'a file');
  const { zones, sources } = await walked(world);
  const told = zones.zones.map(({ unsafe, files, rounds }) => [
    unsafe.length,
    files,
    rounds.newest,
  ]);
  assert.deepEqual(told, [
    [1, 0, null],
    [1, 0, null],
    [1, 0, null],
  ]);
  assert.deepEqual(sources, []);
});

test('without deposits there is nothing to look at', async () => {
  const world = new World(yaml);
  world.configure(yaml);
  spawnSync('rmdir', [world.deposits]);
  assert.deepEqual((await walked(world)).zones, { zones: [], passedOver: 0 });
});
