/** Who beside the agent may write its folder; and that nothing is taken from the agent, or from the user that scans. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { accountsOf } from '../../src/doctor/rights/accounts.ts';
import { judgeOpen } from '../../src/doctor/deposits/deposit-closing.ts';
import { openDeposits } from '../../src/doctor/deposits/deposit-writers.ts';
import type { Look } from '../../src/doctor/look.ts';
import type { ZoneFacts, ZoneFolder } from '../../src/doctor/deposits/zone.ts';
import { walkZones } from '../../src/doctor/deposits/zones.ts';
import { scannerOf } from './as-user.ts';
import { knowing } from './known-users.ts';
import { assertWhole, configWith, lookWith, makeMachine, told } from './support.ts';

const folder = (
  path: string,
  uid: number,
  gid: number,
  bits: number,
  role: ZoneFolder['role'] = 'files',
): ZoneFolder => ({
  path,
  role,
  mode: { uid, gid, mode: bits, isFile: false, isFolder: true },
  writable: true,
});

const zone = (
  agent: string,
  folders: readonly ZoneFolder[],
  senders: number[] = [],
): ZoneFacts => ({
  agent,
  configured: true,
  there: true,
  trouble: null,
  unsafe: [],
  folders,
  unreadable: [],
  files: senders.length,
  names: [],
  senders,
  rounds: { newest: null, ends: new Map() },
});

const users = ['backupmon:x:990:990', 'paris:x:2001:2001', 'lyon:x:2002:2002', 'anna:x:2003:2003'];
const groups = [
  'backupmon:x:990:',
  'paris:x:2001:',
  'lyon:x:2002:',
  'agents:x:60:paris,lyon',
  'staff:x:50:anna,backupmon',
];
const config = configWith(
  "defaults: { schedule: '0 20 * * *' }\nagents: { paris: { databases: [a] }, lyon: { databases: [b] } }\n",
);
const by = 'which belong to others';
const hint = 'make the user that it logs in as the owner first, and run this again';

describe('who beside the agent may write its folder', () => {
  const { machine, program } = knowing(users, groups);
  program('getfacl', "shift 2; for path; do printf '# group: g\\nuser::rwx\\n\\n'; done");
  const look = lookWith({ machine, accounts: accountsOf(machine), config });
  const cases: readonly (readonly [string, ZoneFacts[], string[]])[] = [
    ['nobody', [zone('paris', [folder('/p', 2001, 2001, 0o755)])], []],
    ['nobody: a group of its own', [zone('paris', [folder('/p', 2001, 2001, 0o2775)])], []],
    ['the user that scans, by its group', [zone('paris', [folder('/p', 2001, 990, 0o2770)])], []],
    [
      'nobody: folders of root’s, which each agent writes by its group',
      [
        zone('paris', [folder('/p', 0, 2001, 0o2775)]),
        zone('lyon', [folder('/l', 0, 2002, 0o2775)]),
      ],
      [],
    ],
    [
      'nobody: folders of an administrator’s, in the same way',
      [
        zone('paris', [folder('/p', 2003, 2001, 0o2775)]),
        zone('lyon', [folder('/l', 2003, 2002, 0o2775)]),
      ],
      [],
    ],
    [
      'nobody: one folder of root’s, where the others are the agent’s own',
      [zone('paris', [folder('/p', 2001, 2001, 0o755), folder('/p/log', 0, 2001, 0o2775, 'log')])],
      [],
    ],
    [
      'every agent by one group, in folders of root’s: nobody knows who they are',
      [zone('paris', [folder('/p', 0, 60, 0o2775)]), zone('lyon', [folder('/l', 0, 60, 0o2775)])],
      [`warning the group agents may write /p, /l, ${by}`],
    ],
    [
      'every agent by one group, in folders of their own',
      [
        zone('paris', [folder('/p', 2001, 60, 0o2775)]),
        zone('lyon', [folder('/l', 2002, 60, 0o2775)]),
      ],
      [`warning the group agents may write /p, /l, ${by}`, '$ chmod g-w /p /l'],
    ],
    [
      'another agent, by the group that is its own',
      [
        zone('paris', [folder('/p', 2001, 2001, 0o775)]),
        zone('lyon', [folder('/l', 2002, 2001, 0o775)]),
      ],
      [`warning the group paris may write /l, ${by}`, '$ chmod g-w /l'],
    ],
    [
      'another agent, whoever comes first',
      [
        zone('lyon', [folder('/l', 2002, 2001, 0o775)]),
        zone('paris', [folder('/p', 2001, 2001, 0o775)]),
      ],
      [`warning the group paris may write /l, ${by}`, '$ chmod g-w /l'],
    ],
    [
      'everybody, in spite of the sticky bit',
      [zone('paris', [folder('/p', 2001, 2001, 0o1777)])],
      ['critical everybody on this machine may write /p', '$ chmod o-w /p'],
    ],
    [
      'everybody, in a folder of root’s: nobody knows who the agent is',
      [zone('paris', [folder('/p', 0, 0, 0o777)])],
      ['critical everybody on this machine may write /p'],
    ],
    [
      'everybody, in a folder of root’s that the agent writes by its group too',
      [zone('paris', [folder('/p', 0, 2001, 0o2777)])],
      ['critical everybody on this machine may write /p', '$ chmod o-w /p'],
    ],
    [
      'everybody, in a folder of root’s, as who the agent sends its files',
      [zone('paris', [folder('/p', 0, 0, 0o777)], [0])],
      ['critical everybody on this machine may write /p', '$ chmod o-w /p'],
    ],
    [
      'everybody, in one folder of root’s, where others are the agent’s: it gets that first',
      [
        zone('paris', [
          folder('/p', 0, 0, 0o755),
          folder('/d', 0, 0, 0o777),
          folder('/x', 2001, 0, 0o755),
        ]),
      ],
      ['critical everybody on this machine may write /d', '$ chown paris /d && chmod o-w /d'],
    ],
    [
      'everybody, one of whom has made a folder there and put files into it: he is not given the others',
      [zone('paris', [folder('/p', 0, 0, 0o777, 'root'), folder('/p/x', 2003, 0, 0o755)], [2003])],
      ['critical everybody on this machine may write /p'],
    ],
    [
      'everybody, where files came from somebody who owns no folder',
      [zone('paris', [folder('/p', 2003, 0, 0o777)], [26])],
      ['critical everybody on this machine may write /p'],
    ],
    [
      'everybody, also the user that scans, who archives there: he gets it first',
      [
        zone('paris', [
          folder('/p/log', 2001, 2001, 0o777, 'log'),
          folder('/p/x', 2001, 2001, 0o777),
        ]),
      ],
      [
        'critical everybody on this machine may write /p/log, /p/x',
        '$ setfacl -m u:backupmon:rwx /p/log && chmod o-w /p/log && chmod o-w /p/x',
      ],
    ],
    [
      'everybody, in the archive, which the user that scans has made: it stays his',
      [
        zone('paris', [
          folder('/p', 2001, 2001, 0o755, 'root'),
          folder('/p/log/_archive', 990, 990, 0o757, 'archive'),
        ]),
      ],
      [
        'critical everybody on this machine may write /p/log/_archive',
        '$ chmod o-w /p/log/_archive',
      ],
    ],
    [
      'a group in which the user that scans is, who archives there',
      [zone('paris', [folder('/p/log', 2001, 50, 0o2770, 'log')])],
      [
        `warning the group staff may write /p/log, ${by}`,
        '$ setfacl -m u:backupmon:rwx -m g::r-x /p/log',
      ],
    ],
  ];
  for (const [title, zones, expected] of cases) {
    it(title, async () => {
      const found = judgeOpen(await openDeposits(look, zones), look);
      assertWhole(found);
      assert.deepEqual(told(found), expected);
      for (const { mend, why } of found) assert.equal(why?.endsWith(hint), mend === null);
    });
  }

  it('nobody knows of a list where getfacl is not installed: no mask is cut', async () => {
    const bare = makeMachine().machine;
    const given = { ...look, machine: bare };
    const zones = [zone('paris', [folder('/p', 2001, 50, 0o2770)])];
    const found = judgeOpen(await openDeposits(given, zones), look);
    assert.deepEqual(told(found), [
      `warning the group staff may write /p, ${by}`,
      '$ setfacl -n -m g::r-x /p',
    ]);
  });

  it('is told once for all folders', async () => {
    const many = Array.from({ length: 30 }, (_, index) => folder(`/${index}`, 2001, 0, 0o777));
    const found = judgeOpen(await openDeposits(look, [zone('paris', many)]), look);
    assert.equal(found.length, 1);
    assert.match(found[0]?.message ?? '', /\/0, \/1, \/2, \/3, \/4 and 25 more$/u);
    assert.equal(found[0]?.mend?.split(' ').length, 22);
  });
});

const onlyRoot =
  process.getuid?.() === 0 ? false : 'skipped, because only root can give folders away';
const AGENT = 61_201;
const OTHER = 61_202;
const STRANGER = 61_203;
const OWN = 61_204;
const SHARED = 61_205;

describe('as it lies on a disk, the commands that are told', { skip: onlyRoot }, () => {
  const numbers = [AGENT, OTHER, STRANGER, OWN];
  const made = knowing(
    numbers.map((id) => `${id}:x:${id}:${id}`),
    [...numbers.map((id) => `${id}:x:${id}:`), `${SHARED}:x:${SHARED}:${STRANGER},${OWN},${OTHER}`],
  );
  const who = scannerOf(OWN);
  const groupsOf = (id: number): string => (id === AGENT ? `${id}` : `${id},${SHARED}`);
  const mayWrite = (id: number, path: string): boolean =>
    spawnSync('setpriv', [
      `--reuid=${id}`,
      `--regid=${id}`,
      `--groups=${groupsOf(id)}`,
      'test',
      '-w',
      path,
    ]).status === 0;

  interface Layout {
    readonly owner: number;
    readonly group: number;
    readonly bits: number;
    readonly list?: string;
  }

  function lookAt({ owner, group, bits, list }: Layout): { look: Look; log: string } | null {
    const deposits = mkdtempSync(join(tmpdir(), 'backupmon-writers-'));
    after(() => rmSync(deposits, { recursive: true }));
    chmodSync(deposits, 0o755);
    const log = join(deposits, 'paris', 'log');
    mkdirSync(log, { recursive: true });
    writeFileSync(join(log, 'STATUS.json'), '{}');
    for (const path of [join(deposits, 'paris'), join(log, 'STATUS.json')])
      chownSync(path, AGENT, AGENT);
    chownSync(log, owner, group);
    chmodSync(log, bits);
    if (list !== undefined && spawnSync('setfacl', ['-m', list, log]).status !== 0) return null;
    const places = { deposits, validated: null, database: null };
    const machine = made.real;
    return {
      look: lookWith({ config, places, scanner: who, machine, accounts: accountsOf(machine) }),
      log,
    };
  }

  const cases: readonly (readonly [string, Layout])[] = [
    ['of the agent’s folder, open to all', { owner: AGENT, group: AGENT, bits: 0o777 }],
    ['of root’s folder, open to all', { owner: 0, group: 0, bits: 0o777 }],
    ['of the folder of the user that scans, open to all', { owner: OWN, group: 0, bits: 0o757 }],
    ['of the agent’s folder, open to a group', { owner: AGENT, group: SHARED, bits: 0o2770 }],
    ['of root’s folder, open to a group', { owner: 0, group: SHARED, bits: 0o2775 }],
    [
      'of a folder that a list opens',
      {
        owner: AGENT,
        group: SHARED,
        bits: 0o2770,
        list: `u:${STRANGER}:rwx,u:${OWN}:rwx,g:${OTHER}:rwx`,
      },
    ],
    [
      'of a folder that a list opens, by which the user that scans writes too',
      { owner: AGENT, group: AGENT, bits: 0o2770, list: `g:${SHARED}:rwx,u:${STRANGER}:rwx` },
    ],
  ];
  for (const [title, layout] of cases) {
    it(`close it to others, and to nobody else: ${title}`, async (test) => {
      const lying = lookAt(layout);
      if (lying === null) {
        test.skip('skipped, because setfacl does not work here');
        return;
      }
      const { look, log } = lying;
      assert.deepEqual([mayWrite(STRANGER, log), mayWrite(OWN, log)], [true, true]);
      const examined = async () => {
        const { zones } = await walkZones(look, async () => true);
        return judgeOpen(
          await openDeposits(
            look,
            zones.filter(({ there }) => there),
          ),
          look,
        );
      };
      const found = await examined();
      assert.equal(found.length, 1);
      assertWhole(found);
      for (const { mend } of found)
        assert.equal(spawnSync('sh', ['-c', mend ?? 'false']).status, 0, mend ?? '');
      const may = [AGENT, OWN, STRANGER, OTHER].map((id) => mayWrite(id, log));
      assert.deepEqual(may, [true, true, false, false], found[0]?.mend ?? '');
      assert.deepEqual(await examined(), []);
    });
  }
});
