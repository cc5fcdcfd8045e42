/** Access control lists, as getfacl(1) tells them: to whom something is granted, and how that is taken away. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAccessList, accessListsOf } from '../../src/doctor/rights/access-lists.ts';
import {
  closingSome,
  grantedBy,
  type AccessList,
  type Right,
} from '../../src/doctor/rights/grants.ts';
import { othersTo } from '../../src/doctor/rights/others.ts';
import { knowing } from './known-users.ts';
import { lookWith, makeMachine } from './support.ts';

const text = [
  '# file: /mnt/in/paris/log',
  '# owner: paris',
  '# group: staff',
  'user::rwx',
  'user:backupmon:rwx',
  'user:anna:rwx\t#effective:r-x',
  'user:1007:-w-',
  String.raw`group:domain\040users:rw-`,
  'group::rwx',
  'mask::rwx',
  'other::---',
  'default:user:bert:rwx',
].join('\n');

const given = (mode: number, list: AccessList | undefined, right: Right) => {
  const { some, byBits } = grantedBy({ mode }, 'staff', list, right);
  return [some.map(({ name }) => name), closingSome(some, byBits, right).join(' ')];
};

describe('what is granted', () => {
  const list = parseAccessList(text) ?? 'unknown';
  it('by a list, as far as the mask lets it; its mask stays, and so does all else that it grants', () => {
    assert.deepEqual(given(0o770, list, 'write'), [
      ['backupmon', '1007', 'domain users', 'staff'],
      String.raw`setfacl -n -m u:backupmon:r-x -x u:1007 -m g:domain\040users:r-- -m g::r-x`,
    ]);
    assert.deepEqual(given(0o770, list, 'read'), [
      ['backupmon', 'anna', '1007', 'domain users', 'staff'],
      String.raw`setfacl -n -x u:backupmon -x u:anna -x u:1007 -x g:domain\040users -m g::---`,
    ]);
    assert.deepEqual(given(0o750, list, 'write'), [[], 'setfacl -n']);
  });

  it('by the bits of the group, which may be a mask where the list could not be read', () => {
    assert.deepEqual(given(0o770, undefined, 'write'), [['staff'], 'chmod g-w']);
    assert.deepEqual(given(0o660, undefined, 'read'), [['staff'], 'chmod g-rwx']);
    assert.deepEqual(given(0o660, 'unknown', 'write'), [['staff'], 'setfacl -n -m g::r--']);
    assert.deepEqual(given(0o600, undefined, 'read')[0], []);
  });

  it('are no list where there is a mode only', () =>
    assert.equal(parseAccessList('# group: staff\nuser::rwx\ngroup::rwx\nother::---'), null));
});

describe('lists', () => {
  const block = (path: string) =>
    `printf '# file: ${path}\\n# group: g\\nuser::rwx\\n%sgroup::r-x\\nother::---\\n\\n'`;
  const answering = (root: string) =>
    `echo x >> ${root}/asked; shift 2; code=0
     for path; do case "$path" in
       /b*) ${block('$path')} 'user:anna:rwx
mask::rwx
';;
       /gone*) code=1;;
       *) ${block('$path')} '';;
     esac; done; exit $code`;

  it('are asked for many at once, and told by path', async () => {
    const { machine, program, root } = makeMachine();
    program('getfacl', answering(root));
    const found = await accessListsOf(machine, ['/a', '/b', '/c']);
    assert.deepEqual([...found.keys()], ['/b']);
    assert.equal(machine.text('/asked'), 'x\n');
  });

  it('of the others are known where one has gone', async () => {
    const { machine, program, root } = makeMachine();
    program('getfacl', answering(root));
    const names = Array.from({ length: 100 }, (_, index) => `/b${index}`);
    const found = await accessListsOf(machine, [...names, '/gone', '/a']);
    assert.equal(found.get('/b99') === 'unknown', false);
    assert.equal(found.get('/gone'), 'unknown');
    assert.equal(found.has('/a'), false);
    assert.equal(found.size, 101);
  });

  it('are not known where getfacl is not installed, or fails each time', async () => {
    const { machine, program } = makeMachine();
    assert.deepEqual([...(await accessListsOf(machine, ['/a']))], [['/a', 'unknown']]);
    program('getfacl', 'exit 1');
    assert.deepEqual([...(await accessListsOf(machine, ['/a']))], [['/a', 'unknown']]);
  });
});

describe('who else may write', () => {
  const users = ['backupmon:x:990:990', 'paris:x:2001:2001', 'anna:x:2002:50', 'bert:x:2003:2003'];
  const cases = [
    // title, owner, group, mode, lines of the groups, trusted, who
    ['nobody', 2001, 50, 0o750, [], false, null],
    ['everybody', 2001, 50, 0o757, [], false, 'everybody on this machine'],
    ['a group, by its name', 2001, 51, 0o770, ['staff:x:51:bert'], false, 'the group staff'],
    [
      'a group of which nobody is known to be',
      2001,
      51,
      0o770,
      ['staff:x:51:'],
      false,
      'the group staff',
    ],
    ['a group without a name', 2001, 51, 0o770, [], false, 'the group 51'],
    ['its owner, by his own group', 2001, 2001, 0o770, ['paris:x:2001:'], false, null],
    [
      'those whom its owner let into his group',
      2001,
      2001,
      0o770,
      ['paris:x:2001:bert'],
      false,
      'the group paris',
    ],
    ['its owner, by one that has another name', 2002, 50, 0o770, ['users:x:50:'], false, null],
    ['somebody else’s own group', 2001, 50, 0o770, ['users:x:50:paris'], false, 'the group users'],
    ['the user that scans, by his group', 2001, 990, 0o770, ['backupmon:x:990:'], false, null],
    ['the same, without a name', 2001, 990, 0o770, [], false, null],
    [
      'readers of `status`',
      990,
      990,
      0o2770,
      ['backupmon:x:990:anna'],
      false,
      'the group backupmon',
    ],
    ['the same, to whom it was given', 2001, 990, 0o2770, ['backupmon:x:990:anna'], true, null],
    ['root’s group', 2001, 0, 0o770, ['root:x:0:anna'], false, null],
  ] as const;
  for (const [title, uid, gid, bits, groups, trustsGroup, expected] of cases) {
    it(title, async () => {
      const { machine } = knowing(users, groups);
      const mode = { uid, gid, mode: bits, isFile: false, isFolder: true };
      const look = lookWith({ machine });
      const found = await othersTo(look, [{ path: '/x', mode }], { trustsGroup });
      assert.equal(found.get('/x')?.text ?? null, expected);
    });
  }
});
