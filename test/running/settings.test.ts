/** What administrators add to the units, and when the timer runs, under a real systemd, which boots in namespaces. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startMailServer } from '../support/mail-server.ts';
import { minute, type World } from '../support/world.ts';
import { boot, edit, heard, started, SYSTEMD, told } from './booted.ts';
import { begin, deposits, depositors, install, statusOf, validated } from './installation.ts';
import { cannotStart, type Machine } from './machine.ts';

const paris = 'agents: { paris: { databases: [compta] } }\n';
const ago = (minutes: number): number => Date.now() - minutes * minute;

const mailBy = (port: number): string => `notifications:
  email:
    smtp:
      host: localhost
      port: ${port}
      ca_file: /etc/backupmon/ca.pem
      user: backupmon
      password_file: \${CREDENTIALS_DIRECTORY}/smtp-password
    from: backupmon@example.org
    to: [admins@example.org]
`;

/** Whether a scan, which somebody else has started, comes to its end within some seconds. */
async function isScanned(machine: Machine): Promise<boolean> {
  for (let turn = 0; turn < 100; turn += 1) {
    if (heard(machine).remarks.some((remark) => remark.startsWith('Finished '))) return true;
    await wait(100);
  }
  return false;
}

describe('the units with what administrators add', { skip: cannotStart(SYSTEMD) }, () => {
  let machine: Machine;
  let world: World;
  before(async () => {
    machine = await boot();
    install(machine);
    world = depositors(machine);
  });
  after(() => machine.stop());

  it('the password of the mail server comes as a credential, if it is there', async (context) => {
    const login = { user: 'backupmon', password: 'wrong horse' };
    const server = await startMailServer({ login });
    context.after(() => server.stop());
    machine.write('/etc/backupmon/ca.pem', readFileSync(server.caFile, 'utf8'));
    machine.write('/etc/backupmon/smtp-password', `${login.password}\n`, 0o600);
    begin(machine, `${paris}${mailBy(server.port)}`);
    world.deposit({ endedAt: ago(9), bytes: Buffer.from('damaged') });
    assert.equal(started(machine).code, 0);
    const [mail, ...others] = await server.messages();
    assert.deepEqual([mail?.user, mail?.secure, others], ['backupmon', true, []]);
    assert.match(mail?.mail.subject ?? '', /paris\/compta TRANSFER DAMAGED/u);

    // By hand the variable is not set.
    assert.equal(machine.run('backupmon', 'check-config').code, 0);
    assert.equal(machine.run('backupmon', 'status').code, 2);
    const { code, out } = machine.run('backupmon', 'notify', '--test');
    assert.equal(code, 2);
    assert.match(
      out,
      /: FAILED: cannot read \$\{CREDENTIALS_DIRECTORY\}\/smtp-password: no such file/u,
    );

    const withPassword = ['env', `BACKUPMON_SMTP_PASSWORD=${login.password}`, 'backupmon'];
    machine.done(...withPassword, 'notify', '--test', 'email');

    machine.done('rm', '/etc/backupmon/smtp-password');
    world.deposit({ endedAt: ago(5) });
    assert.equal(started(machine).code, 0);
    assert.match(
      machine.run('backupmon', 'status').out.replaceAll(/\s+/gu, ' '),
      /not delivered .*: \/run\/credentials\/backupmon-scan\.service\/smtp-password is empty/u,
    );
    assert.equal((await server.messages()).length, 2);
  });

  it('a credential that a drop-in names has to be there', () => {
    begin(machine, paris);
    edit(machine, '[Service]\nLoadCredential=hook-key:/etc/backupmon/hook-key\n');
    const scan = started(machine);
    edit(machine, '');
    assert.equal(scan.code, 1);
    assert.match(scan.remarks.join('\n'), /status=243\/CREDENTIALS/u);
  });

  it('deposits may be read-only', () => {
    begin(machine, `${paris}archive_reports: false\n`);
    edit(machine, `[Service]\nReadWritePaths=\nReadWritePaths=${validated}\n`);
    world.deposit({ endedAt: ago(5) });
    assert.deepEqual(told(started(machine)), []);
    edit(machine, '');
    assert.deepEqual(statusOf(machine), ['paris/compta SUCCESS complete']);
  });

  it('metrics are written where a drop-in allows it', () => {
    const folder = '/var/lib/prometheus/node-exporter';
    machine.done('install', '-d', '-g', 'backupmon', '-m', '1775', folder);
    begin(machine, `${paris}metrics: ${folder}/backupmon.prom\n`);
    assert.match(told(started(machine)).join('\n'), /^4 the metrics were not written: .*EROFS/u);
    edit(machine, `[Service]\nReadWritePaths=${folder}\n`);
    assert.deepEqual(told(started(machine)), []);
    edit(machine, '');
    assert.match(machine.read(`${folder}/backupmon.prom`), /^backupmon_jobs\{/mu);
  });

  it('deposits in /home are hidden, but for a drop-in', () => {
    begin(machine, paris);
    world.deposit({ endedAt: ago(5) });
    machine.done('mv', deposits, '/home/agents');
    const file = '/etc/backupmon/config.yaml';
    machine.write(file, machine.read(file).replace(deposits, '/home/agents'));
    assert.match(told(started(machine)).join('\n'), /^3 .*\/home\/agents: permission denied/u);
    edit(machine, '[Service]\nProtectHome=tmpfs\nBindPaths=/home/agents\n');
    assert.equal(started(machine).code, 0);
    edit(machine, '');
    assert.deepEqual(statusOf(machine), ['paris/compta SUCCESS complete']);
  });

  it('the timer makes up for what was missed, and runs every ten minutes', async () => {
    begin(machine, paris);
    machine.done('systemctl', 'enable', 'backupmon-scan.timer');
    const stamp = '/var/lib/systemd/timers/stamp-backupmon-scan.timer';
    machine.write(stamp, '');
    machine.done('touch', '-d', '1 hour ago', stamp);
    heard(machine);
    machine.done('systemctl', 'start', 'backupmon-scan.timer');
    assert.ok(await isScanned(machine));
    const [timer] = JSON.parse(machine.done('systemctl', 'list-timers', '--output=json')) as {
      next: number;
    }[];
    const next = (timer?.next ?? NaN) / 1000;
    assert.equal(next % (10 * minute), 0);
    assert.ok(next - Date.now() < 10 * minute);
    machine.done('systemctl', 'stop', 'backupmon-scan.timer');
  });
});
