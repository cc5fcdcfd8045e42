/** What is no regular file, where the database or a file of its own should be: told at once, and left as it is. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { isRunning, takeLock } from '../../src/db/lock.ts';
import { openDatabase } from '../../src/db/open.ts';
import { DatabaseProblem } from '../../src/db/problem.ts';
import type { Ran } from '../support/run-here.ts';
import { World } from '../support/world.ts';

const yaml =
  'defaults: { schedule: every 24h, settle: 0s }\nagents: { paris: { databases: [compta] } }\n';
const suffixes = ['', '-wal', '-shm', '-journal', '.lock'] as const;

const done = (command: string, ...argv: readonly string[]): void => {
  const { status, stderr } = spawnSync(command, argv, { encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${argv.join(' ')}: ${stderr}`);
};

interface Kind {
  readonly named: string;
  /** Where it is tried; everywhere where nothing is said. */
  readonly at?: readonly (typeof suffixes)[number][];
  readonly make: (path: string) => void;
}

const LISTEN = "require('node:net').createServer().listen(process.argv[1], () => process.exit())";

const pipe: Kind = { named: 'a named pipe', make: (path) => done('mkfifo', path) };
const folder: Kind = { named: 'a folder', make: (path) => mkdirSync(path) };
const kinds: readonly Kind[] = [
  pipe,
  folder,
  // These links are followed.
  {
    named: 'a device',
    at: ['', '.lock', '-journal'],
    make: (path) => symlinkSync('/dev/zero', path),
  },
  {
    named: 'a symbolic link',
    at: ['-wal', '-shm'],
    make: (path) => symlinkSync('nowhere', path),
  },
  {
    named: 'a socket',
    // What exits does not take it away.
    make: (path) => done(process.execPath, '-e', LISTEN, path),
  },
];

/** Made and scanned once, with something else in the place of one of its files. */
async function placed(suffix: (typeof suffixes)[number], { make }: Kind): Promise<World> {
  const world = new World(yaml);
  await world.ok(Date.now(), 'init-db');
  world.deposit({ endedAt: Date.now() - 60_000 });
  await world.ok(Date.now(), 'scan');
  rmSync(`${world.database}${suffix}`, { force: true });
  make(`${world.database}${suffix}`);
  return world;
}

/** Everything below a folder, and when it was made. */
const listing = (root: string): string =>
  spawnSync('find', [root, '-printf', '%y %i %m %p %s %T@ %l\\n'], { encoding: 'utf8' }).stdout;

const messageOf = (suffix: string, named: string): string =>
  suffix === ''
    ? `backupmon.db is ${named}, not a file; name another file as \`database\``
    : `backupmon.db${suffix} is ${named}, where the database needs a file of its own; move it away`;

type Told = Ran & { readonly argv: string };

/** In a process of its own: whoever waits for a pipe cannot be interrupted by a test. */
function runAll(world: World): Told[] {
  const program = join(import.meta.dirname, 'all-commands.ts');
  const ran = spawnSync(process.execPath, [program, world.configFile], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(ran.status, 0, `${ran.signal ?? ''} after ${ran.stdout}${ran.stderr}`);
  return ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);
}

describe('a named pipe', () => {
  for (const suffix of suffixes) {
    it(`as the database${suffix} ends every command at once, and stays`, async () => {
      const world = await placed(suffix, pipe);
      const before = listing(world.root);
      const message = messageOf(suffix, pipe.named);
      for (const { argv, code, out, err } of runAll(world)) {
        // The configuration is in order; doctor tells it among other things.
        const expected = argv === 'check-config' ? 0 : argv === 'doctor' ? 2 : 3;
        assert.equal(code, expected, argv);
        // Nagios shows so much of it.
        const told = argv === 'status --nagios' ? 'UNKNOWN' : message;
        if (expected === 3) assert.ok((out + err).includes(told), `${argv}: ${out}${err}`);
      }
      assert.equal(listing(world.root), before);
    });
  }
});

for (const kind of kinds.slice(1)) {
  describe(kind.named, () => {
    for (const suffix of kind.at ?? suffixes) {
      it(`as the database${suffix} is told, and stays`, async () => {
        const world = await placed(suffix, kind);
        const before = listing(world.root);
        for (const argv of [['status'], ['scan'], ['init-db']]) {
          const { code, err } = await world.run(Date.now(), ...argv);
          assert.equal(code, 3, argv.join(' '));
          assert.ok(err.includes(messageOf(suffix, kind.named)), err);
          assert.equal(err.trim().split('\n').length, 1, err);
        }
        assert.equal(listing(world.root), before);
      });
    }
  });
}

const refusalOf = (work: () => unknown): DatabaseProblem => {
  try {
    work();
  } catch (error) {
    if (error instanceof DatabaseProblem) return error;
    throw error;
  }
  return assert.fail('nothing was thrown');
};

describe('each function by itself', () => {
  it('refuses what is no file', async () => {
    const { database } = await placed('.lock', folder);
    for (const work of [
      () => openDatabase(database, 'read'),
      () => openDatabase(database, 'write'),
      () => takeLock(database, 0),
      () => isRunning(database),
    ]) {
      const { fault, obstacle, path } = refusalOf(work);
      assert.deepEqual([fault, obstacle, path], ['unreadable', 'place', `${database}.lock`]);
    }
  });

  it('makes no lock beside what is no database', async () => {
    const world = new World(yaml);
    folder.make(world.database);
    const before = listing(dirname(world.database));
    assert.equal(refusalOf(() => takeLock(world.database, 0)).path, world.database);
    assert.equal(listing(dirname(world.database)), before);
  });
});

describe('a link', () => {
  it('to a database is followed, and its files are looked for beside that', async () => {
    const world = new World(yaml);
    await world.ok(Date.now(), 'init-db');
    const other = join(world.root, 'other');
    mkdirSync(other);
    const real = join(other, 'real.db');
    for (const suffix of ['', '-wal', '-shm'])
      renameSync(`${world.database}${suffix}`, `${real}${suffix}`);
    symlinkSync(real, world.database);
    assert.equal((await world.run(Date.now(), 'scan')).code, 0);
    pipe.make(`${world.database}-wal`);
    assert.equal((await world.run(Date.now(), 'status')).code, 0);
    rmSync(`${real}-shm`);
    mkdirSync(`${real}-shm`);
    const { code, err } = await world.run(Date.now(), 'status');
    assert.equal(code, 3);
    assert.match(err, /other\/real\.db-shm is a folder, where the database needs/u);
  });

  it('to itself leads nowhere', () => {
    const world = new World(yaml);
    symlinkSync(world.database, world.database);
    const { message, obstacle } = refusalOf(() => openDatabase(world.database, 'read'));
    assert.equal(obstacle, 'place');
    assert.match(
      message,
      /leads nowhere, because a symbolic link on the way leads to itself; name/u,
    );
  });

  it('to nothing is an absent database', () => {
    const world = new World(yaml);
    symlinkSync(join(world.root, 'nothing'), world.database);
    assert.equal(refusalOf(() => openDatabase(world.database, 'read')).fault, 'absent');
  });
});

it('a name that is too long leads nowhere', () => {
  const file = `/${'x'.repeat(300)}`;
  assert.match(
    refusalOf(() => openDatabase(file, 'read')).message,
    /leads nowhere, because it is too long/u,
  );
});
