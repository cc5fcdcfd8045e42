import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { handsOf } from '../../src/doctor/hands.ts';
import { nasty } from '../render/hostile.ts';

const folder = mkdtempSync(join(tmpdir(), 'backupmon-hands-'));
after(() => rmSync(folder, { recursive: true }));

const sh = (command: string): string => {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  assert.equal(status, 0, `${command}: ${stderr}`);
  return stdout;
};

describe('commands', () => {
  const root = handsOf('/srv/a b.yaml', true);
  const user = handsOf(null, false);

  it('name the configuration where it has to be named', () => {
    assert.equal(root.own('init-db'), "backupmon --config '/srv/a b.yaml' init-db");
    assert.equal(user.own('scan', '-v'), 'backupmon scan -v');
  });

  it('become root where they need it, each for itself', () => {
    const commands = [
      ['chgrp', 'x', '/a'],
      ['chmod', 'g+r', '/a'],
    ] as const;
    assert.equal(root.root(...commands), 'chgrp x /a && chmod g+r /a');
    assert.equal(user.root(...commands), 'sudo chgrp x /a && sudo chmod g+r /a');
    assert.equal(user.write('/etc/x', ['a']), String.raw`printf '%s\n' a | sudo tee /etc/x`);
    assert.equal(user.save('/etc/x', 'files', 'y'), 'backupmon files y | sudo tee /etc/x');
    assert.equal(user.edit('/etc/x', 7), 'sudoedit /etc/x');
    assert.equal(root.edit('/etc/x', 7), '${EDITOR:-vi} +7 /etc/x');
  });

  it('mean what they say, whatever a name holds', () => {
    // No argument of a program can hold NUL.
    for (const name of Object.values(nasty).filter((text) => !text.includes('\0')))
      assert.equal(sh(root.root(['printf', '%s', name])), name.toWellFormed());
  });

  it('write lines as they are', () => {
    const lines = [
      '*/10 * * * * root /usr/bin/backupmon scan',
      'PATH="$HOME"',
      String.raw`a\nb %d`,
    ];
    const path = join(folder, "it's");
    sh(root.write(path, lines));
    assert.equal(readFileSync(path, 'utf8'), `${lines.join('\n')}\n`);
  });

  it('call the program as it can be called', () => {
    const by = (...program: string[]): string => handsOf(null, true, { program }).own('scan');
    assert.equal(by('/usr/bin/backupmon'), 'backupmon scan');
    assert.equal(by('/opt/my tools/backupmon'), "'/opt/my tools/backupmon' scan");
    assert.equal(by('/usr/bin/node', '/x/main.js'), '/usr/bin/node /x/main.js scan');
    const { save } = handsOf(null, true, { program: ['/opt/backupmon'] });
    assert.equal(save('/etc/x', 'files', 'y'), '/opt/backupmon files y > /etc/x');
  });

  describe('of programs that are not there', () => {
    const on = (...installed: string[]) =>
      handsOf(null, false, {
        find: (name) => (installed.includes(name) ? `/usr/bin/${name}` : null),
      }).root;
    const commands = [
      ['setfacl', '-m', 'x', '/a'],
      ['setfacl', '-m', 'x', '/b'],
    ] as const;

    for (const [manager, install] of [
      ['apt-get', 'apt-get install -y'],
      ['dnf', 'dnf install -y'],
      ['zypper', 'zypper install -y'],
      ['apk', 'apk add'],
      ['pacman', 'pacman -S'],
    ] as const) {
      it(`install them with ${manager}`, () =>
        assert.equal(
          on(manager)(...commands),
          `sudo ${install} acl && sudo setfacl -m x /a && sudo setfacl -m x /b`,
        ));
    }

    it('install them at once', () =>
      assert.equal(
        on('apt-get')(['setfacl', '-b', '/a'], ['fuser', '/a']),
        'sudo apt-get install -y acl psmisc && sudo setfacl -b /a && sudo fuser /a',
      ));

    it('do not say how where no package manager is known', () =>
      assert.equal(on()(['fuser', '/a']), 'sudo fuser /a'));

    it('install nothing that is there, or that every machine has', () => {
      assert.equal(on('apt-get', 'setfacl')(['setfacl', '-b', '/a']), 'sudo setfacl -b /a');
      assert.equal(on('apt-get')(['chmod', 'g+r', '/a']), 'sudo chmod g+r /a');
    });
  });
});
