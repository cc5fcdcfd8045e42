/** Whose folders are: what holds other things than ours is neither given away nor closed. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { closedFolder, fileAbove } from '../../src/doctor/rights/access.ts';
import { DatabaseProblem } from '../../src/db/problem.ts';
import { isOfSystem, isShared } from '../../src/doctor/rights/belongings.ts';
import { examineDatabase } from '../../src/doctor/database/database.ts';
import { examineFolders } from '../../src/doctor/tree/folders.ts';
import { giveAway } from '../../src/doctor/rights/own-user.ts';
import { judgeUser } from '../../src/doctor/rights/user.ts';
import { assertWhole, lookWith, makeMachine, scanner, told } from './support.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'backupmon-belongings-')));
after(() => rmSync(root, { recursive: true }));

const edit = '${EDITOR:-vi} /etc/backupmon/config.yaml';
const known = { hasOwnUser: true, owner: 'known' } as const;

function placesIn(name: string) {
  const folder = join(root, name);
  const places = {
    deposits: join(folder, 'in'),
    validated: join(folder, 'tree'),
    database: join(folder, 'state', 'b.db'),
  };
  for (const path of [places.deposits, places.validated, join(folder, 'state')])
    mkdirSync(path, { recursive: true });
  for (const suffix of ['', '-wal', '.lock']) writeFileSync(`${places.database}${suffix}`, '');

  writeFileSync(`${places.validated}/.backupmon`, '');
  return places;
}

describe('what is given to a user of its own', () => {
  it('is each file of the database by its name, its folder alone, and the tree', () => {
    const places = placesIn('own');
    mkdirSync(`${places.validated}/paris`);
    const state = join(root, 'own', 'state');
    const { mend } = giveAway(lookWith({ places }), { ...known, folders: ['paris/compta/1'] });
    const files = ['', '-wal', '.lock'].map((suffix) => `${places.database}${suffix}`).join(' ');
    assert.equal(
      mend,
      `chown backupmon:backupmon ${state} ${files} && chown -R backupmon:backupmon ${places.validated}`,
    );
  });

  it('is the tree itself, and not a link to it', () => {
    const places = placesIn('linked');
    const validated = join(root, 'link');
    symlinkSync(places.validated, validated);
    const look = lookWith({ places: { ...places, validated } });
    assert.match(
      giveAway(look, known).mend,
      new RegExp(` && chown -R backupmon:backupmon ${places.validated}$`, 'u'),
    );
    assert.match(
      giveAway(look, { ...known, owner: 'none' }).mend,
      new RegExp(` -m 0750 ${places.validated}$`, 'u'),
    );
  });

  it('is no tree in which others have things below the folder of an agent', () => {
    const places = placesIn('deep');
    mkdirSync(`${places.validated}/paris/compta/20260620T180000Z`, { recursive: true });
    const mendNow = () => giveAway(lookWith({ places }), known).mend;
    assert.match(mendNow(), /^chown /u);
    mkdirSync(`${places.validated}/paris/htdocs`);
    assert.equal(mendNow(), edit);
  });

  it('is no tree made anew where its disk may be away', () => {
    const places = placesIn('away-tree');
    const look = lookWith({ places });
    rmSync(places.validated, { recursive: true });
    assert.match(giveAway(look, known).mend, / && install -d .* -m 0750 /u);
    const mark = Buffer.alloc(100);
    mark.write('bmon', 68);
    writeFileSync(places.database, mark);
    const away = giveAway(look, known);
    assert.equal(away.mend, 'mount -a');
    assert.match(
      away.shared ?? '',
      /^First .* is to be there, which was made with the database: /u,
    );
    symlinkSync(join(root, 'nowhere'), places.validated);
    const broken = giveAway(look, known);
    assert.equal(broken.mend, edit);
    assert.match(
      broken.shared ?? '',
      /away-tree\/tree leads to .*\/nowhere, which does not exist/u,
    );
  });

  it('is no file of another program, and nothing below a file', () => {
    const places = placesIn('foreign');
    writeFileSync(places.database, 'my letters, '.repeat(20));
    const look = lookWith({ places });
    assert.equal(giveAway(look, known).mend, edit);
    const problem = new DatabaseProblem('foreign', 'no database');
    assert.deepEqual(told(examineDatabase(look, { kind: 'unusable', problem })), [
      'critical no database',
      `$ ${edit}`,
    ]);
    const below = { ...placesIn('below'), validated: `${places.database}/tree` };
    assert.equal(giveAway(lookWith({ places: below }), { ...known, owner: 'none' }).mend, edit);
  });

  for (const [where, place] of [
    ['state', 'database'],
    ['tree', 'validated'],
  ] as const) {
    it(`is nothing where others have things beside the ${place}`, () => {
      const places = placesIn(`shared-${where}`);
      writeFileSync(join(root, `shared-${where}`, where, 'letter.txt'), '');
      for (const owner of ['known', 'none'] as const) {
        const look = lookWith({
          places,
          scanner: { ...scanner, uid: 0, gid: 0, user: 'root', group: 'root' },
        });
        const [found] = judgeUser({ ...known, owner, started: 0 }, look);
        assert.ok(found !== undefined);
        assertWhole([found]);
        assert.equal(found.mend, edit);
        assert.match(found.why ?? '', /a folder of its own$/u);
      }
    });
  }

  for (const folder of ['', '/var/lib', '/root', '/srv', '/tmp', '/var/local']) {
    it(`is never ${folder === '' ? '/' : folder}`, () => {
      const { validated, deposits } = placesIn('system');
      const places = { deposits, validated, database: `${folder}/b.db` };
      for (const owner of ['known', 'none'] as const)
        assert.equal(giveAway(lookWith({ places }), { ...known, owner }).mend, edit);
      const tree = { ...placesIn('system'), validated: folder === '' ? '/' : folder };
      assert.equal(giveAway(lookWith({ places: tree }), known).mend, edit);
    });
  }
});

it('of a disk that is not mounted nothing is made anew or given away', () => {
  const places = placesIn('away');
  const made = makeMachine();
  made.file('/etc/fstab', `UUID=1 ${join(root, 'away')}/ ext4 defaults 0 2\n`);
  const look = lookWith({ places, machine: made.machine });
  const mount = `mount ${join(root, 'away')}`;
  assert.equal(giveAway(look, { ...known, owner: 'none' }).mend, mount);
  const problem = new DatabaseProblem('absent', 'it does not exist');
  const [found] = examineDatabase(look, { kind: 'unusable', problem });
  assert.equal(found?.mend, mount);
});

it('folders of the system are such behind a link too', () => {
  const link = join(root, 'to-tmp');
  symlinkSync('/tmp', link);
  assert.deepEqual([isOfSystem(link), isOfSystem('/bin'), isOfSystem(root)], [true, true, false]);
  assert.equal(
    isShared(link, () => true),
    true,
  );
});

describe('folders as they lie there', () => {
  const { machine } = makeMachine();
  it('of the system are told, and neither given away nor closed', async () => {
    for (const folder of ['/var/lib', '/tmp', '/var/local', '/root']) {
      const places = { deposits: null, validated: folder, database: `${folder}/b.db` };
      const found = await examineFolders(lookWith({ places, machine }), 0);
      assertWhole(found);
      assert.doesNotMatch(told(found).join('\n'), /\$ (?:chown|chmod|install|backupmon)/u);
    }
  });

  it('with versions recorded and without a marker are not marked anew', async () => {
    const places = placesIn('unmounted');
    rmSync(`${places.validated}/.backupmon`);
    const found = async (recorded: number | null) =>
      told(await examineFolders(lookWith({ places, machine }), recorded)).join('\n');
    assert.match(await found(0), /\$ backupmon init-db/u);
    const lost = await found(2);
    assert.match(lost, /probably not mounted\n\$ mount -a/u);
    assert.doesNotMatch(lost, /init-db/u);
    // Nobody knows whether versions are recorded in a database that could not be read.
    const unread = await found(null);
    assert.match(unread, /has no marker file \.backupmon\n\$ mount -a/u);
    assert.doesNotMatch(unread, /\$ .*(?:init-db|install)/u);
  });

  it('with a marker, but without their disk, are not in order', async () => {
    const places = placesIn('marked');
    const made = makeMachine();
    made.file('/etc/fstab', `UUID=1 ${places.validated} ext4 defaults 0 2\n`);
    const found = told(await examineFolders(lookWith({ places, machine: made.machine }), 0));
    assert.ok(
      found.includes(
        `critical validated: ${places.validated} is there, but ${places.validated}, which fstab has, is not mounted`,
      ),
    );
    assert.ok(found.includes(`$ mount ${places.validated}`));
  });

  it('with a marker, but without the versions that are recorded, are not in order', async () => {
    const places = placesIn('emptied');
    const owned = ['paris/compta/20260620T180000Z'];
    const found = told(await examineFolders(lookWith({ places, machine }), 1, owned));
    assert.ok(
      found.includes(
        `critical validated: of 1 version that the database records none is in ${places.validated}`,
      ),
    );
    assert.ok(!found.some((line) => line.startsWith('ok validated')));
  });

  it('below a file are no matter of permission', async () => {
    writeFileSync(join(root, 'file'), '', { mode: 0o600 });
    const path = join(root, 'file', 'tree');
    assert.equal(fileAbove(path), join(root, 'file'));
    assert.equal(closedFolder(path), null);
    const places = { deposits: null, validated: path, database: null };
    const found = await examineFolders(lookWith({ places, machine }), 0);
    assert.deepEqual(told(found), [
      `critical validated: ${path} cannot be there: ${root}/file is no folder`,
      `$ ${edit}`,
    ]);
  });
});
