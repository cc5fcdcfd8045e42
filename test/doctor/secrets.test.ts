/** Passwords and keys: the user that scans has to read them, and nobody else may. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Finding } from '../../src/core/finding.ts';
import type { Others } from '../../src/doctor/rights/grants.ts';
import { judgeSecret, type SecretFacts } from '../../src/doctor/notifications/secret.ts';
import { asUser, scannerOf } from './as-user.ts';
import { assertWhole, lookWith, scanner, told } from './support.ts';

const toAll: Others = { all: true, text: 'everybody on this machine', words: ['chmod', 'o-rwx'] };
const toGroup: Others = { all: false, text: 'the group users', words: ['chmod', 'g-rwx'] };
const facts: SecretFacts = {
  path: '/etc/p',
  what: 'the password for mail',
  mode: { uid: 0 },
  refusal: null,
  closed: null,
  kind: 'file',
  others: null,
  stranger: null,
};
const ofOwn = { uid: scanner.uid };
const password = '/etc/p, the password for mail,';

describe('a file with a password', () => {
  const cases: readonly (readonly [string, Partial<SecretFacts>, string[]])[] = [
    ['is in order', {}, []],
    [
      'may be read by all: the user that scans keeps it',
      { others: toAll },
      [
        `warning ${password} may be read or written by everybody on this machine`,
        '$ chown backupmon /etc/p && chmod u+r /etc/p && chmod o-rwx /etc/p',
      ],
    ],
    [
      'may be read by a group, and belongs to the user that scans',
      { mode: ofOwn, others: toGroup },
      [`warning ${password} may be read or written by the group users`, '$ chmod g-rwx /etc/p'],
    ],
    [
      'belongs to somebody else, who keeps it',
      { mode: { uid: 33 }, stranger: 'www-data', others: toGroup },
      [
        `warning ${password} belongs to www-data, who is neither root nor backupmon, who scans`,
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      ],
    ],
    [
      'belongs to somebody else, and may be read by all',
      { mode: { uid: 33 }, stranger: 'www-data', others: toAll },
      [
        `warning ${password} belongs to www-data, who is neither root nor backupmon, who scans`,
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
        `warning ${password} may be read or written by everybody on this machine`,
        '$ setfacl -m u:backupmon:r /etc/p && chmod o-rwx /etc/p',
      ],
    ],
    [
      'may not be read, and is root’s',
      { refusal: 'EACCES' },
      [
        `critical ${password} may not be read by backupmon, who scans`,
        '$ chown backupmon /etc/p && chmod u+r /etc/p',
      ],
    ],
    [
      'may not be read by its owner',
      { refusal: 'EACCES', mode: ofOwn },
      [`critical ${password} may not be read by backupmon, who scans`, '$ chmod u+r /etc/p'],
    ],
    [
      'may not be read, and is somebody else’s',
      { refusal: 'EACCES', mode: { uid: 33 }, stranger: 'www-data' },
      [
        `critical ${password} may not be read by backupmon, who scans`,
        '$ setfacl -m u:backupmon:r /etc/p',
      ],
    ],
    [
      'lies in a folder that may not be entered',
      { refusal: 'EACCES', closed: '/etc', mode: null },
      [
        `critical ${password} may not be read by backupmon, who scans: he may not enter /etc`,
        '$ setfacl -m u:backupmon:x /etc',
      ],
    ],
    [
      'is a folder',
      { kind: 'other' },
      [`critical ${password} is no file`, '$ ${EDITOR:-vi} /etc/backupmon/config.yaml'],
    ],
    [
      'is a pipe without a writer',
      { kind: 'silent' },
      [
        `critical ${password} is a pipe, and nobody has written into it`,
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      ],
    ],
    [
      'is empty',
      { kind: 'empty' },
      [`critical ${password} is empty`, '$ install -o backupmon -m 0400 /dev/stdin /etc/p'],
    ],
    [
      'is a link that leads to itself',
      { mode: null, refusal: 'ELOOP' },
      [
        `critical ${password} cannot be reached (ELOOP)`,
        '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      ],
    ],
    [
      'is absent',
      { mode: null, refusal: 'ENOENT' },
      [`critical ${password} does not exist`, '$ install -o backupmon -m 0400 /dev/stdin /etc/p'],
    ],
  ];
  for (const [title, changes, expected] of cases) {
    it(title, () => {
      const found = judgeSecret({ ...facts, ...changes }, lookWith());
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }
});

const skip = process.getuid?.() === 0 ? false : 'skipped, because only root can give files away';
const OWN = 61_301;
const STRANGER = 61_302;

describe('a file with a password, as it lies there', { skip }, () => {
  function secretIn(owner: number, group: number, bits: number): { folder: string; path: string } {
    const root = mkdtempSync(join(tmpdir(), 'backupmon-secrets-'));
    after(() => rmSync(root, { recursive: true }));
    chmodSync(root, 0o755);
    const folder = join(root, 'etc');
    mkdirSync(folder);
    const path = join(folder, 'password');
    writeFileSync(path, 'secret');
    chownSync(path, owner, group);
    chmodSync(path, bits);
    return { folder, path };
  }

  /** In a process of the user that scans. */
  function examined(path: string, isVisited = true): Finding[] {
    const yaml = `defaults: { schedule: '0 20 * * *' }\nagents: { paris: { databases: [a] } }\nnotifications:\n  email: { smtp: { host: mail.example.org, user: me, password_file: ${path} }, from: a@example.org, to: [b@example.org] }\n`;
    const script = `
      const { examineSecrets } = await import('../../src/doctor/notifications/secrets.ts');
      const { configWith, lookWith } = await import('./support.ts');
      const { accountsOf } = await import('../../src/doctor/rights/accounts.ts');
      const { machineAt } = await import('../../src/doctor/machine.ts');
      const [scanner, yaml, isVisited] = given;
      const machine = machineAt();
      const look = lookWith({ scanner, machine, accounts: accountsOf(machine), config: configWith(yaml) });
      console.log(JSON.stringify(await examineSecrets(look, { credentials: [], service: null, isUnsure: false, sawAll: true, isVisited })));`;
    const found = asUser(OWN, script, [scannerOf(OWN), yaml, isVisited]);
    assertWhole(found);
    return found;
  }

  /** First that he can read it, then that others cannot. */
  const mended = (path: string): string[] => {
    for (let turn = 0; turn < 2; turn += 1)
      for (const { mend } of examined(path))
        assert.equal(spawnSync('sh', ['-c', mend ?? 'false']).status, 0, mend ?? '');
    return told(examined(path));
  };

  it('can be read as the documentation makes it', () => {
    const { path } = secretIn(0, OWN, 0o640);
    assert.deepEqual(told(examined(path)), []);
  });

  for (const [title, owner, group, bits] of [
    ['all', 0, 0, 0o644],
    ['a group, which nobody is in', 0, STRANGER, 0o660],
    ['all, although it belongs to the user that scans', OWN, OWN, 0o604],
    ['nobody but root', 0, 0, 0o600],
  ] as const)
    it(`that may be read by ${title}, is mended by what is told`, () => {
      const { path } = secretIn(owner, group, bits);
      assert.equal(examined(path).length, 1);
      assert.deepEqual(mended(path), []);
    });

  it('in a folder that may not be entered, is mended by what is told', () => {
    const { path, folder } = secretIn(OWN, OWN, 0o400);
    chmodSync(folder, 0o700);
    assert.match(examined(path)[0]?.message ?? '', /he may not enter \S+etc$/u);
    assert.deepEqual(mended(path), []);
  });

  it('that belongs to somebody else, stays his', (test) => {
    const { path, folder } = secretIn(STRANGER, 100, 0o660);
    chownSync(folder, STRANGER, 100);
    if (spawnSync('setfacl', ['-m', `u:${OWN}:r`, path]).status !== 0) {
      test.skip('skipped, because setfacl does not work here');
      return;
    }
    const whose = `belongs to uid ${STRANGER}, who is neither root nor ${OWN}, who scans`;
    assert.deepEqual(
      told(examined(path)).filter((line) => !line.startsWith('$')),
      [
        `warning ${path}, the password for mail, ${whose}`,
        `warning ${folder}, above ${path}, ${whose}`,
      ],
    );
  });

  it('that is a pipe, has a writer', () => {
    const { path, folder } = secretIn(0, OWN, 0o640);
    const pipe = join(folder, 'pipe');
    spawnSync('mkfifo', ['-m', '0640', pipe]);
    chownSync(pipe, OWN, OWN);
    assert.deepEqual(told(examined(pipe)), []);
    assert.match(examined(pipe, false)[0]?.message ?? '', /is a pipe, and nobody has written/u);
    assert.deepEqual(told(examined(path, false)), []);
  });
});
