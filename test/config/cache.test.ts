import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isTrusted } from '../../src/config/cache-files.ts';
import { readConfigCache, writeConfigCache } from '../../src/config/cache.ts';
import type { Environment } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/core/job.ts';

const home = mkdtempSync(path.join(tmpdir(), 'backupmon-cache-'));
after(() => rmSync(home, { recursive: true }));
const state = path.join(home, 'state');
const file = path.join(home, 'config.yaml');
const cache = path.join(state, 'config-cache.json');

const text = `deposits: /mnt/deposits
validated: /mnt/validated
database: ${state}/backupmon.db   # the state
defaults: { schedule: "0 20 * * *", labels: { city: douala } }
agents:
  a: { keep: 3, databases: [x, y] }
  b: { databases: { z: { schedule: every 24h, enabled: false }, w: } }
`;

async function load(env: Environment = {}): Promise<Config> {
  const loaded = await loadConfig(file, env);
  assert.ok(loaded.kind === 'ok', JSON.stringify(loaded));
  return loaded.config;
}

/** A configuration as old as it must be to be cached. */
async function cached(content = text, env: Environment = {}): Promise<Config> {
  writeFileSync(file, content);
  await wait(150);
  const config = await load(env);
  writeConfigCache(config, env, '1.0.0');
  return config;
}

beforeEach(() => {
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state, { mode: 0o750 });
});

describe('the cache of the configuration', () => {
  it('gives back what was loaded', async () => {
    const config = await cached();
    assert.deepEqual(readConfigCache(file, {}, '1.0.0'), config);
    assert.deepEqual(readConfigCache(path.relative(process.cwd(), file), {}, '1.0.0'), config);
  });

  it('leaves one file that others cannot change', async () => {
    await cached();
    assert.deepEqual(readdirSync(state), ['config-cache.json']);
    assert.equal(statSync(cache).mode & 0o777, 0o640);
  });

  it('writes shared rules once', async () => {
    await cached();
    assert.equal(
      readFileSync(cache, 'utf8').split('"settle"').length - 1,
      2 + 3,
      'two agents, three sets of rules',
    );
  });

  it('is absent at first, and for a file that is not there', () => {
    writeFileSync(file, text);
    assert.equal(readConfigCache(file, {}, '1.0.0'), null);
    assert.equal(readConfigCache(path.join(home, 'none'), {}, '1.0.0'), null);
    assert.equal(readConfigCache(home, {}, '1.0.0'), null);
  });

  const databases = [
    `"${state}/b.db"`,
    `'${state}/b.db' # c`,
    `${state}/b.db\r`,
    `${state}/sub/../b.db`,
  ];
  for (const written of databases) {
    it(`finds the state folder in database: ${JSON.stringify(written.replace(state, ''))}`, async () => {
      mkdirSync(path.join(state, 'sub'));
      const config = await cached(text.replace(/^database: .*/m, `database: ${written}`));
      assert.deepEqual(readConfigCache(file, {}, '1.0.0'), config);
    });
  }

  it('is not found where the guess fails, and does no harm', async () => {
    await cached(text.replace(/^database: (\S+).*/m, 'database:\n  $1'));
    assert.ok(existsSync(cache));
    assert.equal(readConfigCache(file, {}, '1.0.0'), null);
  });

  it('survives a database that can be no path', () => {
    writeFileSync(file, 'database: /a\0b/c.db\n');
    assert.equal(readConfigCache(file, {}, '1.0.0'), null);
  });

  it('does not hold for another program, environment or file', async () => {
    await cached();
    assert.equal(readConfigCache(file, {}, '1.0.1'), null);
    for (const name of ['DEPOSITS', 'VALIDATED', 'TIMEZONE', 'SITE']) {
      assert.equal(readConfigCache(file, { [`BACKUPMON_${name}`]: '/x' }, '1.0.0'), null, name);
    }
    assert.notEqual(
      readConfigCache(file, { BACKUPMON_SITE: '', BACKUPMON_CONFIG: 'x' }, '1.0.0'),
      null,
    );
    const copy = path.join(home, 'copy.yaml');
    writeFileSync(copy, text);
    assert.equal(readConfigCache(copy, {}, '1.0.0'), null);
  });

  it('follows the database that the environment names', async () => {
    const elsewhere = path.join(state, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o750 });
    const env = { BACKUPMON_DATABASE: path.join(elsewhere, 'b.db') };
    const config = await cached(text, env);
    assert.deepEqual(readdirSync(elsewhere), ['config-cache.json']);
    assert.deepEqual(readConfigCache(file, env, '1.0.0'), config);
    assert.equal(readConfigCache(file, {}, '1.0.0'), null);
  });

  it('depends on the credentials folder only where the configuration names it', async () => {
    const env = { CREDENTIALS_DIRECTORY: '/run/credentials/b' };
    await cached(text, env);
    assert.notEqual(readConfigCache(file, {}, '1.0.0'), null);
    const mail =
      'notifications: { email: { smtp: { host: h, password_file: "${CREDENTIALS_DIRECTORY}/p" }, from: a@b.c, to: [a@b.c] } }\n';
    const config = await cached(text + mail, env);
    assert.equal(
      config.notifications.email?.server.kind === 'smtp' &&
        config.notifications.email.server.passwordFile,
      '/run/credentials/b/p',
    );
    assert.deepEqual(readConfigCache(file, env, '1.0.0'), config);
    assert.equal(readConfigCache(file, {}, '1.0.0'), null);
  });

  it('ends with any change of the file, also one that keeps size and time', async () => {
    await cached();
    const { atime, mtime } = statSync(file);
    writeFileSync(file, text.replace('keep: 3', 'keep: 4'));
    utimesSync(file, atime, mtime);
    assert.equal(readConfigCache(file, {}, '1.0.0'), null);
  });

  it('ends when another file takes its place', async () => {
    await cached();
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    assert.equal(readConfigCache(file, {}, '1.0.0'), null);
  });

  it('is not written for a file that has changed since it was loaded', async () => {
    writeFileSync(file, text);
    const config = await load();
    writeFileSync(file, text.replace('keep: 3', 'keep: 4'));
    await wait(150);
    writeConfigCache(config, {}, '1.0.0');
    assert.deepEqual(readdirSync(state), []);
  });

  it('is not written for a file so young that its next change could look the same', async () => {
    const config = await load();
    chmodSync(file, 0o640); // moves ctime to this moment
    writeConfigCache(config, {}, '1.0.0');
    assert.deepEqual(readdirSync(state), []);
  });

  it('is not written for a configuration that did not come from a file', async () => {
    writeConfigCache({ ...(await load()) }, {}, '1.0.0');
    assert.deepEqual(readdirSync(state), []);
  });

  it('is silently not written where there is no state folder', async () => {
    const config = await load();
    rmSync(state, { recursive: true });
    writeConfigCache(config, {}, '1.0.0');
    assert.equal(existsSync(state), false);
  });

  const damages: Readonly<Record<string, () => void>> = {
    'writable by its group': () => chmodSync(cache, 0o660),
    'writable by others': () => chmodSync(cache, 0o642),
    'in a folder writable by its group': () => chmodSync(state, 0o770),
    'in a folder writable by others, sticky or not': () => chmodSync(state, 0o1757),
    'a link': () => {
      renameSync(cache, `${cache}.real`);
      symlinkSync(`${cache}.real`, cache);
    },
    'a folder': () => {
      rmSync(cache);
      mkdirSync(cache);
    },
    'cut short': () => truncateSync(cache, statSync(cache).size - 10),
    empty: () => truncateSync(cache, 0),
    'something else': () => writeFileSync(cache, 'hello'),
  };
  for (const [what, damage] of Object.entries(damages)) {
    it(`is ignored when it is ${what}`, async () => {
      await cached();
      assert.notEqual(readConfigCache(file, {}, '1.0.0'), null);
      damage();
      assert.equal(readConfigCache(file, {}, '1.0.0'), null);
    });
  }
});

describe('isTrusted', () => {
  const stats = (uid: number, mode: number): BigIntStats =>
    ({ uid: BigInt(uid), mode: BigInt(mode) }) as BigIntStats;
  const cases = [
    { name: "root's cache in root's folder", cache: 0, folder: 0, uid: 1000, trusted: true },
    {
      name: "the service's cache in its folder, read by root",
      cache: 990,
      folder: 990,
      uid: 0,
      trusted: true,
    },
    {
      name: "the service's cache in its folder, read by a reader",
      cache: 990,
      folder: 990,
      uid: 1000,
      trusted: true,
    },
    { name: "root's cache in our folder", cache: 0, folder: 1000, uid: 1000, trusted: true },
    { name: "a stranger's cache in root's folder", cache: 1001, folder: 0, uid: 0, trusted: false },
    {
      name: "a stranger's cache in the service's folder",
      cache: 1001,
      folder: 990,
      uid: 1000,
      trusted: false,
    },
    {
      name: "root's cache in a stranger's folder",
      cache: 0,
      folder: 1001,
      uid: 1000,
      trusted: false,
    },
    { name: "our cache in root's folder", cache: 1000, folder: 0, uid: 1000, trusted: false },
  ];
  for (const { name, cache: owner, folder, uid, trusted } of cases) {
    it(`${trusted ? 'trusts' : 'does not trust'} ${name}`, () => {
      assert.equal(isTrusted(stats(owner, 0o100640), stats(folder, 0o42750), uid), trusted);
    });
  }
});
