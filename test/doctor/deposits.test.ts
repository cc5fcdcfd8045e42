import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAccessList, readAccessLists } from '../../src/doctor/access-lists.ts';
import { judgeOpen, judgeOwners, strangeWriters } from '../../src/doctor/deposit-writers.ts';
import { examineDeposits } from '../../src/doctor/deposits.ts';
import type { ZoneFacts, ZoneFolder } from '../../src/doctor/zone.ts';
import { assertWhole, configWith, lookWith, makeMachine, scanner, told } from './support.ts';

const folder = (path: string, changes: Partial<ZoneFolder> = {}, bits = 0o750): ZoneFolder => ({
  path,
  role: 'root',
  mode: { uid: 1001, gid: 990, mode: bits, isFile: false, isFolder: true },
  writable: true,
  ...changes,
});

describe('access control lists', () => {
  const withList = [
    '# file: /mnt/in/paris/log',
    '# owner: paris',
    '# group: staff',
    'user::rwx',
    'user:backupmon:rwx',
    'user:anna:rwx\t#effective:r-x',
    'user:1007:-wx',
    'group::r-x',
    'group:friends:rwx',
    'mask::rwx',
    'other::---',
    'default:user:bert:rwx',
  ].join('\n');

  it('tell who may write, as far as the mask lets them', () =>
    assert.deepEqual(parseAccessList(withList), {
      users: ['backupmon', '1007'],
      groups: ['friends'],
    }));

  it('may leave the owning group in', () =>
    assert.deepEqual(
      parseAccessList('# group: staff\nuser::rwx\nuser:x:r-x\ngroup::rwx\nmask::rwx\nother::---'),
      { users: [], groups: ['staff'], owning: 'staff' },
    ));

  it('are none where there is a mode only', () =>
    assert.equal(parseAccessList('# group: staff\nuser::rwx\ngroup::rwx\nother::---'), null));

  it('are asked for many at once, and told by path', async () => {
    const { machine, program, root } = makeMachine();
    program(
      'getfacl',
      `echo x >> ${root}/asked; shift 2
       for path; do case "$path" in
         /b*) printf '# file: %s\\n# group: g\\nuser::rwx\\nuser:anna:rwx\\ngroup::r-x\\nmask::rwx\\nother::---\\n\\n' "$path";;
         *) printf '# file: %s\\n# group: g\\nuser::rwx\\ngroup::rwx\\nother::---\\n\\n' "$path";;
       esac; done`,
    );
    const lists = await readAccessLists(machine, ['/a', '/b c', '/d']);
    assert.deepEqual([...lists], [['/b c', { users: ['anna'], groups: [] }]]);
    assert.equal(machine.text('/asked'), 'x\n');
    assert.equal((await readAccessLists(makeMachine().machine, ['/a'])).size, 0);
  });
});

describe('who beside the agent may write its folder', () => {
  const groups = new Map([
    [50, { name: 'staff', others: true }],
    [1001, { name: 'paris', others: false }],
  ]);
  const of = (bits: number, gid: number) => {
    const { mode } = folder('/x');
    return folder('/x', { mode: { ...mode, mode: bits, gid } });
  };
  const cases = [
    ['nobody', of(0o750, 50), undefined, 'nobody'],
    ['everybody', of(0o757, 50), undefined, 'all'],
    ['everybody, in spite of the sticky bit', of(0o1777, 50), undefined, 'all'],
    ['a group', of(0o770, 50), undefined, 'group staff'],
    ['a group without a name', of(0o770, 51), undefined, 'group 51'],
    ['the user that scans, by its group', of(0o2770, 990), undefined, 'nobody'],
    ['the agent alone, by its own group', of(0o770, 1001), undefined, 'nobody'],
    [
      'the user that scans, by a list',
      of(0o770, 50),
      { users: ['backupmon'], groups: [] },
      'nobody',
    ],
    ['somebody by a list', of(0o770, 50), { users: ['anna', '990'], groups: [] }, 'anna'],
    ['a group by a list', of(0o770, 50), { users: [], groups: ['staff', 'paris'] }, 'group staff'],
  ] as const;
  for (const [title, given, list, expected] of cases) {
    it(title, () => {
      const found = strangeWriters(given, list, groups, scanner);
      const who = found === null ? 'nobody' : (found.writers?.join(' ') ?? 'all');
      assert.equal(who, expected);
    });
  }

  it('is told once for all folders', () => {
    const open = Array.from({ length: 30 }, (_, index) => ({
      path: `/in/${index}`,
      writers: null,
    }));
    const found = judgeOpen([...open, { path: '/in/x', writers: ['anna'] }], lookWith());
    assertWhole(found);
    assert.deepEqual(
      found.map(({ severity, message }) => [severity, message]),
      [
        [
          'critical',
          'everybody on this machine may write /in/0, /in/1, /in/2, /in/3, /in/4 and 25 more',
        ],
        ['warning', 'anna may write /in/x, which belong to others'],
      ],
    );
  });
});

it('folders on a disk that is mounted read-only are not written by any permission', async () => {
  const { machine, file } = makeMachine();
  file('/proc/self/mountinfo', '30 22 0:25 / /mnt ro - ext4 /dev/sdb ro\n');
  const log = folder('/mnt/in/paris/log', { role: 'log', writable: false });
  const zone: ZoneFacts = {
    agent: 'paris',
    configured: true,
    there: true,
    trouble: null,
    unsafe: [],
    folders: [folder('/mnt/in/paris'), log],
    unreadable: [],
    files: 1,
    names: [],
    rounds: { newest: null, ends: new Map() },
  };
  const found = await examineDeposits(
    lookWith({ machine }),
    { zones: [zone], passedOver: 0 },
    true,
  );
  assertWhole(found);
  assert.equal(found[0]?.mend, 'mount -o remount,rw /mnt');
});

it('what a list grants is taken away without its mask', () => {
  const { mode } = folder('/x');
  const given = folder('/x', { mode: { ...mode, mode: 0o770, gid: 50 } });
  const list = { users: ['anna', 'backupmon'], groups: ['staff'], owning: 'staff' };
  const open = strangeWriters(given, list, new Map(), scanner);
  assert.ok(open !== null);
  const found = judgeOpen([open, { path: '/y', writers: ['group staff'] }], lookWith());
  assertWhole(found);
  assert.equal(found[0]?.mend, 'setfacl -n -x u:anna -m g::r-x /x && chmod g-w /y');
});

describe('agents of one user', () => {
  const cases = [
    ['one each', [['paris', 1001, ['paris']]], true, []],
    [
      'several of one',
      [['backups', 1001, ['paris', 'lyon']]],
      true,
      [
        'ok the folders of paris, lyon belong to one user, backups; only rrsync keeps these agents apart',
      ],
    ],
    [
      'several of one, with an rrsync that lets them out',
      [['backups', 1001, ['paris', 'lyon']]],
      false,
      [
        'warning the folders of paris, lyon belong to one user, backups; only rrsync keeps these agents apart',
      ],
    ],
    ['several of root, as sshd wants it for a chroot', [['root', 0, ['paris', 'lyon']]], false, []],
    [
      'the one that scans',
      [['backupmon', 990, ['paris']]],
      true,
      ['warning the folder of paris belongs to backupmon, who scans'],
    ],
  ] as const;
  for (const [title, owners, holds, expected] of cases) {
    it(title, () => {
      const given = owners.map(([user, uid, agents]) => ({ user, uid, agents }));
      const found = judgeOwners(given, holds, lookWith());
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }
});

describe('the agents’ folders', () => {
  const zone = (agent: string, changes: Partial<ZoneFacts> = {}): ZoneFacts => ({
    agent,
    configured: true,
    there: true,
    trouble: null,
    unsafe: [],
    folders: [
      folder(`/mnt/in/${agent}`),
      folder(`/mnt/in/${agent}/log`, { role: 'log' }),
      folder(`/mnt/in/${agent}/database`, { role: 'files' }),
    ],
    unreadable: [],
    files: 3,
    names: [],
    rounds: { newest: null, ends: new Map() },
    ...changes,
  });
  const config = configWith(
    "defaults: { schedule: '0 20 * * *' }\nagents:\n  paris: { databases: [compta] }\n  lyon: { deposit: remove, databases: [shop] }\n",
  );
  const look = lookWith({
    config,
    places: { deposits: '/mnt/in', validated: '/mnt/v', database: '/v/d' },
  });
  const closed = (agent: string): ZoneFacts =>
    zone(agent, { folders: zone(agent).folders.map((one) => ({ ...one, writable: false })) });
  const cases: readonly (readonly [string, ZoneFacts[], Partial<typeof look>, string[]])[] = [
    [
      'in order',
      [zone('paris')],
      {},
      ['ok the folders of 1 agent: readable, and written by nobody else'],
    ],
    [
      'absent',
      [zone('paris', { there: false, folders: [] })],
      {},
      ['warning /mnt/in has no folder for 1 agent of the configuration: paris'],
    ],
    [
      'absent, but one is alike',
      [
        zone('paris', { there: false, folders: [] }),
        zone('Paris', { configured: false, folders: [] }),
      ],
      {},
      [
        'warning /mnt/in has no folder for 1 agent of the configuration: paris; one there differs from paris only in case',
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      ],
    ],
    [
      'not entered',
      [
        zone('paris', {
          folders: [],
          unsafe: ['/mnt/in/paris is a link or no folder, and is not entered'],
        }),
      ],
      {},
      [
        'critical /mnt/in/paris is a link or no folder, and is not entered',
        '$ ls -l /mnt/in/paris',
      ],
    ],
    [
      'closed',
      [
        zone('paris', {
          folders: [],
          trouble: 'cannot open folder /mnt/in/paris: permission denied',
        }),
      ],
      {},
      [
        'critical cannot open folder /mnt/in/paris: permission denied',
        '$ setfacl -R -m u:backupmon:rX,d:u:backupmon:rX /mnt/in/paris && setfacl -m u:backupmon:rwx -m d:u:backupmon:rwx /mnt/in/paris/log',
      ],
    ],
    [
      'with files that may not be read',
      [zone('paris', { unreadable: ['/mnt/in/paris/database/a.gz'] })],
      {},
      [
        'critical 1 of 3 files of paris may not be read by backupmon, who scans: /mnt/in/paris/database/a.gz',
        '$ setfacl -R -m u:backupmon:rX,d:u:backupmon:rX /mnt/in/paris && setfacl -m u:backupmon:rwx -m d:u:backupmon:rwx /mnt/in/paris/log',
      ],
    ],
    [
      'with files that may not be read, and are removed later',
      [zone('lyon', { unreadable: ['/mnt/in/lyon/database/a.gz'] })],
      { config: { ...config, archiveReports: false } },
      [
        'critical 1 of 3 files of lyon may not be read by backupmon, who scans: /mnt/in/lyon/database/a.gz',
        '$ setfacl -R -m u:backupmon:rX,d:u:backupmon:rX /mnt/in/lyon && setfacl -m u:backupmon:rwx -m d:u:backupmon:rwx /mnt/in/lyon/database',
      ],
    ],
    [
      'in which nothing can be archived or removed',
      [closed('paris'), closed('lyon')],
      {},
      [
        'warning judged reports cannot be archived: these folders may not be written by backupmon, who scans: /mnt/in/paris/log, /mnt/in/lyon/log',
        '$ setfacl -m u:backupmon:rwx /mnt/in/paris/log /mnt/in/lyon/log',
        'warning `deposit: remove` cannot be done: these folders may not be written by backupmon, who scans: /mnt/in/lyon/database',
        '$ setfacl -m u:backupmon:rwx /mnt/in/lyon/database',
      ],
    ],
    [
      'in which nothing has to be archived',
      [closed('paris')],
      { config: { ...config, archiveReports: false } },
      ['ok the folders of 1 agent: readable, and written by nobody else'],
    ],
    [
      'of which another user knows nothing',
      [closed('paris'), zone('lyon', { folders: [], trouble: 'cannot open folder' })],
      { scanner: { ...scanner, present: false } },
      ['ok the folders of 1 agent: written by nobody else'],
    ],
  ];
  for (const [title, zones, changes, expected] of cases) {
    it(title, async () => {
      const given = { ...look, ...changes };
      const found = await examineDeposits(given, { zones, passedOver: 0 }, true);
      assertWhole(found);
      const ofOwners = /belongs? to/u;
      assert.deepEqual(told(found.filter(({ message }) => !ofOwners.test(message))), expected);
    });
  }
});
