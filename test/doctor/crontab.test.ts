import assert from 'node:assert/strict';
import { chmodSync, chownSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { judgeEntry, readEntry } from '../../src/doctor/cron-entry.ts';
import { readProgram } from '../../src/doctor/cron-program.ts';
import { limitOf, runsScan } from '../../src/doctor/command-words.ts';
import { longestGap, parseTimes } from '../../src/doctor/cron-times.ts';
import {
  configIn,
  isCronRunning,
  isCronTargetActive,
  parseCrontab,
  readCrontabs,
} from '../../src/doctor/crontab.ts';
import { assertWhole, lookWith, makeMachine, scanner, told } from './support.ts';

describe('what runs a scan', () => {
  const commands: readonly (readonly [string, boolean])[] = [
    ['/usr/bin/backupmon scan', true],
    ['backupmon scan', true],
    ['backupmon --config /srv/c.yaml -q scan >/dev/null 2>&1', true],
    ['cd /; nice -n 10 /opt/x/bin/backupmon.js scan;', true],
    ['/usr/bin/node /opt/x/dist/backupmon.cjs scan', true],
    ["flock -n /run/x 'backupmon scan'", true],
    ['BACKUPMON_CONFIG=/srv/c.yaml backupmon scan', true],
    ['/usr/bin/backupmon status', false],
    ['/usr/bin/mybackupmon scan', false],
    ['/usr/bin/backupmon scanner', false],
    ['echo scan | backupmon status', false],
  ];
  for (const [command, is] of commands) {
    it(`${command}: ${is}`, () => assert.equal(runsScan(command), is));
  }

  it('names its configuration, in one way or another', () => {
    assert.equal(configIn('backupmon --config /srv/c.yaml scan'), '/srv/c.yaml');
    assert.equal(configIn("backupmon --config='/srv/a b.yaml' scan"), '/srv/a b.yaml');
    assert.equal(configIn('BACKUPMON_CONFIG=/srv/d.yaml backupmon scan'), '/srv/d.yaml');
    assert.equal(configIn('backupmon scan'), null);
  });
});

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
    assert.deepEqual(parseCrontab(text, '/etc/crontab', null), [
      {
        file: '/etc/crontab',
        line: 3,
        schedule: '*/10 * * * *',
        user: 'backupmon',
        command: '/usr/bin/backupmon scan',
        path: '/usr/bin:/bin',
        pathLine: null,
        shell: null,
        config: null,
      },
      {
        file: '/etc/crontab',
        line: 6,
        schedule: '@hourly',
        user: 'root',
        command: 'backupmon scan -v',
        path: '/opt/bin:/usr/bin',
        pathLine: 4,
        shell: null,
        config: '/srv/c.yaml',
      },
    ]);
  });

  it('of a user does not', () => {
    const [entry] = parseCrontab('*/10 * * * * backupmon scan\n', '/x', 'anna');
    assert.equal(entry?.user, 'anna');
    assert.equal(entry?.command, 'backupmon scan');
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
    assert.match(why.get('/etc/cron.d/last') ?? '', /without a line end/u);
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
    command: '/usr/bin/backupmon scan',
    path: '/usr/bin:/bin',
    pathLine: null,
    shell: null,
    config: null,
  };
  const program = {
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
      'lies in a crontab of a user, which crontab(1) changes',
      { ...entry, file: '/var/spool/cron/crontabs/backupmon' },
      { ...program, word: 'backupmon', file: null, missingFolder: '/usr/local/bin' },
      [
        'critical /var/spool/cron/crontabs/backupmon, line 3 runs backupmon, which backupmon does not find in /usr/bin:/bin',
        '$ crontab -u backupmon -e',
      ],
    ],
    [
      'runs scans of some jobs only',
      { ...entry, command: '/usr/bin/backupmon scan paris' },
      program,
      [
        'ok /etc/cron.d/backupmon, line 3 runs scans as backupmon (*/10 * * * *), but none of all jobs (paris)',
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
      const found = judgeEntry({ entry: given, program: facts, shellFault: null }, lookWith());
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }

  it('is nobody’s fault where it is not known who scans', () => {
    const look = lookWith({ scanner: { ...scanner, known: false } });
    const [found] = judgeEntry(
      { entry: { ...entry, user: 'anna' }, program, shellFault: null },
      look,
    );
    assert.equal(found?.severity, 'ok');
  });

  it('has no PATH to be given where the program is nowhere', () => {
    const facts = { ...program, word: 'backupmon', file: null };
    const [found] = judgeEntry({ entry, program: facts, shellFault: null }, lookWith());
    assert.equal(found?.mend, '${EDITOR:-vi} +3 /etc/cron.d/backupmon');
  });

  it('is read as cron would: the program on its PATH, and what its first line asks for', () => {
    const { machine, file, root } = makeMachine();
    file('/usr/local/bin/backupmon', '#!/usr/bin/env node\n', 0o755);
    const line = { command: 'backupmon scan', path: '/usr/local/bin:/usr/bin' };
    const found = readProgram(line, machine);
    assert.deepEqual([found.word, found.file], ['backupmon', '/usr/local/bin/backupmon']);
    assert.equal(readProgram({ ...line, path: '/usr/bin:/bin' }, machine).file, null);
    // The file itself is read where it is; on another machine's root only its real path has a first line.
    const real = `${root}/usr/local/bin/backupmon`;
    const here = {
      stats: (path: string) => (path === real ? { uid: 0, mode: 0o755 } : null),
      find: () => null,
    };
    const facts = readProgram({ command: `${real} scan`, path: '/usr/bin:/bin' }, here);
    assert.deepEqual([facts.interpreter, facts.interpreterFound], ['node', false]);
    // The Node that runs this is one.
    assert.equal(facts.missingFolder, dirname(process.execPath));
    file('/opt/node', '', 0o755);
    const byNode = { command: '/opt/node /x/dist/backupmon.cjs scan', path: '/bin' };
    assert.equal(readProgram(byNode, machine).file, '/opt/node');
  });

  it('names a program by a path with spaces, as doctor itself writes it', () => {
    const { machine, file } = makeMachine();
    file('/opt/my tools/backupmon', '', 0o755);
    const command = "'/opt/my tools/backupmon' --config '/srv/a b.yaml' scan";
    assert.equal(readProgram({ command, path: '/bin' }, machine).file, '/opt/my tools/backupmon');
    const nested = "flock -n /run/x '/opt/my\\ tools/backupmon scan'";
    assert.equal(
      readProgram({ command: nested, path: '/bin' }, machine).file,
      '/opt/my tools/backupmon',
    );
  });

  it('needs a program that its user can reach, on a file system that has programs', async () => {
    const { machine, file, program: install, root } = makeMachine();
    install('getent', 'test "$2" = backupmon && echo backupmon:x:990:990::/:/bin/sh');
    file('/closed/bin/backupmon', '', 0o755);
    file('/opt/backupmon', '', 0o744);
    chmodSync(`${root}/closed`, 0o700);
    const fileOf = async (command: string, user: string): Promise<string | null> =>
      (await readEntry({ ...entry, command, user }, machine)).program.file;
    const own = process.getuid?.() === 990;
    assert.equal((await fileOf('/closed/bin/backupmon scan', 'backupmon')) !== null, own);
    assert.equal((await fileOf('/opt/backupmon scan', 'backupmon')) !== null, own);
    assert.equal(await fileOf('/closed/bin/backupmon scan', 'root'), '/closed/bin/backupmon');
    assert.equal(await fileOf('/opt/backupmon scan', 'root'), '/opt/backupmon');
    const mount = '30 1 8:1 / /opt rw,nosuid,noexec - ext4 /dev/sdb rw\n';
    file('/proc/self/mountinfo', `20 1 8:0 / / rw - ext4 /dev/sda rw\n${mount}`);
    assert.equal(await fileOf('/opt/backupmon scan', 'root'), null);
  });

  it('may be run by a shell that runs nothing', async () => {
    const { machine, file } = makeMachine();
    file('/bin/bash', '', 0o755);
    file('/usr/bin/backupmon', '', 0o755);
    const faultsWith = async (shell: string | null): Promise<string[]> =>
      told(judgeEntry(await readEntry({ ...entry, shell }, machine), lookWith())).slice(0, 1);
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
});

describe('a scan of all jobs', () => {
  const commands: readonly (readonly [string, string | null])[] = [
    ['backupmon scan', null],
    ['backupmon --config /srv/c.yaml scan -v >>/var/log/x 2>&1', null],
    ['backupmon scan --config /srv/c.yaml', null],
    ['backupmon scan paris', 'paris'],
    ['backupmon scan --dry-run', '--dry-run'],
    ['backupmon scan paris; backupmon scan', null],
    ['backupmon scan; echo done', null],
    ["flock -n /run/x 'backupmon scan paris/compta'", 'paris/compta'],
    ['backupmon scan && touch /run/done', null],
    ['(cd / ; backupmon scan ) # every job', null],
  ];
  for (const [command, limit] of commands)
    it(`${command}: ${limit}`, () => assert.equal(limitOf(command), limit));

  it('is no scan at all behind a percent sign', () => {
    assert.deepEqual(parseCrontab('* * * * * echo % backupmon scan\n', '/x', 'anna'), []);
    const [entry] = parseCrontab(String.raw`* * * * * backupmon --config /a\%b scan`, '/x', 'anna');
    assert.equal(entry?.command, 'backupmon --config /a%b scan');
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

describe('a file that cron refuses', () => {
  const line = '*/10 * * * * backupmon /usr/bin/backupmon scan';
  const files: readonly (readonly [string, string, string | null])[] = [
    ['/etc/cron.d/backupmon', `MAILTO=root\n${line}\n`, null],
    ['/etc/cron.d/backupmon', `MAILTO=\n${line}\n`, 'line 1: "MAILTO=" is no minute'],
    ['/etc/cron.d/backupmon', `${line}\nsome words\n`, 'line 2: "some" is no minute'],
    ['/etc/cron.d/backupmon', `60 ${line.slice(5)}\n`, 'line 1: "60" is no minute'],
    ['/etc/cron.d/backupmon', `${line}\n* * * * *\n`, 'line 2: it names no user'],
    ['/etc/cron.d/backupmon', `${line}\n@daily anna true\n`, 'line 2: there is no user anna'],
    ['/var/spool/cron/crontabs/backupmon', '@hourly backupmon scan\n', null],
    ['/var/spool/cron/crontabs/anna', '@hourly backupmon scan\n', 'there is no user anna'],
  ];
  for (const [path, text, why] of files) {
    it(`${text.trim().split('\n').join(' | ')}: ${why}`, async () => {
      const { machine, file, program } = makeMachine();
      program('getent', 'test "$2" = backupmon || exit 2; echo backupmon:x:990:990::/:/bin/sh');
      file(path, text);
      const { entries, ignored } = await readCrontabs(machine);
      if (process.getuid?.() !== 0) return;
      assert.deepEqual([entries.length, ignored.length], why === null ? [1, 0] : [0, 1]);
      assert.ok((ignored[0]?.why ?? '').includes(why ?? ''));
    });
  }

  it('is none for a user that cannot be asked for', async () => {
    const { machine, file } = makeMachine();
    file('/etc/crontab', `${line}\n`);
    assert.equal((await readCrontabs(machine)).entries.length, 1);
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
