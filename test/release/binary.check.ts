/** dist/backupmon, copied to the smallest Debian systems: no Node, no npm, no network, and not all libraries that Node is linked with. */
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { builtBinary, cannotBuild } from '../support/binary.ts';
import { tool } from '../support/real-dumps.ts';
import { cannotMake, Debian, releases, type Options, type Release } from './debian.ts';
import { configuration, deposit, jobsIn } from './deposits.ts';

const unbuilt = cannotBuild();
const skip = unbuilt === false ? cannotMake() : unbuilt;

/** What a stranger would like to be loaded: it leaves a mark where it is. */
const trap = `#include <fcntl.h>
__attribute__((constructor)) static void loaded(void) { creat("/srv/loaded", 0666); }`;

/** Of the user's home too. */
const readOnlyHome = 'mount --bind home home && mount -o remount,bind,ro home';
const noexec = (folder: string): string => `mount -t tmpfs -o noexec,mode=1777 tmpfs ${folder}`;
const together = (...mounts: string[]): Options => ({ user: 'anna', before: mounts.join(' && ') });

function systemWith(release: Release): Debian {
  const system = new Debian(release);
  copyFileSync(builtBinary(), system.path('usr/bin/backupmon'));
  for (const user of ['anna', 'mallory']) system.done(`useradd --create-home ${user}`);
  return system;
}

/** A small installation below a folder, owned by a user: database, a scan with a real dump, and what is told of it, which is returned. */
function whole(system: Debian, owner: string, options: Options = {}): string {
  const place = `/srv/${owner}-${Math.random().toString(36).slice(2)}`;
  deposit(system.write, `${place}/deposits`);
  system.write(
    `${place}/config.yaml`,
    configuration(`${place}/state`, `${place}/deposits`, `${place}/validated`),
  );
  system.done(`mkdir ${place}/state && chown -R ${owner} ${place}`);
  const run = (argv: string): string =>
    system.done(`backupmon --config ${place}/config.yaml ${argv}`, options);
  assert.match(run('init-db'), /^made /u);
  run('scan');
  const [found = ''] = jobsIn(run('status --json'));
  assert.match(found, /^paris\/compta SUCCESS /u);
  assert.equal(system.done(`find ${place} ! -user ${owner}`), '');
  return found;
}

const addonFolder = (system: Debian): string => system.path('root/.cache/backupmon');

for (const release of releases)
  describe(`on ${release} with nothing but the base`, { skip }, () => {
    let system: Debian;
    before(() => {
      system = systemWith(release);
    });
    after(() => system.remove());

    it('has no libatomic, which Node is linked with, and no Node', () => {
      assert.equal(system.run('ls /usr/lib/*/libatomic.so.1').out, '');
      assert.equal(system.run('command -v node').code, 127);
    });

    it('says its version', () => {
      assert.match(system.done('backupmon --version'), /^\d+\.\d+\.\d+$/u);
    });

    it('works for root', () => {
      whole(system, 'root');
    });

    // It runs in a process of its own that may not write files.
    it("makes SQLite's own check", () => {
      assert.equal(whole(system, 'root'), 'paris/compta SUCCESS complete');
    });

    it('works for a user', () => {
      whole(system, 'anna', { user: 'anna' });
      assert.match(system.done('ls /home/anna/.cache/backupmon'), /^sqlite-[0-9a-f]{16}\.node$/u);
    });

    it('writes its addon once', () => {
      const file = '/home/anna/.cache/backupmon/*.node';
      const written = system.done(`stat -c '%i %Y' ${file}`);
      whole(system, 'anna', { user: 'anna' });
      assert.equal(system.done(`stat -c '%i %Y' ${file}`), written);
    });

    it('works with a home that cannot be written', () => {
      system.done('rm -r /home/anna/.cache');
      whole(system, 'anna', together(readOnlyHome));
      assert.equal(system.has('home/anna/.cache'), false);
      system.done('rm -r /tmp/backupmon-*');
    });

    it('works where nothing in /tmp may be executed', () => {
      whole(system, 'anna', together(readOnlyHome, noexec('tmp')));
      assert.match(system.done('ls /var/tmp/backupmon-*'), /^sqlite-[0-9a-f]{16}\.node$/u);
      system.done('rm -r /var/tmp/backupmon-*');
    });

    it('says what stood against each place where nothing may be executed anywhere', () => {
      const folders = ['tmp', 'var/tmp', 'dev/shm'].map(noexec);
      system.write(
        'srv/config.yaml',
        configuration('/srv/state', '/srv/deposits', '/srv/validated'),
      );
      system.done('install -d -o anna /srv/state /srv/validated');
      const line = 'backupmon --config /srv/config.yaml init-db';
      const { code, out, err } = system.run(line, together(readOnlyHome, ...folders));
      assert.deepEqual([code, out], [3, '']);
      assert.match(
        err,
        /cannot be unpacked anywhere \(.*\/home\/anna\/\.cache\/backupmon: .*\/tmp\/backupmon-\d+: /u,
      );
    });

    it('uses nothing that a stranger has put where its own copy would lie', () => {
      const uid = system.done('id -u anna');
      const [name = ''] = readdirSync(addonFolder(system));
      const library = join(system.root, 'home/mallory/trap.so');
      tool('cc', ['-shared', '-fPIC', '-xc', '-o', library, '-'], trap);
      const place = `/tmp/backupmon-${uid}`;
      const placed: readonly string[] = [
        `mkdir -m 0777 ${place} && cp ~/trap.so ${place}/${name}`,
        `mkdir -p /tmp/lair && cp ~/trap.so /tmp/lair/${name} && ln -s /tmp/lair ${place}`,
        `touch ${place}`,
      ];
      system.done('chmod 1777 /srv /tmp && chown mallory /home/mallory/trap.so');
      for (const line of placed) {
        system.done(line, { user: 'mallory' });
        const there = system.done('find /tmp -printf "%p %i %s %u %m %l %T@\\n" | sort');
        whole(system, 'anna', together(readOnlyHome));
        assert.equal(system.done('find /tmp -printf "%p %i %s %u %m %l %T@\\n" | sort'), there);
        assert.equal(system.has('srv/loaded'), false, line);
        system.done(`rm -r ${place} /var/tmp/backupmon-*`);
      }
      // It would have left its mark.
      system.done('LD_PRELOAD=/home/mallory/trap.so /bin/true');
      assert.equal(system.has('srv/loaded'), true);
    });
  });
