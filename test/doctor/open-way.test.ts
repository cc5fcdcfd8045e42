/** Folders above a path that a group may write. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { renamersOn } from '../../src/doctor/rights/open-way.ts';
import { knowing } from './known-users.ts';
import { lookWith } from './support.ts';

/** On Debian its group staff may write it. */
const LOCAL = '/var/local';
const stats = statSync(LOCAL, { throwIfNoEntry: false });
const skip =
  stats !== undefined && (stats.mode & 0o1022) === 0o020
    ? false
    : `skipped, because no group may write ${LOCAL} here`;

test(
  'a folder of the system is open to a group only where somebody is in that',
  { skip },
  async () => {
    const gid = stats?.gid;
    const renamers = async (group: string) => {
      const { machine } = knowing([], [group]);
      const found = await renamersOn([`${LOCAL}/backups`], lookWith({ machine }));
      return found.get(LOCAL)?.text;
    };
    assert.equal(await renamers(`staff:x:${gid}:`), undefined);
    assert.equal(await renamers(`staff:x:${gid}:anna`), 'the group staff');
  },
);
