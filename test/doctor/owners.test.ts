/** Owners and permissions as they lie on a disk: of the configuration, of the folders, of the tree and of agents' folders. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Finding } from '../../src/core/finding.ts';
import { accountsOf } from '../../src/doctor/rights/accounts.ts';
import { examineConfigurationFile, judgeConfiguration } from '../../src/doctor/configuration.ts';
import type { Look } from '../../src/doctor/look.ts';
import { machineAt } from '../../src/doctor/machine.ts';
import { examineOwners } from '../../src/doctor/rights/owners.ts';
import { judgeUser } from '../../src/doctor/rights/user.ts';
import { examineFolders } from '../../src/doctor/tree/folders.ts';
import { asUser, scannerOf } from './as-user.ts';
import { knowing } from './known-users.ts';
import { assertWhole, configWith, lookWith, scanner, told } from './support.ts';

const skip = process.getuid?.() === 0 ? false : 'skipped, because only root can give files away';
const OWN = 61_101;
const STRANGER = 61_102;
const who = scannerOf(OWN);
const machine = machineAt();

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-owners-'));
  chmodSync(folder, 0o755);
  after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** In a process of the user that scans: permissions are asked for whoever runs it. */
function asOwn(
  module: 'configuration' | 'tree/folders',
  call: string,
  changes: Partial<Look>,
): Finding[] {
  const script = `
    const { ${call.split('(', 1)[0]} } = await import('../../src/doctor/${module}.ts');
    const { lookWith } = await import('./support.ts');
    const { machineAt } = await import('../../src/doctor/machine.ts');
    const look = lookWith({ ...given[0], machine: machineAt() });
    console.log(JSON.stringify(await ${call}));`;
  return asUser(OWN, script, [{ ...changes, scanner: who }]);
}

describe('the configuration', { skip }, () => {
  it('in a folder that the user that scans may not enter', () => {
    const folder = join(temporary(), 'etc');
    mkdirSync(folder, { mode: 0o750 });
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'x');
    const found = asOwn('configuration', 'examineConfigurationFile(look)', { file });
    assertWhole(found);
    assert.deepEqual(told(found), [
      `critical ${file} may not be read by ${OWN}, who scans: he may not enter ${folder}`,
      `$ setfacl -m u:${OWN}:x ${folder}`,
    ]);
  });

  it('that belongs to somebody else, as its folder does', async () => {
    const folder = temporary();
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'x', { mode: 0o644 });
    const examined = async () =>
      told(await examineConfigurationFile(lookWith({ file, scanner: who, machine })));
    assert.deepEqual(await examined(), []);
    for (const path of [file, folder]) chownSync(path, STRANGER, STRANGER);
    const found = await examined();
    const whose = `belongs to uid ${STRANGER}, who is neither root nor ${OWN}, who scans`;
    assert.deepEqual(found, [
      `critical the configuration: ${file} ${whose}`,
      `$ chown root ${file}`,
      `warning ${folder}, above ${file}, ${whose}`,
    ]);
  });

  it('that a list opens to others', async (test) => {
    const file = join(temporary(), 'config.yaml');
    writeFileSync(file, 'x', { mode: 0o640 });
    const { status } = spawnSync('setfacl', ['-m', `u:${STRANGER}:rw,u:${OWN}:r`, file]);
    if (status !== 0) {
      test.skip('skipped, because setfacl does not work here');
      return;
    }
    const found = await examineConfigurationFile(lookWith({ file, scanner: who, machine }));
    assert.deepEqual(told(found), [
      `warning ${file} may be written by ${STRANGER}`,
      `$ setfacl -n -m u:${STRANGER}:r-- ${file}`,
    ]);
  });
});

it('a configuration lies in a folder in which others may put another one in its place', async () => {
  const folder = join(temporary(), 'etc');
  mkdirSync(folder);
  const file = join(folder, 'config.yaml');
  writeFileSync(file, 'x');
  const wrong = async (): Promise<string[]> =>
    told(await examineConfigurationFile(lookWith({ file, machine })));
  assert.deepEqual(await wrong(), []);
  chmodSync(folder, 0o777);
  assert.deepEqual(await wrong(), [
    `warning ${folder}, above ${file}, may be written by everybody on this machine`,
    `$ chmod o-w ${folder}`,
  ]);
  // Closing it might take from others what they need.
  writeFileSync(join(folder, 'other'), 'x');
  assert.deepEqual(await wrong(), [
    `warning ${folder}, above ${file}, may be written by everybody on this machine`,
  ]);
  chmodSync(folder, 0o1777);
  assert.deepEqual(await wrong(), []);
});

it('a configuration may be read by those who are in the group of the user that scans, and not written', async () => {
  const file = join(temporary(), 'config.yaml');
  const gid = process.getgid?.() ?? 0;
  writeFileSync(file, 'x');
  chmodSync(file, 0o660);
  const own = { ...scanner, uid: process.getuid?.() ?? 0, user: 'scans', gid: 70_000, group: 'x' };
  const found = async (members: string, bits: number) => {
    const { machine: known, program } = knowing(
      ['scans:x:990:990'],
      [`readers:x:${gid}:${members}`],
    );
    program('getfacl', "printf '# group: readers\\nuser::rw-\\n\\n'");
    const accounts = { ...accountsOf(known), groupWord: async () => 'readers' };
    chmodSync(file, bits);
    const look = lookWith({ file, scanner: own, machine: known, accounts });
    const all = await examineConfigurationFile(look);
    return told(all.filter(({ message }) => message.startsWith(file)));
  };
  assert.deepEqual(await found('scans,anna', 0o640), []);
  assert.deepEqual(await found('scans', 0o660), []);
  assert.deepEqual(await found('scans,anna', 0o660), [
    `warning ${file} may be written by the group readers`,
    `$ chmod g-w ${file}`,
  ]);
});

it('a configuration that is absent is begun with the example', () => {
  const file = join(temporary(), 'etc', 'config.yaml');
  const look = lookWith({ file, config: null });
  const problem = {
    file,
    line: null,
    column: null,
    endColumn: null,
    path: [],
    message: 'there is no such file',
    expected: null,
    suggestion: null,
    excerpt: null,
  } as unknown as Parameters<typeof judgeConfiguration>[1][number];
  const [found] = judgeConfiguration(look, [problem]);
  assert.ok(found !== undefined);
  assertWhole([found]);
  assert.match(
    found.mend ?? '',
    /^install -d -m 0755 \S+ && backupmon files config\.example\.yaml > \S+$/u,
  );
});

describe('the folder of all agents’ folders', { skip }, () => {
  const config = configWith(
    "defaults: { schedule: '0 20 * * *' }\nagents: { paris: { databases: [a] }, lyon: { databases: [b] } }\n",
  );
  const look = lookWith({ config, scanner: who, machine });
  const whose = `belongs to uid ${STRANGER}, who is neither root nor ${OWN}, who scans`;

  it('may belong to the one user to whom they all do', async () => {
    const home = temporary();
    const deposits = join(home, 'in');
    const things = [{ what: 'deposits', path: deposits, to: 'root' }];
    for (const path of [deposits, join(deposits, 'paris'), join(deposits, 'lyon')]) mkdirSync(path);
    const give = (...paths: string[]) => {
      for (const path of paths) chownSync(path, STRANGER, STRANGER);
    };
    give(home, deposits, join(deposits, 'paris'));
    // Those of root’s lie in it, too.
    assert.deepEqual(told(await examineOwners('folders', things, look)), [
      `critical deposits: ${deposits} ${whose}`,
      `$ chown root ${deposits}`,
      `warning ${home}, above ${deposits}, ${whose}`,
    ]);
    give(join(deposits, 'lyon'));
    assert.deepEqual(await examineOwners('folders', things, look), []);
    const tree = [{ what: 'validated', path: deposits, to: null }];
    assert.equal((await examineOwners('folders', tree, look)).length, 2);
  });

  it('may be written by agents where none takes the place of another', async () => {
    const deposits = join(temporary(), 'in');
    for (const path of [deposits, join(deposits, 'paris'), join(deposits, 'lyon')]) mkdirSync(path);
    chownSync(deposits, 0, STRANGER);
    for (const name of ['paris', 'lyon']) chownSync(join(deposits, name), STRANGER, STRANGER);
    chmodSync(deposits, 0o775);
    const places = { deposits, validated: null, database: null };
    const wrong = async (): Promise<string[]> => {
      const found = await examineFolders({ ...look, places }, 0);
      return told(found.filter(({ severity }) => severity !== 'ok'));
    };
    assert.deepEqual(await wrong(), []);
    chownSync(join(deposits, 'lyon'), OWN, OWN);
    assert.deepEqual(await wrong(), [
      `warning deposits: ${deposits} may be written by the group ${STRANGER}`,
      `$ chmod +t ${deposits}`,
    ]);
    chmodSync(deposits, 0o1775);
    assert.deepEqual(await wrong(), []);
  });

  it('is no matter of the user to whom tree and state are to be given', async () => {
    const folder = temporary();
    const tree = join(folder, 'tree');
    mkdirSync(tree);
    chownSync(tree, STRANGER, STRANGER);
    const root = { ...scanner, uid: 0, gid: 0, user: 'root', group: 'root' };
    const places = { deposits: null, validated: tree, database: join(folder, 'state', 'b.db') };
    const asRoot = lookWith({ scanner: root, machine, places });
    const things = [{ what: 'validated', path: tree, to: 'root:root' }];
    assert.deepEqual(await examineOwners('folders', things, asRoot), []);
    const facts = { started: 0, owner: 'known', hasOwnUser: true } as const;
    const [found] = judgeUser(facts, asRoot);
    const database = join(folder, 'state', 'b.db');
    assert.equal(
      found?.message,
      `scans run as root, to whom ${database} belongs, and ${tree} to another user`,
    );
    chownSync(tree, 0, 0);
    assert.equal(judgeUser(facts, asRoot)[0]?.message.endsWith('another user'), false);
  });
});

describe('the folders', { skip }, () => {
  function placesIn(folder: string) {
    const places = {
      deposits: join(folder, 'in'),
      validated: join(folder, 'tree'),
      database: join(folder, 'state', 'b.db'),
    };
    mkdirSync(places.deposits);
    for (const path of [places.validated, join(folder, 'state')]) {
      mkdirSync(path);
      chownSync(path, OWN, OWN);
    }
    writeFileSync(join(places.validated, '.backupmon'), '');
    return places;
  }
  const wrongIn = (places: ReturnType<typeof placesIn>) => {
    const found = asOwn('tree/folders', 'examineFolders(look, 0)', { places });
    assertWhole(found);
    return told(found.filter(({ severity }) => severity !== 'ok'));
  };

  it('belong to root or the user that scans', () => {
    const places = placesIn(temporary());
    assert.deepEqual(wrongIn(places), []);
    for (const path of [places.deposits, places.validated]) {
      chmodSync(path, 0o777);
      chownSync(path, STRANGER, STRANGER);
    }
    const found = wrongIn(places);
    const whose = `belongs to uid ${STRANGER}, who is neither root nor ${OWN}, who scans`;
    assert.ok(found.includes(`critical deposits: ${places.deposits} ${whose}`));
    assert.ok(found.includes(`$ chown root ${places.deposits}`));
    assert.ok(found.includes(`critical validated: ${places.validated} ${whose}`));
    assert.ok(found.includes(`$ chown ${OWN}:${OWN} ${places.validated}`));
  });

  it('of jobs, and the marker, can be used', () => {
    const { validated, ...places } = placesIn(temporary());
    chmodSync(join(validated, '.backupmon'), 0o600);
    mkdirSync(join(validated, 'paris'), { mode: 0o700 });
    mkdirSync(join(validated, '.incoming'));
    assert.deepEqual(wrongIn({ validated, ...places }), [
      `critical validated: its marker file cannot be used: cannot read ${validated}/.backupmon: permission denied (EACCES)`,
      `$ chown ${OWN}:${OWN} ${validated}/.backupmon && chmod u+r ${validated}/.backupmon`,
      `critical validated: ${validated}/.incoming belongs to others, or cannot be written by ${OWN}, who scans`,
      `$ chown -R ${OWN}:${OWN} ${validated}/.incoming`,
      `critical validated: ${validated}/paris belongs to others, or cannot be written by ${OWN}, who scans`,
      `$ setfacl -m u:${OWN}:rwx ${validated}/paris`,
    ]);
  });
});
