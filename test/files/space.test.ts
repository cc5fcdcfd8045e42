import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { spaceOf } from '../../src/files/space.ts';

/** In bytes, as coreutils count; they ask statvfs(3), which knows the fundamental size of a block. */
function dfOf(path: string): { size: number; free: number } {
  const { stdout } = spawnSync('df', ['-B1', '--output=size,avail', path], { encoding: 'utf8' });
  const [size = 0, free = 0] = (stdout.split('\n')[1] ?? '').trim().split(/\s+/u).map(Number);
  return { size, free };
}

describe('the room of a file system', () => {
  it('is what df says', () => {
    for (const path of [tmpdir(), '/dev/shm']) {
      const space = spaceOf(path);
      const { size, free } = dfOf(path);
      assert.equal(space?.size, size, path);
      // Others write meanwhile.
      assert.ok(Math.abs((space?.free ?? 0) - free) < 2 ** 30, `${path}: ${space?.free} ${free}`);
    }
  });

  it('is not known of what is absent, or has no size', () => {
    assert.equal(spaceOf('/nowhere/at/all'), null);
    assert.equal(spaceOf('/proc'), null);
  });
});
