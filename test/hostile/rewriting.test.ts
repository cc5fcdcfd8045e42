/** A file that is changed before, while and after it is read: what is published is what was hashed, for ever. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cannotMount, mounted, type FileSystem } from '../support/mounts.ts';
import { minute, World } from '../support/world.ts';
import { Siege } from './support.ts';

/** Everything that an agent can do to the file $1, each to that of a job. */
const changes: Readonly<Record<string, string>> = {
  replaced: 'printf hijacked > "$1.new"; mv "$1.new" "$1"',
  // Its size and mtime stay as they are.
  overwritten:
    'cp -p "$1" "$1.old"; printf hijacked | dd of="$1" conv=notrunc status=none; touch -r "$1.old" "$1"',
  grown: 'printf hijacked >> "$1"',
  cut: 'truncate -s 10 "$1"',
  removed: 'rm "$1"',
};
const jobs = Object.keys(changes);

const file = '/paris/database/compta\\.sql\\.gz';
const success = { code: 0, events: ['paris/compta SUCCESS verified'], published: 1 };
const verified = jobs.map((job) => `paris/${job} SUCCESS verified`);

test('case 7: a file that changes while it is read is never published, and judged again as it is then', async () => {
  const siege = await Siege.begin({ databases: jobs });
  const made = jobs.map((database) => siege.deposit({ database, content: database }));
  const meddlings = made.map(({ file: path }, index) => ({
    call: 'readSync' as const,
    path,
    when: 'after' as const,
    turn: 1,
    run: `set -- '${path}'; ${changes[jobs[index] ?? ''] ?? ''}`,
  }));
  const events = jobs.map((job) => `paris/${job} TRANSFER_INTEGRITY_FAILED changed_while_read`);
  siege.holds(siege.scan(meddlings), { code: 2, events });
  for (const { file: path, bytes } of made) writeFileSync(path, bytes);
  siege.holds(await siege.look(minute), {
    code: 0,
    events: [...events, ...verified],
    publishedElsewhere: jobs.length,
  });
});

test('case 7: a file that changes between hashing and publishing: what was hashed is published', async () => {
  const siege = await Siege.begin({ databases: jobs });
  const { world } = siege;
  const made = jobs.map((database) => siege.deposit({ database, content: database }));
  // Each job is published for itself, after the files of all were read.
  const run = made
    .map(({ file: path }, index) => `set -- '${path}'; ${changes[jobs[index] ?? ''] ?? ''}`)
    .join('; ');
  const published = '/\\.incoming/[0-9a-f]+';
  // The first two are lyon's, who has fewer files: a version, and its link.
  const ran = siege.scan([{ call: 'renameSync', path: published, when: 'before', turn: 3, run }]);
  siege.holds(ran, { code: 0, events: verified, publishedElsewhere: jobs.length });
  for (const [index, { file: path, bytes }] of made.entries()) {
    const job = jobs[index] ?? '';
    assert.deepEqual(readFileSync(world.tree('paris', job, 'current', `${job}.sql.gz`)), bytes);
    assert.notDeepEqual(spawnSync('cat', [path]).stdout, bytes, `${job}: it was changed`);
  }
});

test('case 7: a file that grows for as long as it is read is left alone at the size that it had', async () => {
  const siege = await Siege.begin();
  const { file: own } = siege.deposit({ content: 'today' });
  const run = `head -c 3000000 /dev/zero >> '${own}'`;
  siege.holds(siege.scan([{ call: 'readSync', path: file, when: 'after', run }]), {
    code: 2,
    events: ['paris/compta TRANSFER_INTEGRITY_FAILED changed_while_read'],
  });
  // One read of what it had been, and at most one more that finds the byte too much.
  assert.ok(statSync(own).size < 7_000_000);
});

test('case 7: a good file that comes just while the old one is opened is judged at once', async () => {
  const siege = await Siege.begin();
  const { world } = siege;
  const { file: own, bytes } = siege.deposit({ content: 'today' });
  const good = world.zone('paris', 'good');
  writeFileSync(good, bytes);
  writeFileSync(own, 'the old one');
  const run = `mv '${good}' '${own}'`;
  siege.holds(siege.scan([{ call: 'openSync', path: file, when: 'after', turn: 1, run }]), success);
});

test('case 7: an agent that keeps its descriptor open and writes after promotion changes its own file only', async () => {
  const siege = await Siege.begin();
  const { world } = siege;
  const { file: own, bytes } = siege.deposit({ content: 'today' });
  const kept = openSync(own, 'r+');
  siege.holds(siege.scan(), success);
  const published = world.tree('paris/compta/current/compta.sql.gz');
  writeSync(kept, 'hijacked', 0);
  fchmodSync(kept, 0o777);
  ftruncateSync(kept, 9);
  closeSync(kept);
  assert.deepEqual(readFileSync(published), bytes);
  assert.equal(statSync(published).mode & 0o7777, 0o440);
  assert.notEqual(statSync(published).ino, statSync(own).ino);
  siege.holds(await world.run(siege.now + minute, 'scan'), success);
});

test('case 7: promote publishes what it hashed, and refuses what is not what was reported', async () => {
  const siege = await Siege.begin();
  const { world } = siege;
  const content = Buffer.from('no dump, but good enough for who vouches for it\n');
  const { file: own, bytes } = siege.deposit({ content });
  const invalid = 'paris/compta CONTENT_INVALID wrong_kind';
  siege.holds(await siege.look(), { code: 2, events: [invalid] });
  const promote = ['promote', 'paris/compta', 'compta.sql.gz', '--force'];
  const during = [
    { call: 'readSync', path: file, when: 'after', turn: 1, run: `printf x >> '${own}'` },
  ] as const;
  siege.holds(siege.scan(during, promote), { code: 2, events: [invalid] });
  siege.holds(siege.scan([], promote), { code: 2, events: [invalid] });
  writeFileSync(own, bytes);
  const run = `printf hijacked > '${own}'`;
  const before = [
    { call: 'renameSync', path: '/\\.incoming/[0-9a-f]+', when: 'before', turn: 1, run },
  ] as const;
  siege.holds(siege.scan(before, promote), {
    code: 0,
    events: [invalid, 'paris/compta SUCCESS promoted_by_hand'],
    published: 1,
  });
  assert.deepEqual(readFileSync(world.tree('paris/compta/current/compta.sql.gz')), bytes);
  assert.equal(readFileSync(own, 'utf8'), 'hijacked');
});

for (const kind of ['xfs', 'btrfs'] as const satisfies FileSystem[]) {
  test(
    `case 7: ${kind}: the private copy is a reflink, and writing to the deposit afterwards does not reach it`,
    { skip: cannotMount(kind) },
    () => {
      mounted(kind, (folder) => {
        mkdirSync(join(folder, 'deposits'));
        const world = new World(
          'defaults: { schedule: every 24h, settle: 0s, keep: 2 }\nagents:\n  paris: { databases: [compta] }\n',
          { deposits: join(folder, 'deposits'), validated: join(folder, 'validated') },
        );
        assert.equal(world.process(['init-db']).code, 0);
        const content = randomBytes(8 * 1024 * 1024).toString('hex');
        const { file: own } = world.deposit({ endedAt: Date.now() - minute, content });
        const kept = openSync(own, 'r+');
        spawnSync('sync', ['-f', folder]);
        const used = (): number =>
          Number(
            spawnSync('df', ['--output=used', '-B1', folder], { encoding: 'utf8' }).stdout.split(
              '\n',
            )[1],
          );
        const before = used();
        assert.equal(world.process(['scan']).code, 0);
        spawnSync('sync', ['-f', folder]);
        assert.ok(used() - before < 4 * 1024 * 1024, 'the copy shares the blocks of the deposit');
        writeSync(kept, 'hijacked', 0);
        closeSync(kept);
        assert.equal(world.verify(), 1);
      });
    },
  );
}
