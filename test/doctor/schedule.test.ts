import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { judgeSchedule, readSchedule } from '../../src/doctor/schedule/schedule.ts';
import { override } from '../../src/doctor/schedule/drop-in.ts';
import { judgeTimer } from '../../src/doctor/schedule/timer.ts';
import { readTimers, type ScanTimer } from '../../src/doctor/schedule/timers.ts';
import { hiddenFrom, keptFrom, unitWord, unitWords } from '../../src/doctor/schedule/unit-paths.ts';
import { assertWhole, lookWith, makeMachine, told, type MadeMachine } from './support.ts';

const look = lookWith();
const own = { program: ['/usr/bin/backupmon'] };
const service = '[Service]\nUser=backupmon\nExecStart=/usr/bin/backupmon scan\n';

/** systemd runs there, and shows these properties. */
function withSystemd(made: MadeMachine, timer: string, ofService = ''): void {
  made.file('/run/systemd/system/x', '');
  made.program('env', 'test "$1" = TZ=UTC && shift && exec "$@"');
  made.program(
    'systemctl',
    `test "$1" = show || exit 1
     case "$2" in
       *.timer) printf '%s\\n' ${timer};;
       *) printf '%s\\n' ${ofService};;
     esac`,
  );
}

const judged = async (made: MadeMachine, isRoot = true, given = look, program = own) => {
  const found = judgeSchedule(await readSchedule(made.machine, isRoot), program, given);
  assertWhole(found);
  return told(found);
};

/** Cron runs there. */
function withCron(made: MadeMachine): void {
  made.file('/proc/1/comm', 'systemd\n');
  made.file('/proc/7/comm', 'cron\n');
}

describe('what runs scans', () => {
  const cron = '*/10 * * * * backupmon /usr/bin/backupmon scan\n';

  it('is nothing: the line for cron', async () => {
    assert.deepEqual(await judged(makeMachine()), [
      'warning neither a timer of systemd nor a crontab runs scans',
      String.raw`$ printf '%s\n' '*/10 * * * * backupmon /usr/bin/backupmon scan' > /etc/cron.d/backupmon`,
    ]);
  });

  it('may be something that only root sees', async () => {
    const [message = '', mend] = await judged(makeMachine(), false);
    assert.match(message, /crontabs of other users were not looked at/u);
    assert.equal(mend, '$ sudo backupmon doctor');
  });

  it('is the crontab of whoever asks, who may not read its file', async () => {
    const made = makeMachine();
    made.file('/usr/bin/backupmon', '', 0o755);
    made.program('id', 'test "$1" = -un && echo backupmon');
    made.program('crontab', `test "$1" = -l && echo '*/10 * * * * backupmon scan'`);
    assert.deepEqual(await judged(made, false), [
      'ok /var/spool/cron/backupmon, line 1 runs scans as backupmon (*/10 * * * *)',
    ]);
    made.program('crontab', 'exit 1');
    assert.match((await judged(made, false))[0] ?? '', /^warning neither/u);
  });

  it('is nothing, where systemd runs and no cron: the units of the program', async () => {
    const made = makeMachine();
    withSystemd(made, '');
    // Other folders than those of the example.
    const opened = [
      'mkdir -p /etc/systemd/system/backupmon-scan.service.d',
      String.raw`printf '%s\n' '[Service]' 'ReadWritePaths=/mnt/validated /mnt/deposits' > /etc/systemd/system/backupmon-scan.service.d/zz-ReadWritePaths-67ca15da.conf`,
    ];
    assert.deepEqual(
      (await judged(made))[1],
      [
        '$ backupmon files backupmon-scan.service > /etc/systemd/system/backupmon-scan.service',
        'backupmon files backupmon-scan.timer > /etc/systemd/system/backupmon-scan.timer',
        'backupmon files backupmon-failure@.service > /etc/systemd/system/backupmon-failure@.service',
        ...opened,
        'systemctl daemon-reload',
        'systemctl enable --now backupmon-scan.timer',
      ].join(' && '),
    );
  });

  it('is a crontab', async () => {
    const made = makeMachine();
    made.file('/etc/crontab', cron);
    made.file('/usr/bin/backupmon', '', 0o755);
    assert.deepEqual(await judged(made), [
      'ok /etc/crontab, line 1 runs scans as backupmon (*/10 * * * *)',
    ]);
    made.file('/proc/1/comm', 'init\n');
    assert.deepEqual((await judged(made)).slice(0, 2), [
      'ok /etc/crontab, line 1 runs scans as backupmon (*/10 * * * *)',
      'critical /etc/crontab runs scans, and no cron is running',
    ]);
  });

  it('is a file that cron passes over', async () => {
    const made = makeMachine();
    made.file('/etc/cron.d/backupmon.cron', cron);
    const [message = '', mend] = await judged(made);
    assert.match(
      message,
      /^critical \/etc\/cron\.d\/backupmon\.cron would run scans, but cron passes over/u,
    );
    assert.equal(mend, '$ ${EDITOR:-vi} /etc/cron.d/backupmon.cron');
  });

  it('is a timer', async () => {
    const made = makeMachine();
    made.file('/usr/lib/systemd/system/backupmon-scan.service', service);
    made.file('/usr/lib/systemd/system/backupmon-scan.timer', '[Timer]\nOnCalendar=*:0/10\n');
    withSystemd(made, "ActiveState=active UnitFileState=enabled 'LastTriggerUSec=Sat 20:50'");
    assert.deepEqual(await judged(made), ['ok backupmon-scan.timer is active; last: Sat 20:50']);
    withCron(made);
    made.file('/etc/crontab', '@hourly root /bin/backupmon scan\n');
    made.file('/bin/backupmon', '', 0o755);
    assert.deepEqual((await judged(made)).slice(-2), [
      'warning both backupmon-scan.timer and /etc/crontab, line 1, run scans',
      '$ systemctl disable --now backupmon-scan.timer',
    ]);
  });

  it('is a unit of a machine without systemd: a file, and no more', async () => {
    const made = makeMachine();
    made.file('/usr/lib/systemd/system/backupmon-scan.service', service);
    const [message, mend = ''] = await judged(made);
    assert.match(message ?? '', /^warning neither/u);
    assert.match(mend, /cron\.d/u);
  });

  it('is about another configuration: told, and counted for nothing', async () => {
    const made = makeMachine();
    made.file('/etc/crontab', '@hourly root /usr/bin/backupmon --config /srv/other.yaml scan\n');
    const found = await judged(made);
    assert.match(found[0] ?? '', /^warning neither/u);
    assert.equal(
      found.at(-1),
      'ok scans of /srv/other.yaml are run too; this is about /etc/backupmon/config.yaml',
    );
  });
});

describe('what has scans run where nothing does', () => {
  const mendOf = async (...given: Parameters<typeof judged>): Promise<string> =>
    (await judged(...given))[1] ?? '';

  it('is a file of its own for cron, where one of the name is there', async () => {
    const made = makeMachine();
    made.file('/etc/cron.d/backupmon', 'MAILTO=root\n');
    assert.match(await mendOf(made), / > \/etc\/cron\.d\/backupmon-2$/u);
    made.file('/etc/cron.d/backupmon-2', '@hourly root backupmon --config /srv/x.yaml scan\n');
    assert.match(await mendOf(made), / > \/etc\/cron\.d\/backupmon-3$/u);
  });

  it('is units that fit: user, program and configuration', async () => {
    const made = makeMachine();
    withSystemd(made, '');
    made.program('getent', 'exit 2');
    assert.match(
      await mendOf(made),
      /^\$ useradd --system --user-group --home-dir \/var\/lib\/backupmon --shell \/usr\/sbin\/nologin backupmon && /u,
    );
    const mend = await mendOf(
      made,
      true,
      {
        ...look,
        file: '/srv/50% $x.yaml',
        scanner: { ...look.scanner, user: 'anna', group: 'staff' },
      },
      { program: ['/opt/my tools/node', '/opt/backupmon.cjs'] },
    );
    assert.doesNotMatch(mend, /useradd/u);
    assert.equal(mend.split('daemon-reload').length, 2);
    const exec = `'ExecStart="/opt/my tools/node" /opt/backupmon.cjs --config "/srv/50%% $$x.yaml" scan'`;
    assert.ok(mend.includes(`'[Service]' User=anna Group=staff ExecStart= ${exec}`), mend);
  });

  it('is nothing that takes the place of units of the same names, which may run a script', async () => {
    for (const name of ['backupmon-scan.service', 'backupmon-failure@.service']) {
      const made = makeMachine();
      withSystemd(made, '');
      made.file(`/etc/systemd/system/${name}`, '[Service]\nExecStart=/usr/local/sbin/scan.sh\n');
      const taken = [
        `warning neither a timer of systemd nor a crontab runs scans, as far as can be seen; ${name} is there all the same`,
        `$ systemctl cat ${name}`,
      ];
      assert.deepEqual(await judged(made), taken);
      withCron(made);
      assert.deepEqual(await judged(made), taken);
    }
  });

  it('is not the unit of another configuration', async () => {
    const made = makeMachine();
    withSystemd(made, 'ActiveState=inactive');
    made.file(
      '/etc/systemd/system/backupmon-scan.service',
      '[Service]\nExecStart=/usr/bin/backupmon --config /srv/other.yaml scan\n',
    );
    assert.match(await mendOf(made), / > \/etc\/cron\.d\/backupmon$/u);
  });
});

describe('timer and crontab', () => {
  const cron = '*/10 * * * * backupmon /usr/bin/backupmon scan\n';
  const made = (ofTimer: string, crontab = cron, ofService = ''): MadeMachine => {
    const machine = makeMachine();
    machine.file('/usr/bin/backupmon', '', 0o755);
    machine.file('/usr/lib/systemd/system/backupmon-scan.service', service);
    machine.file('/usr/lib/systemd/system/backupmon-scan.timer', '[Timer]\nOnCalendar=*:0/10\n');
    withSystemd(machine, ofTimer, ofService);
    withCron(machine);
    if (crontab !== '') machine.file('/etc/crontab', crontab);
    return machine;
  };
  const ofCron = 'ok /etc/crontab, line 1 runs scans as backupmon (*/10 * * * *)';
  const place = '/etc/crontab, line 1';

  it('may be one of the two, the other there and not enabled, or masked', async () => {
    const spare = `ok backupmon-scan.timer is not started by systemd; ${place} runs scans`;
    const disabled = 'ActiveState=inactive UnitFileState=disabled';
    assert.deepEqual(await judged(made(disabled)), [spare, ofCron]);
    const masked = 'ActiveState=inactive LoadState=masked UnitFileState=masked';
    assert.deepEqual(await judged(made(masked)), [spare, ofCron]);
    assert.deepEqual(await judged(made('ActiveState=inactive UnitFileState=enabled')), [
      `warning backupmon-scan.timer is stopped, but enabled, and ${place} runs scans`,
      '$ systemctl disable backupmon-scan.timer',
      ofCron,
    ]);
    assert.deepEqual(await judged(made(masked, '')), [
      'warning backupmon-scan.timer is masked: it starts no scans',
      '$ systemctl unmask backupmon-scan.timer && systemctl enable --now backupmon-scan.timer',
    ]);
  });

  it('is told as stopped beside a line that does not work', async () => {
    const broken = made('ActiveState=inactive', '*/10 * * * * backupmon /opt/backupmon scan\n');
    assert.match((await judged(broken))[0] ?? '', /^warning backupmon-scan\.timer is inactive/u);
  });

  it('leave alone what was put away in /etc/cron.d', async () => {
    const both = made('ActiveState=active UnitFileState=enabled', '');
    both.file('/etc/cron.d/backupmon.disabled', cron);
    const found = await judged(both);
    assert.deepEqual(
      found.map((line) => line.split(' ')[0]),
      ['ok', 'ok'],
    );
    assert.match(found[1] ?? '', /; backupmon-scan\.timer runs them$/u);
  });

  it('are told where two do the same', async () => {
    assert.deepEqual((await judged(made('ActiveState=inactive', cron + cron))).slice(-2), [
      `warning both ${place} and /etc/crontab, line 2, run scans`,
      '$ ${EDITOR:-vi} +1 /etc/crontab',
    ]);
    const timers = made('ActiveState=active UnitFileState=enabled', '');
    timers.file('/etc/systemd/system/x.timer', '[Timer]\nUnit=backupmon-scan.service\n');
    assert.ok(
      (await judged(timers)).some((line) =>
        /^warning both \S+\.timer and \S+\.timer run/u.test(line),
      ),
    );
    const halves =
      '*/10 8-18 * * * root backupmon scan\n*/10 0-7,19-23 * * * root backupmon scan\n';
    const together = made('ActiveState=inactive', `PATH=/usr/bin\n${halves}`);
    assert.ok((await judged(together)).every((line) => line.startsWith('ok ')));
  });

  const seldom: readonly (readonly [string, RegExp])[] = [
    ['@yearly root', /^warning .* up to 365d from one scan to the next; scan_max_age is 3h$/u],
    ['@reboot root', /^critical .*: scans are run when the machine starts, /u],
    ['0 0 31 2 * root', /^critical .* or never$/u],
  ];
  for (const [line, expected] of seldom) {
    it(`${line}: too seldom, but not beside a timer`, async () => {
      const text = `${line} /usr/bin/backupmon scan\n`;
      const lone = makeMachine();
      lone.file('/usr/bin/backupmon', '', 0o755);
      lone.file('/etc/crontab', text);
      assert.ok((await judged(lone)).some((found) => expected.test(found)));
      const beside = await judged(made('ActiveState=active UnitFileState=enabled', text));
      assert.ok(beside.every((found) => found.startsWith('ok ')));
    });
  }

  it('may run no scan of all jobs, or be refused by cron', async () => {
    const partial = makeMachine();
    partial.file('/usr/bin/backupmon', '', 0o755);
    partial.file('/etc/crontab', '@hourly root /usr/bin/backupmon scan --dry-run\n');
    assert.deepEqual((await judged(partial)).slice(-2), [
      `critical ${place}: no scan of all jobs is run, by reason of --dry-run`,
      '$ ${EDITOR:-vi} +1 /etc/crontab',
    ]);
    partial.file('/etc/crontab', `${cron}60 * * * * root true\n`);
    assert.deepEqual(await judged(partial), [
      'critical /etc/crontab would run scans, but cron passes over the whole file for line 2: "60" is no minute',
      '$ ${EDITOR:-vi} +2 /etc/crontab',
    ]);
  });

  it('name the configuration by a link', async () => {
    const linked = makeMachine();
    linked.file('/usr/bin/backupmon', '', 0o755);
    linked.file('/srv/c.yaml', '');
    symlinkSync(`${linked.root}/srv/c.yaml`, `${linked.root}/link.yaml`);
    const command = `/usr/bin/backupmon --config ${linked.root}/link.yaml scan`;
    linked.file('/etc/crontab', `*/10 * * * * root ${command}\n`);
    const [found] = await judged(linked, true, { ...look, file: `${linked.root}/srv/c.yaml` });
    assert.match(found ?? '', /^ok \/etc\/crontab/u);
  });

  it('are taken as systemd has them, not as their files say', async () => {
    const shown =
      "'ExecStart={ path=/usr/bin/backupmon ; argv[]=/usr/bin/backupmon scan ; ignore_errors=no }'";
    const active =
      "ActiveState=active UnitFileState=enabled 'NextElapseUSecRealtime=Sat 2026-06-20 21:40:00 UTC'";
    assert.deepEqual(await judged(made(active, '', shown)), [
      'ok backupmon-scan.timer is active; it has not started a scan yet',
    ]);
    const absent = shown.replaceAll('/usr/bin', '/opt');
    assert.ok(
      (await judged(made(active, '', absent))).includes(
        'critical backupmon-scan.service runs /opt/backupmon, which is not there or is no program',
      ),
    );
    const yearly = active.replace('Sat 2026-06-20 21:40:00', 'Fri 2027-01-01 00:00:00');
    assert.match(
      (await judged(made(yearly, '', shown)))[0] ?? '',
      /^warning backupmon-scan\.timer starts the next scan at 2027-01-01T00:00:00Z, in \d+d.*; scan_max_age is 3h$/u,
    );
  });
});

describe('units', () => {
  it('are found in all folders, the first of a name; a timer may name its service', async () => {
    const made = makeMachine();
    withSystemd(made, 'ActiveState=active', 'User=backupmon Result=success');
    made.file(
      '/etc/systemd/system/scan.service',
      '[Service]\nExecStart=-/opt/backupmon --config /srv/c.yaml scan\nLoadCredential=a:/etc/a\n',
    );
    made.file('/usr/lib/systemd/system/scan.service', '[Service]\nExecStart=/bin/true\n');
    made.file('/usr/lib/systemd/system/scan@.service', service);
    made.file(
      '/usr/lib/systemd/system/other.service',
      '[Service]\nExecStart=/usr/bin/backupmon status\n',
    );
    made.file('/etc/systemd/system/scan.service.d/x.conf', '[Service]\nLoadCredential=b:/etc/b\n');
    made.file('/etc/b', 'x', 0o600);
    made.file('/etc/systemd/system/nightly.timer', '[Timer]\nUnit=scan.service\n');
    const { timers, services, running } = await readTimers(made.machine);
    assert.deepEqual([running, services], [true, ['scan.service']]);
    assert.deepEqual(
      timers.map((one) => ({ ...one, commands: undefined })),
      [
        {
          timer: 'nightly.timer',
          service: 'scan.service',
          config: '/srv/c.yaml',
          credentials: [
            { name: 'a', path: '/etc/a', mode: null },
            { name: 'b', path: '/etc/b', mode: 0o600 },
          ],
          commands: undefined,
          missing: null,
          next: null,
          of: {
            timer: { ActiveState: 'active' },
            service: { User: 'backupmon', Result: 'success' },
          },
        },
      ],
    );
  });

  const timer = (
    ofTimer: Record<string, string>,
    ofService: Record<string, string> = {},
    name: string | null = 'backupmon-scan.timer',
  ): ScanTimer => ({
    timer: name,
    service: 'backupmon-scan.service',
    config: null,
    credentials: [],
    missing: null,
    next: null,
    of: { timer: ofTimer, service: ofService },
  });
  const active = { ActiveState: 'active', UnitFileState: 'enabled', LastTriggerUSec: '' };
  const cases: readonly (readonly [string, ScanTimer, readonly string[]])[] = [
    ['active', timer(active), ['ok backupmon-scan.timer is active; it has not started a scan yet']],
    [
      'not started',
      timer({ ActiveState: 'inactive' }),
      [
        'warning backupmon-scan.timer is inactive: it starts no scans',
        '$ systemctl enable --now backupmon-scan.timer',
      ],
    ],
    [
      'started, and not enabled',
      timer({ ...active, UnitFileState: 'disabled' }),
      [
        'warning backupmon-scan.timer runs, but is not enabled',
        '$ systemctl enable --now backupmon-scan.timer',
      ],
    ],
    [
      'a service without a timer',
      timer({}, {}, null),
      [
        'warning backupmon-scan.service runs scans, and no timer starts it',
        '$ backupmon files backupmon-scan.timer > /etc/systemd/system/backupmon-scan.timer && systemctl daemon-reload && systemctl enable --now backupmon-scan.timer',
      ],
    ],
    [
      'failed',
      timer(active, { Result: 'exit-code', ExecMainStatus: '3' }),
      [
        'ok backupmon-scan.timer is active; it has not started a scan yet',
        'critical the last run of backupmon-scan.service failed: exit-code, exit code 3',
        '$ journalctl -u backupmon-scan.service -n 50 --no-pager',
      ],
    ],
    [
      'run by somebody else',
      timer(active, { User: 'anna' }),
      [
        'ok backupmon-scan.timer is active; it has not started a scan yet',
        'critical backupmon-scan.service runs as anna, and the database belongs to backupmon',
        '$ systemctl edit backupmon-scan.service',
      ],
    ],
    [
      'kept from the tree',
      timer(active, {
        User: 'backupmon',
        ProtectSystem: 'strict',
        ReadWritePaths: '/mnt/deposits',
        StateDirectory: 'backupmon',
      }),
      [
        'ok backupmon-scan.timer is active; it has not started a scan yet',
        'critical backupmon-scan.service may not write /mnt/validated: its ReadWritePaths do not name it',
        String.raw`$ mkdir -p /etc/systemd/system/backupmon-scan.service.d && printf '%s\n' '[Service]' ReadWritePaths=/mnt/validated > /etc/systemd/system/backupmon-scan.service.d/zz-ReadWritePaths-97eef2f2.conf && systemctl daemon-reload`,
      ],
    ],
    [
      'run something else',
      timer(active, { ExecStart: '{ path=/bin/true ; argv[]=/bin/true ; ignore_errors=no }' }),
      [
        'ok backupmon-scan.timer is active; it has not started a scan yet',
        'critical backupmon-scan.service runs /bin/true, and no scan',
        '$ systemctl edit --full backupmon-scan.service',
      ],
    ],
    [
      'run no scan of all jobs',
      timer(active, {
        ExecStart:
          '{ path=/usr/bin/backupmon ; argv[]=/usr/bin/backupmon scan --dry-run ; ignore_errors=no }',
      }),
      [
        'ok backupmon-scan.timer is active; it has not started a scan yet',
        'critical backupmon-scan.service runs scans, but none of all jobs (--dry-run)',
        '$ systemctl edit --full backupmon-scan.service',
      ],
    ],
    [
      'not read again',
      timer(active, { NeedDaemonReload: 'yes' }),
      [
        'ok backupmon-scan.timer is active; it has not started a scan yet',
        'warning backupmon-scan.service: changed since systemd has read it',
        '$ systemctl daemon-reload',
      ],
    ],
    [
      'kept from its start by a condition',
      timer(active, { ConditionResult: 'no', ConditionTimestamp: 'Sat' }),
      [
        'ok backupmon-scan.timer is active; it has not started a scan yet',
        'critical backupmon-scan.service was not started when it was due last: one of its conditions does not hold',
        '$ systemctl status --no-pager backupmon-scan.service',
      ],
    ],
    [
      'not asked for its conditions yet',
      timer(active, { ConditionResult: 'no', ConditionTimestamp: '' }),
      ['ok backupmon-scan.timer is active; it has not started a scan yet'],
    ],
    [
      'run by a user made up',
      timer(active, { DynamicUser: 'yes' }),
      [
        'ok backupmon-scan.timer is active; it has not started a scan yet',
        'critical backupmon-scan.service runs as backupmon-scan, a user that systemd makes up, and the database belongs to backupmon',
        '$ systemctl edit backupmon-scan.service',
      ],
    ],
    [
      'run by a user of that name that is there',
      timer(active, { DynamicUser: 'yes', User: 'backupmon' }),
      ['ok backupmon-scan.timer is active; it has not started a scan yet'],
    ],
    [
      'kept from the tree by a setting of its own',
      timer(active, { ReadOnlyPaths: '/mnt/validated', ReadWritePaths: '/mnt' }),
      [
        'ok backupmon-scan.timer is active; it has not started a scan yet',
        'critical backupmon-scan.service may not write /mnt/validated: its ReadWritePaths do not name it',
        '$ systemctl edit backupmon-scan.service',
      ],
    ],
    [
      'kept from seeing the tree',
      timer(active, { InaccessiblePaths: '/mnt/validated' }),
      [
        'ok backupmon-scan.timer is active; it has not started a scan yet',
        'critical backupmon-scan.service does not see /mnt/validated: it has InaccessiblePaths',
        '$ systemctl edit backupmon-scan.service',
      ],
    ],
    [
      'active, with no time to come',
      timer({ ...active, SubState: 'elapsed' }),
      [
        'critical backupmon-scan.timer is active, and starts no scan any more: none of its times is to come',
        '$ systemctl edit --full backupmon-scan.timer',
      ],
    ],
  ];
  for (const [title, given, expected] of cases) {
    it(title, () => {
      const found = judgeTimer(given, look);
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }

  it('are kept from what ReadWritePaths does not name, and do not see homes', () => {
    const strict = {
      ProtectSystem: 'strict',
      StateDirectory: 'a b',
      ReadWritePaths: '-/srv/x +/y',
    };
    const paths = ['/var/lib/b/c', '/srv/x', '/srv/xy', '/y/z', '/home/v'];
    assert.deepEqual(keptFrom(strict, paths), ['/srv/xy', '/home/v']);
    assert.deepEqual(keptFrom({ ...strict, ProtectSystem: 'full' }, paths), []);
    assert.deepEqual(hiddenFrom({ ProtectHome: 'yes' }, paths), ['/home/v']);
    assert.deepEqual(hiddenFrom({ ProtectHome: 'no' }, paths), []);
    assert.deepEqual(hiddenFrom({}, paths), []);
  });

  it('may write the deepest of what their settings say', () => {
    assert.deepEqual(keptFrom({ ProtectHome: 'read-only' }, ['/home/v', '/srv']), ['/home/v']);
    const within = { ReadOnlyPaths: '/srv /srv/a/b', ReadWritePaths: '/srv/a' };
    assert.deepEqual(keptFrom(within, ['/srv/x', '/srv/a/x', '/srv/a/b/c']), [
      '/srv/x',
      '/srv/a/b/c',
    ]);
  });

  it('see of homes what is bound into them', () => {
    const bound = {
      ProtectHome: 'tmpfs',
      BindPaths: '/srv/x y:/home/agents:rbind /a:/home/a b:norbind',
    };
    assert.deepEqual(hiddenFrom(bound, ['/home/a b/c']), []);
    assert.deepEqual(hiddenFrom(bound, ['/home/agents/paris', '/home/v']), ['/home/v']);
    assert.deepEqual(keptFrom({ ...bound, ProtectSystem: 'strict' }, ['/home/agents']), []);
  });

  it('write words as systemd reads them', () => {
    for (const path of ['/srv/a b', '/srv/"x"', String.raw`/srv/\x`, '/srv/50%', "/srv/it's"])
      assert.deepEqual(unitWords(unitWord(path).replaceAll('%%', '%')), [path]);
    assert.equal(unitWord('/srv/a b%'), '"/srv/a b%%"');
    assert.deepEqual(unitWords(String.raw`"-/srv/a b" /srv/c\x20d`), ['-/srv/a b', '/srv/c d']);
    const strict = { ProtectSystem: 'strict', ReadWritePaths: '"-/srv/a b"' };
    assert.deepEqual(keptFrom(strict, ['/srv/a b/c']), []);
  });

  it('keep what was put into a drop-in before', () => {
    const files = ['LoadCredential=a:/a', 'LoadCredential=b:/b', 'ReadWritePaths=/c'].map(
      (setting) => / > (\S+) /u.exec(override('x.service', setting, look.hands))?.[1],
    );
    assert.equal(new Set(files).size, 3);
    const home = override('x.service', 'ProtectHome=no', look.hands);
    assert.match(home, /zz-ProtectHome\.conf/u);
  });
});
