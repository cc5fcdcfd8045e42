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

/** In paris's `database`: everything an agent can do to its file. */
const changes: Readonly<Record<string, string>> = {
  'replaced by another file': 'printf hijacked > new; mv new compta.sql.gz',
  'overwritten in place, size and mtime kept':
    'cp -p compta.sql.gz old; printf hijacked | dd of=compta.sql.gz conv=notrunc status=none; touch -r old compta.sql.gz',
  grown: 'printf hijacked >> compta.sql.gz',
  cut: 'truncate -s 10 compta.sql.gz',
  removed: 'rm compta.sql.gz',
};

const file = '/paris/database/compta\\.sql\\.gz';
const success = { code: 0, events: ['paris/compta SUCCESS verified'], published: 1 };

for (const [what, change] of Object.entries(changes)) {
  test(`case 7: ${what} while it is read: never published, and judged again as it is then`, async () => {
    const siege = await Siege.begin();
    const { world, now } = siege;
    const { file: own, bytes } = siege.deposit({ content: 'today' });
    const run = `cd '${world.zone('paris', 'database')}'; ${change}`;
    const events = ['paris/compta TRANSFER_INTEGRITY_FAILED changed_while_read'];
    siege.holds(siege.scan([{ call: 'readSync', path: file, when: 'after', turn: 1, run }]), {
      code: 2,
      events,
    });
    writeFileSync(own, bytes);
    const again = await world.run(now + minute, 'scan');
    siege.holds(again, { ...success, events: [...events, ...success.events] });
  });

  test(`case 7: ${what} between hashing and publishing: what was hashed is published`, async () => {
    const siege = await Siege.begin();
    const { world } = siege;
    const { file: own, bytes } = siege.deposit({ content: 'today' });
    const run = `cd '${world.zone('paris', 'database')}'; ${change}`;
    const published = '/\\.incoming/[0-9a-f]+';
    siege.holds(
      siege.scan([{ call: 'renameSync', path: published, when: 'before', turn: 1, run }]),
      success,
    );
    assert.deepEqual(readFileSync(world.tree('paris/compta/current/compta.sql.gz')), bytes);
    assert.notDeepEqual(spawnSync('cat', [own]).stdout, bytes, 'it was changed');
  });
}

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
  siege.holds(siege.scan(), { code: 2, events: [invalid] });
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
