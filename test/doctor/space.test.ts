/** One file system that is mounted in several places. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeSpace, type Room } from '../../src/doctor/tree/space.ts';
import { assertWhole, lookWith } from './support.ts';

const GiB = 1024 ** 3;
const sizes = { total: 10 * GiB, largest: { job: 'paris/compta', size: 4 * GiB } };

/** Room for one round and a half on each of both. */
const rooms = (deposits: string | undefined, validated: string | undefined): Room[] => {
  const room = (what: Room['what'], device: string | undefined): Room => ({
    what,
    path: `/mnt/${what}`,
    mounted: `/mnt/${what}`,
    device,
    free: 15 * GiB,
    size: 100 * GiB,
    inodes: 999,
  });
  return [room('deposits', deposits), room('validated', validated)];
};

const judged = (given: readonly Room[], reflinks = false): string[] => {
  const found = judgeSpace(given, sizes, { reflinks }, lookWith());
  assertWhole(found);
  return found.map(({ severity, subject }) => `${severity} ${subject}`);
};

describe('a file system that is mounted twice', () => {
  it('has its room once: a round needs it for deposits and copies', () =>
    assert.deepEqual(judged(rooms('8:1', '8:1')), [
      'warning /mnt/validated',
      // Inodes, which are told once too.
      'critical /mnt/validated',
    ]));

  it('is enough for deposits whose copies are clones', () =>
    assert.deepEqual(judged(rooms('8:1', '8:1'), true), [
      'ok /mnt/validated',
      'critical /mnt/validated',
    ]));

  it('is not one that only has the same kind', () => {
    const each = ['ok /mnt/deposits', 'critical /mnt/deposits'];
    const all = [...each, 'ok /mnt/validated', 'critical /mnt/validated'];
    assert.deepEqual(judged(rooms('8:1', '8:2')), all);
    assert.deepEqual(judged(rooms(undefined, '8:2')), all);
    assert.deepEqual(judged(rooms(undefined, undefined)), all);
  });

  it('is not one where something else is mounted over it', () => {
    const [deposits, validated] = rooms('8:1', '8:2');
    assert.ok(deposits !== undefined && validated !== undefined);
    const other = { ...deposits, mounted: validated.mounted };
    assert.equal(judged([other, validated]).length, 4);
  });
});
