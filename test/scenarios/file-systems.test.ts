/** The tree on other file systems: with reflinks, without symbolic links; and the order of the system calls of a promotion. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cannotMount, mounted, type FileSystem } from '../support/mounts.ts';
import { minute, launch, World } from '../support/world.ts';

const yaml =
  'defaults: { schedule: every 24h, settle: 0s, keep: 2 }\nagents:\n  paris: { databases: [compta] }\n';

/** A world whose deposits and tree lie on one mounted file system. */
function worldOn(folder: string): World {
  mkdirSync(join(folder, 'deposits'));
  return new World(yaml, {
    deposits: join(folder, 'deposits'),
    validated: join(folder, 'validated'),
  });
}

for (const kind of ['xfs', 'btrfs'] as const satisfies FileSystem[]) {
  test(
    `${kind}: a published file is 0440, whatever the mode of the deposit that it is a clone of`,
    { skip: cannotMount(kind) },
    () => {
      mounted(kind, (folder) => {
        const world = worldOn(folder);
        assert.equal(world.process(['init-db']).code, 0);
        for (const [index, mode] of [0o666, 0o4755, 0o600, 0o777].entries()) {
          const { file } = world.deposit({
            endedAt: Date.now() - minute + index * 1000,
            content: randomBytes(1_000_000).toString('hex'),
          });
          chmodSync(file, mode);
          assert.equal(world.process(['scan']).code, 0);
          const published = lstatSync(world.tree('paris/compta/current/compta.sql.gz'));
          assert.equal(published.mode & 0o7777, 0o440, mode.toString(8));
        }
        assert.ok(world.verify() > 0);
      });
    },
  );
}

const straced = spawnSync('strace', ['-V']).status === 0;

test(
  'a promotion makes its system calls in the order that survives a crash',
  { skip: straced ? false : 'skipped, because strace is not installed' },
  () => {
    const world = new World(`parallel: 1\n${yaml}`);
    assert.equal(world.process(['init-db']).code, 0);
    world.deposit({ endedAt: Date.now() - minute });
    const log = join(world.root, 'strace');
    const ran = spawnSync(
      'strace',
      [
        '-f',
        '-y',
        '-o',
        log,
        '-e',
        'trace=openat,fsync,rename,renameat,renameat2,symlink,symlinkat,mkdir,write,pwrite64,fdatasync',
        ...launch,
        '--config',
        world.configFile,
        'scan',
      ],
      { encoding: 'utf8' },
    );
    assert.equal(ran.status, 0, ran.stderr);
    const lines = readFileSync(log, 'utf8').split('\n');
    const version = world.versions('paris/compta')[0] ?? '';
    const steps: readonly [string, RegExp][] = [
      [
        'the deposit is opened without following links',
        /openat\(.*compta\.sql\.gz", O_RDONLY\|O_NOCTTY\|O_NONBLOCK\|O_NOFOLLOW/u,
      ],
      [
        'the copy is made beside the tree',
        /openat\(.*\.incoming\/[0-9a-f]+\/compta\.sql\.gz", O_WRONLY\|O_CREAT\|O_EXCL/u,
      ],
      ['the copy is flushed', /fsync\(\d+<.*\.incoming\/[0-9a-f]+\/compta\.sql\.gz>\)/u],
      ['SHA256SUMS is flushed', /fsync\(\d+<.*\.incoming\/[0-9a-f]+\/SHA256SUMS>\)/u],
      ['the folder is flushed', /fsync\(\d+<.*\.incoming\/[0-9a-f]+>\)/u],
      [
        'one rename brings it into place',
        new RegExp(`rename.*\\.incoming/[0-9a-f]+".*paris/compta/${version}"`, 'u'),
      ],
      ['current is made beside the tree', /symlink.*\.incoming\//u],
      ['current is swapped', /rename.*\.incoming\/.*paris\/compta\/current"/u],
      ['the folder of both is flushed', /fsync\(\d+<.*\/paris\/compta>\)/u],
      ['the record is committed', /(fsync|fdatasync)\(\d+<.*backupmon\.db-wal>/u],
      ['the report is archived', /rename.*report-\d+\.json".*report-\d+\.json"/u],
    ];
    let from = 0;
    for (const [what, pattern] of steps) {
      const found = lines.findIndex((line, index) => index >= from && pattern.test(line));
      assert.notEqual(found, -1, `${what}: not found after line ${from}`);
      from = found + 1;
    }
    // The database is not written before the version is in place.
    const renamed = lines.findIndex((line) =>
      new RegExp(`rename.*paris/compta/${version}"`, 'u').test(line),
    );
    assert.ok(renamed > 0);
  },
);

test(
  'single-threaded, the same situation makes the same system calls',
  { skip: straced ? false : 'skipped, because strace is not installed' },
  () => {
    const trace = (): string[] => {
      const world = new World(`parallel: 1\n${yaml}`);
      assert.equal(world.process(['init-db']).code, 0);
      world.deposit({ endedAt: Date.now() - minute });
      const log = join(world.root, 'strace');
      spawnSync('strace', [
        '-f',
        '-o',
        log,
        '-e',
        'trace=file,fsync,fdatasync,write,pwrite64,ftruncate',
        '-P',
        world.validated,
        '-e',
        'signal=none',
        ...launch,
        '--config',
        world.configFile,
        'scan',
      ]);
      const version = world.versions('paris/compta')[0] ?? 'none';
      return readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.includes(world.root))
        .map((line) =>
          line
            .replace(/^\d+ +/u, '')
            .replaceAll(world.root, 'ROOT')
            .replaceAll(version, 'VERSION')
            .replaceAll(/incoming\/[0-9a-f]{16}/gu, 'incoming/X')
            .replaceAll(/report-\d+/gu, 'report')
            .replaceAll(/\d{8}T\d{6}Z_[0-9a-f]{8}/gu, 'END')
            .replaceAll(/ = .*$/gu, ''),
        );
    };
    const first = trace();
    assert.ok(first.length > 0);
    assert.deepEqual(trace(), first);
  },
);

test(
  'deposits and tree on different file systems, a file larger than any buffer',
  { skip: cannotMount('xfs') },
  () => {
    mounted('xfs', (folder) => {
      const world = new World(yaml, { validated: join(folder, 'validated') });
      assert.equal(world.process(['init-db']).code, 0);
      world.deposit({
        endedAt: Date.now() - minute,
        content: randomBytes(3 * 1024 * 1024 + 17).toString('hex'),
      });
      assert.notEqual(lstatSync(world.deposits).dev, lstatSync(world.validated).dev);
      assert.equal(world.process(['scan']).code, 0);
      assert.equal(world.verify(), 1);
    });
  },
);
