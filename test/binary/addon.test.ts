/** Where the native addon is unpacked, and what is loaded of what lies there: with files of a few bytes, and as another user. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { AddonProblem, loadAddon, type Addon } from '../../src/binary/addon.ts';
import { start } from '../support/start.ts';

const addon: Addon = { content: Buffer.from('the addon'), hash: '0123456789abcdef' };
const name = `sqlite-${addon.hash}.node`;
const uid = process.getuid?.() ?? 0;
const stranger = 12_345;
const root = uid === 0;
const needsRoot = !root && 'skipped, because only root can give files to another user';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'backupmon-test-')));
after(() => rmSync(base, { recursive: true }));

interface Loaded {
  readonly content: string;
  /** Of the file that was loaded. */
  readonly inode: number;
}

/** What the loader would execute. */
const read = (file: string): Loaded => ({
  content: readFileSync(file, 'utf8'),
  inode: statSync(file).ino,
});

let serial = 0;

/** A home and a folder for temporary files of its own. */
function place(): { readonly home: string; readonly temporary: string; readonly cache: string } {
  serial += 1;
  const home = join(base, `home-${serial}`);
  const temporary = join(base, `tmp-${serial}`);
  mkdirSync(home, { mode: 0o700 });
  mkdirSync(temporary);
  chmodSync(temporary, 0o1777);
  return { home, temporary, cache: join(home, '.cache', 'backupmon') };
}

const loadIn = (
  env: Record<string, string>,
  { load = read, packaged = '/nowhere/packaged' } = {},
): Loaded =>
  loadAddon(
    addon,
    { env: { XDG_RUNTIME_DIR: '/nowhere', ...env }, uid, packaged, now: Date.now() },
    load,
  );

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true }).map(String).toSorted();

describe('where it is unpacked', () => {
  it("is the user's cache, made with the mode of a private folder", () => {
    const { home, temporary, cache } = place();
    assert.equal(loadIn({ HOME: home, TMPDIR: temporary }).content, 'the addon');
    assert.deepEqual(readdirSync(cache), [name]);
    assert.equal(statSync(cache).mode & 0o777, 0o700);
    assert.equal(statSync(join(cache, name)).mode & 0o777, 0o600);
    assert.deepEqual(files(temporary), []);
  });

  it('is the folder of the service before all others, and $XDG_CACHE_HOME before the home', () => {
    const { home, temporary } = place();
    const service = join(home, 'service');
    const xdg = join(home, 'xdg');
    for (const folder of [service, xdg]) mkdirSync(folder, { mode: 0o700 });
    loadIn({
      HOME: home,
      CACHE_DIRECTORY: `${service}:/other`,
      XDG_CACHE_HOME: xdg,
      TMPDIR: temporary,
    });
    assert.deepEqual(files(home), ['service', `service/${name}`, 'xdg']);
    loadIn({ HOME: home, XDG_CACHE_HOME: xdg, TMPDIR: temporary });
    assert.deepEqual(files(xdg), ['backupmon', `backupmon/${name}`]);
  });

  it('is the folder of the package, where that is there and ours; it is not made', () => {
    const { home, temporary } = place();
    const packaged = join(home, 'packaged');
    loadIn({ HOME: '/nowhere', TMPDIR: temporary }, { packaged });
    assert.ok(!existsSync(packaged));
    mkdirSync(packaged, { mode: 0o700 });
    loadIn({ HOME: home, TMPDIR: temporary }, { packaged });
    assert.deepEqual(files(home), ['packaged', `packaged/${name}`]);
  });

  it('is never a relative folder', () => {
    const { temporary } = place();
    loadIn({ HOME: '.', XDG_CACHE_HOME: 'cache', CACHE_DIRECTORY: '', TMPDIR: temporary });
    assert.deepEqual(files(temporary), [`backupmon-${uid}`, `backupmon-${uid}/${name}`]);
    assert.ok(!existsSync('cache'));
  });

  it('is among the temporary files where the home is absent or read-only', () => {
    const { temporary } = place();
    loadIn({ HOME: join(base, 'nobody'), TMPDIR: temporary });
    assert.deepEqual(files(temporary), [`backupmon-${uid}`, `backupmon-${uid}/${name}`]);
  });

  it('is not the home of somebody else', { skip: needsRoot }, () => {
    const { home, temporary } = place();
    chownSync(home, stranger, stranger);
    loadIn({ HOME: home, TMPDIR: temporary });
    assert.deepEqual(files(home), []);
  });
});

describe('what lies there already', () => {
  it('is loaded, and nothing is written, when it is current', () => {
    const { home, cache } = place();
    const first = loadIn({ HOME: home });
    chmodSync(cache, 0o500);
    assert.deepEqual(loadIn({ HOME: home }), first);
    chmodSync(cache, 0o700);
    assert.equal(statSync(join(cache, name)).ino, first.inode);
  });

  for (const [what, spoil] of [
    ['other bytes of the same length', (file: string) => writeFileSync(file, 'the addoN')],
    ['an empty file', (file: string) => writeFileSync(file, '')],
    ['more', (file: string) => writeFileSync(file, 'the addon and more')],
    ['what others may write', (file: string) => chmodSync(file, 0o666)],
  ] as const) {
    it(`is replaced when it is ${what}`, () => {
      const { home, temporary, cache } = place();
      loadIn({ HOME: home, TMPDIR: temporary });
      spoil(join(cache, name));
      const { ino } = statSync(join(cache, name));
      const { content, inode } = loadIn({ HOME: home, TMPDIR: temporary });
      assert.deepEqual([content, inode === ino], ['the addon', false]);
      assert.deepEqual([files(cache), files(temporary)], [[name], []]);
    });
  }

  it('is replaced when it is a link to a file of the same content', () => {
    const { home, cache } = place();
    const trap = join(base, `trap-${serial}`);
    writeFileSync(trap, addon.content);
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    symlinkSync(trap, join(cache, name));
    const { inode, content } = loadIn({ HOME: home });
    assert.equal(content, 'the addon');
    assert.notEqual(inode, statSync(trap).ino);
    assert.equal(readFileSync(trap, 'utf8'), 'the addon');
  });

  it('is replaced when it belongs to somebody else', { skip: needsRoot }, () => {
    const { home, cache } = place();
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    const planted = join(cache, name);
    writeFileSync(planted, addon.content);
    chownSync(planted, stranger, stranger);
    const { ino } = statSync(planted);
    const { inode, content } = loadIn({ HOME: home });
    assert.deepEqual([content, inode === ino], ['the addon', false]);
  });

  it('of a former version is removed, what is not ours stays', () => {
    const { home, cache } = place();
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    for (const other of ['sqlite-00ff.node', 'sqlite-00ff.node.17', `${name}.new`, 'notes.txt'])
      writeFileSync(join(cache, other), '');
    // Begun by a process that was killed, and by one that is at it.
    utimesSync(join(cache, 'sqlite-00ff.node.17'), 0, 0);
    loadIn({ HOME: home });
    assert.deepEqual(files(cache), ['notes.txt', name, `${name}.new`]);
  });
});

describe('a hostile folder of temporary files', () => {
  const inTemporary = (prepare: (folder: string, temporary: string) => void): [Loaded, string] => {
    const { temporary } = place();
    prepare(join(temporary, `backupmon-${uid}`), temporary);
    return [loadIn({ HOME: '/nowhere', TMPDIR: temporary }), temporary];
  };

  it('where others may write the folder: another place is taken', () => {
    const [{ content }, temporary] = inTemporary((folder) => {
      mkdirSync(folder);
      chmodSync(folder, 0o777);
    });
    assert.equal(content, 'the addon');
    assert.deepEqual(files(join(temporary, `backupmon-${uid}`)), []);
  });

  it('where it is a link: nothing is written where that leads', () => {
    const lure = mkdtempSync(join(base, 'lure-'));
    const [{ content }] = inTemporary((folder) => symlinkSync(lure, folder));
    assert.equal(content, 'the addon');
    assert.deepEqual(files(lure), []);
  });

  it(
    'where it belongs to somebody else, with a fitting file: that is not loaded',
    { skip: needsRoot },
    () => {
      let planted = 0;
      const [{ content, inode }, temporary] = inTemporary((folder) => {
        mkdirSync(folder, { mode: 0o700 });
        writeFileSync(join(folder, name), addon.content);
        planted = statSync(join(folder, name)).ino;
        chownSync(join(folder, name), stranger, stranger);
        chownSync(folder, stranger, stranger);
      });
      assert.equal(content, 'the addon');
      assert.notEqual(inode, planted);
      const theirs = join(temporary, `backupmon-${uid}`);
      assert.deepEqual([files(theirs), statSync(join(theirs, name)).ino], [[name], planted]);
    },
  );

  it('where the file has a second name elsewhere: what was compared is what is loaded', () => {
    const { home, cache } = place();
    const { inode } = loadIn({ HOME: home });
    linkSync(join(cache, name), join(home, 'other'));
    assert.equal(loadIn({ HOME: home }).inode, inode);
  });
});

describe('what stands against loading', () => {
  it('in one place lets the next one be tried', () => {
    const { home, temporary } = place();
    const service = join(home, 'service');
    mkdirSync(service, { mode: 0o700 });
    const tried: string[] = [];
    const load = (file: string): Loaded => {
      tried.push(readlinkSync(file));
      // As from a file system that is mounted without permission to execute.
      if (readlinkSync(file).startsWith(service)) throw new Error('failed to map segment');
      return read(file);
    };
    const env = { CACHE_DIRECTORY: service, HOME: home, TMPDIR: temporary };
    assert.equal(loadIn(env, { load }).content, 'the addon');
    assert.deepEqual(tried, [join(service, name), join(home, '.cache/backupmon', name)]);
  });

  it('everywhere is told with each place and its reason, and nothing new is left behind', () => {
    const { home, temporary } = place();
    const refuse = (): never => {
      throw new Error('failed to map segment');
    };
    assert.throws(
      () => loadIn({ HOME: home, TMPDIR: temporary }, { load: refuse }),
      (error: unknown) =>
        error instanceof AddonProblem &&
        error.message.includes(`${home}/.cache/backupmon: failed to map segment`) &&
        error.message.includes(`${temporary}: failed to map segment`),
    );
    assert.deepEqual(files(temporary), [`backupmon-${uid}`, `backupmon-${uid}/${name}`]);
  });
});

it('who starts at the same time finds a whole copy', async () => {
  const { home, temporary } = place();
  const script = `
    const { loadAddon } = await import(${JSON.stringify(new URL('../../src/binary/addon.ts', import.meta.url).href)});
    const { readFileSync } = await import('node:fs');
    const content = Buffer.alloc(3_000_000, 7);
    const text = loadAddon({ content, hash: '00aa' }, { env: { HOME: ${JSON.stringify(home)}, TMPDIR: ${JSON.stringify(temporary)}, XDG_RUNTIME_DIR: '/nowhere' }, uid: process.getuid(), packaged: '/nowhere', now: Date.now() }, (file) => ({ same: readFileSync(file).equals(content) }));
    if (!text.same) process.exitCode = 1;`;
  const argv = ['--input-type=module', '-e', script];
  const starts = Array.from({ length: 4 }, () => start(process.execPath, argv).ended);
  for (const { code, err } of await Promise.all(starts)) assert.deepEqual([code, err], [0, '']);
  assert.deepEqual(files(home), [
    '.cache',
    '.cache/backupmon',
    '.cache/backupmon/sqlite-00aa.node',
  ]);
  assert.deepEqual(files(temporary), []);
});
