import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scanCommandsIn } from '../../src/doctor/schedule/scan-commands.ts';
import { isClosed, shellCommands } from '../../src/doctor/schedule/shell-commands.ts';

describe('commands of a line', () => {
  const lines: readonly (readonly [string, string[][]])[] = [
    ['a  b\tc', [['a', 'b', 'c']]],
    ['a;b&c|d||e&&f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['(a; b) c', [['a'], ['b'], ['c']]],
    [`a 'b  c' "d \\"e\\$" f\\ g''h`, [['a', 'b  c', 'd "e$', 'f gh']]],
    ['a \'\' ""', [['a', '', '']]],
    ['a >b 2>&1 3<c d >>e &>f', [['a', 'd']]],
    ['a>b;c <d', [['a'], ['c']]],
    ['a # b; c', [['a']]],
    ['a#b', [['a#b']]],
    ['a \\\n b\nc', [['a', 'b'], ['c']]],
    ['a=$(b c) d', [['a=$'], ['b', 'c'], ['d']]],
    ["a 'b c", [['a', 'b c']]],
    ['a "b c', [['a', 'b c']]],
    ['a\\', [['a']]],
    ['', []],
  ];
  for (const [line, expected] of lines)
    it(JSON.stringify(line), () => assert.deepEqual(shellCommands(line), expected));
});

describe('what a shell takes', () => {
  const closed = [
    '',
    'a',
    'a "b" \'c"\' $(d) `e`',
    '(a; (b))',
    'case a in b) c;; esac',
    "a # it's (",
    'a \\" \\(',
  ];
  for (const line of closed) it(JSON.stringify(line), () => assert.equal(isClosed(line), true));
  const open = ['a "b', "a 'b", 'a $(b', 'a `b', '(a; (b)', '"$(a +', 'a "b\\"', 'a "'];
  for (const line of open) it(`none: ${line}`, () => assert.equal(isClosed(line), false));
});

describe('commands that run scans', () => {
  const programs: readonly (readonly [string, string])[] = [
    ['/usr/bin/backupmon scan', '/usr/bin/backupmon'],
    ['/usr/bin/backupmon scan>/dev/null', '/usr/bin/backupmon'],
    ['backupmon --config /srv/c.yaml -q scan >/dev/null 2>&1', 'backupmon'],
    ['cd /; nice -n 10 /opt/x/bin/backupmon.js scan;', '/opt/x/bin/backupmon.js'],
    ['/usr/bin/node /opt/x/dist/backupmon.cjs scan', '/opt/x/dist/backupmon.cjs'],
    ['root=1 sudo -u backupmon /usr/local/bin/backupmon scan', '/usr/local/bin/backupmon'],
    ["su backupmon -c '/a/backupmon scan'", '/a/backupmon'],
    ['su - backupmon -s /bin/sh -c \'sh -c "/a/backupmon scan"\'', '/a/backupmon'],
    ['flock -n /run/lock/backupmon /a/backupmon scan', '/a/backupmon'],
    ["flock -n /run/lock/backupmon -c '/a/backupmon scan'", '/a/backupmon'],
    ["ionice -c 3 nice sh -c '/a/backupmon scan'", '/a/backupmon'],
    ['/a/backupmon $OPTIONS scan ${MORE}', '/a/backupmon'],
    ['systemd-cat -t backupmon /a/backupmon scan', '/a/backupmon'],
    ['pgrep backupmon || /a/backupmon scan', '/a/backupmon'],
    ['ionice -c 3 /a/backupmon scan', '/a/backupmon'],
    ['cd /var/lib/backupmon && /a/backupmon scan', '/a/backupmon'],
    ['if [ -x /b/backupmon ]; then /a/backupmon scan; fi', '/a/backupmon'],
    ['test -x /b/backupmon && { /a/backupmon scan; }', '/a/backupmon'],
    ['{ /a/backupmon scan }', '/a/backupmon'],
    ['~/bin/backupmon scan', '~/bin/backupmon'],
    ['"$HOME/bin/backupmon" scan', '$HOME/bin/backupmon'],
    ['x=$(/a/backupmon scan)', '/a/backupmon'],
    ['backupmon status; /a/backupmon scan', '/a/backupmon'],
  ];
  for (const [line, program] of programs)
    it(line, () => {
      const found = scanCommandsIn(line);
      assert.deepEqual(
        found.map((scan) => scan.program),
        [program],
      );
      assert.deepEqual(found[0]?.names, []);
    });

  const none = [
    '/usr/bin/backupmon status',
    '/usr/bin/mybackupmon scan',
    '/usr/bin/backupmon scanner',
    'echo scan | backupmon status',
    "backupmon status | mail -s 'backup scan' root",
    'true # /usr/local/bin/backupmon scan',
    'echo backupmon scan',
    'logger -t backupmon scan',
    'backupmon help scan',
    'backupmon scan --help',
    'backupmon --help scan',
    'backupmon history scan',
    'backupmon status; clamdscan; x scan',
    'backupmon --config scan status',
    'ssh backup01 backupmon scan',
    "curl -d 'backupmon scan' http://localhost/",
  ];
  for (const line of none) it(`none: ${line}`, () => assert.deepEqual(scanCommandsIn(line), []));

  it('name a configuration and jobs wherever these stand', () => {
    const of = (line: string) =>
      scanCommandsIn(line).map(({ config, names, environment }) => [
        environment.get('BACKUPMON_CONFIG') ?? null,
        config,
        ...names,
      ]);
    assert.deepEqual(of('backupmon scan --config /srv/a.yaml paris'), [
      [null, '/srv/a.yaml', 'paris'],
    ]);
    assert.deepEqual(of("backupmon --config='/srv/a b.yaml' scan -v"), [[null, '/srv/a b.yaml']]);
    const set = [['/e.yaml', null]];
    assert.deepEqual(of('BACKUPMON_CONFIG=/e.yaml backupmon scan'), set);
    assert.deepEqual(of('env A=b BACKUPMON_CONFIG=/e.yaml backupmon scan'), set);
    assert.deepEqual(of('export BACKUPMON_CONFIG=/e.yaml; cd / && backupmon scan'), set);
    assert.deepEqual(of("BACKUPMON_CONFIG=/e.yaml sh -c 'backupmon scan'"), set);
    assert.deepEqual(of('BACKUPMON_CONFIG=/e.yaml true; backupmon scan'), [[null, null]]);
    assert.deepEqual(of('backupmon scan paris; backupmon scan --config /b scan'), [
      [null, null, 'paris'],
      [null, '/b', 'scan'],
    ]);
  });

  it('may name a configuration by a variable', () => {
    const of = (line: string) => scanCommandsIn(line).map(({ config }) => config);
    assert.deepEqual(of('backupmon scan $OPTIONS'), ['$OPTIONS']);
    assert.deepEqual(of('backupmon $OPTIONS --config /srv/a.yaml scan'), ['/srv/a.yaml']);
    assert.deepEqual(of('backupmon --config /srv/a.yaml scan $OPTIONS'), ['/srv/a.yaml']);
  });

  it('may be asked first whether systemd runs', () => {
    const of = (line: string) => scanCommandsIn(line).map((scan) => scan.asksForSystemd);
    const asking = [
      '[ -d /run/systemd/system ] || backupmon scan',
      String.raw`test -x /x -a \! -d /run/systemd/system && sh -c 'sleep 1; backupmon scan'`,
      'if [ ! -d /run/systemd/system/ ]; then backupmon scan; fi',
      "sh -c 'test -e /run/systemd/system && exit; backupmon scan'",
    ];
    for (const line of asking) assert.deepEqual(of(line), [true], line);
    assert.deepEqual(of('[ -d /srv ] && backupmon scan'), [false]);
  });

  it('tell what stands before them, and whether a file was read into the shell', () => {
    const [scan] = scanCommandsIn(
      "nice sh -c '. /etc/profile; exec node --x /a/backupmon.cjs scan -v'",
    );
    assert.deepEqual(scan?.before, ['nice', 'sh', '-c', 'exec', 'node', '--x']);
    assert.deepEqual(scan?.words.slice(-2), ['scan', '-v']);
    assert.equal(scan?.isSourced, true);
    assert.equal(scanCommandsIn('backupmon scan')[0]?.isSourced, false);
  });

  it('are found in long lines without much work', () => {
    const many = 100_000;
    for (const part of [
      'backupmon ',
      'backupmon --config ',
      'backupmon -v ',
      "sh -c '",
      '"\\',
      '2>',
      '(',
    ])
      assert.deepEqual(scanCommandsIn(part.repeat(many)), []);
  });
});
