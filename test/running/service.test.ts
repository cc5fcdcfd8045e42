/** The unit of the scan under a real systemd, which boots in namespaces: what works under its restrictions, and what fails it. */
import assert from 'node:assert/strict';
import { rmSync, statSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import SqliteDatabase from 'better-sqlite3';
import { tool } from '../support/real-dumps.ts';
import { dumpOf, honest, minute, type World } from '../support/world.ts';
import { boot, heard, idle, started, SYSTEMD, threadsOf, told } from './booted.ts';
import {
  begin,
  deposits,
  depositors,
  keepMails,
  install,
  statusOf,
  validated,
} from './installation.ts';
import { cannotStart, type Machine } from './machine.ts';

const FAILURE = 'backupmon-failure@backupmon-scan.service.service';
const paris = 'agents: { paris: { databases: [compta] } }\n';
const ago = (minutes: number): number => Date.now() - minutes * minute;

/** A database file as SQLite makes it. */
function sqliteFile(): Buffer {
  const database = new SqliteDatabase(':memory:');
  database.exec('create table t(x); insert into t values (1), (2)');
  return database.serialize();
}

describe('the scan under systemd', { skip: cannotStart(SYSTEMD) }, () => {
  let machine: Machine;
  let world: World;
  before(async () => {
    machine = await boot();
    install(machine);
    world = depositors(machine);
  });
  after(() => machine.stop());

  /** Judged reports can be archived where the group may write. */
  function openLogs(): void {
    machine.done('sh', '-c', `chgrp backupmon ${deposits}/*/log && chmod 2775 ${deposits}/*/log`);
  }

  it('reads, decompresses, checks, keeps and archives under its restrictions, on several threads', async () => {
    begin(machine, 'agents: { paris: { databases: [a, b, sql, lite] } }\nparallel: 2\n');
    const large = Buffer.from(dumpOf('x'.repeat(35 << 20)));
    const sql = Buffer.from(dumpOf('a row'));
    const packed = tool('xz', ['-c'], sql);
    for (const database of ['a', 'b'])
      world.deposit({ ...honest(ago(2), `${database}.sql`, large), database });
    world.deposit({ ...honest(ago(2), 'sql.xz', packed), database: 'sql' });
    world.deposit({ ...honest(ago(2), 'lite.db.gz', gzipSync(sqliteFile())), database: 'lite' });
    openLogs();
    const threads = await threadsOf(machine);
    assert.ok(threads.has('WorkerThread'), [...threads].join(' '));
    const scan = heard(machine);
    assert.deepEqual(told(scan), []);
    assert.deepEqual(
      scan.remarks.at(-1),
      'Finished backupmon-scan.service - Judge, promote and record deposited backups.',
    );
    assert.deepEqual(statusOf(machine), [
      'paris/a SUCCESS complete',
      'paris/b SUCCESS complete',
      'paris/lite SUCCESS complete',
      'paris/sql SUCCESS complete',
    ]);
    const archived = machine.done('find', `${deposits}/paris/log/_archive`, '-type', 'f');
    assert.equal(archived.trim().split('\n').length, 4);
    const strangers = machine.done(
      'find',
      validated,
      '/var/lib/backupmon',
      '!',
      '-user',
      'backupmon',
    );
    assert.equal(strangers, '');
    const modes = ['/var/lib/backupmon', '/var/cache/backupmon'].map((path) =>
      (statSync(machine.path(path)).mode & 0o7777).toString(8),
    );
    assert.deepEqual(modes, ['2750', '700']);
  });

  it('what is wrong with backups does not fail the unit, and has its priority in the journal', () => {
    begin(machine, paris);
    world.deposit({
      endedAt: ago(9),
      change: ({ databases }) => {
        for (const entry of Object.values(databases)) entry.BACKUP.status = false;
      },
    });
    const bad = started(machine);
    assert.equal(bad.code, 0);
    assert.match(told(bad).join('\n'), /^3 CRITICAL paris\/compta FAILED: /u);
    assert.equal(machine.run('backupmon', 'status').code, 2);
    assert.deepEqual(told(started(machine)), []);
    world.deposit({ endedAt: ago(5) });
    const good = started(machine);
    assert.equal(good.code, 0);
    assert.match(told(good).join('\n'), /^5 RECOVERED paris\/compta/u);
  });

  it('a scan that cannot do its work fails it, and root gets one mail for that', async () => {
    const mails = keepMails(machine);
    begin(machine, paris);
    machine.done('mv', `${validated}/.backupmon`, '/root/marker');
    const first = started(machine);
    assert.equal(first.code, 1);
    assert.match(
      told(first).join('\n'),
      /^3 backupmon: \/mnt\/validated_backups has no marker file/u,
    );
    await idle(machine);
    const [mail, ...others] = mails();
    assert.deepEqual(others, []);
    assert.match(mail ?? '', /^To: root\nSubject: backupmon-scan\.service on \S+ has failed\n/u);
    assert.match(mail ?? '', /has no marker file .*\n.*code=exited, status=3\/NOTIMPLEMENTED\n/u);
    assert.equal(started(machine).code, 1);
    await idle(machine);
    assert.equal(mails().length, 1);
    assert.equal(machine.run('systemctl', 'is-failed', '--quiet', FAILURE).code, 1);
    machine.done('mv', '/root/marker', `${validated}/.backupmon`);
    world.deposit({ endedAt: ago(5), bytes: Buffer.from('damaged') });
    assert.equal(started(machine).code, 0);
    assert.equal(machine.run('backupmon', 'status').code, 2);
    machine.done('rm', `${validated}/.backupmon`);
    assert.equal(started(machine).code, 1);
    await idle(machine);
    assert.equal(mails().length, 2);
  });

  it('a disk that cannot be mounted: no scan, and a mail', async () => {
    const mails = keepMails(machine);
    begin(machine, paris);
    const mount = '[Mount]\nWhat=none\nWhere=/mnt/agent_deposits\nType=tmpfs\nOptions=size=none\n';
    machine.write('/etc/systemd/system/mnt-agent_deposits.mount', mount);
    machine.done('systemctl', 'daemon-reload');
    const scan = started(machine);
    rmSync(machine.path('/etc/systemd/system/mnt-agent_deposits.mount'));
    machine.done('systemctl', 'daemon-reload');
    assert.deepEqual([scan.code, scan.lines], [1, []]);
    assert.match(scan.remarks.join('\n'), /Dependency failed for backupmon-scan\.service/u);
    await idle(machine);
    assert.equal(mails().length, 1);
  });

  it('folders that are not there are told by backupmon, not by systemd', () => {
    begin(machine, paris);
    machine.done('rmdir', deposits);
    const noDeposits = started(machine);
    assert.equal(noDeposits.code, 1);
    assert.match(
      told(noDeposits).join('\n'),
      /^3 CRITICAL .* cannot open folder \/mnt\/agent_deposits: /u,
    );
    machine.done('rm', '-r', validated);
    const noTree = started(machine);
    assert.equal(noTree.code, 1);
    assert.match(told(noTree).join('\n'), /^3 backupmon: \/mnt\/validated_backups does not exist/u);
  });
});
