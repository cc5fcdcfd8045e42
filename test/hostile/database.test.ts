/** Case 21: the database is locked by somebody, of another schema, or on a network file system. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import { toFirstSchema } from '../support/first-schema.ts';
import { cannotRun } from '../support/real-dumps.ts';
import { launch, World, type Ran } from '../support/world.ts';
import { neighbours, promotedToday, scanned, today } from './neighbours.ts';

const withShell = { skip: cannotRun('sqlite3') };
const straced = {
  skip: [cannotRun('sqlite3'), cannotRun('strace')].find((no) => no !== false) ?? false,
};

/** The sqlite3 shell of an administrator, who has begun something and gone for coffee. */
async function lockedBy(
  world: World,
  begin: string,
): Promise<{ readonly end: () => Promise<void> }> {
  const shell = spawn('sqlite3', ['-batch', world.database], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  shell.stdin.write(`${begin};\nselect 'begun';\n`);
  for await (const text of shell.stdout) if (String(text).includes('begun')) break;
  return {
    end: async () => {
      const ended = once(shell, 'exit');
      shell.stdin.end('commit;\n');
      await ended;
    },
  };
}

/** The program, while this process goes on. */
function started(
  world: World,
  argv: readonly string[],
): { readonly isOver: () => boolean; readonly ran: Promise<Ran> } {
  const child = spawn(launch[0], [...launch.slice(1), '--config', world.configFile, ...argv]);
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += String(text)));
  child.stderr.on('data', (text) => (err += String(text)));
  const ran = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  return { isOver: () => child.exitCode !== null, ran };
}

const twoRounds = (world: World): void => {
  world.deposit({ endedAt: today(), content: 'today' });
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: today(), content: 'today' });
};

for (const begin of ['begin immediate', 'begin exclusive']) {
  test(
    `case 21: locked by somebody (${begin}) for some seconds: a scan waits, readers need not`,
    withShell,
    async () => {
      const world = await neighbours(['compta']);
      twoRounds(world);
      const holder = await lockedBy(world, begin);
      const scan = started(world, ['scan']);
      const began = performance.now();
      for (const reader of ['status', 'history']) assert.equal(world.process([reader]).code, 0);
      // What is held against it is the time that somebody holds it.
      await sleep(2500 - (performance.now() - began));
      assert.equal(scan.isOver(), false);
      await holder.end();
      const { code, err } = await scan.ran;
      assert.deepEqual([code, err], [0, '']);
      assert.deepEqual(promotedToday(world), ['lyon/shop', 'paris/compta']);
    },
  );
}

/** Lets each wait of SQLite's be over at once, and tells how long it would have been, in seconds. */
function withoutWaiting(world: World, argv: readonly string[]): Ran & { readonly waited: number } {
  const log = join(world.root, 'waits');
  const calls = 'clock_nanosleep,nanosleep';
  const prefix = ['strace', '-f', '-qq', '-o', log, '-e', `trace=${calls}`, '-e', 'signal=none'];
  const ran = world.process(argv, { prefix: [...prefix, '-e', `inject=${calls}:retval=0`] });
  const waits = readFileSync(log, 'utf8').matchAll(/\{tv_sec=(\d+), tv_nsec=(\d+)\}/gu);
  const waited = [...waits].reduce((sum, [, s, ns]) => sum + Number(s) + Number(ns) / 1e9, 0);
  return { ...ran, waited };
}

test(
  'case 21: locked by somebody who does not let go: after 30 s it says so and exits 3, and the next scan judges',
  straced,
  async () => {
    const world = await neighbours(['compta']);
    twoRounds(world);
    const holder = await lockedBy(world, 'begin immediate');
    const before = world.process(['status', '--json']).out;
    for (const argv of [['scan'], ['init-db'], ['promote', 'paris/compta', 'compta.sql.gz']]) {
      const ran = withoutWaiting(world, argv);
      assert.deepEqual([ran.code, ran.out], [3, ''], argv.join(' '));
      assert.match(
        ran.err,
        /backupmon\.db is locked: .*longer than 30 s\n.*`fuser .*backupmon\.db`/u,
      );
      assert.ok(ran.waited > 20 && ran.waited < 70, `${argv[0]} would have waited ${ran.waited} s`);
    }
    // Nothing was concluded, and status says what it said.
    const jobs = (text: string): unknown =>
      (
        JSON.parse(text) as { jobs: { status: string; since: string; versions: number }[] }
      ).jobs.map(({ status, since, versions }) => [status, since, versions]);
    assert.deepEqual(jobs(world.process(['status', '--json']).out), jobs(before));
    await holder.end();
    assert.equal(world.process(['scan']).code, 0);
    assert.deepEqual(promotedToday(world), ['lyon/shop', 'paris/compta']);
  },
);

test(
  'case 21: locked for readers too: they say so and exit 3 after 30 s, never 0',
  straced,
  async () => {
    const world = await neighbours(['compta']);
    const holder = await lockedBy(
      world,
      'pragma locking_mode = exclusive; begin exclusive; update meta set value = value',
    );
    for (const argv of [['status'], ['history'], ['status', '--nagios']]) {
      const ran = withoutWaiting(world, argv);
      assert.equal(ran.code, 3, ran.out);
      assert.match(ran.out + ran.err, /is locked/u);
      assert.ok(ran.waited > 20, `${ran.waited} s`);
    }
    await holder.end();
    assert.equal(world.process(['status']).code, 0);
  },
);

const commands = [
  ['scan'],
  ['scan', '--dry-run'],
  ['status'],
  ['history'],
  ['promote', 'paris/compta', 'compta.sql.gz'],
];

/** Every command says what to do, exits 3, and leaves database and tree as they are. */
function assertRefused(
  world: World,
  argvs: readonly (readonly string[])[],
  expected: RegExp,
): void {
  const bytes = readFileSync(world.database);
  for (const argv of argvs) {
    const ran = world.process(argv);
    assert.deepEqual([ran.code, ran.out], [3, ''], argv.join(' '));
    assert.match(ran.err, expected, argv.join(' '));
    assert.doesNotMatch(ran.err, /^\s+at /mu);
  }
  assert.deepEqual(readFileSync(world.database), bytes);
  assert.equal(world.verify(), 2);
}

function change(world: World, statements: string): void {
  const db = new SqliteDatabase(world.database);
  db.exec(statements);
  db.close();
}

test('case 21: an older schema: exit 3 until init-db has migrated it, and nothing is lost', async () => {
  const world = await neighbours(['compta']);
  change(world, `${toFirstSchema} pragma wal_checkpoint(truncate)`);
  assertRefused(
    world,
    commands,
    /made by an older backupmon \(schema 1, .*run `backupmon init-db`/u,
  );
  const migrated = world.process(['init-db']);
  assert.deepEqual([migrated.code, migrated.err], [0, '']);
  assert.match(migrated.out, /^migrated /u);
  world.deposit({ endedAt: today(), content: 'today' });
  assert.equal(scanned(world).ran.code, 0);
  assert.deepEqual(promotedToday(world), ['lyon/shop', 'paris/compta']);
});

test('case 21: a newer schema: exit 3, and no command touches it', async () => {
  const world = await neighbours(['compta']);
  change(world, 'pragma user_version = 99; pragma wal_checkpoint(truncate)');
  assertRefused(
    world,
    [...commands, ['init-db']],
    /made by a newer backupmon \(schema 99, .*install that version/u,
  );
});

const MAGIC_OF = { NFS: 0x6969, 'SMB (CIFS)': 0xff534d42, SMB: 0xfe534d42, Ceph: 0x00c36400 };

/**
 * The kernel's answer about a file system, with another number in it: as it is on that one. The first member is of eight bytes.
 * @param folder the only one that is asked about so
 */
function on(magic: number, world: World, argv: readonly string[], folder?: string): Ran {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(magic));
  const inject = `inject=statfs:poke_exit=@arg2=${bytes.toString('hex')}`;
  const only = folder === undefined ? [] : ['-P', folder];
  const options = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=statfs', ...only, '-e', inject];
  const prefix = ['strace', ...options];
  return world.process(argv, { prefix });
}

const cannotPoke = (): string | false => {
  const missing = cannotRun('strace');
  if (missing !== false) return missing;
  const poke = 'inject=statfs:poke_exit=@arg2=00';
  const { status } = spawnSync('strace', ['-qq', '-o', '/dev/null', '-e', poke, 'true']);
  return status === 0 ? false : 'skipped, because this strace cannot change what a call answers';
};

test(
  'case 21: on a network file system: exit 3 with what to do, and nothing is made there',
  { skip: cannotPoke() },
  async () => {
    const world = await neighbours(['compta']);
    const bytes = readFileSync(world.database);
    for (const [name, magic] of Object.entries(MAGIC_OF)) {
      for (const argv of name === 'NFS' ? [...commands, ['init-db']] : [['scan']]) {
        const ran = on(magic, world, argv);
        assert.deepEqual([ran.code, ran.out], [3, ''], `${name}: ${argv.join(' ')}`);
        const [told = '', advice = ''] = ran.err.split('\n');
        assert.ok(told.includes(`backupmon.db lies on a network file system (${name})`), told);
        assert.match(advice, /local disk as `database`/u);
      }
    }
    assert.deepEqual(readFileSync(world.database), bytes);
    assert.equal(world.verify(), 2);
    // FUSE may be either; what lies here is on no network.
    assert.equal(on(0x65735546, world, ['status']).code, 0);
    const fresh = new World('agents: { paris: { databases: [compta] } }\n');
    assert.equal(on(MAGIC_OF.NFS, fresh, ['init-db']).code, 3);
    assert.deepEqual(readdirSync(dirname(fresh.database)), []);
    // The disk that counts is the one that a link leads to.
    const elsewhere = join(world.root, 'elsewhere');
    mkdirSync(elsewhere);
    renameSync(world.database, join(elsewhere, 'backupmon.db'));
    symlinkSync(join(elsewhere, 'backupmon.db'), world.database);
    assert.equal(world.process(['status']).code, 0);
    for (const argv of commands)
      assert.match(on(MAGIC_OF.NFS, world, argv, elsewhere).err, /lies on a network file system/u);
  },
);
