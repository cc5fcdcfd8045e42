/** The package for Debian: what is in it, and what it does when it is installed, upgraded, removed and purged. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import { takeLock } from '../../src/db/lock.ts';
import { toFirstSchema } from '../support/first-schema.ts';
import { isInstalled, tool } from '../support/real-dumps.ts';
import { cannotMake, Debian, releases } from './debian.ts';
import { configuration, deposit, jobsIn } from './deposits.ts';
import { cannotPack, installed, packed } from './package.ts';

const unpacked = cannotPack();
const cannot = unpacked === false ? cannotMake() : unpacked;
const NOBODY = '65534';

const base = mkdtempSync(join(tmpdir(), 'backupmon-packages-'));
chmodSync(base, 0o755);
after(() => rmSync(base, { recursive: true }));
const made = (name: string): string => {
  mkdirSync(join(base, name));
  chmodSync(join(base, name), 0o777);
  return join(base, name);
};
let file: string;
before(() => {
  if (unpacked === false) file = packed(made('first'));
});

describe('the package', { skip: unpacked }, () => {
  const withoutLintian = !isInstalled('lintian') && 'skipped, because lintian is not installed';
  it('has nothing that lintian objects to', { skip: withoutLintian }, () => {
    const { stdout, status } = spawnSync('lintian', ['--allow-root', '--fail-on=error', file], {
      encoding: 'utf8',
    });
    assert.deepEqual([status, stdout], [0, '']);
  });

  const notRoot = process.getuid?.() !== 0 && 'skipped, because only root can become somebody else';
  it('is the same, byte by byte, whoever builds it', { skip: notRoot }, () => {
    const other = packed(made('other'), {
      prefix: [
        'setpriv',
        `--reuid=${NOBODY}`,
        `--regid=${NOBODY}`,
        '--clear-groups',
        'sh',
        '-c',
        'umask 077; exec "$@"',
        'sh',
      ],
      env: { TZ: 'Asia/Tokyo', LC_ALL: 'C', HOME: '/nonexistent' },
    });
    assert.ok(readFileSync(other).equals(readFileSync(file)));
  });

  it('says where each part that it brings along comes from, and under which licence', () => {
    const text = tool('sh', [
      '-c',
      `dpkg-deb --fsys-tarfile "$0" | tar -xO ./usr/share/doc/backupmon/copyright`,
      file,
    ]).toString();
    const stanzas = text.split('\n\n');
    for (const part of [
      'better-sqlite3',
      'node-addon-api',
      'zod',
      'V8',
      'OpenSSL',
      'ICU',
      'SQLite',
    ])
      assert.ok(
        stanzas.some(
          (stanza) => stanza.startsWith('Files: ') && stanza.includes(`\nComment: ${part}`),
        ),
        part,
      );
    // Every name stands for a text.
    const names = [...text.matchAll(/^License: (.+)$/gmu)].map(([, name = '']) => name);
    for (const name of new Set(names))
      assert.ok(
        stanzas.some((stanza) => stanza.startsWith(`License: ${name}\n `)),
        name,
      );
  });
});

let second: string | undefined;

for (const release of releases)
  describe(`on ${release}`, { skip: cannot }, () => {
    let system: Debian;
    before(() => {
      second ??= packed(made('second'), { version: '99.0.0' });
      system = new Debian(release);
    });
    after(() => system.remove());

    const links = '/etc/systemd/system/timers.target.wants/backupmon-scan.timer';
    const config = '/etc/backupmon/config.yaml';
    const status = (): string => system.done("dpkg-query -W -f='${db:Status-Status}' backupmon");
    const counted = (): string => system.done('find /srv /var/lib/backupmon -type f | sort');

    it('is installed with little, and says nothing', () => {
      assert.equal(installed(system, file), '');
      assert.equal(status(), 'installed');
      assert.equal(system.run('command -v systemctl').code, 127);
      assert.match(system.done('backupmon --version'), /^\d+\.\d+\.\d+$/u);
      assert.equal(system.done('dpkg --verify backupmon'), '');
    });

    it('makes a user that nobody can log in as, and folders that are its own', () => {
      assert.match(
        system.done('getent passwd backupmon'),
        /^backupmon:x:\d+:\d+:[^:]*:\/var\/lib\/backupmon:\/usr\/sbin\/nologin$/u,
      );
      assert.equal(system.rights('/var/lib/backupmon'), '2750 backupmon:backupmon');
      assert.equal(system.rights('/var/cache/backupmon'), '700 backupmon:backupmon');
      assert.equal(system.rights('/etc/backupmon'), '750 root:backupmon');
      assert.equal(system.rights(config), '640 root:backupmon');
    });

    it('has a configuration that is valid, and enables no timer', () => {
      assert.match(system.done('backupmon check-config'), /: valid, /u);
      assert.equal(system.run(`test -L ${links}`).code, 1);
      assert.equal(system.run('test -e /etc/cron.d/backupmon').code, 1);
    });

    it('scans as it is meant to be used', () => {
      deposit(system.write, '/srv/deposits');
      system.done('install -d -o backupmon -g backupmon -m 0750 /srv/validated');
      system.write(
        'etc/backupmon/config.yaml',
        configuration('/var/lib/backupmon', '/srv/deposits', '/srv/validated'),
      );
      assert.equal(system.rights(config), '640 root:backupmon');
      system.done('chown -R backupmon /srv/deposits');
      system.done('backupmon init-db');
      system.done('backupmon scan');
      assert.match(
        jobsIn(system.done('backupmon status --json')).join(),
        /^paris\/compta SUCCESS /u,
      );
      assert.equal(system.rights('/var/lib/backupmon/backupmon.db'), '640 backupmon:backupmon');
      // As `systemctl enable` does it.
      system.done(
        `ln -s /usr/lib/systemd/system/backupmon-scan.timer ${links} 2>/dev/null || { mkdir -p $(dirname ${links}); ln -s /usr/lib/systemd/system/backupmon-scan.timer ${links}; }`,
      );
    });

    it('is upgraded: configuration, rights, database and backups stay', () => {
      system.done('chgrp daemon /etc/backupmon');
      system.done(`dpkg-statoverride --update --add root root 0600 ${config}`);
      const [kept, there] = [system.read('etc/backupmon/config.yaml'), counted()];
      assert.equal(installed(system, second ?? ''), '');
      assert.equal(system.read('etc/backupmon/config.yaml'), kept);
      assert.equal(system.rights(config), '600 root:root');
      assert.equal(system.rights('/etc/backupmon'), '750 root:daemon');
      system.done(`dpkg-statoverride --remove ${config} && chmod 0640 ${config}`);
      system.done(`chgrp backupmon /etc/backupmon ${config}`);
      assert.equal(counted(), there);
      assert.equal(system.has(links) || system.run(`test -L ${links}`).code === 0, true);
    });

    const older = (): void => {
      const db = new SqliteDatabase(system.path('var/lib/backupmon/backupmon.db'));
      db.exec(toFirstSchema);
      db.close();
      system.done('chown -R backupmon:backupmon /var/lib/backupmon');
      assert.match(system.run('backupmon status').err, /older/u);
    };

    it('brings an older database up to date', () => {
      older();
      // Of the commands before.
      system.done('rm -rf /root/.cache');
      assert.equal(installed(system, file), '');
      assert.equal(system.done('find /var/lib/backupmon /srv/validated ! -user backupmon'), '');
      assert.equal(system.has('root/.cache'), false);
      const { code, out } = system.run('backupmon status --json');
      assert.match(`${code} ${jobsIn(out).join()}`, /^0 paris\/compta SUCCESS /u);
    });

    it('marks no folder as the tree when it does so', () => {
      older();
      system.done('mv /srv/validated/.backupmon /srv');
      assert.equal(installed(system, second ?? ''), '');
      assert.match(system.run('backupmon status').out, /paris\/compta/u);
      assert.equal(system.has('srv/validated/.backupmon'), false);
      system.done('mv /srv/.backupmon /srv/validated');
    });

    it('is installed where the database cannot be brought up to date, and says why', () => {
      older();
      const scan = takeLock(system.path('var/lib/backupmon/backupmon.db'), 0);
      assert.match(
        installed(system, file),
        /^backupmon: the database could not be brought up to date, .*`backupmon init-db` .*a scan is running/u,
      );
      scan?.release();
      system.done('backupmon init-db');
    });

    it('is removed: configuration, database, backups and user stay', () => {
      const there = counted();
      system.done('apt-get remove --yes backupmon');
      assert.equal(status(), 'config-files');
      assert.equal(system.has('usr/bin/backupmon'), false);
      assert.equal(system.has('etc/backupmon/config.yaml'), true);
      assert.equal(counted(), there);
      assert.equal(system.run('getent passwd backupmon').code, 0);
    });

    it('is installed again, and goes on', () => {
      assert.equal(installed(system, file), '');
      assert.match(
        jobsIn(system.done('backupmon status --json')).join(),
        /^paris\/compta SUCCESS /u,
      );
      assert.equal(system.run(`test -e ${links}`).code, 0);
    });

    it('is purged: configuration and cache go, database and backups stay', () => {
      const there = counted();
      const { code, err } = system.run('apt-get purge --yes backupmon');
      assert.equal(code, 0);
      assert.match(err, /^backupmon: \/var\/lib\/backupmon was kept, and so were all backups/mu);
      for (const path of ['etc/backupmon', 'var/cache/backupmon'])
        assert.equal(system.has(path), false, path);
      assert.equal(system.run(`test -L ${links}`).code, 1);
      assert.equal(counted(), there);
      assert.equal(system.run('getent passwd backupmon').code, 0);
    });

    it('takes the database along if that is asked for, and nothing else', () => {
      installed(system, file);
      const state = '/var/lib/backupmon';
      const others = ['notes.txt', 'validated/paris/dump.sql', 'backupmon.db.old'];
      for (const name of others) system.write(`${state}/${name}`, 'mine');
      const more = [
        'backupmon.db-wal',
        'backupmon.db.20261101T120000Z.bak',
        'backupmon.db.20261101T120000Z-2.bak-wal',
      ];
      for (const name of more) system.write(`${state}/${name}`, '');
      const backups = system.done('find /srv -type f | sort');
      system.done(
        "echo 'backupmon backupmon/purge-database boolean true' | debconf-set-selections",
      );
      const { code, err } = system.run('apt-get purge --yes backupmon');
      assert.equal(code, 0);
      assert.match(err, /was kept/u);
      const left = system.done(`cd ${state} && find . -type f | sort`);
      assert.equal(
        left,
        others
          .map((name) => `./${name}`)
          .toSorted()
          .join('\n'),
      );
      assert.equal(system.done('find /srv -type f | sort'), backups);
    });

    it('leaves nothing behind where nothing was made', () => {
      system.done('rm -rf /var/lib/backupmon /srv/validated /root/.cache');
      installed(system, file);
      assert.doesNotMatch(system.run('apt-get purge --yes backupmon').err, /backupmon:/u);
      const left = system.done(
        "find / -xdev -name '*backupmon*' ! -path '/proc/*' ! -path '/tmp/*' ! -path '/var/log/*' ! -path '/var/lib/dpkg/*'",
      );
      assert.equal(left, '');
    });
  });
