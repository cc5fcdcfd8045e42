import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openToOthers } from '../../src/doctor/access.ts';
import { judgeFolder, type FolderFacts } from '../../src/doctor/folder.ts';
import { mountOf, parseMounts, unmounted } from '../../src/doctor/mounts.ts';
import { assertWhole, lookWith, scanner, told } from './support.ts';

const mode = { uid: 990, gid: 990, mode: 0o750, isFile: false, isFolder: true };
const tree: FolderFacts = {
  what: 'validated',
  path: '/srv/tree',
  need: 'write',
  mode,
  refusal: null,
  closed: null,
  open: [],
  fileAbove: null,
  shared: false,
  hidden: false,
  list: undefined,
  recorded: 0,
  unmounted: null,
  mountedOn: '/srv',
  makeMode: '0750',
};
const deposits: FolderFacts = { ...tree, what: 'deposits', path: '/srv/in', need: 'enter' };

describe('a folder', () => {
  const cases: readonly (readonly [string, FolderFacts, readonly string[]])[] = [
    ['in order', tree, ['ok validated: /srv/tree can be read, entered and written']],
    [
      'absent',
      { ...tree, mode: null },
      [
        'critical validated: /srv/tree does not exist',
        '$ install -d -o backupmon -g backupmon -m 0750 /srv/tree',
      ],
    ],
    [
      'absent, because its disk is not mounted',
      { ...tree, mode: null, unmounted: '/srv' },
      [
        'critical validated: /srv/tree does not exist, and /srv, which fstab has, is not mounted',
        '$ mount /srv',
      ],
    ],
    [
      'absent, of the deposits: it need not belong to the user that scans',
      { ...deposits, mode: null, makeMode: '0755' },
      ['critical deposits: /srv/in does not exist', '$ install -d -m 0755 /srv/in'],
    ],
    [
      'a file',
      { ...tree, mode: { ...mode, isFile: true, isFolder: false } },
      ['critical validated: /srv/tree is no folder', '$ ${EDITOR:-vi} /etc/backupmon/config.yaml'],
    ],
    [
      'without permission',
      { ...tree, refusal: 'EACCES' },
      [
        'critical validated: /srv/tree cannot be read, entered and written: backupmon, who scans, lacks permission',
        '$ chown backupmon:backupmon /srv/tree && chmod u+rwx /srv/tree',
      ],
    ],
    [
      'without permission to read deposits, which are not to be given away',
      { ...deposits, refusal: 'EACCES' },
      [
        'critical deposits: /srv/in cannot be read and entered: backupmon, who scans, lacks permission',
        '$ setfacl -m u:backupmon:rx /srv/in',
      ],
    ],
    [
      'below one that may not be entered',
      { ...tree, mode: null, refusal: 'EACCES', closed: '/srv' },
      [
        'critical validated: /srv/tree cannot be read, entered and written: backupmon, who scans, may not enter /srv',
        '$ setfacl -m u:backupmon:x /srv',
      ],
    ],
    ['of which this user may know nothing', { ...tree, mode: null, closed: '/srv' }, []],
    [
      'mounted read-only',
      { ...tree, refusal: 'EROFS' },
      [
        'critical validated: /srv/tree cannot be read, entered and written: its file system is mounted read-only',
        '$ mount -o remount,rw /srv',
      ],
    ],
    [
      'open to all',
      { ...tree, mode: { ...mode, mode: 0o777 } },
      [
        'critical validated: /srv/tree may be written by everybody on this machine',
        '$ chmod o-w /srv/tree',
      ],
    ],
    [
      'open to a group that is not the scanner’s',
      { ...tree, mode: { ...mode, mode: 0o770, gid: 50 } },
      ['warning validated: /srv/tree may be written by the group 50', '$ chmod g-w /srv/tree'],
    ],
    [
      'open to the scanner’s own group',
      { ...tree, mode: { ...mode, mode: 0o770 } },
      ['ok validated: /srv/tree can be read, entered and written'],
    ],
    [
      'of deposits that are open to all',
      { ...deposits, mode: { ...mode, mode: 0o777 } },
      [
        'critical deposits: /srv/in may be written by everybody on this machine',
        '$ chmod o-w /srv/in',
      ],
    ],
    [
      'of deposits that are open to all, but sticky',
      { ...deposits, mode: { ...mode, mode: 0o1777 } },
      ['ok deposits: /srv/in can be read and entered'],
    ],
    [
      'of metrics, which is not to be given away',
      { ...tree, what: 'the folder of the metrics', refusal: 'EACCES' },
      [
        'critical the folder of the metrics: /srv/tree cannot be read, entered and written: backupmon, who scans, lacks permission',
        '$ setfacl -m u:backupmon:rwx /srv/tree',
      ],
    ],
    [
      'of metrics, that is open to all, but sticky',
      { ...tree, what: 'the folder of the metrics', mode: { ...mode, mode: 0o1777 } },
      ['ok the folder of the metrics: /srv/tree can be read, entered and written'],
    ],
    [
      'below one in which everybody may replace it',
      { ...tree, open: [{ path: '/srv', shared: false }] },
      [
        'warning /srv, above /srv/tree, may be written by everybody on this machine',
        '$ chmod o-w /srv',
      ],
    ],
    [
      'below one in which everybody may replace it, and others have things',
      { ...tree, open: [{ path: '/srv', shared: true }] },
      [
        'warning /srv, above /srv/tree, may be written by everybody on this machine',
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      ],
    ],
    [
      'without permission, in which others have things',
      { ...tree, refusal: 'EACCES', shared: true },
      [
        'critical validated: /srv/tree cannot be read, entered and written: backupmon, who scans, lacks permission',
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      ],
    ],
    [
      'without permission, of which nobody knows who has things in it',
      { ...tree, refusal: 'EACCES', shared: true, hidden: true },
      [
        'critical validated: /srv/tree cannot be read, entered and written: backupmon, who scans, lacks permission',
        '$ setfacl -m u:backupmon:rwx /srv/tree',
      ],
    ],
    [
      'open to all, in which others have things',
      { ...tree, mode: { ...mode, mode: 0o777 }, shared: true },
      [
        'critical validated: /srv/tree may be written by everybody on this machine',
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      ],
    ],
    [
      'open to all and sticky, as /tmp is',
      { ...tree, mode: { ...mode, mode: 0o1777 } },
      [
        'critical validated: /srv/tree may be written by everybody on this machine',
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      ],
    ],
    [
      'open by a list: its mask stays as it is',
      {
        ...tree,
        mode: { ...mode, mode: 0o770 },
        list: { users: ['anna', 'backupmon'], groups: ['staff', 'friends'], owning: 'staff' },
      },
      [
        'warning validated: /srv/tree may be written by anna, the group staff, the group friends',
        '$ setfacl -n -x u:anna -m g::r-x -x g:friends /srv/tree',
      ],
    ],
    [
      'absent, with versions recorded in it: never made anew',
      { ...tree, mode: null, recorded: 3 },
      [
        'critical validated: /srv/tree does not exist, although the database records 3 versions: its disk is probably not mounted',
        '$ findmnt --verify && mount -a',
      ],
    ],
    [
      'absent, of deposits, with versions recorded',
      { ...deposits, mode: null, recorded: 3 },
      [
        'critical deposits: /srv/in does not exist, although the database records 3 versions: its disk is probably not mounted',
        '$ findmnt --verify && mount -a',
      ],
    ],
    [
      'below a file',
      { ...tree, mode: null, fileAbove: '/srv' },
      [
        'critical validated: /srv/tree cannot be there: /srv is no folder',
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      ],
    ],
    [
      'of deposits that is there, without its disk',
      { ...deposits, unmounted: '/srv' },
      [
        'critical deposits: /srv/in is there, but /srv, which fstab has, is not mounted',
        '$ mount /srv',
      ],
    ],
    [
      'with a name that a shell would not take as it is',
      { ...tree, path: "/srv/it's $(here)", mode: null },
      [
        "critical validated: /srv/it's $(here) does not exist",
        "$ install -d -o backupmon -g backupmon -m 0750 '/srv/it'\\''s $(here)'",
      ],
    ],
  ];
  for (const [title, facts, expected] of cases) {
    it(title, () => {
      const found = judgeFolder(facts, lookWith());
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }
});

it('a folder that is absent is made with the user that it will belong to', () => {
  const look = lookWith({ scanner: { ...scanner, known: false, exists: false, present: false } });
  const found = judgeFolder({ ...tree, mode: null }, look);
  assertWhole(found);
  assert.equal(
    found[0]?.mend,
    'useradd --system --user-group --home-dir /var/lib/backupmon --shell /usr/sbin/nologin backupmon && install -d -o backupmon -g backupmon -m 2750 /var/lib/backupmon && install -d -o backupmon -g backupmon -m 0750 /mnt/validated',
  );
});

it('a folder that another user looks at is there, and no more is said', () =>
  assert.deepEqual(told(judgeFolder(tree, lookWith({ scanner: { ...scanner, present: false } }))), [
    'ok validated: /srv/tree is there',
  ]));

describe('who else may write', () => {
  const cases: readonly (readonly [number, number, ReturnType<typeof openToOthers>])[] = [
    [0o750, 50, null],
    [0o757, 50, 'all'],
    [0o770, 50, 'group'],
    [0o770, 990, null],
    [0o770, 0, null],
  ];
  for (const [bits, gid, expected] of cases) {
    it(`${bits.toString(8)}, group ${gid}: ${expected}`, () =>
      assert.equal(openToOthers({ mode: bits, gid }, scanner), expected));
  }
});

describe('mounts', () => {
  const text = [
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '30 22 0:25 / /mnt/a\\040b ro,nosuid - nfs4 server:/x rw,vers=4.2',
    '31 22 0:26 / /mnt/tree rw - btrfs /dev/sdb ro',
    '32 22 0:27 / /mnt/tree rw - xfs /dev/sdc rw',
    '',
  ].join('\n');
  const mounts = parseMounts(text);

  it('are found by the longest folder, and of two in one place by the later', () => {
    const of = (path: string) => {
      const mount = mountOf(path, mounts);
      return mount === null ? null : `${mount.folder} ${mount.type} ${mount.readOnly}`;
    };
    assert.equal(of('/mnt/a b/c'), '/mnt/a b nfs4 true');
    assert.equal(of('/mnt/tree'), '/mnt/tree xfs false');
    assert.equal(of('/mnt/trees'), '/ ext4 false');
    assert.equal(mountOf('/x', []), null);
  });

  it('that fstab has, and that are not there', () => {
    const fstab = [
      '# /dev/sdz /mnt/z ext4',
      '/dev/sda1 / ext4 defaults 0 1',
      'UUID=1 /mnt/tree xfs defaults',
      'UUID=2\t/srv/a\\040b\text4 defaults',
      'UUID=3 none swap sw',
      'UUID=4 /mnt/slash/ ext4 defaults',
      'UUID=5 /mnt/tree/ xfs defaults',
    ].join('\n');
    assert.equal(unmounted('/srv/a b/validated', fstab, mounts), '/srv/a b');
    assert.equal(unmounted('/mnt/tree/x', fstab, mounts), null);
    assert.equal(unmounted('/mnt/z', fstab, mounts), null);
    assert.equal(unmounted('/home', fstab, mounts), null);
    assert.equal(unmounted('/mnt/slash', fstab, mounts), '/mnt/slash');
  });
});
