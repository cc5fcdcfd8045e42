import assert from 'node:assert/strict';
import { chmodSync, chownSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { isCronRunning, isCronTargetActive } from '../../src/doctor/schedule/cron-daemon.ts';
import { readEntry, type EntryFacts } from '../../src/doctor/schedule/cron-entry.ts';
import { judgeEntry } from '../../src/doctor/schedule/cron-faults.ts';
import { readProgram, type ProgramFacts } from '../../src/doctor/schedule/cron-program.ts';
import { longestGap, parseTimes } from '../../src/doctor/schedule/cron-times.ts';
import { userFinder } from '../../src/doctor/schedule/cron-users.ts';
import { parseCrontab, readCrontabs, type CronEntry } from '../../src/doctor/schedule/crontab.ts';
import type { Machine } from '../../src/doctor/machine.ts';
import { scanCommandsIn, type ScanCommand } from '../../src/doctor/schedule/scan-commands.ts';
import { assertWhole, lookWith, makeMachine, scanner, told } from './support.ts';

describe('a crontab', () => {
  it('of the system names the user; PATH and configuration hold from their line on', () => {
    const text = [
      '# */5 * * * * root /usr/bin/backupmon scan',
      'MAILTO=admins@example.org',
      '*/10 * * * *  backupmon  /usr/bin/backupmon scan',
      'PATH="/opt/bin:/usr/bin"',
      'BACKUPMON_CONFIG = /srv/c.yaml',
      '@hourly root backupmon scan -v',
      '17 * * * * root run-parts /etc/cron.hourly',
      '',
    ].join('\n');
    const unset = {
      endsInReturn: false,
      isCut: false,
      path: '/usr/bin:/bin',
      pathLine: null,
      shell: null,
    };
    assert.deepEqual(parseCrontab(text, '/etc/crontab', null), [
      {
        file: '/etc/crontab',
        line: 3,
        schedule: '*/10 * * * *',
        user: 'backupmon',
        scans: scanCommandsIn('/usr/bin/backupmon scan'),
        variables: new Map(),
        ...unset,
      },
      {
        file: '/etc/crontab',
        line: 6,
        schedule: '@hourly',
        user: 'root',
        scans: scanCommandsIn('backupmon scan -v'),
        variables: new Map([['BACKUPMON_CONFIG', '/srv/c.yaml']]),
        ...unset,
        path: '/opt/bin:/usr/bin',
        pathLine: 4,
      },
    ]);
  });

  it('of a user does not', () => {
    const [entry] = parseCrontab('*/10 * * * * backupmon scan\n', '/x', 'anna');
    assert.equal(entry?.user, 'anna');
    assert.equal(entry?.scans[0]?.program, 'backupmon');
  });

  it('is found wherever cron looks, and told where cron passes over it', async () => {
    const { machine, file, root } = makeMachine();
    const line = '*/10 * * * * root /usr/bin/backupmon scan';
    file('/etc/crontab', `${line}\n`);
    file('/etc/cron.d/backupmon', `${line}\n`);
    file('/etc/cron.d/backupmon.cron', `${line}\n`);
    file('/etc/cron.d/writable', `${line}\n`, 0o666);
    file('/etc/cron.d/last', `# x\n${line}`);
    file('/etc/cron.d/other', '* * * * * root true\n');
    file('/var/spool/cron/crontabs/anna', '*/10 * * * * backupmon scan\n', 0o600);
    if (process.getuid?.() === 0) {
      file('/etc/cron.d/strange', `${line}\n`);
      chownSync(`${root}/etc/cron.d/strange`, 61_001, 0);
    }
    const { entries, ignored } = await readCrontabs(machine);
    const isRoot = process.getuid?.() === 0;
    assert.deepEqual(
      entries.map((entry) => `${entry.file}:${entry.line}`),
      [
        '/etc/crontab:1',
        ...(isRoot ? ['/etc/cron.d/backupmon:1'] : []),
        '/var/spool/cron/crontabs/anna:1',
      ],
    );
    const why = new Map(ignored.map((one) => [one.file, one.why]));
    assert.match(why.get('/etc/cron.d/backupmon.cron') ?? '', /other characters/u);
    if (!isRoot) return;
    assert.match(why.get('/etc/cron.d/writable') ?? '', /others than root may write/u);
    assert.match(why.get('/etc/cron.d/strange') ?? '', /do not belong to root/u);
    assert.match(why.get('/etc/cron.d/last') ?? '', /last line has no end/u);
    assert.equal(ignored.length, 4);
  });
});

describe('cron', () => {
  it('runs, does not, or cannot be seen', () => {
    const { machine, file } = makeMachine();
    assert.equal(isCronRunning(machine), null);
    file('/proc/1/comm', 'systemd\n');
    file('/proc/7/comm', 'crontab\n');
    assert.equal(isCronRunning(machine), false);
    file('/proc/8/comm', 'cron\n');
    assert.equal(isCronRunning(machine), true);
  });
});

describe('a line that runs scans', () => {
  const entry = {
    file: '/etc/cron.d/backupmon',
    line: 3,
    schedule: '*/10 * * * *',
    user: 'backupmon',
    scans: scanCommandsIn('/usr/bin/backupmon scan'),
    endsInReturn: false,
    isCut: false,
    path: '/usr/bin:/bin',
    pathLine: null,
    shell: null,
    variables: new Map<string, string>(),
  };
  const factsOf = (
    one: CronEntry,
    ofProgram: ProgramFacts,
    limit: string | null = null,
  ): EntryFacts => ({
    entry: one,
    config: '/etc/backupmon/config.yaml',
    limit,
    program: ofProgram,
    changedBy: null,
    shellFault: null,
  });
  const program = {
    unsure: null,
    word: '/usr/bin/backupmon',
    file: '/usr/bin/backupmon',
    interpreter: null,
    interpreterFound: true,
    missingFolder: null,
  };
  const cases = [
    [
      'is in order',
      entry,
      program,
      ['ok /etc/cron.d/backupmon, line 3 runs scans as backupmon (*/10 * * * *)'],
    ],
    [
      'may be root’s',
      { ...entry, user: 'root' },
      program,
      ['ok /etc/cron.d/backupmon, line 3 runs scans as root (*/10 * * * *)'],
    ],
    [
      'is another user’s',
      { ...entry, user: 'anna' },
      program,
      [
        'critical /etc/cron.d/backupmon, line 3 runs scans as anna, and the database belongs to backupmon',
        '$ ${EDITOR:-vi} +3 /etc/cron.d/backupmon',
      ],
    ],
    [
      'names a program that is not there',
      entry,
      { ...program, file: null },
      [
        'critical /etc/cron.d/backupmon, line 3 runs /usr/bin/backupmon, which is no program that backupmon can run',
        '$ ${EDITOR:-vi} +3 /etc/cron.d/backupmon',
      ],
    ],
    [
      'names one that cron does not find',
      entry,
      { ...program, word: 'backupmon', file: null, missingFolder: '/usr/local/bin' },
      [
        'critical /etc/cron.d/backupmon, line 3 runs backupmon, which backupmon does not find in /usr/bin:/bin',
        "$ sed -i '1i PATH=/usr/local/bin:/usr/bin:/bin' /etc/cron.d/backupmon",
      ],
    ],
    [
      'has a PATH already, whose folders are kept',
      { ...entry, path: '/opt/a:/bin', pathLine: 2 },
      { ...program, word: 'backupmon', file: null, missingFolder: '/usr/local/bin' },
      [
        'critical /etc/cron.d/backupmon, line 3 runs backupmon, which backupmon does not find in /opt/a:/bin',
        "$ sed -i '2c PATH=/usr/local/bin:/opt/a:/bin' /etc/cron.d/backupmon",
      ],
    ],
    [
      'is cut at its percent sign',
      { ...entry, isCut: true },
      program,
      [
        'critical /etc/cron.d/backupmon, line 3: cron ends its command at the first percent sign, and what is left runs no scan',
        '$ ${EDITOR:-vi} +3 /etc/cron.d/backupmon',
      ],
    ],
    [
      'lies in a crontab of a user, which crontab(1) changes',
      { ...entry, file: '/var/spool/cron/crontabs/backupmon' },
      { ...program, word: 'backupmon', file: null, missingFolder: '/usr/local/bin' },
      [
        'critical /var/spool/cron/crontabs/backupmon, line 3 runs backupmon, which backupmon does not find in /usr/bin:/bin',
        '$ crontab -u backupmon -e',
      ],
    ],
    [
      'needs a Node that cron does not find',
      entry,
      { ...program, interpreter: 'node', interpreterFound: false, missingFolder: '/opt/bin' },
      [
        'critical /etc/cron.d/backupmon, line 3: /usr/bin/backupmon needs node, which is not found in /usr/bin:/bin',
        "$ sed -i '1i PATH=/opt/bin:/usr/bin:/bin' /etc/cron.d/backupmon",
      ],
    ],
  ] as const;
  for (const [title, given, facts, expected] of cases) {
    it(title, () => {
      const found = judgeEntry(factsOf(given, facts), lookWith());
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }

  it('is nobody’s fault where it is not known who scans', () => {
    const look = lookWith({ scanner: { ...scanner, known: false } });
    const [found] = judgeEntry(factsOf({ ...entry, user: 'anna' }, program), look);
    assert.equal(found?.severity, 'ok');
  });

  it('has no PATH to be given where the program is nowhere', () => {
    const facts = { ...program, word: 'backupmon', file: null };
    const [found] = judgeEntry(factsOf(entry, facts), lookWith());
    assert.equal(found?.mend, '${EDITOR:-vi} +3 /etc/cron.d/backupmon');
  });

  it('runs scans of some jobs only', () => {
    assert.deepEqual(told(judgeEntry(factsOf(entry, program, 'paris'), lookWith())), [
      'ok /etc/cron.d/backupmon, line 3 runs scans as backupmon (*/10 * * * *), but none of all jobs (paris)',
    ]);
  });

  const scanOf = (command: string): ScanCommand => {
    const [scan] = scanCommandsIn(command);
    assert.ok(scan !== undefined, command);
    return scan;
  };

  it('is read as cron would: the program on its PATH, and what its first line asks for', () => {
    const { machine, file, root } = makeMachine();
    file('/usr/local/bin/backupmon', '#!/usr/bin/env node\n', 0o755);
    const scan = scanOf('backupmon scan');
    const found = readProgram(scan, { path: '/usr/local/bin:/usr/bin' }, machine);
    assert.deepEqual([found.word, found.file], ['backupmon', '/usr/local/bin/backupmon']);
    assert.equal(readProgram(scan, { path: '/usr/bin:/bin' }, machine).file, null);
    // The file itself is read where it is; on another machine's root only its real path has a first line.
    const real = `${root}/usr/local/bin/backupmon`;
    const here = {
      stats: (path: string) => (path === real ? { uid: 0, mode: 0o100755, nlink: 1 } : null),
      find: () => null,
    };
    const facts = readProgram(scanOf(`${real} scan`), { path: '/usr/bin:/bin' }, here);
    assert.deepEqual([facts.interpreter, facts.interpreterFound], ['node', false]);
    // The Node that runs this is one.
    assert.equal(facts.missingFolder, dirname(process.execPath));
  });

  it('runs a script by Node: both have to be there, and the script need be no program', () => {
    const { machine, file } = makeMachine();
    file('/opt/node', '', 0o755);
    const fileOf = (): ProgramFacts =>
      readProgram(
        scanOf('/opt/node --max-old-space-size=512 /x/backupmon.cjs scan'),
        entry,
        machine,
      );
    assert.deepEqual([fileOf().word, fileOf().file], ['/x/backupmon.cjs', null]);
    file('/x/backupmon.cjs', '', 0o644);
    assert.deepEqual([fileOf().word, fileOf().file], ['/opt/node', '/opt/node']);
  });

  it('names a program by a path with spaces, as doctor itself writes it', () => {
    const { machine, file } = makeMachine();
    file('/opt/my tools/backupmon', '', 0o755);
    const commands = [
      "'/opt/my tools/backupmon' --config '/srv/a b.yaml' scan",
      String.raw`flock -n /run/x -c '/opt/my\ tools/backupmon scan'`,
    ];
    for (const command of commands)
      assert.equal(readProgram(scanOf(command), entry, machine).file, '/opt/my tools/backupmon');
  });

  it('needs a program that its user can reach, on a file system that has programs', async () => {
    const { machine, file, program: install, root } = makeMachine();
    install('getent', 'test "$2" = backupmon && echo backupmon:x:990:990::/:/bin/sh');
    file('/closed/bin/backupmon', '', 0o755);
    file('/opt/backupmon', '', 0o744);
    file('/folder/backupmon/x', '');
    chmodSync(`${root}/closed`, 0o700);
    const fileOf = async (command: string, user: string): Promise<string | null> => {
      const given = { ...entry, scans: scanCommandsIn(command), user };
      const [found] = await readEntry(given, machine, userFinder(machine));
      return found?.program.file ?? null;
    };
    const own = process.getuid?.() === 990;
    assert.equal((await fileOf('/closed/bin/backupmon scan', 'backupmon')) !== null, own);
    assert.equal((await fileOf('/opt/backupmon scan', 'backupmon')) !== null, own);
    assert.equal(await fileOf('/closed/bin/backupmon scan', 'root'), '/closed/bin/backupmon');
    assert.equal(await fileOf('/opt/backupmon scan', 'root'), '/opt/backupmon');
    assert.equal(await fileOf('/folder/backupmon scan', 'root'), null);
    const mount = '30 1 8:1 / /opt rw,nosuid,noexec - ext4 /dev/sdb rw\n';
    file('/proc/self/mountinfo', `20 1 8:0 / / rw - ext4 /dev/sda rw\n${mount}`);
    assert.equal(await fileOf('/opt/backupmon scan', 'root'), null);
  });

  it('may be run by a shell that runs nothing', async () => {
    const { machine, file } = makeMachine();
    file('/bin/bash', '', 0o755);
    file('/usr/bin/backupmon', '', 0o755);
    const faultsWith = async (shell: string | null): Promise<string[]> => {
      const read = await readEntry({ ...entry, shell }, machine, userFinder(machine));
      return told(read.flatMap((one) => judgeEntry(one, lookWith()))).slice(0, 1);
    };
    const fine = ['ok /etc/cron.d/backupmon, line 3 runs scans as backupmon (*/10 * * * *)'];
    assert.deepEqual(await faultsWith(null), fine);
    assert.deepEqual(await faultsWith('/bin/bash'), fine);
    const place = 'critical /etc/cron.d/backupmon, line 3 is run by';
    assert.deepEqual(await faultsWith('/bin/false'), [
      `${place} SHELL=/bin/false, which runs no commands`,
    ]);
    assert.deepEqual(await faultsWith('/bin/zsh'), [
      `${place} SHELL=/bin/zsh, which does not exist`,
    ]);
  });

  /** What is told of a system that has the program in /usr/local/bin only, and root's alone. */
  const toldOf = async (command: string, user = 'backupmon'): Promise<string[]> => {
    const { machine, file, program: install } = makeMachine();
    install('getent', 'test "$2" = backupmon && echo backupmon:x:990:990::/:/bin/sh');
    file('/usr/local/bin/backupmon', '', 0o755);
    file('/run/lock/backupmon', '');
    file('/var/lib/backupmon/x', '');
    const entries = parseCrontab(`* * * * * ${user} ${command}\n`, '/etc/crontab', null);
    return told(await judgedLines(entries, machine));
  };
  const judgedLines = async (entries: readonly CronEntry[], machine: Machine) => {
    const find = userFinder(machine);
    const read = await Promise.all(entries.map((one) => readEntry(one, machine, find)));
    return read.flat().flatMap((one) => judgeEntry(one, lookWith()));
  };

  const usual = [
    'flock -n /run/lock/backupmon /usr/local/bin/backupmon scan',
    'systemd-cat -t backupmon /usr/local/bin/backupmon scan',
    'pgrep backupmon || /usr/local/bin/backupmon scan',
    'HOME=/var/lib/backupmon /usr/local/bin/backupmon scan',
    'cd /var/lib/backupmon && /usr/local/bin/backupmon scan',
    'nice -n 10 ionice -c 3 /usr/local/bin/backupmon scan >/dev/null 2>&1',
    '/usr/local/bin/backupmon scan # all\r',
    '[ -x /usr/local/bin/backupmon ] && /usr/local/bin/backupmon scan # all',
  ];
  for (const command of usual)
    it(`is in order: ${JSON.stringify(command)}`, async () => {
      assert.deepEqual(await toldOf(command), [
        'ok /etc/crontab, line 1 runs scans as backupmon (* * * * *)',
      ]);
    });

  const untold: readonly (readonly [string, string, string])[] = [
    ['root', 'sudo -u backupmon /usr/local/bin/backupmon scan', 'sudo runs it'],
    ['anna', 'sudo -u backupmon /usr/local/bin/backupmon scan', 'sudo runs it'],
    ['root', 'runuser -u backupmon -- backupmon scan', 'runuser runs it'],
    ['root', "su backupmon -c 'backupmon scan'", 'su runs it'],
    ['root', "bash -lc 'backupmon scan'", 'bash -lc runs it'],
    ['root', '/opt/wrap backupmon scan', '/opt/wrap runs it'],
    ['root', 'env PATH=/usr/local/bin:/bin backupmon scan', 'the command sets PATH'],
    ['root', 'PATH=/usr/local/bin backupmon scan', 'the command sets PATH'],
    [
      'root',
      '. /etc/profile; backupmon --config /etc/backupmon/config.yaml scan',
      'another file is read before it',
    ],
    ['root', '~/bin/backupmon scan', 'its path is not an absolute one'],
    ['root', 'cd /usr/local/bin && ./backupmon scan', 'its path is not an absolute one'],
    ['root', '$TOOLS/backupmon scan', 'its path is not an absolute one'],
    ['root', 'cd /opt; node backupmon.cjs scan', 'its path is not an absolute one'],
  ];
  for (const [user, command, why] of untold)
    it(`cannot be told: ${command}`, async () => {
      const [found = '', ...more] = await toldOf(command, user);
      assert.match(found, /^ok .* runs scans .*; it cannot be told whether \S+ is found there: /u);
      assert.ok(found.endsWith(why), found);
      assert.deepEqual(more, []);
    });

  it('names a user where that is taken for the command', async () => {
    const { machine, file } = makeMachine();
    file('/usr/bin/backupmon', '', 0o755);
    const judgedIn = async (owner: string | null, text: string): Promise<string[]> =>
      told(
        await judgedLines(parseCrontab(text, `/var/spool/cron/crontabs/${owner}`, owner), machine),
      );
    for (const name of ['root', 'backupmon'])
      assert.deepEqual(await judgedIn('root', `* * * * * ${name} /usr/bin/backupmon scan\n`), [
        `critical /var/spool/cron/crontabs/root, line 1 names the user ${name}, which cron takes for the command: a crontab of a user has no such column`,
        '$ crontab -u root -e',
      ]);
    const [other = ''] = await judgedIn('root', '* * * * * wrap /usr/bin/backupmon scan\n');
    assert.match(other, /^ok .* by way of wrap /u);
  });

  it('may leave scans to systemd, where that runs', async () => {
    const { machine, file } = makeMachine();
    file('/usr/bin/backupmon', '', 0o755);
    const text = '* * * * * root [ -d /run/systemd/system ] || /usr/bin/backupmon scan\n';
    const judged = async (): Promise<string[]> =>
      told(await judgedLines(parseCrontab(text, '/etc/crontab', null), machine));
    const place = 'ok /etc/crontab, line 1 runs scans as root (* * * * *)';
    assert.deepEqual(await judged(), [place]);
    file('/run/systemd/system/x', '');
    assert.deepEqual(await judged(), [`${place}, but none of all jobs (its test for systemd)`]);
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    [
      'cd /var/lib/backupmon && backupmon scan',
      /runs backupmon, which backupmon does not find in/u,
    ],
    ['/var/lib/backupmon scan', /runs \/var\/lib\/backupmon, which is no program/u],
    [
      '/usr/bin/node /opt/gone/backupmon.cjs scan',
      /runs \/opt\/gone\/backupmon\.cjs, which is no program/u,
    ],
    ['/usr/local/bin/backupmon scan\r', /line 1 ends in a carriage return/u],
  ];
  for (const [command, expected] of wrong)
    it(`does not work: ${JSON.stringify(command)}`, async () => {
      assert.match((await toldOf(command))[0] ?? '', expected);
    });

  it('is there for each of the configurations that it scans', async () => {
    const { machine, file, program: install, root } = makeMachine();
    file('/home/anna/.config/backupmon/config.yaml', '');
    install('getent', `test "$2" = anna && echo anna:x:1001:1001::${root}/home/anna:/bin/sh`);
    const configsOf = async (text: string) => {
      const [one] = parseCrontab(text, '/etc/crontab', null);
      assert.ok(one !== undefined);
      const read = await readEntry(one, machine, userFinder(machine));
      return read.map(({ config, limit }) => [config, limit]);
    };
    const system = '/etc/backupmon/config.yaml';
    const line = '* * * * * root backupmon scan';
    assert.deepEqual(await configsOf(line), [[system, null]]);
    assert.deepEqual(await configsOf(`${line} paris; backupmon --config /b.yaml scan`), [
      [system, 'paris'],
      ['/b.yaml', null],
    ]);
    assert.deepEqual(await configsOf(`${line} paris; backupmon scan`), [[system, null]]);
    assert.deepEqual(await configsOf(`BACKUPMON_CONFIG=/c.yaml\n${line}`), [['/c.yaml', null]]);
    assert.deepEqual(await configsOf(`#BACKUPMON_CONFIG=/c.yaml\n${line}`), [[system, null]]);
    assert.deepEqual(await configsOf(`${line} --config c.yaml`), [[null, null]]);
    assert.deepEqual(await configsOf(`${line} --config ~/c.yaml`), [[null, null]]);
    const sourced = '* * * * * root . /etc/default/backupmon; backupmon scan';
    assert.deepEqual(await configsOf(sourced), [[null, null]]);
    assert.deepEqual(await configsOf(line.replace('root', 'anna')), [
      [`${root}/home/anna/.config/backupmon/config.yaml`, null],
    ]);
  });
});

describe('behind a percent sign', () => {
  it('is input, and no command', () => {
    assert.deepEqual(parseCrontab('* * * * * echo % backupmon scan\n', '/x', 'anna'), []);
    const [beside] = parseCrontab('* * * * * backupmon scan % x\n', '/x', 'anna');
    assert.deepEqual([beside?.scans.length, beside?.isCut], [1, false]);
    const line = String.raw`* * * * * backupmon --config /a\%b scan`;
    const [entry] = parseCrontab(line, '/x', 'anna');
    assert.equal(entry?.scans[0]?.config, '/a%b');
    assert.equal(entry?.isCut, false);
  });

  it('is what was meant to be run, where that is in the middle of something, or before the scan', () => {
    const commands = [
      'backupmon scan >>/var/log/scan-$(date +%F)',
      'backupmon scan >>"/var/log/scan-$(date +%F)"',
      'backupmon scan >>/var/log/scan-`date +%F`',
      'date +%F; backupmon scan',
      "sh -c 'backupmon scan; date +%F'",
    ];
    for (const command of commands) {
      const [entry] = parseCrontab(`* * * * * ${command}\n`, '/x', 'anna');
      assert.deepEqual([entry?.scans.length, entry?.isCut], [1, true], command);
      const escaped = command.replace('%', String.raw`\%`);
      const [mended] = parseCrontab(`* * * * * ${escaped}\n`, '/x', 'anna');
      assert.deepEqual([mended?.scans.length, mended?.isCut], [1, false], escaped);
    }
  });
});

describe('times of a crontab', () => {
  // As `crontab -n` of Debian 12 takes or refuses them.
  const refused = [
    '60 * * * *',
    '0 24 * * *',
    '* * 0 * *',
    '*/0 * * * *',
    '@every10m',
    '@HOURLY',
    '-*/10 * * * *',
    '5/10 * * * *',
    'JAN * * * *',
    '* * * mon *',
    '* * * janu *',
    '1, * * * *',
    '1-5/ * * * *',
    'garbage',
    '0\u00A01 * * * *',
  ];
  for (const schedule of refused)
    it(`${schedule}: refused`, () => assert.equal(parseTimes(schedule).kind, 'refused'));
  const hour = 3_600_000;
  const gaps: readonly (readonly [string, number | null])[] = [
    ['*/10 * * * *', hour / 6],
    ['*/100 * * * *', hour],
    ['*,1 * * * *', hour / 60],
    ['00 008 * * *', 24 * hour],
    ['@hourly', hour],
    ['* * * * 5-7', 96 * hour + hour / 60],
    ['* * * jan-dec sun-sat', hour / 60],
    ['0 0 1 1 *', 365 * 24 * hour],
    ['0 0 1 * 1', 7 * 24 * hour],
    ['0 0 31 2 *', Infinity],
    ['@reboot', Infinity],
    ['5-1 * * * *', null],
    ['1*2 * * * *', null],
    ['~ * * * *', null],
  ];
  for (const [schedule, gap] of gaps)
    it(`${schedule}: ${gap}`, () => assert.equal(longestGap([parseTimes(schedule)]), gap));

  it('of several lines count together', () => {
    const lines = ['*/10 8-18 * * *', '0 19-23 * * *', '0 0-7 * * *'].map(parseTimes);
    assert.equal(longestGap(lines), hour);
    assert.equal(longestGap(['@reboot', '@daily'].map(parseTimes)), 24 * hour);
  });
});

describe('systemd-cron', () => {
  it('has a target, and no daemon', async () => {
    const { machine, file, program } = makeMachine();
    program('systemctl', 'echo ActiveState=active');
    assert.equal(await isCronTargetActive(machine), false);
    file('/usr/lib/systemd/system/cron.target', '');
    assert.equal(await isCronTargetActive(machine), true);
    program('systemctl', 'echo ActiveState=inactive');
    assert.equal(await isCronTargetActive(machine), false);
  });
});
