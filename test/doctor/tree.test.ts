/** What lies in the validated tree: versions that are gone, folders of others, and who may write there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Finding } from '../../src/core/finding.ts';
import { machineAt } from '../../src/doctor/machine.ts';
import { examineTreeFolders } from '../../src/doctor/tree/tree-folders.ts';
import { holdingOf, treeNames } from '../../src/doctor/tree/tree-names.ts';
import { examineVersions, sampleOf } from '../../src/doctor/tree/tree-versions.ts';
import { judgeTreeWriters, type OpenInner } from '../../src/doctor/tree/tree-writers.ts';
import { asUser, scannerOf } from './as-user.ts';
import { assertWhole, lookWith, makeMachine, told } from './support.ts';

const onlyRoot =
  process.getuid?.() === 0 ? false : 'skipped, because only root can give files away';
const OWN = 61_201;
const STRANGER = 61_202;
const who = scannerOf(OWN);
const look = lookWith({ scanner: who, machine: machineAt() });
const edit = '${EDITOR:-vi} /etc/backupmon/config.yaml';
const version = (index: number): string => `paris/compta/2026062${index}T180000Z`;

/** A tree of the user that scans, with folders in it that are his too. */
function treeWith(...folders: string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'backupmon-tree-'));
  after(() => rmSync(root, { recursive: true }));
  chmodSync(root, 0o755);
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true, mode: 0o755 });
  if (onlyRoot === false) spawnSync('chown', ['-R', `${OWN}:${OWN}`, root]);
  return root;
}

describe('versions that the database records', () => {
  const owned = [1, 2, 3].map(version);
  const examined = async (root: string, now: readonly string[] = owned): Promise<string[]> => {
    const found = await examineVersions(look, root, owned, async () => new Set(now));
    assertWhole(found);
    return told(found);
  };

  it('are there', async () => assert.deepEqual(await examined(treeWith(...owned)), []));

  it('are all gone: it is another disk, or none', async () => {
    const root = treeWith();
    assert.deepEqual(await examined(root), [
      `critical validated: of 3 versions that the database records none is in ${root}`,
      '$ mount -a',
    ]);
    // Nor do they lie below a file.
    writeFileSync(join(root, 'paris'), '');
    assert.match((await examined(root))[0] ?? '', /^critical .* none is in/u);
  });

  it('are gone in part', async () => {
    const root = treeWith(version(1));
    assert.deepEqual(await examined(root), [
      `warning validated: of 3 versions that the database records 2 are not in ${root}: ${version(2)}, ${version(3)}`,
    ]);
  });

  it('were removed by a scan meanwhile, which is no loss', async () => {
    assert.deepEqual(await examined(treeWith(version(1)), [version(1)]), []);
    assert.deepEqual(await examined(treeWith(), []), []);
    const root = treeWith(version(1));
    assert.deepEqual(await examined(root, [version(1), version(3)]), [
      `warning validated: of 2 of 3 versions that the database records 1 is not in ${root}: ${version(3)}`,
    ]);
  });

  it('are looked for as far as that is quick, from the first to the last', () => {
    const all = Array.from({ length: 300_000 }, (_, index) => index);
    const some = sampleOf(all);
    assert.equal(new Set(some).size, 500);
    assert.deepEqual([some[0], some.at(-1)], [0, 299_999]);
    assert.ok(some.every((value, index) => index === 0 || value > (some[index - 1] ?? 0)));
    assert.deepEqual(sampleOf([1, 2, 3], 3), [1, 2, 3]);
    assert.equal(new Set(sampleOf(all.slice(0, 501))).size, 500);
  });
});

describe('what a folder of the tree holds', () => {
  const names = treeNames(['paris/compta', 'lyon'], ['old/crm/20260620T180000Z']);
  const held = (root: string) =>
    ['', 'paris', 'old', 'lyon'].map((folder) => holdingOf(root, folder, names));

  it('is ours: marker, jobs, versions, and `current`', () => {
    const root = treeWith('.incoming/7', 'lost+found', version(1), 'old/crm', 'lyon');
    writeFileSync(join(root, '.backupmon'), '');
    symlinkSync('20260621T180000Z', join(root, 'paris/compta/current'));
    mkdirSync(join(root, `${version(1)}-2`));
    assert.deepEqual(held(root), ['ours', 'ours', 'ours', 'ours']);
  });

  for (const [path, expected] of [
    ['letters', ['others', 'ours', 'ours', 'ours']],
    ['paris/index.html', ['others', 'others', 'ours', 'ours']],
    ['paris/compta/notes', ['others', 'others', 'ours', 'ours']],
    ['old/crm/web/20260620T180000Z', ['others', 'ours', 'others', 'ours']],
    ['paris/20260620T180000Z', ['others', 'others', 'ours', 'ours']],
  ] as const) {
    it(`is not all ours: ${path}`, () => assert.deepEqual(held(treeWith(path)), expected));
  }
});

describe('folders of the tree', { skip: onlyRoot }, () => {
  const owned = [1, 2].map(version);
  const examined = async (root: string, versions: readonly string[] = owned): Promise<string[]> => {
    const found = await examineTreeFolders(look, root, versions);
    assertWhole(found);
    return told(found).map((line) => line.replaceAll(root, '/tree'));
  };
  const give = (uid: number, root: string, ...names: string[]): void =>
    names.forEach((name) => lchownSync(join(root, name), uid, uid));
  const wrong = (paths: string) =>
    `critical validated: ${paths} to others, or cannot be written by ${OWN}, who scans`;

  it('are in order', async () => {
    assert.deepEqual(await examined(treeWith('.incoming', '.held', ...owned)), []);
    assert.deepEqual(await examined(treeWith()), []);
  });

  it('are given back where nothing else lies in them', async () => {
    const root = treeWith('.incoming', ...owned);
    give(STRANGER, root, '.incoming', 'paris', 'paris/compta', version(2));
    assert.deepEqual(await examined(root), [
      wrong(`/tree/.incoming, /tree/paris, /tree/paris/compta, /tree/${version(2)} belong`),
      `$ chown -R ${OWN}:${OWN} /tree/.incoming /tree/paris`,
    ]);
  });

  it('are not given away where other things lie in them', async () => {
    const root = treeWith(...owned, 'paris/htdocs');
    writeFileSync(join(root, 'paris', 'index.html'), '');
    give(STRANGER, root, 'paris', 'paris/htdocs', version(2));
    assert.deepEqual(await examined(root), [
      wrong(`/tree/${version(2)} belongs`),
      `$ chown -R ${OWN}:${OWN} /tree/${version(2)}`,
      wrong('/tree/paris belongs'),
      `$ ${edit}`,
    ]);
  });

  it('are given back where a link leads', async () => {
    const root = treeWith('paris');
    const disk = treeWith(version(1).replace('paris/', ''));
    symlinkSync(join(disk, 'compta'), join(root, 'paris', 'compta'));
    assert.deepEqual(await examined(root), []);
    give(STRANGER, disk, 'compta');
    assert.deepEqual(await examined(root), [
      wrong('/tree/paris/compta belongs'),
      `$ chown -R ${OWN}:${OWN} ${disk}/compta`,
    ]);
  });

  it('are no files, pipes or links to nothing', async () => {
    const root = treeWith('paris');
    spawnSync('mkfifo', [join(root, '.incoming')]);
    writeFileSync(join(root, '.held'), '');
    symlinkSync('/nowhere', join(root, 'paris', 'compta'));
    for (const name of ['.incoming', '.held']) chownSync(join(root, name), OWN, OWN);
    assert.deepEqual(await examined(root, []), [
      'critical validated: /tree/.incoming, /tree/.held, /tree/paris/compta are no folders, and no link to one',
      '$ ls -ld /tree/.incoming /tree/.held /tree/paris/compta',
    ]);
  });

  it('may be written by nobody else', async () => {
    const root = treeWith(...owned);
    chmodSync(join(root, 'paris'), 0o777);
    chmodSync(join(root, version(1)), 0o777);
    chownSync(join(root, version(1)), 0, 0);
    const open = `validated: /tree/paris, /tree/${version(1)} may be written by everybody on this machine`;
    // Root's may be written by the user that scans because everybody may.
    const mend = `$ chown ${OWN} /tree/${version(1)} && chmod o-w /tree/paris /tree/${version(1)}`;
    assert.deepEqual(await examined(root), [`critical ${open}`, mend]);
    chmodSync(root, 0o750);
    assert.deepEqual(await examined(root), [`warning ${open}`, mend]);
    writeFileSync(join(root, 'paris', 'index.html'), '');
    assert.deepEqual((await examined(root)).slice(0, 2), [
      'warning validated: /tree/paris may be written by everybody on this machine',
      `$ ${edit}`,
    ]);
  });

  it('may be written by no group of others', async () => {
    const root = treeWith(...owned);
    chmodSync(join(root, 'paris'), 0o775);
    chownSync(join(root, 'paris'), OWN, STRANGER);
    const { machine, program } = makeMachine();
    program('getent', `[ "$*" = "group ${STRANGER}" ] && echo 'friends:x:${STRANGER}:anna'`);
    const found = await examineTreeFolders(lookWith({ scanner: who, machine }), root, owned);
    assertWhole(found);
    assert.deepEqual(told(found), [
      `warning validated: ${root}/paris may be written by the group friends`,
      // This machine has no getfacl: a list that it may have is left as it is.
      `$ setfacl -n -m g::r-x ${root}/paris`,
    ]);
  });
});

describe('folders of the tree, for the user that scans', { skip: onlyRoot }, () => {
  /** In a process of the user that scans: permissions are asked for whoever runs it. */
  function asOwn(root: string, owned: readonly string[]): Finding[] {
    const script = `
      const { examineTreeFolders } = await import('../../src/doctor/tree/tree-folders.ts');
      const { lookWith } = await import('./support.ts');
      const [root, scanner, owned] = given;
      console.log(JSON.stringify(await examineTreeFolders(lookWith({ scanner }), root, owned)));`;
    const found = asUser(OWN, script, [root, who, owned]);
    assertWhole(found);
    return found;
  }
  const mendIn = (root: string, owned: readonly string[] = []): string[] =>
    asOwn(root, owned).map(({ mend }) => (mend ?? '').replaceAll(root, '/tree'));

  it('can be pruned: versions that root has copied there cannot', () => {
    const root = treeWith(version(1));
    chownSync(join(root, version(1)), 0, 0);
    assert.deepEqual(mendIn(root, [version(1)]), [`chown -R ${OWN}:${OWN} /tree/${version(1)}`]);
  });

  it('that he may not look into are opened to him, and not given away unseen', () => {
    const root = treeWith('paris/compta', '.incoming');
    chownSync(join(root, 'paris'), 0, 0);
    chmodSync(join(root, 'paris'), 0o700);
    assert.deepEqual(mendIn(root), [`setfacl -m u:${OWN}:rwx /tree/paris`]);
    chownSync(join(root, 'paris'), OWN, OWN);
    chmodSync(join(root, 'paris'), 0o500);
    chownSync(join(root, 'paris/compta'), STRANGER, STRANGER);
    assert.deepEqual(mendIn(root), [
      `chown -R ${OWN}:${OWN} /tree/paris/compta && chmod u+rwx /tree/paris`,
    ]);
    chmodSync(join(root, 'paris'), 0o000);
    assert.deepEqual(mendIn(root), ['chmod u+rwx /tree/paris']);
  });
});

it('of many folders of the tree one command closes some', () => {
  const others = { all: false, text: 'anna', words: ['setfacl', '-n', '-x', 'u:anna'] };
  const mode = { uid: who.uid, gid: who.gid, mode: 0o770, isFile: false, isFolder: true };
  const open = Array.from({ length: 30 }, (_, index): OpenInner => {
    const name = `paris/${index}`;
    return { name, path: `/tree/${name}`, mode, holding: () => 'ours', others };
  });
  const [found] = judgeTreeWriters(open, true, look);
  assert.ok(found !== undefined);
  assertWhole([found]);
  assert.equal(
    found.message,
    'validated: /tree/paris/0, /tree/paris/1, /tree/paris/2, /tree/paris/3, /tree/paris/4 and 25 more may be written by anna',
  );
  assert.equal(found.mend?.split(' ').filter((word) => word.startsWith('/tree/')).length, 20);
  assert.equal(dirname(found.subject), '/tree/paris');
});
