/** As whom commands that write run: who owns the database, with the groups that timers and crontabs give that user. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ownerOf } from '../../src/cli/owner.ts';

/** On every Linux: root's helper of old, whose group has its number. */
const daemon = 1;
const readers = 61_301;
const stranger = 61_302;

const skip = process.getuid?.() === 0 ? false : 'skipped, because only root can become other users';

/** A folder with a database in it. */
function made(): { readonly folder: string; readonly database: string } {
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-owner-'));
  after(() => rmSync(folder, { recursive: true }));
  const database = join(folder, 'b.db');
  writeFileSync(database, '');
  chownSync(database, daemon, readers);
  return { folder, database };
}

test('the group of the database, and his own, where that is another one', { skip }, () => {
  const { database } = made();
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { becomeOwner } from ${JSON.stringify(import.meta.resolve('../../src/cli/owner.ts'))};
       becomeOwner(process.argv[1], 0);
       console.log(JSON.stringify([process.getuid(), process.getgid(), process.getgroups()]));`,
      database,
    ],
    { encoding: 'utf8' },
  );
  assert.equal(stderr, '');
  const [uid, gid, groups] = JSON.parse(stdout) as [number, number, number[]];
  assert.deepEqual([uid, gid], [daemon, readers]);
  assert.ok(groups.includes(daemon), groups.join(', '));
});

describe('the owner of a database that a link leads to', { skip }, () => {
  const owner = { uid: daemon, gid: readers };

  test('is that of the file, where root has made the link', () => {
    const { folder, database } = made();
    const [link, second] = [join(folder, 'link'), join(folder, 'second')];
    symlinkSync('b.db', link);
    symlinkSync(link, second);
    assert.deepEqual(ownerOf(database), owner);
    assert.deepEqual(ownerOf(link), owner);
    assert.deepEqual(ownerOf(second), owner);
  });

  test('is that of the folder, where no file is there yet', () => {
    const { folder } = made();
    mkdirSync(join(folder, 'state'));
    chownSync(join(folder, 'state'), daemon, readers);
    symlinkSync('state', join(folder, 'linked'));
    symlinkSync('state/new.db', join(folder, 'new'));
    assert.deepEqual(ownerOf(join(folder, 'linked', 'new.db')), owner);
    assert.deepEqual(ownerOf(join(folder, 'new')), owner);
    assert.equal(ownerOf(join(folder, 'absent', 'new.db')), null);
  });

  test('is that of the link, where somebody else has made it: it could lead to what is root’s', () => {
    const { folder } = made();
    const link = join(folder, 'link');
    symlinkSync('/etc/passwd', link);
    lchownSync(link, stranger, stranger);
    assert.equal(ownerOf(link)?.uid, stranger);
  });

  test('is root, where links lead nowhere', () => {
    const { folder } = made();
    const loop = join(folder, 'loop');
    symlinkSync('loop', loop);
    assert.equal(ownerOf(loop)?.uid, 0);
  });
});
