/** `doctor` on a machine that systemd runs: what it says of timer and service, and what its commands do about it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { unitWords } from '../../src/doctor/schedule/unit-paths.ts';
import { boot, edit, SCAN, started, SYSTEMD } from './booted.ts';
import { doctorOn, type DoctorOn } from './doctor-on.ts';
import { begin, install, validated } from './installation.ts';
import { cannotStart, type Machine } from './machine.ts';

describe('doctor under systemd', { skip: cannotStart(SYSTEMD) }, () => {
  let machine: Machine;
  let doctor: DoctorOn;
  before(async () => {
    machine = await boot();
    install(machine);
    begin(machine, 'agents: { paris: { databases: [compta] } }\n');
    doctor = doctorOn(machine);
  });
  after(() => machine.stop());

  const told = (): string[] => doctor.told();
  const worst = /^/u;

  it('a timer that is not started is told, and its command starts it', () => {
    assert.deepEqual(told(), ['warning backupmon-scan.timer is inactive: it starts no scans']);
    doctor.mend(worst);
    assert.match(told().join('\n'), /^ok backupmon-scan\.timer is active; /u);
    assert.equal(machine.done('systemctl', 'is-enabled', 'backupmon-scan.timer'), 'enabled\n');
  });

  it('a crontab beside it is told, and is one too many where cron runs: its command stops the timer', () => {
    machine.write('/etc/cron.d/backupmon', '*/10 * * * * backupmon /usr/bin/backupmon scan\n');
    assert.ok(
      told().includes(
        'ok /etc/cron.d/backupmon runs scans, and no cron is running; backupmon-scan.timer runs them',
      ),
    );
    assert.deepEqual(doctor.wrong(), []);
    // By its name it is one.
    machine.done('cp', '/bin/sleep', '/root/cron');
    const pid = machine.done('sh', '-c', '/root/cron 600 >/dev/null 2>&1 & echo $!').trim();
    assert.ok(told().some((line) => line.startsWith('warning both backupmon-scan.timer and')));
    doctor.mend(/^both/u);
    machine.done('rm', '/etc/cron.d/backupmon');
    assert.deepEqual(told(), ['warning backupmon-scan.timer is inactive: it starts no scans']);
    doctor.mend(worst);
    machine.done('kill', pid);
  });

  it('a tree that the service may not write is told, and its command opens it', () => {
    edit(machine, '[Service]\nReadWritePaths=\n');
    assert.match(
      told()[0] ?? '',
      /^critical backupmon-scan\.service may not write \/mnt\/validated_backups, \/mnt\/agent_deposits: /u,
    );
    assert.equal(started(machine).code, 1);
    doctor.mend(/may not write/u);
    assert.equal(started(machine).code, 0);
    assert.deepEqual(doctor.wrong(), []);
    machine.done('rm', '-r', '/etc/systemd/system/backupmon-scan.service.d');
    edit(machine, '');
  });

  it('a service that failed, and one that is somebody else’s', () => {
    machine.done('mv', `${validated}/.backupmon`, '/root/marker');
    assert.equal(started(machine).code, 1);
    assert.match(
      told()[0] ?? '',
      /^critical the last run of backupmon-scan\.service failed: exit-code, exit code 3$/u,
    );
    doctor.mend(worst);
    machine.done('mv', '/root/marker', `${validated}/.backupmon`);
    started(machine);
    edit(machine, '[Service]\nUser=nobody\n');
    assert.match(
      told()[0] ?? '',
      /^critical backupmon-scan\.service runs as nobody, and the database belongs to backupmon$/u,
    );
  });

  it('what its files add up to is told as systemd has it', () => {
    const settings: readonly (readonly [string, RegExp | null])[] = [
      ['[Service]\nExecStart=\nExecStart=/bin/true\n', /runs \/bin\/true, and no scan$/u],
      [
        '[Service]\nExecStart=\nExecStart=/usr/bin/backupmon scan --dry-run\n',
        /runs scans, but none of all jobs \(--dry-run\)$/u,
      ],
      [
        '[Service]\nExecStart=\nExecStart=/srv/nowhere/backupmon scan\n',
        /runs \/srv\/nowhere\/backupmon, which is not there or is no program$/u,
      ],
      [
        `[Service]\nReadOnlyPaths=${validated}\n`,
        /^critical backupmon-scan\.service may not write /u,
      ],
      [`[Service]\nInaccessiblePaths=${validated}\n`, /it has InaccessiblePaths$/u],
      [
        '[Service]\nUser=\nDynamicUser=yes\n',
        /runs as backupmon-scan, a user that systemd makes up, /u,
      ],
      ['[Service]\nReadWritePaths="-/srv/a b" -/srv/50%%\n', null],
    ];
    for (const [text, expected] of settings) {
      edit(machine, text);
      if (expected === null) assert.deepEqual(doctor.wrong(), [], text);
      else assert.match(doctor.wrong().join('\n'), expected, text);
    }
    const { out } = machine.run('systemctl', 'show', SCAN, '-p', 'ReadWritePaths');
    assert.ok(unitWords(out.trim()).includes('-/srv/a b'), out);
    assert.ok(unitWords(out.trim()).includes('-/srv/50%'), out);
    edit(machine, '');
  });

  it('a condition that does not hold, and files that were not read again', () => {
    edit(machine, '[Unit]\nConditionPathExists=/srv/nowhere\n');
    started(machine);
    assert.ok(told().some((line) => line.includes('one of its conditions does not hold')));
    machine.write(`/etc/systemd/system/${SCAN}.d/override.conf`, '');
    assert.ok(told().some((line) => line.includes('changed since systemd has read it')));
    edit(machine, '');
    started(machine);
    assert.ok(!told().some((line) => line.includes('condition')));
  });

  it('a timer that starts the next scan in a year', () => {
    const folder = '/etc/systemd/system/backupmon-scan.timer.d';
    machine.done('mkdir', '-p', folder);
    machine.write(`${folder}/x.conf`, '[Timer]\nOnCalendar=\nOnCalendar=2099-01-01\n');
    machine.done('systemctl', 'daemon-reload');
    machine.done('systemctl', 'restart', 'backupmon-scan.timer');
    assert.ok(told().some((line) => /^warning .* starts the next scan at 2099-01-01T/u.test(line)));
    machine.done('rm', '-r', folder);
    machine.done('systemctl', 'daemon-reload');
    machine.done('systemctl', 'restart', 'backupmon-scan.timer');
    assert.ok(!told().some((line) => line.includes('next scan')));
  });
});
