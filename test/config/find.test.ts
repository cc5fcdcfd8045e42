import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { findConfig, systemConfigFile } from '../../src/config/find.ts';

const home = mkdtempSync(path.join(tmpdir(), 'backupmon-find-'));
after(() => rmSync(home, { recursive: true }));

function place(...folders: string[]): string {
  const folder = path.join(home, ...folders, 'backupmon');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, '');
  return file;
}
const inXdg = place('xdg');
const inHome = place('user', '.config');
const env = { XDG_CONFIG_HOME: path.join(home, 'xdg'), HOME: path.join(home, 'user') };

describe('findConfig', () => {
  const cases = [
    {
      name: 'the flag wins, even when absent',
      flag: 'no/such.yaml',
      env: { ...env, BACKUPMON_CONFIG: '/b' },
      uid: 1000,
      found: 'no/such.yaml',
    },
    {
      name: 'then the variable, even when absent',
      env: { ...env, BACKUPMON_CONFIG: '/no/such' },
      uid: 1000,
      found: '/no/such',
    },
    {
      name: 'an empty variable is none',
      env: { ...env, BACKUPMON_CONFIG: '' },
      uid: 1000,
      found: inXdg,
    },
    { name: "then the user's own", env, uid: 1000, found: inXdg },
    {
      name: 'which is below ~/.config by default',
      env: { HOME: env.HOME },
      uid: 1000,
      found: inHome,
    },
    {
      name: 'a relative XDG_CONFIG_HOME is ignored',
      env: { ...env, XDG_CONFIG_HOME: 'xdg' },
      uid: 1000,
      found: inHome,
    },
    {
      name: 'but not when it does not exist',
      env: { XDG_CONFIG_HOME: path.join(home, 'none') },
      uid: 1000,
      found: systemConfigFile,
    },
    { name: 'and never for root', env, uid: 0, found: systemConfigFile },
    { name: "else the system's", env: {}, uid: 1000, found: '/etc/backupmon/config.yaml' },
  ];
  for (const { name, flag, env: variables, uid, found } of cases) {
    it(name, () => assert.equal(findConfig(flag, variables, uid), found));
  }
});
