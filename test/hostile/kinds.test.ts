/** What is no regular file, and files without anything in them, where a dump or a report should be. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { sha256, type Deposit } from '../support/world.ts';
import type { Meddling } from './meddler.ts';
import { entry, onlyRoot, Siege, withStrace } from './support.ts';

type Make = (path: string, t: TestContext) => void | Promise<void>;

const made = (command: string, ...argv: string[]): void =>
  assert.equal(spawnSync(command, argv).status, 0, command);

const device =
  (kind: 'b' | 'c', major: number, minor: number): Make =>
  (path) =>
    made('mknod', path, kind, `${major}`, `${minor}`);

const kinds: Readonly<Record<string, Make>> = {
  fifo: (path) => made('mkfifo', path),
  socket: async (path, t) => {
    const server = createServer().listen(path);
    await once(server, 'listening');
    t.after(() => server.close());
  },
  folder: (path) => {
    mkdirSync(path);
  },
  full_folder: (path) => {
    mkdirSync(join(path, 'log'), { recursive: true });
    writeFileSync(join(path, 'x.json'), '{}');
  },
  // /dev/zero, which never ends; the console, which may wait for ever; a loop device.
  zeros: device('c', 1, 5),
  console: device('c', 5, 1),
  loop: device('b', 7, 0),
};
const jobs = Object.keys(kinds);

test(
  'case 5: what is no regular file is refused at once where a file should be',
  { skip: onlyRoot },
  async (t) => {
    const siege = await Siege.begin({ databases: jobs });
    for (const [database, make] of Object.entries(kinds)) {
      const { file } = siege.claimSecret({ database });
      await make(file, t);
    }
    siege.holds(siege.scan(), {
      code: 2,
      events: jobs.map((job) => `paris/${job} TRANSFER_INTEGRITY_FAILED unsafe_file`),
    });
    const messages = siege.world.sql<{ message: string }>(
      "select message from events where reason = 'unsafe_file' order by message",
    );
    assert.deepEqual(
      messages.map(({ message }) => / is (.*);/u.exec(message)?.[1]),
      ['a device', 'a FIFO', 'a folder', 'a folder', 'a device', 'a socket', 'a device'],
    );
  },
);

test(
  'case 5: what is no regular file is refused at once where a report should be',
  { skip: onlyRoot },
  async (t) => {
    const siege = await Siege.begin();
    const { world } = siege;
    for (const [kind, make] of Object.entries(kinds)) {
      await make(world.zone('paris', 'log', `${kind}.json`), t);
      await make(world.zone('paris', `${kind}.json`), t);
    }
    siege.deposit({ content: 'today' });
    siege.holds(siege.scan(), {
      code: 1,
      events: ['paris REPORT_REFUSED unsafe_file', 'paris/compta SUCCESS verified'],
      published: 1,
    });
    assert.deepEqual(world.sql("select count from events where reason = 'unsafe_file'"), [
      { count: 2 * jobs.length },
    ]);
  },
);

for (const folder of ['log', 'database', '']) {
  test(
    `case 5: ${folder === '' ? "the agent's folder" : folder} is a FIFO, a device, a file: refused at once`,
    { skip: onlyRoot },
    async (t) => {
      const siege = await Siege.begin();
      const { world } = siege;
      siege.claimSecret();
      const place = join(world.zone('paris'), folder).replace(/\/$/u, '');
      renameSync(place, join(world.root, 'aside'));
      const refused = 'paris REPORT_REFUSED unsafe_file';
      const absent = 'paris/compta TRANSFER_INTEGRITY_FAILED file_absent';
      for (const [turn, kind] of ['fifo', 'zeros', 'socket'].entries()) {
        await kinds[kind]?.(place, t);
        siege.holds(turn === 0 ? siege.scan() : await siege.look(), {
          code: folder === 'database' ? 2 : turn === 0 ? 1 : 0,
          events: folder === 'database' ? [refused, absent] : [refused],
        });
        rmSync(place, { force: true });
      }
    },
  );
}

test(
  'case 5: what takes the place of the file after it was looked at is refused at once',
  { skip: onlyRoot },
  async (t) => {
    const siege = await Siege.begin({ databases: jobs });
    const { world } = siege;
    const meddlings: Meddling[] = [];
    for (const [database, make] of Object.entries(kinds)) {
      const { file } = siege.deposit({ database });
      const other = world.zone('paris', database);
      await make(other, t);
      const path = `/paris/database/${database}\\.sql\\.gz`;
      const run = `rm '${file}'; mv -T '${other}' '${file}'`;
      meddlings.push({ call: 'lstatSync', path, when: 'after', turn: 1, run });
    }
    siege.holds(siege.scan(meddlings), {
      code: 2,
      events: jobs.map((job) => `paris/${job} TRANSFER_INTEGRITY_FAILED unsafe_file`),
    });
  },
);

/** The largest file that Linux knows: 8 EiB and a byte less. */
const ENDLESS = '9223372036854775807';
const memory = '/dev/shm';

function cannotMakeEndless(): string | false {
  const probe = join(memory, `backupmon-probe-${process.pid}`);
  const { status } = spawnSync('truncate', ['-s', ENDLESS, probe]);
  rmSync(probe, { force: true });
  return status === 0 ? false : `skipped, because ${memory} holds no file of 8 EiB`;
}

const described = (size: unknown, hash = sha256('whatever')): Pick<Deposit, 'change'> =>
  entry(({ COMPRESS }) => Object.assign(COMPRESS, { size, sha256: hash }));

test(
  'case 6: a sparse file of 8 EiB is judged by its size, and never read',
  { skip: withStrace === false ? cannotMakeEndless() : withStrace },
  async (t) => {
    const deposits = mkdtempSync(join(memory, 'backupmon-endless-'));
    t.after(() => rmSync(deposits, { recursive: true }));
    const sizes: Readonly<Record<string, unknown>> = {
      small: 1000,
      absent: null,
      greatest: 2 ** 53 - 1,
      true_one: ENDLESS,
    };
    const siege = await Siege.begin({ databases: Object.keys(sizes), deposits });
    const { world } = siege;
    for (const [database, size] of Object.entries(sizes)) {
      const { file } = siege.deposit({ database, ...described(size) });
      made('truncate', '-s', ENDLESS, file);
    }
    made('truncate', '-s', ENDLESS, world.zone('paris', 'log', 'endless.json'));
    const log = join(world.root, 'reads');
    const reads = 'trace=read,pread64,readv,preadv,preadv2,copy_file_range,sendfile,mmap';
    const ran = world.process(['scan', '--json'], {
      prefix: ['timeout', '30', 'strace', '-f', '-y', '--seccomp-bpf', '-o', log, '-e', reads],
    });
    const failed = 'TRANSFER_INTEGRITY_FAILED';
    siege.holds(ran, {
      code: 2,
      events: [
        'paris REPORT_REFUSED too_large',
        `paris/absent ${failed} unsafe_file`,
        `paris/greatest ${failed} size_differs`,
        `paris/small ${failed} size_differs`,
        `paris/true_one ${failed} not_verifiable`,
      ],
    });
    const lines = readFileSync(log, 'utf8').split('\n');
    assert.ok(
      lines.some((line) => /report-\d+\.json>/u.test(line)),
      'strace says what was read',
    );
    for (const line of lines) assert.doesNotMatch(line, /endless\.json|paris\/database/u);
  },
);

test('case 6: 0 bytes, and 20 bytes of gzip with nothing in them, are no backup whatever is said of them', async () => {
  const nothing = Buffer.alloc(0);
  const gzip = gzipSync(nothing);
  assert.equal(gzip.length, 20);
  const cases: Readonly<
    Record<string, [bytes: Buffer, size: unknown, raw: unknown, conclusion: string]>
  > = {
    zero: [nothing, 0, 0, 'CONTENT_INVALID empty'],
    zero_of_some: [nothing, 0, 70_000, 'CONTENT_INVALID empty'],
    zero_unsaid: [nothing, null, null, 'CONTENT_INVALID empty'],
    zero_instead: [nothing, 70_000, 70_000, 'TRANSFER_INTEGRITY_FAILED size_differs'],
    gzip_of_nothing: [gzip, 20, 0, 'CONTENT_INVALID empty'],
    gzip_of_some: [gzip, 20, 70_000, 'CONTENT_INVALID empty'],
    gzip_unsaid: [gzip, null, null, 'CONTENT_INVALID empty'],
    gzip_instead: [gzip, 70_000, 70_000, 'TRANSFER_INTEGRITY_FAILED size_differs'],
  };
  const siege = await Siege.begin({ databases: Object.keys(cases) });
  for (const [database, [bytes, size, raw]] of Object.entries(cases)) {
    siege.deposit({
      database,
      bytes,
      ...entry(({ BACKUP, COMPRESS }) => {
        Object.assign(COMPRESS, { size, sha256: sha256(bytes) });
        Object.assign(BACKUP, { size: raw, sha256: raw === 0 ? sha256('') : null });
      }),
    });
  }
  siege.holds(siege.scan(), {
    code: 2,
    events: Object.entries(cases).map(([job, [, , , conclusion]]) => `paris/${job} ${conclusion}`),
  });
});
