import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeKind } from '../../src/doctor/tree/file-system-kind.ts';
import { judgeProbe } from '../../src/doctor/tree/file-systems.ts';
import type { Probe } from '../../src/doctor/tree/probes.ts';
import { judgeSpace, type Room } from '../../src/doctor/tree/space.ts';
import { assertWhole, lookWith, told } from './support.ts';

const look = lookWith();

describe('the kind of a file system', () => {
  const cases = [
    ['validated', 'ext4', null, 'ok', null],
    ['validated', null, null, 'ok', null],
    ['database', 'nfs4', 'NFS', 'critical', '${EDITOR:-vi} /etc/backupmon/config.yaml'],
    ['validated', 'cifs', 'SMB', 'warning', null],
    ['deposits', 'fuse.sshfs', 'fuse.sshfs', 'warning', null],
    ['validated', 'tmpfs', null, 'warning', '${EDITOR:-vi} /etc/backupmon/config.yaml'],
  ] as const;
  for (const [what, type, network, severity, mend] of cases) {
    it(`${what} on ${type}: ${severity}`, () => {
      const found = judgeKind({ what, path: '/srv/x', type, network }, look);
      assertWhole([found]);
      assert.deepEqual([found.severity, found.mend], [severity, mend]);
      assert.ok(found.message.startsWith(`${what}: /srv/x lies on `), found.message);
    });
  }
});

describe('what was tried in the tree', () => {
  const works: Probe = { kind: 'tried', trouble: null, modes: true, links: true, reflinks: false };
  const cases: readonly (readonly [string, Probe, readonly string[]])[] = [
    ['works', works, ['ok validated: write, flush, rename, symbolic links, modes: all work']],
    [
      'works, with reflinks',
      { ...works, reflinks: true },
      [
        'ok validated: write, flush, rename, symbolic links, modes, clones of deposits (reflinks): all work',
      ],
    ],
    [
      'fails',
      { ...works, trouble: 'cannot write /srv/x: no space left on the device' },
      [
        'critical validated: a version cannot be written there: cannot write /srv/x: no space left on the device',
        '$ df -h /srv',
      ],
    ],
    [
      'has neither links nor modes',
      { ...works, links: false, modes: false },
      [
        'warning validated: /srv has no symbolic links',
        'warning validated: files in /srv do not keep the mode 0440',
      ],
    ],
    [
      'fails for want of a permission',
      { ...works, trouble: 'cannot make folder /srv/x: permission denied (EACCES)' },
      [
        'critical validated: a version cannot be written there: cannot make folder /srv/x: permission denied (EACCES)',
        '$ ls -la /srv /srv/.incoming',
      ],
    ],
    [
      'is mounted read-only',
      { ...works, trouble: 'cannot make folder /srv/x: the file system is read-only (EROFS)' },
      [
        'critical validated: a version cannot be written there: cannot make folder /srv/x: the file system is read-only (EROFS)',
        '$ findmnt -T /srv',
      ],
    ],
    [
      'was not tried, because of a lock that cannot be taken',
      { kind: 'untried', why: '/d/b.db.lock cannot be opened', fault: true },
      [
        'critical validated: nothing could be tried in it: /d/b.db.lock cannot be opened',
        '$ ls -l /var/lib/backupmon/backupmon.db.lock',
      ],
    ],
    [
      'was not tried',
      { kind: 'untried', why: 'a scan is running' },
      ['ok validated: nothing was tried in it: a scan is running'],
    ],
  ];
  for (const [title, probe, expected] of cases) {
    it(title, () => {
      const found = judgeProbe(probe, '/srv', look);
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }
});

describe('the room for the next round', () => {
  const MiB = 1024 ** 2;
  const GiB = 1024 ** 3;
  const room = (what: Room['what'], free: number, changes: Partial<Room> = {}): Room => ({
    what,
    path: `/mnt/${what}`,
    mounted: `/mnt/${what}`,
    free,
    size: 100 * GiB,
    inodes: null,
    ...changes,
  });
  const sizes = { total: 10 * GiB, largest: { job: 'paris/compta', size: 4 * GiB } };
  const shared = { mounted: '/mnt' };
  const cases: readonly (readonly [string, Room[], typeof sizes | null, boolean, string[]])[] = [
    ['is there', [room('validated', 10 * GiB)], sizes, false, ['ok']],
    ['is less than a round', [room('validated', 9 * GiB)], sizes, false, ['warning']],
    ['is less than the largest backup', [room('validated', 3 * GiB)], sizes, false, ['critical']],
    ['is not needed for clones', [room('validated', GiB)], sizes, true, ['ok']],
    ['is not known before the first round', [room('validated', 100 * MiB)], null, false, ['ok']],
    ['is small before the first round', [room('validated', 99 * MiB)], null, false, ['warning']],
    ['is gone before the first round', [room('validated', 0)], null, false, ['critical']],
    ['is gone, where clones need none', [room('validated', 0)], sizes, true, ['critical']],
    [
      'is needed twice where deposits lie there too',
      [room('deposits', 19 * GiB, shared), room('validated', 19 * GiB, shared)],
      sizes,
      false,
      ['warning'],
    ],
    [
      'is needed for the deposits, where their copies are clones',
      [room('deposits', 9 * GiB, shared), room('validated', 9 * GiB, shared)],
      sizes,
      true,
      ['warning'],
    ],
    [
      'is needed for deposits elsewhere',
      [room('deposits', 3 * GiB), room('validated', 50 * GiB)],
      sizes,
      false,
      ['critical', 'ok'],
    ],
    ['of the database', [room('database', 100 * MiB)], null, false, ['ok']],
    ['of the database is small', [room('database', 99 * MiB)], null, false, ['warning']],
    ['of the database is gone', [room('database', 9 * MiB)], null, false, ['critical']],
    [
      'is no use without inodes',
      [room('validated', 50 * GiB, { inodes: 999 })],
      sizes,
      false,
      ['ok', 'critical'],
    ],
    ['has inodes', [room('validated', 50 * GiB, { inodes: 1000 })], sizes, false, ['ok']],
  ];
  for (const [title, rooms, round, reflinks, expected] of cases) {
    it(title, () => {
      const found = judgeSpace(rooms, round, { reflinks }, look);
      assertWhole(found);
      assert.deepEqual(
        found.map(({ severity }) => severity),
        expected,
      );
    });
  }

  it('is told in these words', () => {
    const found = judgeSpace([room('validated', 3 * GiB)], sizes, { reflinks: false }, look);
    assert.deepEqual(told(found), [
      'critical validated: /mnt/validated has 3.0 GiB free of 100 GiB, less than the largest backup needs: paris/compta took 4.0 GiB',
      '$ du -xh --max-depth=2 /mnt/validated',
    ]);
  });
});
