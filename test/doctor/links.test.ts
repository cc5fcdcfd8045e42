/** Folders of the configuration that are links: what counts is where they lead, and every folder on the way there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Finding } from '../../src/core/finding.ts';
import { examineFileSystems } from '../../src/doctor/tree/file-systems.ts';
import { examineFolders } from '../../src/doctor/tree/folders.ts';
import { asUser, scannerOf } from './as-user.ts';
import { assertWhole, lookWith, makeMachine, told } from './support.ts';

const onlyRoot =
  process.getuid?.() === 0 ? false : 'skipped, because only root can give files away';
const OWN = 61_301;
const STRANGER = 61_302;
const who = scannerOf(OWN);

/** `srv/in` and `srv/tree` lead to folders of the same names on `disk/data`, as on machines whose disks have names of their own. */
function linked() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'backupmon-links-')));
  after(() => {
    chmodSync(root, 0o755);
    rmSync(root, { recursive: true });
  });
  chmodSync(root, 0o755);
  const at = (...names: string[]): string => join(root, ...names);
  for (const folder of ['disk/data/in', 'disk/data/tree', 'srv', 'state'])
    mkdirSync(at(folder), { recursive: true });
  writeFileSync(at('disk/data/tree/.backupmon'), '');
  for (const name of ['in', 'tree']) symlinkSync(`../disk/data/${name}`, at('srv', name));
  if (onlyRoot === false)
    for (const folder of ['disk/data/tree', 'state']) chownSync(at(folder), OWN, OWN);
  const places = { deposits: at('srv/in'), validated: at('srv/tree'), database: at('state/b.db') };
  return { root, at, places };
}
type Linked = ReturnType<typeof linked>;

/** What is wrong, on a machine with this fstab and these lines of mountinfo. */
async function wrongIn(
  { root, places }: Linked,
  { fstab = '', mounts = '', recorded = 0 } = {},
): Promise<string[]> {
  const made = makeMachine();
  made.file('/etc/fstab', fstab);
  made.file('/proc/self/mountinfo', `22 1 8:1 / / rw - ext4 /dev/sda1 rw\n${mounts}`);
  const look = lookWith({ places, machine: made.machine, scanner: who });
  const found = await examineFolders(look, recorded);
  assertWhole(found);
  return told(found.filter(({ severity }) => severity !== 'ok')).map((line) =>
    line.replaceAll(root, ''),
  );
}

describe('folders behind links', { skip: onlyRoot }, () => {
  it('are in order on a mounted disk', async () => {
    const world = linked();
    const mounts = `30 22 8:2 / ${world.at('disk')} rw - ext4 /dev/sdb1 rw\n`;
    const fstab = `UUID=2 ${world.at('disk')} ext4 defaults\n`;
    assert.deepEqual(await wrongIn(world, { fstab, mounts }), []);
    // fstab may call the disk by a link, as older names of folders are.
    symlinkSync('disk', world.at('old'));
    const byLink = `UUID=2 ${world.at('old')} ext4 defaults\n`;
    assert.deepEqual(await wrongIn(world, { fstab: byLink, mounts }), []);
  });

  it('lie below folders of others, and open ones', async () => {
    const world = linked();
    chmodSync(world.at('disk/data'), 0o777);
    chownSync(world.at('disk/data'), STRANGER, STRANGER);
    const whose = `belongs to uid ${STRANGER}, who is neither root nor ${OWN}, who scans`;
    const open = (place: string) => [
      `warning /disk/data, through which ${place} leads, may be written by everybody on this machine`,
      '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
    ];
    assert.deepEqual(await wrongIn(world), [
      ...open('/srv/in'),
      ...open('/srv/tree'),
      `warning /disk/data, above /disk/data/in, ${whose}`,
    ]);
  });

  it('lie below folders that a group may write', async () => {
    const world = linked();
    chownSync(world.at('disk'), 0, STRANGER);
    chmodSync(world.at('disk'), 0o775);
    assert.deepEqual(await wrongIn(world), [
      `warning /disk, through which /srv/in leads, may be written by the group ${STRANGER}`,
      '$ setfacl -n -m g::r-x /disk',
      `warning /disk, through which /srv/tree leads, may be written by the group ${STRANGER}`,
      '$ setfacl -n -m g::r-x /disk',
    ]);
    // Nobody else may rename what is not his there.
    chmodSync(world.at('disk'), 0o1775);
    assert.deepEqual(await wrongIn(world), []);
  });

  it('are reached through links in folders of others', async () => {
    const world = linked();
    chownSync(world.at('srv'), STRANGER, STRANGER);
    chmodSync(world.at('srv'), 0o757);
    const found = await wrongIn(world);
    assert.ok(found.some((line) => line.startsWith('warning /srv, above /srv/in, may be written')));
    assert.ok(found.some((line) => line.startsWith('warning /srv, above /srv/in, belongs to')));
    assert.equal(found.filter((line) => line.includes('belongs to')).length, 1);
  });

  it('belong to others themselves', async () => {
    const world = linked();
    chownSync(world.at('disk/data/in'), STRANGER, STRANGER);
    chownSync(world.root, STRANGER, STRANGER);
    const whose = `belongs to uid ${STRANGER}, who is neither root nor ${OWN}, who scans`;
    assert.deepEqual(await wrongIn(world), [
      `critical deposits: /disk/data/in ${whose}`,
      '$ chown root /disk/data/in',
      // What lies above both the links and where they lead is told once.
      `warning , above /disk/data/in, ${whose}`,
    ]);
  });

  it('are there without their disk', async () => {
    const world = linked();
    const fstab = `UUID=2 ${world.at('disk')} ext4 defaults\n`;
    const away = (what: string, path: string) => [
      `critical ${what}: ${path} is there, but /disk, which fstab has, is not mounted`,
      '$ mount /disk',
    ];
    assert.deepEqual(await wrongIn(world, { fstab }), [
      ...away('deposits', '/srv/in'),
      ...away('validated', '/srv/tree'),
    ]);
  });

  it('are gone with their disk: nothing is made in its place', async () => {
    const world = linked();
    rmSync(world.at('disk/data'), { recursive: true });
    const fstab = `UUID=2 ${world.at('disk')} ext4 defaults\n`;
    const found = await wrongIn(world, { fstab });
    assert.equal(
      found[0],
      'critical deposits: /srv/in does not exist, and /disk, which fstab has, is not mounted',
    );
    assert.deepEqual(
      found.filter((line) => line.startsWith('$')),
      ['$ mount /disk', '$ mount /disk'],
    );
    const nowhere = (what: string, name: string, more = '') =>
      `critical ${what}: /srv/${name} is a link that leads to /disk/data/${name}, which does not exist${more}`;
    assert.deepEqual(await wrongIn(world), [
      nowhere('deposits', 'in'),
      '$ ls -l /srv/in',
      nowhere('validated', 'tree'),
      '$ ls -l /srv/tree',
    ]);
    const lost = ', although the database records 2 versions: its disk is probably not mounted';
    assert.deepEqual(await wrongIn(world, { recorded: 2 }), [
      nowhere('deposits', 'in', lost),
      '$ mount -a',
      nowhere('validated', 'tree', lost),
      '$ mount -a',
    ]);
  });

  it('may lead below a file', async () => {
    const world = linked();
    rmSync(world.at('disk/data'), { recursive: true });
    writeFileSync(world.at('disk/data'), '');
    const found = await wrongIn(world);
    assert.equal(found[0], 'critical deposits: /srv/in cannot be there: /disk/data is no folder');
  });

  it('are listed where they lead', () => {
    const look = lookWith({ places: linked().places, scanner: who });
    const trouble = 'cannot make folder: permission denied (EACCES)';
    const probe = { kind: 'tried', trouble, modes: true, links: true, reflinks: null } as const;
    const found = examineFileSystems(look, probe, null).find(({ message }) =>
      message.includes(trouble),
    );
    assert.match(found?.mend ?? '', /^ls -la \S+\/disk\/data\/tree \S+\/srv\/tree\/\.incoming$/u);
  });

  it('are measured where they lead', () => {
    const world = linked();
    const made = makeMachine();
    const mounts = `22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 8:2 / ${world.at('disk')} rw - tmpfs none rw\n`;
    made.file('/proc/self/mountinfo', mounts);
    const look = lookWith({ places: world.places, machine: made.machine, scanner: who });
    const found = examineFileSystems(
      look,
      { kind: 'untried', why: 'x' },
      { total: 2 ** 60, largest: { job: 'paris/compta', size: 2 ** 60 } },
    );
    const mends = found.map(({ mend }) => (mend ?? '').replaceAll(world.root, ''));
    assert.equal(mends.filter((mend) => mend === 'du -xh --max-depth=2 /disk/data/tree').length, 1);
    assert.ok(found.some(({ message }) => message.endsWith('lies on tmpfs, which is memory')));
  });
});

describe('folders behind links, for the user that scans', { skip: onlyRoot }, () => {
  /** In a process of his: permissions are asked for whoever runs it. */
  function asOwn({ places, root }: Linked): string[] {
    const script = `
      const { examineFolders } = await import('../../src/doctor/tree/folders.ts');
      const { lookWith } = await import('./support.ts');
      console.log(JSON.stringify(await examineFolders(lookWith(given[0]), 0)));`;
    const found = asUser(OWN, script, [{ places, scanner: who }]);
    assertWhole(found);
    return told(found.filter(({ severity }) => severity !== 'ok')).map((line) =>
      line.replaceAll(root, ''),
    );
  }

  it('may lie where he may not enter: they are not said to be absent', () => {
    const world = linked();
    assert.deepEqual(asOwn(world), []);
    chmodSync(world.at('disk'), 0o700);
    const closed = `${OWN}, who scans, may not enter /disk`;
    assert.deepEqual(asOwn(world), [
      `critical deposits: /srv/in cannot be read and entered: ${closed}`,
      `$ setfacl -m u:${OWN}:x /disk`,
      `critical validated: /srv/tree cannot be read, entered and written: ${closed}`,
      `$ setfacl -m u:${OWN}:x /disk`,
    ]);
  });

  it('may lie on a disk that is mounted read-only: that one is mounted anew', (test) => {
    const world = linked();
    const script = `mount -t tmpfs -o ro none ${world.at('disk/data/tree')} && exec "$0" "$@"`;
    const tried = spawnSync('unshare', ['-m', 'sh', '-c', script, 'true'], { encoding: 'utf8' });
    if (tried.status !== 0) {
      test.skip('skipped, because nothing can be mounted here');
      return;
    }
    const here = (path: string) => pathToFileURL(join(import.meta.dirname, path)).href;
    const code = `
      process.setuid(${OWN});
      const { examineFolders } = await import('${here('../../src/doctor/tree/folders.ts')}');
      const { lookWith } = await import('${here('support.ts')}');
      const { machineAt } = await import('${here('../../src/doctor/machine.ts')}');
      const look = lookWith({ ...JSON.parse(process.argv[1]), machine: machineAt() });
      console.log(JSON.stringify(await examineFolders(look, 0)));`;
    const given = JSON.stringify({ places: world.places, scanner: who });
    const argv = [
      '-m',
      'sh',
      '-c',
      script,
      process.execPath,
      '--input-type=module',
      '-e',
      code,
      given,
    ];
    const { stdout, stderr } = spawnSync('unshare', argv, { encoding: 'utf8', cwd: '/' });
    assert.equal(stderr, '');
    const found = JSON.parse(stdout) as Finding[];
    const refused = found.find(({ message }) => message.includes('read-only'));
    assert.equal(refused?.mend, `mount -o remount,rw ${world.at('disk/data/tree')}`);
  });
});
