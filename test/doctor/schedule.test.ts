import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeSchedule, readSchedule } from '../../src/doctor/schedule.ts';
import { hiddenFrom, judgeTimer, keptFrom } from '../../src/doctor/timer.ts';
import { readTimers, type ScanTimer } from '../../src/doctor/timers.ts';
import { assertWhole, lookWith, makeMachine, told, type MadeMachine } from './support.ts';

const look = lookWith();
const own = { program: ['/usr/bin/backupmon'] };
const service = '[Service]\nUser=backupmon\nExecStart=/usr/bin/backupmon scan\n';

/** systemd runs there, and shows these properties. */
function withSystemd(made: MadeMachine, timer: string, ofService = ''): void {
  made.file('/run/systemd/system/x', '');
  made.program(
    'systemctl',
    `test "$1" = show || exit 1
     case "$2" in
       *.timer) printf '%s\\n' ${timer};;
       *) printf '%s\\n' ${ofService};;
     esac`,
  );
}

const judged = async (made: MadeMachine, isRoot = true) => {
  const found = judgeSchedule(await readSchedule(made.machine, isRoot), own, look);
  assertWhole(found);
  return told(found);
};

describe('what runs scans', () => {
  const cron = '*/10 * * * * backupmon /usr/bin/backupmon scan\n';

  it('is nothing: the line for cron', async () => {
    assert.deepEqual(await judged(makeMachine()), [
      'warning neither a timer of systemd nor a crontab runs scans',
      String.raw`$ printf '%s\n' '*/10 * * * * backupmon /usr/bin/backupmon scan' > /etc/cron.d/backupmon`,
    ]);
  });

  it('may be something that only root sees', async () => {
    const [message = ''] = await judged(makeMachine(), false);
    assert.match(message, /crontabs of other users were not looked at/u);
  });

  it('is nothing, where systemd runs and no cron: the units of the program', async () => {
    const made = makeMachine();
    withSystemd(made, '');
    assert.deepEqual(
      (await judged(made))[1],
      [
        '$ backupmon files backupmon-scan.service > /etc/systemd/system/backupmon-scan.service',
        'backupmon files backupmon-scan.timer > /etc/systemd/system/backupmon-scan.timer',
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
    assert.deepEqual(timers, [
      {
        timer: 'nightly.timer',
        service: 'scan.service',
        config: '/srv/c.yaml',
        credentials: [
          { name: 'a', path: '/etc/a', mode: null },
          { name: 'b', path: '/etc/b', mode: 0o600 },
        ],
        of: {
          timer: { ActiveState: 'active' },
          service: { User: 'backupmon', Result: 'success' },
        },
      },
    ]);
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
        String.raw`$ mkdir -p /etc/systemd/system/backupmon-scan.service.d && printf '%s\n' '[Service]' ReadWritePaths=/mnt/validated > /etc/systemd/system/backupmon-scan.service.d/zz-ReadWritePaths.conf && systemctl daemon-reload`,
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
});
