import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { replaceFile } from '../../src/files/replace.ts';
import { Trouble } from '../../src/files/trouble.ts';

const home = mkdtempSync(path.join(tmpdir(), 'backupmon-replace-'));
after(() => rmSync(home, { recursive: true }));
const folder = `${home}/folder`;
const file = `${folder}/backupmon.prom`;
const beside = `${folder}/.backupmon.prom.new`;

const prlimit = spawnSync('prlimit', ['--version']).status === 0;

/** @param code errno name */
const refuses = (target: string, code: string): void =>
  assert.throws(
    () => replaceFile(target, 'new', 0o644),
    (error) => error instanceof Trouble && error.code === code && error.path === target,
  );

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});

describe('a replaced file', () => {
  it('has the new content, and nothing lies beside it', () => {
    for (const content of ['one', '', 'é\n'.repeat(100_000)]) {
      replaceFile(file, content, 0o644);
      assert.equal(readFileSync(file, 'utf8'), content);
      assert.deepEqual(readdirSync(folder), ['backupmon.prom']);
    }
  });

  it('has the mode that was asked for, whatever the umask and the mode before', () => {
    const umask = process.umask(0o077);
    try {
      replaceFile(file, 'one', 0o644);
      assert.equal(statSync(file).mode & 0o7777, 0o644);
      chmodSync(file, 0o400);
      replaceFile(file, 'two', 0o644);
      assert.equal(statSync(file).mode & 0o7777, 0o644);
    } finally {
      process.umask(umask);
    }
  });

  it('is another file: who reads the old one reads it to its end', () => {
    replaceFile(file, 'one', 0o644);
    const before = statSync(file).ino;
    replaceFile(file, 'two', 0o644);
    assert.notEqual(statSync(file).ino, before);
  });

  it('is found by a name without a folder too', () => {
    const cwd = process.cwd();
    process.chdir(folder);
    try {
      replaceFile('here.prom', 'x', 0o644);
    } finally {
      process.chdir(cwd);
    }
    assert.deepEqual(readdirSync(folder), ['here.prom']);
  });
});

describe('what a killed run has left', () => {
  it('is removed', () => {
    writeFileSync(beside, 'half', { mode: 0o400 });
    replaceFile(file, 'whole', 0o644);
    assert.deepEqual(readdirSync(folder), ['backupmon.prom']);
    assert.equal(readFileSync(file, 'utf8'), 'whole');
  });

  it('is not followed where it is a link', () => {
    const victim = `${home}/victim`;
    writeFileSync(victim, 'kept');
    symlinkSync(victim, beside);
    replaceFile(file, 'whole', 0o644);
    assert.equal(readFileSync(victim, 'utf8'), 'kept');
    assert.deepEqual(readdirSync(folder), ['backupmon.prom']);
  });

  it('is trouble where it is a folder, and stays', () => {
    mkdirSync(beside);
    refuses(file, 'EISDIR');
    assert.deepEqual(readdirSync(folder), ['.backupmon.prom.new']);
  });
});

describe('a file that cannot be replaced', () => {
  it('stays, with nothing beside it: no folder', () => {
    refuses(`${folder}/absent/backupmon.prom`, 'ENOENT');
    writeFileSync(`${folder}/file`, 'kept');
    refuses(`${folder}/file/backupmon.prom`, 'ENOTDIR');
    assert.deepEqual(readdirSync(folder), ['file']);
  });

  it('stays: a folder', () => {
    mkdirSync(file);
    refuses(file, 'EISDIR');
    assert.deepEqual(readdirSync(folder), ['backupmon.prom']);
  });

  it('stays: a link', () => {
    symlinkSync('elsewhere', file);
    refuses(file, 'ELOOP');
    assert.equal(readlinkSync(file), 'elsewhere');
    assert.deepEqual(readdirSync(folder), ['backupmon.prom']);
  });

  it('stays: a device', () => {
    refuses('/dev/null', 'EEXIST');
    assert.ok(statSync('/dev/null').isCharacterDevice());
    assert.ok(!existsSync('/dev/.null.new'));
  });

  it(
    'stays as it was, with nothing beside it: no room for the new one',
    { skip: prlimit ? false : 'skipped, because prlimit is not installed' },
    () => {
      writeFileSync(file, 'old');
      // A limit of the process, where a disk would be full; without a listener the signal would end it.
      const script = `process.on('SIGXFSZ', () => {});
        const { replaceFile } = await import(${JSON.stringify(path.resolve('src/files/replace.ts'))});
        try { replaceFile(${JSON.stringify(file)}, 'x'.repeat(100_000), 0o644); }
        catch (error) { console.log(error.name, error.code, error.action); }`;
      const node = [process.execPath, '--input-type=module', '-e', script];
      const { stdout } = spawnSync('prlimit', ['--fsize=50000', ...node], { encoding: 'utf8' });
      assert.equal(stdout, 'Trouble EFBIG write\n');
      assert.equal(readFileSync(file, 'utf8'), 'old');
      assert.deepEqual(readdirSync(folder), ['backupmon.prom']);
    },
  );
});
