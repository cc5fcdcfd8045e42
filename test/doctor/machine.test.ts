/** Clock, programs, and machines that are looked at through them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { offsetAt } from '../../src/core/zone.ts';
import { accountsOf } from '../../src/doctor/rights/accounts.ts';
import { judgeClock, readClock, wrongZone, type ClockFacts } from '../../src/doctor/clock.ts';
import { installerOf } from '../../src/doctor/installer.ts';
import {
  examineDecoders,
  judgeDecoders,
  judgeRsync,
  readRsync,
  rsyncVersion,
} from '../../src/doctor/programs.ts';
import { judgeUser } from '../../src/doctor/rights/user.ts';
import { assertWhole, lookWith, makeMachine, scanner, told } from './support.ts';

const look = lookWith();

describe('rsync', () => {
  const versions: readonly (readonly [string | null, string])[] = [
    ['3.5.0', 'ok'],
    ['3.5.1', 'ok'],
    ['3.10.0', 'ok'],
    ['4.0', 'ok'],
    ['3.5.0pre1', 'ok'],
    ['3.4.9', 'warning'],
    ['3.2.7', 'warning'],
    ['2.9.9', 'warning'],
    ['3', 'warning'],
    [null, 'warning'],
  ];
  for (const [version, severity] of versions) {
    it(`${version}: ${severity}`, () => {
      const found = judgeRsync({ version, install: ['apt-get', 'install', '-y'] }, look);
      assertWhole([found]);
      assert.equal(found.severity, severity);
      if (severity === 'warning') assert.equal(found.mend, 'apt-get install -y rsync');
    });
  }

  it('says which it is', () => {
    assert.equal(rsyncVersion('rsync  version 3.2.7  protocol version 31\nCopy'), '3.2.7');
    assert.equal(rsyncVersion('rsync  version v3.5.0-dev  protocol'), '3.5.0-dev');
    assert.equal(rsyncVersion('openrsync: protocol version 29'), null);
  });

  it('is asked, and may be absent', async () => {
    const { machine, program } = makeMachine();
    assert.deepEqual(await readRsync(machine), { version: null, install: null });
    program('rsync', 'test "$1" = --version && echo "rsync  version 3.5.2  protocol version 32"');
    program('dnf', '');
    const { version, install } = await readRsync(machine);
    assert.deepEqual([version, install], ['3.5.2', ['dnf', 'install', '-y']]);
  });
});

describe('programs that decompress', () => {
  const names = ['a.sql.gz', 'b.sql.XZ', 'c.tbz2', 'd.lz4', 'e.tar.zst', 'xz'];
  it('are asked for where such files were seen', () => {
    const apt = ['apt-get', 'install', '-y'];
    const found = judgeDecoders(names, (program) => program === 'lz4', apt, look);
    assertWhole(found);
    assert.deepEqual(told(found), [
      'warning xz is not installed in /usr/bin or /bin, and agents send 1 file such as b.sql.XZ',
      '$ apt-get install -y xz-utils',
      'warning bzip2 is not installed in /usr/bin or /bin, and agents send 1 file such as c.tbz2',
      '$ apt-get install -y bzip2',
      'ok lz4 is installed',
    ]);
    assert.deepEqual(
      judgeDecoders(['a.gz'], () => false, apt, look),
      [],
    );
  });

  it('are where scans search them, and nowhere else', () => {
    const { machine, file, program } = makeMachine();
    program('xz', '');
    const severities = () =>
      examineDecoders({ ...look, machine }, ['a.xz']).map(({ severity }) => severity);
    assert.deepEqual(severities(), ['warning']);
    file('/usr/bin/xz', '', 0o644);
    assert.deepEqual(severities(), ['warning']);
    file('/bin/xz', '', 0o755);
    assert.deepEqual(severities(), ['ok']);
    assert.equal(installerOf(machine), null);
  });
});

describe('the clock', () => {
  const cases: readonly (readonly [string, ClockFacts, string | null, string])[] = [
    ['is synchronised', { synchronised: true, by: 'chronyc' }, null, 'ok'],
    ['is not', { synchronised: false, by: 'timedatectl' }, null, 'warning'],
    ['may be, who knows', { synchronised: null, by: '' }, null, 'ok'],
    [
      'is wrong by what was recorded',
      { synchronised: true, by: 'timedatectl' },
      'the clock is wrong',
      'critical',
    ],
  ];
  for (const [title, facts, fault, severity] of cases) {
    it(`${title}: ${severity}`, () => {
      const found = judgeClock(facts, fault, look);
      assertWhole(found);
      const mend = severity === 'ok' ? null : 'timedatectl set-ntp true';
      assert.deepEqual(
        found.map((one) => [one.severity, one.mend]),
        [
          [severity, mend],
          ['ok', null],
        ],
      );
    });
  }

  it('is set by what keeps it: timedatectl needs systemd', () => {
    const mendBy = (by: string) => judgeClock({ synchronised: null, by }, 'wrong', look)[0]?.mend;
    assert.equal(mendBy('chronyc'), 'chronyc makestep');
    assert.equal(mendBy('/run/systemd/timesync/synchronized'), 'timedatectl set-ntp true');
    assert.equal(mendBy(''), null);
  });

  it('is asked of timedatectl where systemd runs, then of timesyncd’s file, then of chrony', async () => {
    const { machine, program, file } = makeMachine();
    assert.deepEqual(await readClock(machine), { synchronised: null, by: '' });
    program('chronyc', 'echo "Leap status     : Not synchronised"');
    assert.deepEqual(await readClock(machine), { synchronised: false, by: 'chronyc' });
    program('chronyc', 'echo "Leap status     : Normal"');
    assert.equal((await readClock(machine)).synchronised, true);
    program('chronyc', 'echo "506 Cannot talk to daemon"; exit 1');
    assert.equal((await readClock(machine)).synchronised, null);
    file('/run/systemd/timesync/synchronized', '');
    assert.equal((await readClock(machine)).synchronised, true);
    file('/run/systemd/system/x', '');
    program('timedatectl', 'test "$*" = "show -p NTPSynchronized --value" && echo no');
    assert.deepEqual(await readClock(machine), { synchronised: false, by: 'timedatectl' });
  });

  it('knows time zones, or says that it does not', () => {
    assert.equal(wrongZone(offsetAt), null);
    assert.equal(
      wrongZone(() => 3_600_000),
      'Europe/Paris',
    );
    assert.equal(
      wrongZone(() => {
        throw new RangeError('no such zone');
      }),
      'Europe/Paris',
    );
  });
});

describe('programs of the system', () => {
  it('that hang, fail or say too much are as good as absent', async () => {
    const { machine, program } = makeMachine();
    assert.deepEqual(await machine.ask('absent'), { code: null, out: '' });
    program('fails', 'echo x; exit 3');
    assert.deepEqual(await machine.ask('fails'), { code: 3, out: 'x\n' });
    program(
      'babbles',
      'while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done',
    );
    assert.equal((await machine.ask('babbles')).code, null);
  });

  it('tell names of users and groups, once each', async () => {
    const { machine, program, root } = makeMachine();
    program(
      'getent',
      `/bin/echo "$*" >> ${root}/asked
       case "$*" in
         "passwd 7") echo 'anna:x:7:8:Anna:/home/anna:/bin/sh';;
         "group 8") echo 'staff:x:8:anna,bert';;
         *) exit 2;;
       esac`,
    );
    const accounts = accountsOf(machine);
    assert.deepEqual(await accounts.user(7), { name: 'anna', uid: 7, gid: 8 });
    assert.deepEqual(await accounts.group(8), { name: 'staff', members: ['anna', 'bert'] });
    assert.deepEqual(
      [await accounts.userText(7), await accounts.userText(9), await accounts.groupWord(9)],
      ['anna', 'uid 9', '9'],
    );
    assert.equal(machine.text('/asked')?.trim().split('\n').length, 4);
  });
});

describe('the user that scans', () => {
  const known = { started: 990, owner: 'known', hasOwnUser: false } as const;
  const root = { ...scanner, uid: 0, gid: 0, user: 'root', group: 'root' };
  const cases = [
    [
      'is one of its own',
      known,
      scanner,
      ['ok scans run as backupmon, the owner of /var/lib/backupmon/backupmon.db'],
    ],
    [
      'is one that root becomes',
      { ...known, started: 0 },
      scanner,
      [
        'ok scans run as backupmon, the owner of /var/lib/backupmon/backupmon.db, and so does this, started by root',
      ],
    ],
    [
      'is root',
      { ...known, started: 0 },
      root,
      [
        'warning scans run as root, to whom /var/lib/backupmon/backupmon.db belongs',
        '$ useradd --system --user-group --home-dir /var/lib/backupmon --shell /usr/sbin/nologin backupmon && chown backupmon:backupmon /var/lib/backupmon && install -d -o backupmon -g backupmon -m 0750 /mnt/validated',
      ],
    ],
    [
      'is root, although there is another',
      { ...known, started: 0, hasOwnUser: true },
      root,
      [
        'warning scans run as root, to whom /var/lib/backupmon/backupmon.db belongs',
        '$ chown backupmon:backupmon /var/lib/backupmon && install -d -o backupmon -g backupmon -m 0750 /mnt/validated',
      ],
    ],
    [
      'is not there yet, and would be root',
      { ...known, started: 0, owner: 'none' },
      root,
      [
        'warning /var/lib/backupmon/backupmon.db is not there yet: with init-db as it is, scans would run as root',
        '$ useradd --system --user-group --home-dir /var/lib/backupmon --shell /usr/sbin/nologin backupmon && install -d -o backupmon -g backupmon -m 2750 /var/lib/backupmon && install -d -o backupmon -g backupmon -m 0750 /mnt/validated',
      ],
    ],
    ['is not there yet', { ...known, owner: 'none' }, scanner, []],
    [
      'is another one',
      { ...known, started: 1000 },
      { ...scanner, present: false },
      [
        'warning scans run as backupmon, the owner of /var/lib/backupmon/backupmon.db, and this is another user: what backupmon may read and write is not known here',
        '$ sudo -u backupmon backupmon doctor',
      ],
    ],
    [
      'is another one without a name',
      { ...known, started: 1000 },
      { ...scanner, present: false, user: '4711' },
      [
        'warning scans run as 4711, the owner of /var/lib/backupmon/backupmon.db, and this is another user: what 4711 may read and write is not known here',
        "$ sudo -u '#4711' backupmon doctor",
      ],
    ],
    [
      'may not be known',
      { ...known, started: 1000, owner: 'hidden' },
      { ...scanner, present: false },
      [
        'warning to whom /var/lib/backupmon/backupmon.db belongs may not be known by this user',
        '$ sudo backupmon doctor',
      ],
    ],
  ] as const;
  for (const [title, facts, who, expected] of cases) {
    it(title, () => {
      const found = judgeUser(facts, lookWith({ scanner: who }));
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }
});
