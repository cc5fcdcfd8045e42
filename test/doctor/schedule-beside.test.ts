/** Several that run scans, or may: what is told of each, and that no command stops the only one that scans all jobs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cronService } from '../../src/doctor/schedule/cron-daemon.ts';
import { judgeSchedule, readSchedule } from '../../src/doctor/schedule/schedule.ts';
import { assertWhole, lookWith, makeMachine, told, type MadeMachine } from './support.ts';

const look = lookWith();
const line = '*/10 * * * * backupmon /usr/bin/backupmon scan\n';
const on = 'ActiveState=active UnitFileState=enabled';

const judged = async (
  made: MadeMachine,
  given = look,
  program = ['/usr/bin/backupmon'],
): Promise<string[]> => {
  const found = judgeSchedule(await readSchedule(made.machine, true), { program }, given);
  assertWhole(found);
  return told(found);
};

const mendsOf = (found: readonly string[]): string[] => found.filter((one) => one.startsWith('$ '));

/** @param cron whether it runs; null where that cannot be seen */
function system(crontab = '', cron: boolean | null = true): MadeMachine {
  const made = makeMachine();
  made.file('/usr/bin/backupmon', '', 0o755);
  made.program('getent', 'case $2 in gone) exit 2;; *) echo "$2:x:990:990::/:/bin/sh";; esac');
  if (cron !== null) made.file('/proc/1/comm', 'systemd\n');
  if (cron === true) made.file('/proc/7/comm', 'cron\n');
  if (crontab !== '') made.file('/etc/crontab', crontab);
  return made;
}

/** Timers with services of their names: what is shown of the timer, and what the service runs. */
function withTimers(made: MadeMachine, timers: Record<string, readonly [string, string]>): void {
  made.file('/run/systemd/system/x', '');
  made.program('env', 'shift; exec "$@"');
  const cases = Object.entries(timers).flatMap(([name, [shown, command]]) => {
    const service = `[Service]\nUser=backupmon\nExecStart=${command}\n`;
    made.file(`/etc/systemd/system/${name}.service`, service);
    made.file(`/etc/systemd/system/${name}.timer`, '[Timer]\nOnCalendar=*:0/10\n');
    const [path = ''] = command.split(' ');
    const exec = `ExecStart={ path=${path} ; argv[]=${command} ; ignore_errors=no }`;
    return [
      `${name}.timer) printf '%s\\n' ${shown};;`,
      `${name}.service) printf '%s\\n' User=backupmon '${exec}';;`,
    ];
  });
  made.program('systemctl', `test "$1" = show || exit 1\ncase $2 in ${cases.join('\n')} esac`);
}

const whole = '/usr/bin/backupmon scan';

describe('beside a timer that scans all jobs', () => {
  const good = 'ok backupmon-scan.timer is active; it has not started a scan yet';

  it('one that scans some is in order', async () => {
    const made = system();
    withTimers(made, {
      'backupmon-scan': [on, whole],
      paris: [on, `${whole} paris`],
    });
    assert.deepEqual(await judged(made), [
      good,
      'ok paris.service runs no scans of all jobs (paris); backupmon-scan.timer does',
    ]);
  });

  it('one whose program is gone does not count', async () => {
    const made = system();
    withTimers(made, {
      'backupmon-scan': [on, whole],
      old: [on, '/opt/backupmon scan'],
    });
    const found = await judged(made);
    assert.ok(found.includes(good));
    assert.ok(!found.some((one) => /disable|^warning both/u.test(one)), found.join('\n'));
  });

  it('of two the one that the next boot does not start goes', async () => {
    const made = system();
    withTimers(made, {
      a: [on, whole],
      b: ['ActiveState=active UnitFileState=disabled', whole],
    });
    assert.deepEqual((await judged(made)).slice(-2), [
      'warning both b.timer and a.timer run scans',
      '$ systemctl disable --now b.timer',
    ]);
  });

  it('a line is no reason to stop it, where cron does not run, or cannot be seen', async () => {
    for (const cron of [false, null]) {
      const made = system(line, cron);
      withTimers(made, { 'backupmon-scan': [on, whole] });
      const found = await judged(made);
      assert.ok(found.includes(good));
      assert.ok(!found.some((one) => /^critical|disable|enable/u.test(one)), found.join('\n'));
    }
  });

  it('a line that sudo runs is no reason either', async () => {
    const made = system('*/10 * * * * root sudo -u backupmon backupmon scan\n');
    withTimers(made, { 'backupmon-scan': [on, whole] });
    assert.deepEqual(mendsOf(await judged(made)), []);
  });
});

describe('beside a timer that is stopped', () => {
  const off = 'ActiveState=inactive UnitFileState=enabled';
  const stopped = (crontab: string): MadeMachine => {
    const made = system(crontab);
    withTimers(made, { 'backupmon-scan': [off, whole] });
    return made;
  };

  it('a line that may work leaves it alone: nothing is stopped, and no second one started', async () => {
    for (const command of ['root sudo -u backupmon backupmon scan', 'root . /x; backupmon scan']) {
      const found = await judged(stopped(`*/10 * * * * ${command}\n`));
      assert.deepEqual(mendsOf(found), []);
      assert.match(
        found[0] ?? '',
        /^ok backupmon-scan\.timer runs no scans of all jobs; it cannot be told whether \/etc\/crontab, line 1 runs them$/u,
      );
    }
  });

  it('a line does so too where it cannot be seen whether cron runs', async () => {
    const made = system(line, null);
    withTimers(made, { 'backupmon-scan': [off, whole] });
    assert.deepEqual(mendsOf(await judged(made)), []);
  });

  it('a line that runs too seldom does not do', async () => {
    const found = await judged(stopped('@yearly root /usr/bin/backupmon scan\n'));
    assert.deepEqual(mendsOf(found), [
      '$ systemctl enable --now backupmon-scan.timer',
      '$ ${EDITOR:-vi} +1 /etc/crontab',
    ]);
  });
});

describe('a line that systemd-cron has made a timer of', () => {
  it('is one thing, and not two', async () => {
    const made = system(line, false);
    withTimers(made, { 'cron-crontab-backupmon-0': [on, whole] });
    made.program('systemctl', 'printf "%s\\n" ActiveState=active UnitFileState=generated');
    made.file('/usr/lib/systemd/system/cron.target', '');
    assert.deepEqual(await judged(made), [
      'ok /etc/crontab, line 1 runs scans as backupmon (*/10 * * * *)',
    ]);
  });
});

describe('what may be of this configuration', () => {
  it('is told, and nothing is started beside it', async () => {
    for (const command of ['backupmon --config c.yaml scan', '. /etc/default/x; backupmon scan'])
      assert.deepEqual(await judged(system(`*/10 * * * * root cd /srv; ${command}\n`)), [
        'ok it cannot be told whether the scans that /etc/crontab, line 1 runs are of /etc/backupmon/config.yaml',
      ]);
    const made = system();
    withTimers(made, { x: [on, '/usr/bin/backupmon --config c.yaml scan'] });
    assert.deepEqual(await judged(made), [
      'ok it cannot be told whether the scans that x.timer runs are of /etc/backupmon/config.yaml',
    ]);
  });

  it('may be what scans all jobs, where another line scans some', async () => {
    const maybe = '*/10 * * * * root cd /srv; backupmon --config c.yaml scan\n';
    for (const other of [
      '@yearly root /usr/bin/backupmon scan',
      '@hourly root /usr/bin/backupmon scan paris',
    ]) {
      const found = await judged(system(`${maybe}${other}\n`));
      assert.deepEqual(mendsOf(found), []);
    }
  });

  it('counts for nothing where its user may not scan', async () => {
    const made = system('*/10 * * * * anna cd /srv; backupmon --config c.yaml scan\n');
    assert.match((await judged(made))[0] ?? '', /^warning neither/u);
  });

  it('is one of the configurations of a line, or of a comment none', async () => {
    const two =
      '*/10 * * * * root /usr/bin/backupmon --config /b.yaml scan; /usr/bin/backupmon scan\n';
    assert.deepEqual(await judged(system(two)), [
      'ok /etc/crontab, line 1 runs scans as root (*/10 * * * *)',
      'ok scans of /b.yaml are run too; this is about /etc/backupmon/config.yaml',
    ]);
    const [found] = await judged(system(`#BACKUPMON_CONFIG=/b.yaml\n${line}`));
    assert.equal(found, 'ok /etc/crontab, line 2 runs scans as backupmon (*/10 * * * *)');
  });
});

describe('lines of a user who may not scan', () => {
  it('are told together, and do not count', async () => {
    const made = system('* * 2-31 1-11 1 anna /usr/bin/backupmon scan\n'.repeat(60));
    made.program('getent', `echo >> ${made.root}/asked-$2; exit 0`);
    const [found = '', mend, ...more] = await judged(made);
    assert.equal(made.machine.text('/asked-anna'), '\n');
    assert.equal(
      found,
      'critical /etc/crontab, line 1 and 59 more lines of it run scans as anna, and the database belongs to backupmon',
    );
    assert.equal(mend, '$ ${EDITOR:-vi} +1 /etc/crontab');
    assert.deepEqual(more, []);
  });

  it('are no matter where cron passes over them', async () => {
    const made = system();
    made.file('/var/spool/cron/crontabs/gone', '* * * * * /usr/bin/backupmon scan\n', 0o600);
    assert.match((await judged(made))[0] ?? '', /^warning neither/u);
  });

  it('are counted where each names another configuration', async () => {
    const lines = Array.from(
      { length: 20 },
      (_, index) => `* * * * * anna /usr/bin/backupmon --config /${index}.yaml scan\n`,
    );
    const found = await judged(system(line + lines.join('')));
    assert.equal(found.length, 7);
    assert.equal(found.at(-1), 'ok scans of 15 more configurations are run too');
  });
});

describe('where cron is not installed', () => {
  it('it is installed, and started', async () => {
    const made = system(line, false);
    made.program('apt-get', '');
    const here = lookWith({ machine: made.machine });
    const install = '$ apt-get install -y cron';
    assert.ok((await judged(made, here)).includes(`${install} && service cron start`));
    made.file('/etc/crontab', '');
    const [, mend = ''] = await judged(made, here);
    assert.ok(mend.startsWith(`${install} && printf `) && mend.endsWith(' && service cron start'));
    made.program('cron', '');
    assert.match((await judged(made, here))[1] ?? '', /^\$ printf .* && service cron start$/u);
    made.file('/etc/crontab', line);
    assert.ok((await judged(made, here)).includes('$ service cron start'));
  });

  it('it is what other systems call cronie', async () => {
    const made = system(line, false);
    made.program('dnf', '');
    const here = lookWith({ machine: made.machine });
    const found = await judged(made, here);
    assert.ok(found.includes('$ dnf install -y cronie && service crond start'), found.join('\n'));
  });

  it('it is started as the package of the system calls it, where it is not there yet', () => {
    for (const [installer, service] of [
      ['apt-get', 'cron'],
      ['zypper', 'cron'],
      ['pacman', 'cronie'],
      ['dnf', 'crond'],
    ] as const) {
      const { machine, program } = makeMachine();
      program(installer, '');
      assert.equal(cronService(machine), service, installer);
    }
  });

  it('it may be started by systemd, whatever its unit is called', () => {
    const { machine, file } = makeMachine();
    assert.equal(cronService(machine), 'crond');
    file('/usr/lib/systemd/system/cronie.service', '');
    assert.equal(cronService(machine), 'cronie');
    file('/usr/lib/systemd/system/cron.service', '');
    assert.equal(cronService(machine), 'cron');
  });
});

describe('a line for cron', () => {
  it('has the PATH that it needs', async () => {
    const made = system('', true);
    const script = `${made.root}/opt/backupmon`;
    made.file('/opt/backupmon', '#!/usr/bin/env node\n', 0o755);
    // Its first line is read where it is; the rest is asked of the machine.
    made.file(script, '', 0o755);
    made.file('/programs/node', '', 0o755);
    made.file(`${made.root}/programs/node`, '', 0o755);
    const mend = mendsOf(await judged(made, lookWith({ machine: made.machine }), [script]));
    assert.deepEqual(mend, [
      `$ printf '%s\\n' PATH=${made.root}/programs:/usr/bin:/bin '*/10 * * * * backupmon ${script} scan' > /etc/cron.d/backupmon`,
    ]);
  });
});
