/** What is mounted where, what should be, and where paths lead that have links in them. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { mountOf, parseMounts, unmounted } from '../../src/doctor/tree/mounts.ts';
import { brokenLink, leadsTo, placesOnWay, realPath, wayOf } from '../../src/doctor/real-path.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'backupmon-mounts-')));
after(() => rmSync(root, { recursive: true }));
const at = (...names: string[]): string => join(root, ...names);

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

  it('know what is mounted twice by the number of the file system', () =>
    assert.deepEqual(
      mounts.map(({ device }) => device),
      ['8:1', '0:25', '0:26', '0:27'],
    ));
});

describe('paths with links in them', () => {
  mkdirSync(at('disk', 'deep', 'tree'), { recursive: true });
  mkdirSync(at('srv'));
  writeFileSync(at('file'), '');
  symlinkSync(at('disk'), at('srv', 'absolute'));
  symlinkSync('../disk/deep/../deep', at('srv', 'relative'));
  symlinkSync('absolute/deep', at('srv', 'chain'));
  symlinkSync(at('away', 'tree'), at('srv', 'broken'));
  symlinkSync('loop', at('srv', 'loop'));

  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['srv', 'srv', []],
    ['srv/absent/x', 'srv/absent/x', []],
    ['srv/absolute/deep', 'disk/deep', ['srv/absolute']],
    ['srv/relative/tree', 'disk/deep/tree', ['srv/relative']],
    ['srv/chain/tree', 'disk/deep/tree', ['srv/chain', 'srv/absolute']],
    ['srv/broken/x', 'away/tree/x', ['srv/broken']],
    ['file/x', 'file/x', []],
  ];
  for (const [path, real, links] of cases) {
    it(`${path} leads to ${real}`, () => {
      assert.deepEqual(wayOf(at(path)), { real: at(real), links: links.map((link) => at(link)) });
      assert.deepEqual(
        placesOnWay(at(path)),
        [...links, real].map((place) => at(place)),
      );
    });
  }

  it('are followed as far as the kernel does', () => {
    assert.equal(leadsTo(at('srv', 'loop', 'x')), at('srv', 'loop', 'x'));
    assert.equal(leadsTo('/'), '/');
    assert.equal(leadsTo(`${root}/srv/./absolute//deep/..`), at('disk'));
    assert.equal(leadsTo('not/absolute'), 'not/absolute');
    assert.equal(realPath(at('srv', 'chain')), at('disk', 'deep'));
    assert.equal(realPath(at('srv', 'chain', 'absent')), at('srv', 'chain', 'absent'));
  });

  it('may lead to nothing', () => {
    const broken = { link: at('srv', 'broken'), target: at('away', 'tree') };
    assert.deepEqual(brokenLink(at('srv', 'broken')), broken);
    assert.deepEqual(brokenLink(at('srv', 'broken', 'x')), broken);
    assert.equal(brokenLink(at('srv', 'absolute', 'absent')), null);
    assert.equal(brokenLink(at('srv', 'absent')), null);
    assert.equal(brokenLink(at('srv', 'loop'))?.link, at('srv', 'loop'));
  });

  const mount = (folder: string) => ({ folder, device: '8:9', type: 'ext4', readOnly: false });
  it('lie on the disk that they lead to', () => {
    const disk = mount(at('disk'));
    assert.equal(mountOf(at('srv', 'chain', 'tree'), [mount('/'), disk, mount(at('srv'))]), disk);
  });

  it('miss the disk that they lead to, and that of a link', () => {
    const fstab = (folder: string) => `UUID=1 ${folder} ext4 defaults`;
    const missing = (path: string, folder: string, ...mounted: string[]) =>
      unmounted(
        at(path),
        fstab(at(folder)),
        mounted.map((one) => mount(at(one))),
      );
    assert.equal(missing('srv/broken', 'away'), at('away'));
    assert.equal(missing('srv/absolute/deep', 'disk'), at('disk'));
    assert.equal(missing('srv/absolute/deep', 'srv'), at('srv'));
    assert.equal(missing('srv/absolute/deep', 'disk', 'disk'), null);
    // What fstab calls by a link is mounted where that leads.
    assert.equal(missing('srv/absolute/deep', 'srv/absolute', 'disk'), null);
    assert.equal(missing('srv/absolute/deep', 'srv/absolute'), at('srv/absolute'));
    assert.equal(missing('disk/deep', 'srv/absolute'), at('srv/absolute'));
    assert.equal(missing('srv/absolute/deep', 'srv/chain'), at('srv/chain'));
    assert.equal(missing('disk', 'srv/chain'), null);
    // What is mounted deeper would be hidden by it; another disk there is not on the way.
    assert.equal(missing('disk/deep/tree', 'disk', 'disk/deep'), null);
    assert.equal(missing('disk/deep/tree', 'disk', 'disk/deep/tree'), null);
    assert.equal(missing('disk/deep', 'disk', 'disk/deep/tree'), at('disk'));
  });
});
