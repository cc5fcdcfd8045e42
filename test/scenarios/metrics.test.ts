/** The file for node_exporter, written by each scan: judged by promtool, and shown by the real program. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { end, noon, scanAt, startedWith } from '../support/evening.ts';
import {
  cannotExport,
  cannotLint,
  exportFrom,
  promtool,
  seriesOf,
} from '../support/node-exporter.ts';
import { day, minute, World } from '../support/world.ts';

const rules = 'defaults: { schedule: 0 20 * * *, grace: 5m, settle: 0s }\n';
const agents = 'agents:\n  paris: { databases: [a] }\n  lyon: { databases: [shop] }\n';

const folderOf = (world: World): string => join(world.root, 'metrics');
const fileOf = (world: World): string => join(folderOf(world), 'backupmon.prom');

async function worldWith(more = ''): Promise<World> {
  const world = await startedWith(rules + agents);
  mkdirSync(folderOf(world));
  world.configure(`${rules}${agents}metrics: ${fileOf(world)}\n${more}`);
  return world;
}

const lyon = (world: World): unknown =>
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end });

const job = (name: string, agent: string, database: string, more = ''): string =>
  `backupmon_job_${name}{agent="${agent}",database="${database}"${more}}`;

const seconds = (instant: number): number => instant / 1000;

describe('metrics', () => {
  it('tell what the scan found, each scan anew, and can be read by everybody', async () => {
    const world = await worldWith();
    assert.ok(!existsSync(fileOf(world)));
    await world.run(noon + minute, 'scan', '--dry-run');
    await world.run(noon + minute, 'status');
    assert.ok(!existsSync(fileOf(world)));
    lyon(world);
    assert.equal((await world.run(scanAt, 'scan')).code, 2);
    assert.deepEqual(readdirSync(folderOf(world)), ['backupmon.prom']);
    assert.equal(statSync(fileOf(world)).mode & 0o777, 0o644);
    const series = seriesOf(world.read(fileOf(world)));
    const expected: [string, number][] = [
      [job('status', 'paris', 'a', ',status="MISSING"'), 1],
      [job('status', 'paris', 'a', ',status="SUCCESS"'), 0],
      [job('status', 'lyon', 'shop', ',status="SUCCESS"'), 1],
      [job('severity', 'paris', 'a', ',severity="critical"'), 1],
      [job('snoozed', 'paris', 'a'), 0],
      [job('last_success_timestamp_seconds', 'lyon', 'shop'), seconds(end)],
      ['backupmon_last_scan_start_timestamp_seconds{}', seconds(scanAt)],
      ['backupmon_last_scan_finish_timestamp_seconds{}', seconds(scanAt)],
      ['backupmon_last_scan_exit_code{}', 2],
      ['backupmon_last_scan_published_versions{}', 1],
      ['backupmon_undelivered_alarms{}', 0],
    ];
    for (const [name, value] of expected) assert.equal(series.get(name), value, name);
    assert.ok(!series.has(job('last_success_timestamp_seconds', 'paris', 'a')));
    // A scan of one job tells of all of them too.
    world.deposit({ database: 'a', endedAt: scanAt + minute });
    await world.ok(scanAt + minute, 'snooze', 'lyon', '--for', '1d');
    assert.equal((await world.run(scanAt + 2 * minute, 'scan', 'paris')).code, 0);
    const later = seriesOf(world.read(fileOf(world)));
    assert.equal(later.get(job('status', 'paris', 'a', ',status="MISSING"')), 0);
    assert.equal(later.get(job('status', 'paris', 'a', ',status="SUCCESS"')), 1);
    assert.equal(later.get(job('snoozed', 'lyon', 'shop')), 1);
    assert.equal(
      later.get('backupmon_last_scan_start_timestamp_seconds{}'),
      seconds(scanAt),
      'it is the last complete one',
    );
  });

  it('count the alarms that nobody has got', async () => {
    const world = await worldWith(
      "notifications:\n  webhook: { url: 'http://127.0.0.1:2/' }\n  command: { run: [/bin/false] }\n",
    );
    lyon(world);
    await world.run(scanAt, 'scan');
    const series = seriesOf(world.read(fileOf(world)));
    assert.equal(series.get('backupmon_undelivered_alarms{}'), 2);
  });

  it('are what promtool accepts', { skip: cannotLint() }, async () => {
    const world = await worldWith();
    lyon(world);
    await world.run(scanAt, 'scan');
    assert.equal(promtool(world.read(fileOf(world)), 'check', 'metrics'), '0 ');
  });

  it(
    'are shown by node_exporter, one scan after the other',
    { skip: cannotExport() },
    async (t) => {
      const world = await worldWith();
      lyon(world);
      await world.run(scanAt, 'scan');
      const exporter = await exportFrom(t, folderOf(world));
      const missing = job('status', 'paris', 'a', ',status="MISSING"');
      const first = await exporter.scrape();
      assert.equal(first.get('node_textfile_scrape_error{}'), 0, exporter.log());
      assert.equal(first.get(missing), 1);
      world.deposit({ database: 'a', endedAt: scanAt + minute });
      await world.run(scanAt + 2 * minute, 'scan');
      const second = await exporter.scrape();
      assert.equal(second.get('node_textfile_scrape_error{}'), 0, exporter.log());
      assert.equal(second.get(missing), 0);
      assert.equal(
        second.get('backupmon_last_scan_start_timestamp_seconds{}'),
        seconds(scanAt + 2 * minute),
      );
    },
  );

  it('that cannot be written are told, and change nothing else', async () => {
    const world = await worldWith();
    lyon(world);
    world.configure(`${rules}${agents}metrics: ${world.root}/nowhere/backupmon.prom\n`);
    const { code, out, err } = await world.run(scanAt, 'scan');
    assert.equal(code, 2);
    assert.match(out, /paris\/a/u);
    assert.match(err, /^the metrics were not written: .*nowhere.*\n$/u);
    mkdirSync(fileOf(world));
    world.configure(`${rules}${agents}metrics: ${fileOf(world)}\n`);
    const again = await world.run(scanAt + minute, 'scan');
    assert.equal(again.code, 2);
    assert.match(again.err, /^the metrics were not written: /u);
    assert.equal((await world.statusOf(scanAt + day, 'lyon/shop')).versions, 1);
  });

  const notRoot = 'skipped, because only root can give folders to another user';
  it('in a folder of somebody else', { skip: process.getuid?.() === 0 ? false : notRoot }, () => {
    // Commands that ran in this process have left theirs.
    process.umask(0o022);
    const world = new World(
      'defaults: { schedule: every 24h, settle: 0s }\nagents: { paris: { databases: [a] } }\n',
    );
    mkdirSync(folderOf(world));
    const own = 61_001;
    chmodSync(world.root, 0o755);
    mkdirSync(world.validated);
    for (const folder of [world.validated, join(world.root, 'state')]) chownSync(folder, own, own);
    world.deposit({ database: 'a', endedAt: Date.now() - minute });
    assert.equal(world.process(['init-db']).code, 0);
    world.configure(
      `defaults: { schedule: every 24h, settle: 0s }\nagents: { paris: { databases: [a] } }\nmetrics: ${fileOf(world)}\n`,
    );
    // Run by root it is the owner of the database who writes.
    const refused = world.process(['scan']);
    assert.equal(refused.code, 0, refused.err);
    assert.match(refused.err, /the metrics were not written: .*permission/u);
    chownSync(folderOf(world), own, own);
    const { code, err } = world.process(['scan'], {
      prefix: ['sh', '-c', 'umask 077; exec "$@"', 'sh'],
    });
    assert.deepEqual([code, err], [0, '']);
    const { mode, uid } = statSync(fileOf(world));
    assert.deepEqual([mode & 0o777, uid], [0o644, own]);
  });
});
