/** `doctor` about units that are not those of the package as it brings them, under a real systemd. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { boot, edit, SCAN, started, SYSTEMD } from './booted.ts';
import { doctorOn, type DoctorOn } from './doctor-on.ts';
import { begin, deposits, install, validated } from './installation.ts';
import { cannotStart, type Machine } from './machine.ts';

const TIMER = 'backupmon-scan.timer';
const folder = '/etc/systemd/system';

describe('doctor about units', { skip: cannotStart(SYSTEMD) }, () => {
  let machine: Machine;
  let doctor: DoctorOn;
  const sh = (script: string): string => machine.done('sh', '-c', script);
  before(async () => {
    machine = await boot();
  });
  after(() => machine.stop());
  beforeEach(() => {
    sh(`systemctl stop '*.timer'; rm -rf ${folder}/* /home/* /data; systemctl daemon-reload`);
    install(machine);
    sh(
      `systemctl daemon-reload; systemctl enable --now ${TIMER}; systemctl reset-failed ${SCAN} || true`,
    );
    sh(`rm -rf ${validated}`);
    begin(machine, 'agents: { paris: { databases: [compta] } }\n');
    doctor = doctorOn(machine);
    assert.deepEqual(doctor.wrong(), []);
  });

  it('a service that is masked, behind a timer that runs or is stopped', () => {
    machine.done('systemctl', 'mask', SCAN);
    assert.deepEqual(doctor.wrong(), [`critical ${SCAN} is masked: it cannot be started`]);
    machine.done('systemctl', 'stop', TIMER);
    doctor.mend(/timer is inactive/u);
    assert.deepEqual(doctor.wrong(), []);
    machine.done('systemctl', 'mask', SCAN);
    doctor.mend(/is masked/u);
    assert.deepEqual(doctor.wrong(), []);
  });

  it('a service that systemd refuses', () => {
    edit(machine, '[Service]\nExecStart=\n');
    assert.ok(
      doctor.wrong().some((line) => line.startsWith(`critical systemd cannot use ${SCAN}`)),
    );
  });

  it('an assertion that does not hold', () => {
    edit(machine, '[Unit]\nAssertPathExists=/srv/nowhere\n');
    started(machine);
    assert.deepEqual(doctor.wrong(), [
      `critical ${SCAN} was not started when it was due last: one of its assertions does not hold`,
    ]);
    edit(machine, '');
    started(machine);
    assert.deepEqual(doctor.wrong(), []);
  });

  it('an exit code that tells of backups, and is a failure to systemd', () => {
    machine.write('/srv/backupmon', '#!/bin/sh\n/usr/bin/backupmon "$@"\nexit 2\n', 0o755);
    const program = 'ExecStart=\nExecStart=/srv/backupmon scan\n';
    edit(machine, `[Service]\nSuccessExitStatus=\n${program}`);
    assert.equal(started(machine).code, 1);
    assert.match(doctor.wrong().join('\n'), /^warning .* ended with exit code 2, /u);
    doctor.mend(/exit code 2/u);
    assert.deepEqual(doctor.wrong(), []);
    assert.equal(started(machine).code, 0);
    machine.write('/srv/backupmon', '#!/bin/sh\nkill -9 $$\n', 0o755);
    started(machine);
    assert.deepEqual(doctor.wrong(), [`critical the last run of ${SCAN} failed: signal 9`]);
  });

  it('a timer that the next boot does not start', () => {
    const state = (): string => machine.run('systemctl', 'is-enabled', TIMER).out.trim();
    const isMended = (former: string): void => {
      assert.equal(state(), former);
      assert.match(doctor.wrong().join('\n'), /^warning backupmon-scan\.timer runs, but is /u);
      doctor.mend(/runs, but/u);
      assert.deepEqual(doctor.wrong(), []);
      assert.equal(state(), 'enabled');
    };
    sh(`systemctl disable ${TIMER}; systemctl enable --runtime ${TIMER}`);
    isMended('enabled-runtime');
    const unit = `/usr/lib/systemd/system/${TIMER}`;
    sh(
      `systemctl disable ${TIMER}; systemctl disable --runtime ${TIMER}; sed -i /WantedBy/d ${unit}; systemctl daemon-reload`,
    );
    isMended('static');
    const wants = '/usr/lib/systemd/system/timers.target.wants';
    sh(
      `systemctl disable ${TIMER}; rm -r ${folder}/${TIMER}.d; mkdir ${wants}; ln -s ../${TIMER} ${wants}/; systemctl daemon-reload`,
    );
    assert.equal(state(), 'static');
    assert.deepEqual(doctor.wrong(), []);
    sh(`rm -r ${wants}`);
    install(machine);
    sh(
      `systemctl stop ${TIMER}; mv ${unit} /srv/; systemctl link /srv/${TIMER}; systemctl start ${TIMER}`,
    );
    isMended('linked');
  });

  describe('which service', () => {
    const unit = '[Service]\nType=oneshot\nUser=backupmon\nExecStart=/usr/bin/backupmon ';
    const timer = '[Timer]\nOnCalendar=*:0/10\n[Install]\nWantedBy=timers.target\n';
    beforeEach(() => {
      sh(`systemctl disable --now ${TIMER}; rm /usr/lib/systemd/system/backupmon-scan.*`);
    });

    it('continues a line, has another name too, or is an instance', () => {
      machine.write(`${folder}/bm.service`, `${unit}\\\n# and\n  --quiet \\\n  scan\n`);
      machine.write(`${folder}/bm.timer`, timer);
      sh(
        `ln -s bm.service ${folder}/also.service; systemctl daemon-reload; systemctl enable --now bm.timer`,
      );
      assert.deepEqual(doctor.told(), ['ok bm.timer is active; it has not started a scan yet']);
      sh(`systemctl disable --now bm.timer; rm ${folder}/bm.* ${folder}/also.service`);
      machine.write(`${folder}/bm@.service`, `${unit}scan\n`);
      machine.write(`${folder}/bm@.timer`, timer);
      sh('systemctl daemon-reload; systemctl enable --now bm@main.timer');
      assert.deepEqual(doctor.told(), [
        'ok bm@main.timer is active; it has not started a scan yet',
      ]);
      sh('systemctl disable --now bm@main.timer');
    });

    it('is there until the next boot', () => {
      sh(
        "systemctl daemon-reload; systemd-run --uid=backupmon --on-calendar='*:0/10' /usr/bin/backupmon scan",
      );
      assert.match(
        doctor.told().join('\n'),
        /^warning run-\w+\.timer runs, but is there until the next boot only$/u,
      );
    });
  });

  it('the configuration that a service names, wherever it does', () => {
    const command = 'ExecStart=\nExecStart=/usr/bin/backupmon scan';
    const others: readonly (readonly [string, string])[] = [
      [`${command} --config /srv/other.yaml\n`, '/srv/other.yaml'],
      [`${command} "--config=/srv/o t.yaml"\n`, '/srv/o t.yaml'],
      ['Environment=BACKUPMON_CONFIG=/srv/other.yaml\n', '/srv/other.yaml'],
      ['EnvironmentFile=/srv/environment\n', '/srv/third.yaml'],
    ];
    machine.write(
      '/srv/environment',
      '# BACKUPMON_CONFIG=/x\nBACKUPMON_CONFIG="/srv/third.yaml"\n',
    );
    for (const [settings, file] of others) {
      edit(machine, `[Service]\n${settings}`);
      assert.ok(
        doctor.told().some((line) => line.startsWith(`ok scans of ${file} are run too`)),
        settings,
      );
    }
    edit(
      machine,
      `[Service]\n${command}\nExecStart=/usr/bin/backupmon scan --config /srv/other.yaml\n`,
    );
    assert.match(
      doctor.told().join('\n'),
      /^ok backupmon-scan\.timer is active; .*\nok scans of \/srv\/other\.yaml/u,
    );
    for (const settings of [
      '#Environment=BACKUPMON_CONFIG=/srv/other.yaml\n',
      "ExecStart=\nExecStart=/bin/sh -c 'date ; /usr/bin/backupmon scan'\n",
    ]) {
      edit(machine, `[Service]\n${settings}`);
      assert.match(
        doctor.told().join('\n'),
        /^ok backupmon-scan\.timer is active; [^\n]*$/u,
        settings,
      );
    }
  });

  describe('what a service sees and may write', () => {
    /** It fails as it is, doctor says why, and with its command it works. */
    const isMended = (message: RegExp, config: string | null = null): void => {
      assert.equal(started(machine).code, 1);
      const about = doctorOn(machine, config);
      assert.match(about.wrong().join('\n'), message);
      about.mend(message);
      assert.equal(started(machine).code, 0);
      assert.deepEqual(about.wrong(), []);
    };

    it('a tree behind a link into a home, which is shown alone', () => {
      sh(`mv ${validated} /home/kept; ln -s /home/kept ${validated}; mkdir /home/secret`);
      isMended(/does not see \/mnt\/validated_backups: it has ProtectHome/u);
      assert.match(machine.done('systemctl', 'show', SCAN, '-p', 'ProtectHome'), /=tmpfs$/mu);
    });

    it('a configuration in a home', () => {
      sh('mkdir /home/c; cp /etc/backupmon/config.yaml /home/c/; chmod -R a+rX /home/c');
      const command = '/usr/bin/backupmon --config /home/c/config.yaml scan';
      edit(machine, `[Service]\nExecStart=\nExecStart=${command}\n`);
      isMended(/does not see \/home\/c\/config\.yaml: it has ProtectHome/u, '/home/c/config.yaml');
    });

    it('metrics in a home: no scan fails for them', () => {
      sh('mkdir /home/m; chown backupmon /home/m');
      sh('echo "metrics: /home/m/backupmon.prom" >>/etc/backupmon/config.yaml');
      assert.equal(started(machine).code, 0);
      assert.deepEqual(doctor.wrong(), [
        `warning ${SCAN} does not see /home/m, the folder of the metrics`,
      ]);
      doctor.mend(/metrics/u);
      assert.equal(started(machine).code, 0);
      assert.deepEqual(doctor.wrong(), []);
      assert.equal(sh('ls /home/m'), 'backupmon.prom\n');
    });

    it('folders that are named by where a link to them leads, or made for it', () => {
      sh(`mkdir /data; mv ${validated} /data/v; ln -s /data/v ${validated}`);
      sh('echo "metrics: /run/backupmon/backupmon.prom" >>/etc/backupmon/config.yaml');
      edit(
        machine,
        `[Service]\nReadWritePaths=\nReadWritePaths=/data/v ${deposits}\nRuntimeDirectory=backupmon\nRuntimeDirectoryPreserve=yes\n`,
      );
      assert.deepEqual(doctor.wrong(), []);
      assert.equal(started(machine).code, 0);
      assert.deepEqual(doctor.wrong(), []);
      assert.equal(sh('ls /run/backupmon'), 'backupmon.prom\n');
    });

    it('deposits in a home that it only reads', () => {
      sh(`mkdir /home/agents; sed -i 's,${deposits},/home/agents,' /etc/backupmon/config.yaml`);
      sh('echo "archive_reports: false" >>/etc/backupmon/config.yaml');
      edit(machine, '[Service]\nProtectHome=tmpfs\nBindReadOnlyPaths=/home/agents\n');
      assert.deepEqual(doctor.wrong(), []);
      assert.equal(started(machine).code, 0);
      sh("sed -i '/archive_reports/d' /etc/backupmon/config.yaml");
      assert.match(doctor.wrong().join('\n'), /may not write \/home\/agents/u);
      edit(machine, '');
      isMended(/does not see \/home\/agents: it has ProtectHome/u);
    });
  });
});
