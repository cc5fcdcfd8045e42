/** The one binary by itself: where nothing but glibc is, for users of all kinds, and with everything inside. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { builtBinary, cannotBuild } from '../support/binary.ts';
import type { Ran } from '../support/run-here.ts';
import { cannotRun, tool } from '../support/real-dumps.ts';
import { start } from '../support/start.ts';
import { dumpOf, honest, launch, minute, World } from '../support/world.ts';

const skip = cannotBuild();
const binary = skip === false ? builtBinary() : '';
const needsRoot =
  skip !== false
    ? skip
    : process.getuid?.() !== 0 && 'skipped, because only root can change users and roots';
const stranger = 12_345;

const base = realpathSync(mkdtempSync(join(tmpdir(), 'backupmon-test-')));
chmodSync(base, 0o755);
after(() => rmSync(base, { recursive: true }));
let serial = 0;
const folder = (mode: number, owner = 0): string => {
  serial += 1;
  const path = join(base, String(serial));
  mkdirSync(path);
  chmodSync(path, mode);
  if (owner !== 0) chownSync(path, owner, owner);
  return path;
};

interface Options {
  readonly env?: Record<string, string>;
  readonly uid?: number;
  /** A command that starts it. */
  readonly prefix?: readonly string[];
  readonly file?: string;
}

function run(
  argv: readonly string[],
  { env = {}, uid, prefix = [], file = binary }: Options = {},
): Ran {
  const [command = '', ...rest] = [...prefix, file, ...argv];
  const child = spawnSync(command, rest, {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
    ...(uid !== undefined && { uid, gid: uid }),
  });
  return { code: child.status, out: child.stdout, err: child.stderr };
}

const files = (path: string): string[] =>
  readdirSync(path, { recursive: true }).map(String).toSorted();
const addons = (path: string): string[] => files(path).filter((name) => name.endsWith('.node'));

/** A small installation with a database, in a folder that everybody may read. */
function installation(
  yaml = 'agents: { paris: { databases: { compta: { schedule: every 24h } } } }\n',
): World {
  const world = new World(yaml);
  const cache = folder(0o700);
  const ran = run(['--config', world.configFile, 'init-db'], { env: { CACHE_DIRECTORY: cache } });
  assert.deepEqual([ran.code, ran.err], [0, '']);
  return world;
}

describe('as it is', { skip }, () => {
  it('says what the program says that Node runs', () => {
    for (const argv of [['--version'], ['--help'], ['status', '--help'], ['sttus'], ['files']]) {
      const [node, ...rest] = launch;
      const { status, stdout, stderr } = spawnSync(node, [...rest, ...argv], { encoding: 'utf8' });
      assert.deepEqual(run(argv), { code: status, out: stdout, err: stderr });
    }
  });

  it('holds the files that are shipped, byte for byte', () => {
    const share = join(import.meta.dirname, '../../dist/share');
    const names = run(['files']).out.trimEnd().split('\n');
    assert.deepEqual(
      names,
      files(share).filter((name) => statSync(join(share, name)).isFile()),
    );
    assert.ok(
      names.includes('config.example.yaml') && names.includes('schemas/status.schema.json'),
    );
    for (const name of names)
      assert.equal(run(['files', name]).out, readFileSync(join(share, name), 'utf8'));
  });

  it('takes nothing from NODE_OPTIONS, and no argument of Node', () => {
    const told = run(['--version'], { env: { NODE_OPTIONS: '--require /nowhere/there.js' } });
    assert.deepEqual([told.code, told.err], [0, '']);
    const usage = run(['--inspect']);
    assert.deepEqual([usage.code, usage.out], [3, '']);
    assert.match(usage.err, /^backupmon: unknown option '--inspect'/u);
  });

  it('loads what it loads late once: a scan of many streams of xz says nothing', (t) => {
    if (cannotRun('xz') !== false) return t.skip(String(cannotRun('xz')));
    const names = Array.from({ length: 14 }, (_, index) => `d${index}`);
    const world = installation(
      `agents: { paris: { databases: [${names.join()}] } }\ndefaults: { schedule: every 24h }\n`,
    );
    for (const database of names) {
      const bytes = tool('xz', ['-0', '-c'], dumpOf(database));
      world.deposit({ database, ...honest(Date.now() - minute, `${database}.sql.xz`, bytes) });
    }
    const scan = run(['--config', world.configFile, 'scan', '-v']);
    assert.deepEqual(
      [scan.code, scan.err, scan.out.match(/success/gu)?.length],
      [0, '', names.length],
    );
  });

  it('has no debugger that a signal opens', async () => {
    const agents = 'agents: { paris: { databases: { compta: { schedule: every 24h } } } }\n';
    const world = installation(`${agents}notifications: { command: { run: [/bin/sleep, '3'] } }\n`);
    const { child, ended } = start(binary, ['--config', world.configFile, 'notify', '--test'], {
      env: { PATH: '/usr/bin:/bin' },
    });
    await setTimeout(300);
    assert.ok(child.kill('SIGUSR1'));
    const { code, err } = await ended;
    assert.equal(code, 0);
    assert.doesNotMatch(err, /[Dd]ebugger/u);
  });

  it('writes the addon once, and nothing any more while that is current', () => {
    const world = installation();
    const home = folder(0o700);
    const status = (): Ran =>
      run(['--config', world.configFile, 'status'], {
        env: { HOME: home, XDG_RUNTIME_DIR: '/nowhere' },
      });
    assert.deepEqual([status().code, addons(home).length], [0, 1]);
    const file = join(home, addons(home)[0] ?? '');
    const before = statSync(file);
    assert.equal(status().code, 0);
    const { ino, ctimeMs } = statSync(file);
    assert.deepEqual([ino, ctimeMs], [before.ino, before.ctimeMs]);
    // Cut, as by a full disk: not loaded, but written anew.
    writeFileSync(file, readFileSync(file).subarray(0, 1000));
    assert.deepEqual([status().code, addons(home).length], [0, 1]);
    assert.equal(statSync(file).size, before.size);
  });

  it('needs no addon, and writes none, for what needs no database', () => {
    const home = folder(0o700);
    for (const argv of [['--version'], ['--help'], ['files']])
      assert.equal(run(argv, { env: { HOME: home } }).code, 0);
    assert.deepEqual(files(home), []);
  });

  it('tells in one sentence when the addon can be unpacked nowhere', () => {
    const world = installation();
    const env = { HOME: '/nowhere', XDG_RUNTIME_DIR: '/nowhere', TMPDIR: '/nowhere' };
    const ran = run(['--config', world.configFile, 'status'], { env });
    assert.deepEqual([ran.code, ran.out, ran.err.split('\n').length], [3, '', 3]);
    assert.match(
      ran.err,
      /^backupmon: the part of backupmon that reads SQLite cannot be unpacked anywhere \(.*\/nowhere\/backupmon: /u,
    );
    const json = run(['--config', world.configFile, 'status', '--json'], { env });
    assert.equal((JSON.parse(json.err) as { code: string }).code, 'addon_unusable');
  });
});

describe('for another user', { skip: needsRoot }, () => {
  /** `status` of a user who may read, and nothing else. */
  function reading(env: Record<string, string>, prefix: readonly string[] = []): Ran {
    const world = installation();
    chmodSync(world.root, 0o755);
    chmodSync(join(world.root, 'state'), 0o755);
    for (const name of readdirSync(join(world.root, 'state')))
      chmodSync(join(world.root, 'state', name), 0o644);
    return run(['--config', world.configFile, 'status'], {
      env: { XDG_RUNTIME_DIR: '/nowhere', ...env },
      uid: stranger,
      prefix,
    });
  }

  it('with a home: the addon lies there', () => {
    const home = folder(0o700, stranger);
    assert.equal(reading({ HOME: home }).code, 0);
    assert.equal(addons(home).length, 1);
  });

  it('with a home that cannot be written, or of somebody else, or without one: among the temporary files', () => {
    for (const home of [folder(0o500, stranger), folder(0o755), '/nowhere']) {
      const temporary = folder(0o1777);
      const { code, err } = reading({ HOME: home, TMPDIR: temporary });
      assert.deepEqual([code, err], [0, '']);
      assert.deepEqual(
        addons(temporary).map((name) => name.split('/')[0]),
        [`backupmon-${stranger}`],
      );
    }
  });

  it('where a hostile user has prepared the temporary files: nothing of his is loaded, written or kept', () => {
    const lure = folder(0o777);
    for (const prepare of [
      (path: string) => symlinkSync(lure, path),
      (path: string) => mkdirSync(path, { mode: 0o777 }),
      (path: string) => writeFileSync(path, ''),
    ]) {
      const temporary = folder(0o1777);
      prepare(join(temporary, `backupmon-${stranger}`));
      const { code, err } = reading({ HOME: '/nowhere', TMPDIR: temporary });
      assert.deepEqual([code, err], [0, '']);
      assert.deepEqual([files(lure), addons(temporary)], [[], []]);
      assert.equal(files(temporary).length, 1);
    }
  });

  it('where programs may not run from the home: the next place is taken', () => {
    const home = folder(0o700, stranger);
    const temporary = folder(0o1777);
    const mount = `mount -t tmpfs -o noexec,uid=${stranger},mode=700 none "$0" && exec setpriv --reuid=${stranger} --clear-groups "$@"`;
    const prefix = ['unshare', '--mount', 'sh', '-c', mount, home];
    const world = installation();
    for (const path of [world.root, join(world.root, 'state')]) chmodSync(path, 0o755);
    for (const name of readdirSync(join(world.root, 'state')))
      chmodSync(join(world.root, 'state', name), 0o644);
    const env = { HOME: home, TMPDIR: temporary, XDG_RUNTIME_DIR: '/nowhere' };
    const ran = run(['--config', world.configFile, 'status'], { env, prefix });
    assert.deepEqual([ran.code, ran.err], [0, '']);
    assert.equal(addons(temporary).length, 1);
  });
});

/** A root with the binary and glibc, and nothing else that anything could be loaded from or run with. */
function bareRoot(): string {
  const root = folder(0o755);
  const glibc = ['libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0'];
  for (const name of ['lib64', 'lib/x86_64-linux-gnu', 'proc', 'tmp', 'etc'])
    mkdirSync(join(root, name), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync('/lib64/ld-linux-x86-64.so.2', join(root, 'lib64/ld-linux-x86-64.so.2'));
  for (const name of glibc)
    copyFileSync(`/lib/x86_64-linux-gnu/${name}`, join(root, 'lib/x86_64-linux-gnu', name));
  copyFileSync(binary, join(root, 'backupmon'));
  return root;
}

describe('in a root with nothing but glibc', { skip: needsRoot }, () => {
  const root = needsRoot === false ? bareRoot() : '';
  const mount = 'mount -t proc none "$0/proc" && exec chroot "$0" "$@"';
  const inRoot = (place: string, ...argv: string[]): Ran =>
    run(argv, {
      prefix: ['unshare', '--mount', '--pid', '--fork', 'sh', '-c', mount, place],
      file: '/backupmon',
    });

  it('does a scan: a compressed dump, a SQLite file in a process of its own, and one so large that threads read it', () => {
    const world = new World('');
    const ended = Date.now() - minute;
    const database = join(world.root, 'real.sqlite');
    const made = spawnSync('sqlite3', [database, 'create table t (x); insert into t values (1);']);
    const isMade = made.status === 0;
    world.deposit({ agent: 'paris', database: 'compta', endedAt: ended });
    if (isMade)
      world.deposit({
        agent: 'paris',
        database: 'lite',
        ...honest(ended, 'lite.sqlite', readFileSync(database)),
      });
    // Of another agent: what waits of all together decides on threads.
    const large = Buffer.alloc(72 * 1024 * 1024, 'a line of a large file\n');
    for (const name of ['one', 'two'])
      world.deposit({ agent: 'lyon', database: name, ...honest(ended, `${name}.dump`, large) });
    cpSync(world.deposits, join(root, 'deposits'), { recursive: true });
    mkdirSync(join(root, 'state'), { mode: 0o700 });
    mkdirSync(join(root, 'validated'));
    writeFileSync(
      join(root, 'etc/config.yaml'),
      `deposits: /deposits\nvalidated: /validated\ndatabase: /state/backupmon.db\nsite: bare\nparallel: 2\ndefaults: { schedule: every 24h }\nagents: { paris: { databases: [compta${isMade ? ', lite' : ''}] }, lyon: { verify: intact, databases: [one, two] } }\n`,
    );
    assert.deepEqual(inRoot(root, '--config', '/etc/config.yaml', 'init-db').code, 0);
    const scan = inRoot(root, '--config', '/etc/config.yaml', 'scan', '-v');
    assert.deepEqual([scan.code, scan.err], [0, '']);
    const status = JSON.parse(
      inRoot(root, '--config', '/etc/config.yaml', 'status', '--json').out,
    ) as {
      jobs: { job: string; status: string; assurance: string }[];
    };
    const found = status.jobs.map(
      ({ job, status: word, assurance }) => `${job} ${word} ${assurance}`,
    );
    assert.deepEqual(found.toSorted(), [
      'lyon/one SUCCESS intact',
      'lyon/two SUCCESS intact',
      'paris/compta SUCCESS complete',
      // Its check would need a shell, to limit it.
      ...(isMade ? ['paris/lite SUCCESS readable'] : []),
    ]);
    if (isMade)
      assert.match(
        inRoot(root, '--config', '/etc/config.yaml', 'status', 'paris/lite').out,
        /integrity_check could not be/u,
      );
  });

  it('says so where it is started without /proc', () => {
    const ran = run(['--version'], { prefix: ['chroot', root], file: '/backupmon' });
    assert.deepEqual(ran, {
      code: 3,
      out: '',
      err: 'backupmon: /proc is not mounted: without it this program cannot run\n',
    });
  });

  it('says so where there is no glibc', () => {
    const empty = folder(0o755);
    mkdirSync(join(empty, 'proc'));
    copyFileSync(binary, join(empty, 'backupmon'));
    assert.deepEqual(inRoot(empty, '--version'), {
      code: 3,
      out: '',
      err: 'backupmon: /lib64/ld-linux-x86-64.so.2 is missing: this program needs glibc 2.34 or newer\n',
    });
  });
});
