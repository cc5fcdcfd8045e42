import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeFolder } from '../../src/doctor/tree/folder.ts';
import type { FolderFacts } from '../../src/doctor/tree/folder-facts.ts';
import { assertWhole, lookWith, scanner, told } from './support.ts';

const mode = { uid: 990, gid: 990, mode: 0o750, isFile: false, isFolder: true };
const toAll = { all: true, text: 'everybody on this machine', words: ['chmod', 'o-w'] };
const toGroup = { all: false, text: 'the group staff', words: ['chmod', 'g-w'] };
const tree: FolderFacts = {
  what: 'validated',
  path: '/srv/tree',
  real: '/srv/tree',
  broken: null,
  need: 'write',
  mode,
  refusal: null,
  closed: null,
  open: [],
  fileAbove: null,
  shared: false,
  hidden: false,
  others: null,
  recorded: 0,
  unmounted: null,
  mountedOn: '/srv',
  makeMode: '0750',
};
const deposits: FolderFacts = {
  ...tree,
  what: 'deposits',
  path: '/srv/in',
  real: '/srv/in',
  need: 'enter',
};

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
      { ...tree, mode: { ...mode, mode: 0o777 }, others: toAll },
      [
        'critical validated: /srv/tree may be written by everybody on this machine',
        '$ chmod o-w /srv/tree',
      ],
    ],
    [
      'open to a group that is not the scanner’s',
      { ...tree, mode: { ...mode, mode: 0o770, gid: 50 }, others: toGroup },
      ['warning validated: /srv/tree may be written by the group staff', '$ chmod g-w /srv/tree'],
    ],
    [
      'of root’s, open to a group by which the user that scans may write: he gets it first',
      { ...tree, mode: { ...mode, uid: 0, mode: 0o2770, gid: 50 }, others: toGroup },
      [
        'warning validated: /srv/tree may be written by the group staff',
        '$ chown backupmon /srv/tree && chmod g-w /srv/tree',
      ],
    ],
    [
      'of root’s, open to all, in which not even its owner may write',
      { ...tree, mode: { ...mode, uid: 0, mode: 0o557 }, others: toAll },
      [
        'critical validated: /srv/tree may be written by everybody on this machine',
        '$ chown backupmon /srv/tree && chmod u+rwx /srv/tree && chmod o-w /srv/tree',
      ],
    ],
    [
      'of metrics, open to all: it stays with its owner',
      {
        ...tree,
        what: 'the folder of the metrics',
        mode: { ...mode, uid: 0, mode: 0o777 },
        others: toAll,
      },
      [
        'critical the folder of the metrics: /srv/tree may be written by everybody on this machine',
        '$ setfacl -m u:backupmon:rwx /srv/tree && chmod o-w /srv/tree',
      ],
    ],
    [
      'of deposits that are open to all',
      { ...deposits, mode: { ...mode, mode: 0o777 }, others: toAll },
      [
        'critical deposits: /srv/in may be written by everybody on this machine',
        '$ chmod o-w /srv/in',
      ],
    ],
    [
      'of deposits that are open to all, but sticky',
      { ...deposits, mode: { ...mode, mode: 0o1777 }, others: toAll },
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
      {
        ...tree,
        what: 'the folder of the metrics',
        mode: { ...mode, mode: 0o1777 },
        others: toAll,
      },
      ['ok the folder of the metrics: /srv/tree can be read, entered and written'],
    ],
    [
      'below one in which everybody may replace it',
      { ...tree, open: [{ path: '/srv', others: toAll, shared: false }] },
      [
        'warning /srv, above /srv/tree, may be written by everybody on this machine',
        '$ chmod o-w /srv',
      ],
    ],
    [
      'behind a link, beside which everybody may replace it',
      { ...tree, real: '/disk/x/tree', open: [{ path: '/disk/x', others: toAll, shared: false }] },
      [
        'warning /disk/x, through which /srv/tree leads, may be written by everybody on this machine',
        '$ chmod o-w /disk/x',
      ],
    ],
    [
      'below one in which everybody may replace it, and others have things',
      { ...tree, open: [{ path: '/srv', others: toAll, shared: true }] },
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
      { ...tree, mode: { ...mode, mode: 0o777 }, others: toAll, shared: true },
      [
        'critical validated: /srv/tree may be written by everybody on this machine',
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      ],
    ],
    [
      'open to all and sticky, as /tmp is',
      { ...tree, mode: { ...mode, mode: 0o1777 }, others: toAll },
      [
        'critical validated: /srv/tree may be written by everybody on this machine',
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      ],
    ],
    [
      'open by a list',
      {
        ...tree,
        mode: { ...mode, mode: 0o770 },
        others: { all: false, text: 'anna', words: ['setfacl', '-n', '-x', 'u:anna'] },
      },
      ['warning validated: /srv/tree may be written by anna', '$ setfacl -n -x u:anna /srv/tree'],
    ],
    [
      'absent, with versions recorded in it: never made anew',
      { ...tree, mode: null, recorded: 3 },
      [
        'critical validated: /srv/tree does not exist, although the database records 3 versions: its disk is probably not mounted',
        '$ mount -a',
      ],
    ],
    [
      'absent, of deposits, with versions recorded',
      { ...deposits, mode: null, recorded: 3 },
      [
        'critical deposits: /srv/in does not exist, although the database records 3 versions: its disk is probably not mounted',
        '$ mount -a',
      ],
    ],
    [
      'absent, with a database that could not be read: nobody knows whether its disk is away',
      { ...tree, mode: null, recorded: null },
      ['critical validated: /srv/tree does not exist', '$ mount -a'],
    ],
    [
      'absent behind a link: install(1) makes nothing through one',
      { ...tree, mode: null, real: '/disk/tree' },
      [
        'critical validated: /srv/tree does not exist',
        '$ install -d -o backupmon -g backupmon -m 0750 /disk/tree',
      ],
    ],
    [
      'that is a link to nothing: its disk may be away',
      {
        ...tree,
        mode: null,
        real: '/disk/tree',
        broken: { link: '/srv/tree', target: '/disk/tree' },
      },
      [
        'critical validated: /srv/tree is a link that leads to /disk/tree, which does not exist',
        '$ ls -l /srv/tree',
      ],
    ],
    [
      'below a link to nothing, with versions recorded',
      {
        ...tree,
        mode: null,
        real: '/disk/tree',
        recorded: 1,
        broken: { link: '/srv', target: '/disk' },
      },
      [
        'critical validated: /srv/tree is not there: /srv leads to /disk, which does not exist, although the database records 1 version: its disk is probably not mounted',
        '$ mount -a',
      ],
    ],
    [
      'of metrics, absent: the database has nothing to do with it',
      { ...tree, what: 'the folder of the metrics', mode: null, recorded: null },
      [
        'critical the folder of the metrics: /srv/tree does not exist',
        '$ install -d -o backupmon -g backupmon -m 0750 /srv/tree',
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
      { ...tree, path: "/srv/it's $(here)", real: "/srv/it's $(here)", mode: null },
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

it('a folder that is mounted read-only is mounted anew once it is known why it is so', () => {
  const [found] = judgeFolder({ ...tree, refusal: 'EROFS', shared: true }, lookWith());
  assert.match(found?.why ?? '', /^scans end without a result; an error of the disk .*`dmesg`/u);
});

it('a folder that another user looks at is there, and no more is said', () =>
  assert.deepEqual(told(judgeFolder(tree, lookWith({ scanner: { ...scanner, present: false } }))), [
    'ok validated: /srv/tree is there',
  ]));

it('a sticky folder is not said to hold things of others that are not there', () => {
  const facts = { ...tree, mode: { ...mode, mode: 0o1777 }, others: toAll };
  const whyOf = (shared: boolean) => judgeFolder({ ...facts, shared }, lookWith())[0]?.why ?? '';
  assert.match(whyOf(false), /by its sticky bit it is meant for things of everybody/u);
  assert.doesNotMatch(whyOf(false), /other things lie there/u);
  assert.match(whyOf(true), /other things lie there/u);
});

it('what `mount -a` does not mount is said', () => {
  const whyOf = (recorded: number | null) =>
    judgeFolder({ ...tree, mode: null, recorded }, lookWith())[0]?.why ?? '';
  assert.match(whyOf(2), /ZFS or a mount unit/u);
  assert.doesNotMatch(whyOf(2), /could not be read/u);
  assert.match(
    whyOf(null),
    /ZFS .*\. The database could not be read, and may record versions in it: /u,
  );
});
