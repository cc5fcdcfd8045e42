/** Whose the files of the database are, and whether a scan can write them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Finding } from '../../src/core/finding.ts';
import {
  filesOf,
  judgeBarred,
  judgeOpen,
  type DatabaseFile,
} from '../../src/doctor/database/database-files.ts';
import { cannotFreeze, frozen } from '../support/immutable.ts';
import { cannotRun } from '../support/real-dumps.ts';
import { World } from '../support/world.ts';
import { assertWhole, lookWith, makeMachine, scanner, told } from './support.ts';

const look = lookWith();
const mode = { uid: 990, gid: 990, mode: 0o640, isFile: true, isFolder: false };
const file = (
  changes: Partial<typeof mode> = {},
  refusal: string | null = null,
  path = '/d/b.db',
): DatabaseFile => ({
  path,
  mode: { ...mode, ...changes },
  refusal,
});

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-files-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('the files of the database', () => {
  it('that belong to the user that scans, and are written by nobody else, are well', () => {
    assert.deepEqual(judgeBarred([file(), file()], look), []);
    assert.deepEqual(judgeOpen([file(), file()], look), []);
  });

  it('may be open to others', () => {
    const found = judgeOpen([file({ mode: 0o660 }), file({ mode: 0o644 }, null, '/d/x')], look);
    assertWhole(found);
    assert.deepEqual(told(found), [
      'critical /d/b.db may be written by others than backupmon',
      '$ chmod go-w /d/b.db',
      'warning /d/x may be read by everybody on this machine',
      '$ chmod o-r /d/x',
    ]);
  });

  const cases: readonly (readonly [string, readonly DatabaseFile[], readonly string[]])[] = [
    [
      'may belong to somebody else',
      [file({ uid: 0 }), file({ uid: 7, mode: 0o440 }, 'EACCES', '/d/x')],
      [
        'critical /d/b.db, /d/x do not belong to backupmon, who scans',
        '$ chown -h backupmon:backupmon /d/b.db /d/x && chmod u+rw /d/x',
      ],
    ],
    [
      'may not let him write',
      [file({ mode: 0o440 }, 'EACCES'), file({ mode: 0 }, 'EACCES', '/d/a b'), file()],
      [
        'critical /d/b.db, /d/a b cannot be read and written by backupmon, who scans (mode 0440, 0000)',
        "$ chmod u+rw /d/b.db '/d/a b'",
      ],
    ],
    [
      'may be immutable',
      [file({}, 'EPERM')],
      [
        'critical /d/b.db cannot be read and written by backupmon, who scans (immutable)',
        '$ chattr -i /d/b.db',
      ],
    ],
    [
      'may be refused although their mode allows it',
      [file({}, 'EACCES')],
      [
        'critical /d/b.db cannot be read and written by backupmon, who scans (although the modes allow it: a rule of AppArmor or SELinux may not)',
      ],
    ],
  ];
  for (const [title, files, expected] of cases) {
    it(title, () => {
      const found = judgeBarred(files, look);
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }

  it('are not judged by another user, but for their owner', () => {
    const asOther = lookWith({ scanner: { ...scanner, present: false } });
    assert.deepEqual(judgeBarred([file({ mode: 0o440 }, 'EACCES')], asOther), []);
    assert.equal(judgeBarred([file({ uid: 0 }, 'EACCES')], asOther).length, 1);
  });

  it('lie beside the file itself, the lock beside its name', () => {
    const folder = temporary();
    const real = join(folder, 'real.db');
    const link = join(folder, 'link.db');
    symlinkSync(real, link);
    for (const path of [real, `${real}-wal`, `${link}-wal`, `${link}.lock`])
      writeFileSync(path, '');
    mkdirSync(`${real}-shm`);
    assert.deepEqual(
      filesOf(link).map(({ path, refusal }) => [path, refusal]),
      [real, `${real}-wal`, `${link}.lock`].map((path) => [path, null]),
    );
  });

  it('may be immutable, which even root meets', { skip: cannotFreeze() }, async () => {
    const path = join(temporary(), 'b.db');
    writeFileSync(path, '');
    const refusals = await frozen(path, async () => filesOf(path).map(({ refusal }) => refusal));
    assert.deepEqual(refusals, ['EPERM']);
  });
});

const onlyRoot =
  process.getuid?.() === 0 ? false : 'skipped, because only root can become other users and mount';

it('a file that is mounted read-only is told with its mount', { skip: onlyRoot }, () => {
  const path = join(temporary(), 'b.db');
  writeFileSync(path, '');
  const done = (...argv: string[]) =>
    assert.equal(spawnSync(argv[0] ?? '', argv.slice(1)).status, 0, argv.join(' '));
  done('mount', '--bind', path, path);
  try {
    done('mount', '-o', 'remount,ro,bind', path);
    const made = makeMachine();
    const mounts = spawnSync('cat', ['/proc/self/mountinfo'], { encoding: 'utf8' }).stdout;
    made.file('/proc/self/mountinfo', mounts);
    const found = judgeBarred(
      filesOf(path),
      lookWith({ machine: made.machine, scanner: { ...scanner, uid: process.getuid?.() ?? 0 } }),
    );
    assert.deepEqual(told(found), [
      `critical ${path} cannot be read and written by backupmon, who scans (the file system is mounted read-only)`,
      `$ mount -o remount,rw ${path}`,
    ]);
  } finally {
    done('umount', path);
  }
});

/** A user without a name, to whom all belongs. */
const own = 61_021;

function givenAway(): World {
  const world = new World('agents: {}\n');
  chmodSync(world.root, 0o711);
  chmodSync(world.configFile, 0o644);
  mkdirSync(world.validated, { mode: 0o750 });
  for (const folder of [world.validated, join(world.root, 'state')]) chownSync(folder, own, own);
  assert.equal(world.process(['init-db']).code, 0);
  return world;
}

/** What doctor, started by root, finds; it becomes the user that scans. */
function findingsIn(world: World): Finding[] {
  const made = makeMachine();
  const runner = join(import.meta.dirname, 'on-machine.ts');
  const { stdout, stderr } = spawnSync(process.execPath, [runner, made.root, world.configFile], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(stderr, '');
  return (JSON.parse(stdout) as { findings: Finding[] }).findings;
}

const wrong = (world: World): Finding[] =>
  findingsIn(world).filter(({ area, severity }) => area === 'database' && severity !== 'ok');

describe('doctor, started by root', { skip: onlyRoot }, () => {
  const breaks: readonly (readonly [string, (world: World) => void, RegExp])[] = [
    [
      'a database that a scan cannot write',
      ({ database }) => chmodSync(database, 0o440),
      // SQLite gives its log the mode of the database.
      /backupmon\.db(?:, \S+-wal)? cannot be read and written by 61021, who scans \(mode 0440\)$/u,
    ],
    [
      'a database that cannot be read either',
      ({ database }) => chmodSync(database, 0),
      /backupmon\.db cannot be read and written by 61021, who scans \(mode 0000\)$/u,
    ],
    [
      'a log that root has made',
      ({ database }) => {
        chownSync(`${database}-wal`, 0, 0);
        chmodSync(`${database}-wal`, 0o400);
      },
      /backupmon\.db-wal does not belong to 61021, who scans$/u,
    ],
    [
      'a database that root has put there, in a folder of the user to whom the tree belongs',
      ({ database }) => {
        for (const suffix of ['', '-wal', '-shm']) chownSync(`${database}${suffix}`, 0, 0);
      },
      /backupmon\.db, \S+-wal, \S+-shm do not belong to 61021, who scans$/u,
    ],
    [
      'a named pipe in the place of the log',
      ({ database }) => {
        rmSync(`${database}-wal`);
        assert.equal(spawnSync('mkfifo', [`${database}-wal`]).status, 0);
      },
      /backupmon\.db-wal is a named pipe, where the database needs a file of its own$/u,
    ],
    [
      'a folder in the place of the lock',
      ({ database }) => {
        rmSync(`${database}.lock`);
        mkdirSync(`${database}.lock`);
      },
      /backupmon\.db\.lock is a folder, where the database needs a file of its own$/u,
    ],
  ];
  const closed: (typeof breaks)[number] = [
    'a folder above that may not be entered',
    ({ root }) => chmodSync(root, 0o700),
    /backupmon\.db cannot be opened: there is no permission to read it/u,
  ];
  for (const [what, breakIt, expected] of [...breaks, closed]) {
    const skip = breakIt === closed[1] && cannotRun('setfacl');
    it(`tells ${what} once, with a command that mends it`, { skip }, () => {
      const world = givenAway();
      breakIt(world);
      const faults = wrong(world);
      assertWhole(faults);
      assert.deepEqual(
        faults.map(({ severity }) => severity),
        ['critical'],
      );
      assert.match(faults[0]?.message ?? '', expected);
      const mended = spawnSync('sh', ['-c', faults[0]?.mend ?? 'false'], { encoding: 'utf8' });
      assert.equal(mended.status, 0, mended.stderr);
      assert.deepEqual(wrong(world), []);
      assert.equal(world.process(['scan']).code, 0);
    });
  }

  it('says whose scans are, and does not call him the owner of what root has put there', () => {
    const world = givenAway();
    const owned = (): string | undefined =>
      findingsIn(world).find(({ area }) => area === 'user')?.message;
    assert.match(owned() ?? '', /^scans run as 61021, the owner of \S+\.db, /u);
    chownSync(world.database, 0, 0);
    assert.match(owned() ?? '', /^scans run as 61021, the owner of \S+\/state, /u);
  });
});
