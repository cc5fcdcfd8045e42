import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { judgeOpenFiles } from '../../src/doctor/deposits/deposit-files.ts';
import { judgeMembers } from '../../src/doctor/deposits/deposit-members.ts';
import {
  judgeAgentOwners,
  judgeOwners,
  ownersOf,
} from '../../src/doctor/deposits/deposit-owners.ts';
import { examineDeposits } from '../../src/doctor/deposits/deposits.ts';
import type { ZoneFacts, ZoneFolder } from '../../src/doctor/deposits/zone.ts';
import { knowing } from './known-users.ts';
import { assertWhole, configWith, lookWith, makeMachine, scanner, told } from './support.ts';

const folder = (path: string, changes: Partial<ZoneFolder> = {}, bits = 0o750): ZoneFolder => ({
  path,
  role: 'root',
  mode: { uid: 1001, gid: 990, mode: bits, isFile: false, isFolder: true },
  writable: true,
  ...changes,
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

describe('agents of one user', () => {
  const cases = [
    ['one each', [['paris', 1001, ['paris']]], true, []],
    [
      'several of one',
      [['backups', 1001, ['paris', 'lyon']]],
      true,
      [
        'ok the folders of paris, lyon belong to one user, backups; only rrsync, or a module of its own of an rsync daemon, keeps these agents apart',
      ],
    ],
    [
      'several of one, with an rrsync that lets them out',
      [['backups', 1001, ['paris', 'lyon']]],
      false,
      [
        'warning the folders of paris, lyon belong to one user, backups; only rrsync, or a module of its own of an rsync daemon, keeps these agents apart',
      ],
    ],
    [
      'several of one, where there is no rsync',
      [['backups', 1001, ['paris', 'lyon']]],
      null,
      ['warning the folders of paris, lyon belong to one user, backups'],
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

it('files in folders that everybody may write wait for these: an agent may need them open', () => {
  const zone = {
    agent: 'paris',
    folders: [folder('/in/paris', {}, 0o777)],
    openFiles: ['/in/paris/a'],
  } as unknown as ZoneFacts;
  assert.equal(judgeOpenFiles([zone], lookWith())[0]?.mend, null);
});

it('an agent sends as the owner of its folder, unless its files are others’', async () => {
  const of = (agent: string, senders: readonly number[]): ZoneFacts =>
    ({ agent, folders: [folder(`/in/${agent}`)], senders }) as unknown as ZoneFacts;
  const zones = [of('paris', []), of('lyon', [1001, 1002]), of('nice', [1002])];
  assert.deepEqual(await ownersOf(lookWith(), zones), [
    { uid: 1001, user: 'uid 1001', agents: ['paris', 'lyon'] },
  ]);
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
      'absent, of an agent of which nothing is expected any more',
      [zone('lyon', { there: false, folders: [] })],
      { config: { ...config, jobs: config.jobs.map((job) => ({ ...job, enabled: false })) } },
      [],
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
        // What lies in it is not known: the next run tells whether more is needed.
        '$ setfacl -R -m u:backupmon:rX,d:u:backupmon:rX /mnt/in/paris',
      ],
    ],
    [
      'closed, of an agent that the configuration does not have',
      [zone('nice', { configured: false, trouble: 'cannot open folder /mnt/in/nice/x' })],
      {},
      [
        'warning cannot open folder /mnt/in/nice/x',
        '$ setfacl -R -m u:backupmon:rX,d:u:backupmon:rX /mnt/in/nice',
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
      'with files that everybody may write',
      [
        zone('paris', { openFiles: ['/mnt/in/paris/log/r.json', '/mnt/in/paris/log/s.json'] }),
        zone('lyon'),
      ],
      {},
      [
        'warning everybody on this machine may write 2 files of paris: /mnt/in/paris/log/r.json',
        '$ chmod -R o-w /mnt/in/paris',
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
      'in which files lie beside the folders for them, and cannot be removed',
      [
        zone('lyon', {
          folders: [folder('/mnt/in/lyon', { holdsFiles: true, writable: false })],
        }),
      ],
      {},
      [
        'warning `deposit: remove` cannot be done: these folders may not be written by backupmon, who scans: /mnt/in/lyon',
        '$ setfacl -m u:backupmon:rwx /mnt/in/lyon',
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
  it('of which a file has mode 0600: the agent has to send it otherwise', async () => {
    const zones = [zone('paris', { unreadable: ['/mnt/in/paris/database/a.gz'] })];
    const found = await examineDeposits(look, { zones, passedOver: 0 }, true);
    assert.match(found[0]?.why ?? '', /the agent has to send it with --chmod=F640/u);
  });

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

describe('an agent in the group of the user that scans', () => {
  const { machine } = knowing(
    ['backupmon:x:990:990', 'paris:x:1001:1001', 'lyon:x:1002:990'],
    ['backupmon:x:990:paris,anna'],
  );
  const owned = (uid: number, bits: number): ZoneFacts => {
    const { mode, ...rest } = folder('/in/a', {}, bits);
    const folders = [
      { ...rest, mode: { ...mode, uid } },
      folder('/in/a/log/_archive', { role: 'archive', mode: { ...mode, uid: 1002 } }),
    ];
    return { agent: 'a', folders } as unknown as ZoneFacts;
  };
  const warned = (user: string): string =>
    `warning ${user}, to whom folders of a belong, is in backupmon, the group of the user that scans`;
  const cases: readonly (readonly [string, ZoneFacts, string[]])[] = [
    [
      'has what is given to it',
      owned(1001, 0o2750),
      [warned('paris'), '$ gpasswd -d paris backupmon'],
    ],
    ['has files that are read by that', owned(1001, 0o750), [warned('paris')]],
    ['as a group of his own', owned(1002, 0o2750), [warned('lyon')]],
    ['is none of those', owned(1003, 0o2750), []],
    ['scans himself, which is told otherwise', owned(scanner.uid, 0o2750), []],
  ];
  for (const [title, zone, expected] of cases) {
    it(title, async () => {
      const found = await judgeMembers([zone], lookWith({ machine }));
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }

  it('is not taken out of it where that is how he comes to his folders', async () => {
    const above = mkdtempSync(join(tmpdir(), 'backupmon-members-'));
    after(() => rmdirSync(above));
    const { folders, ...rest } = owned(1001, 0o2750);
    const zone: ZoneFacts = {
      ...rest,
      folders: folders.slice(0, 1).map((one) => ({ ...one, path: `${above}/a` })),
    };
    const found = async () => told(await judgeMembers([zone], lookWith({ machine })));
    chmodSync(above, 0o750);
    assert.deepEqual(await found(), [warned('paris')]);
    chmodSync(above, 0o755);
    assert.deepEqual(await found(), [warned('paris'), '$ gpasswd -d paris backupmon']);
  });

  it('is not told where nobody knows who scans', async () => {
    const look = lookWith({ machine, scanner: { ...scanner, known: false } });
    assert.deepEqual(await judgeMembers([owned(1001, 0o2750)], look), []);
  });
});

describe('the folders of one agent', () => {
  const owned = (path: string, role: ZoneFolder['role'], uid: number): ZoneFolder => {
    const { mode, ...rest } = folder(path, { role });
    return { ...rest, mode: { ...mode, uid, gid: uid } };
  };
  const two =
    'critical folders of paris belong to different users: /in/paris to uid 1001, /in/paris/database to uid 1002';
  const cases: readonly (readonly [string, number, number, string[], number[]?])[] = [
    ['belong to one user', 1001, 1001, []],
    ['of a chroot', 0, 1001, []],
    ['belong to two', 1001, 1002, [two, '$ chown -R 1001 /in/paris/database']],
    [
      'belong to two, as the first of whom it sends',
      1001,
      1002,
      [two, '$ chown -R 1001 /in/paris/database'],
      [1001],
    ],
    ['belong to two, and it may send as the other', 1001, 1002, [two], [1001, 1002]],
  ];
  for (const [title, root, files, expected, senders] of cases) {
    it(title, async () => {
      const folders = [
        owned('/in/paris', 'root', root),
        owned('/in/paris/log', 'log', 1001),
        owned('/in/paris/log/archive', 'archive', 1009),
        owned('/in/paris/database', 'files', files),
      ];
      const zone = { agent: 'paris', folders, senders } as unknown as ZoneFacts;
      const found = await judgeAgentOwners([zone], lookWith());
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }
});
