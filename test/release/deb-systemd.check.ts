/** The package where a real systemd runs: the timer is left alone, and a scan works under the hardened unit. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { boot, SYSTEMD } from '../running/booted.ts';
import { cannotStart, type Machine } from '../running/machine.ts';
import { configuration, deposit, jobsIn } from './deposits.ts';
import { cannotPack, packed } from './package.ts';

const unpacked = cannotPack();
const skip = unpacked === false ? cannotStart(SYSTEMD) : unpacked;

const TIMER = 'backupmon-scan.timer';
const SCAN = 'backupmon-scan.service';
const CONFIG = '/etc/backupmon/config.yaml';

describe('with systemd', { skip }, () => {
  let base: string;
  let machine: Machine;
  const files: string[] = [];

  before(async () => {
    base = mkdtempSync(join(tmpdir(), 'backupmon-packages-'));
    for (const version of ['1.0.0', '1.0.1']) {
      const out = join(base, version);
      mkdirSync(out);
      files.push(packed(out, { version }));
    }
    machine = await boot();
    // Where this one is a container, it may forbid to start services.
    machine.run('rm', '-f', '/usr/sbin/policy-rc.d');
    for (const [number, file] of files.entries())
      copyFileSync(file, machine.path(`/root/${number}.deb`));
  });
  after(async () => {
    await machine.stop();
    rmSync(base, { recursive: true });
  });

  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(machine.path(path)), { recursive: true });
    writeFileSync(machine.path(path), content);
  };
  const install = (number: number): string =>
    machine.done(
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'dpkg',
      '--install',
      `/root/${number}.deb`,
    );
  const property = (unit: string, name: string): string =>
    machine.run('systemctl', 'show', '--value', '--property', name, unit).out.trim();
  const timer = (): string =>
    `${property(TIMER, 'UnitFileState')} ${property(TIMER, 'ActiveState')}`;

  it('does not start anything that is not configured', () => {
    install(0);
    assert.equal(timer(), 'disabled inactive');
    assert.equal(property(SCAN, 'LoadState'), 'loaded');
    assert.equal(machine.done('systemctl', 'list-units', '--failed', '--no-legend'), '');
  });

  it('scans under its unit', () => {
    deposit(write, '/mnt/agent_deposits');
    machine.done('chown', '-R', 'backupmon', '/mnt/agent_deposits');
    machine.done('install', '-d', '-o', 'backupmon', '/mnt/validated_backups');
    write(
      CONFIG,
      configuration('/var/lib/backupmon', '/mnt/agent_deposits', '/mnt/validated_backups'),
    );
    machine.done('backupmon', 'init-db');
    machine.done('systemctl', 'start', SCAN);
    const [job = ''] = jobsIn(machine.done('backupmon', 'status', '--json'));
    assert.match(job, /^paris\/compta SUCCESS /u);
    assert.match(machine.done('ls', '/var/cache/backupmon'), /^sqlite-/u);
  });

  it('is upgraded while the timer runs', () => {
    machine.done('systemctl', 'enable', '--now', TIMER);
    assert.equal(timer(), 'enabled active');
    const since = property(TIMER, 'ActiveEnterTimestampMonotonic');
    install(1);
    assert.equal(timer(), 'enabled active');
    assert.equal(property(TIMER, 'ActiveEnterTimestampMonotonic'), since);
    assert.equal(property(SCAN, 'NeedDaemonReload'), 'no');
  });

  it('leaves alone a timer that somebody has stopped', () => {
    machine.done('systemctl', 'stop', TIMER);
    install(0);
    assert.equal(timer(), 'enabled inactive');
    machine.done('systemctl', 'start', TIMER);
  });

  it('ends it when it is removed, and goes on when it is installed again', () => {
    machine.done('dpkg', '--remove', 'backupmon');
    assert.equal(property(TIMER, 'LoadState'), 'not-found');
    assert.equal(property(TIMER, 'ActiveState'), 'inactive');
    install(0);
    assert.equal(timer(), 'enabled active');
  });

  it('forgets it when it is purged', () => {
    machine.done('env', 'DEBIAN_FRONTEND=noninteractive', 'dpkg', '--purge', 'backupmon');
    assert.equal(property(TIMER, 'LoadState'), 'not-found');
    assert.equal(machine.done('find', '/etc/systemd/system', '-name', 'backupmon*'), '');
    install(0);
    assert.equal(timer(), 'disabled inactive');
  });
});
