import assert from 'node:assert/strict';
import { chownSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { judgeEntry, readProgram } from '../../src/doctor/cron-entry.ts';
import {
  configIn,
  isCronRunning,
  parseCrontab,
  readCrontabs,
  runsScan,
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
        config: null,
      },
      {
        file: '/etc/crontab',
        line: 6,
        schedule: '@hourly',
        user: 'root',
        command: 'backupmon scan -v',
        path: '/opt/bin:/usr/bin',
        config: '/srv/c.yaml',
      },
    ]);
  });

  it('of a user does not', () => {
    const [entry] = parseCrontab('*/10 * * * * backupmon scan\n', '/x', 'anna');
    assert.equal(entry?.user, 'anna');
    assert.equal(entry?.command, 'backupmon scan');
  });

  it('is found wherever cron looks, and told where cron passes over it', () => {
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
    const { entries, ignored } = readCrontabs(machine);
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
        'critical /etc/cron.d/backupmon, line 3 runs /usr/bin/backupmon, which is no program that can be run',
        '$ ${EDITOR:-vi} +3 /etc/cron.d/backupmon',
      ],
    ],
    [
      'names one that cron does not find',
      entry,
      { ...program, word: 'backupmon', file: null, missingFolder: '/usr/local/bin' },
      [
        'critical /etc/cron.d/backupmon, line 3 runs backupmon, which is not found in /usr/bin:/bin',
        "$ sed -i '1i PATH=/usr/local/bin:/usr/bin:/bin' /etc/cron.d/backupmon",
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
      const found = judgeEntry({ entry: given, program: facts }, lookWith());
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }

  it('is nobody’s fault where it is not known who scans', () => {
    const look = lookWith({ scanner: { ...scanner, known: false } });
    const [found] = judgeEntry({ entry: { ...entry, user: 'anna' }, program }, look);
    assert.equal(found?.severity, 'ok');
  });

  it('has no PATH to be given where the program is nowhere', () => {
    const facts = { ...program, word: 'backupmon', file: null };
    const [found] = judgeEntry({ entry, program: facts }, lookWith());
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
});
