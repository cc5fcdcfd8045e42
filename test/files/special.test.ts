/** What is read whole is a regular file, or a pipe that somebody writes: without one nobody waits for ever, and a device fills no memory. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { readRegular } from '../../src/config/cache-files.ts';
import { readPipe } from '../../src/config/pipe.ts';
import { readText } from '../../src/config/read.ts';
import { readHandedOver } from '../../src/files/handed-over.ts';
import { at, World } from '../support/world.ts';

const folder = mkdtempSync(join(tmpdir(), 'backupmon-special-'));
after(() => rmSync(folder, { recursive: true }));
const pipe = join(folder, 'pipe');
spawnSync('mkfifo', [pipe]);
const large = join(folder, 'large');
writeFileSync(large, '');
truncateSync(large, 17 * 1024 * 1024);

const socket = join(folder, 'socket');
const server = createServer().listen(socket);
before(() => once(server, 'listening'));
after(() => server.close());

/** In a process of its own, which is ended where it hangs. */
function said(module: string, path: string): string {
  const url = pathToFileURL(join(import.meta.dirname, '../../src', module)).href;
  const script = `
    const { readText } = await import(${JSON.stringify(url)});
    try { console.log(JSON.stringify(await readText(${JSON.stringify(path)}))); }
    catch (error) { console.log(error.message); }`;
  const { stdout, signal } = spawnSync(
    process.execPath,
    ['--max-old-space-size=256', '--input-type=module', '-e', script],
    { encoding: 'utf8', timeout: 30_000, killSignal: 'SIGKILL' },
  );
  assert.equal(signal, null, `${path}: it hangs`);
  return stdout.trim();
}

describe('a file with a secret, or of the system', () => {
  for (const [path, expected] of [
    [pipe, /cannot read .*pipe: it is no regular file/u],
    [socket, /cannot read .*socket: it is no regular file/u],
    ['/dev/zero', /cannot read \/dev\/zero: it is no regular file/u],
    [folder, /it is a folder/u],
    [large, /it is too large/u],
    ['/proc/self/mountinfo', / - /u],
    [join(folder, 'absent'), /^null$/u],
  ] as const)
    it(path, () => assert.match(said('files/durable.ts', path), expected));
});

describe('a configuration', () => {
  for (const [path, expected] of [
    [socket, /this is no regular file/u],
    ['/dev/zero', /this is no regular file/u],
    [folder, /this is a folder/u],
    [large, /the file is too large/u],
  ] as const)
    it(path, () => assert.match(said('config/read.ts', path), expected));

  function handedOver(command: string): string {
    const module = join(import.meta.dirname, '../../src/config/read.ts');
    const script = `const { readText } = await import(process.argv[1]); const read = await readText(process.argv[2]); console.log(read.text ?? read.message)`;
    const { stdout } = spawnSync(
      'bash',
      [
        '-c',
        `"$0" --input-type=module -e "$1" "$2" <(${command})`,
        process.execPath,
        script,
        module,
      ],
      { encoding: 'utf8', timeout: 30_000 },
    );
    return stdout.trim();
  }

  it('handed over by a shell', () =>
    assert.equal(handedOver('sleep 0.2; echo site: x'), 'site: x'));

  it('handed over by a shell whose command fails is not waited for', () => {
    const began = performance.now();
    assert.match(handedOver('exit 1'), /nobody has written/u);
    assert.ok(performance.now() - began < 8_000);
  });
});

/** Someone at the other end, who writes after a while. */
function writing(text: string, seconds = 0.2): string {
  const path = join(folder, `pipe-${writing.count}`);
  writing.count += 1;
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  writeFileSync(`${path}.text`, text);
  spawn('sh', ['-c', `exec > "$0"; touch "$0.opened"; sleep ${seconds}; cat "$0.text"`, path]);
  return path;
}
writing.count = 0;

describe('a pipe', () => {
  const patience = { nobody: 60, somebody: 300 };
  const nonblocking = constants.O_RDONLY | constants.O_NONBLOCK;
  const late = async (path: string, most = 1024) => {
    const handle = await open(path, nonblocking);
    try {
      return await readPipe(handle, most, patience);
    } finally {
      await handle.close();
    }
  };
  // Longer than a pipe holds at once.
  const long = `site: ${'é'.repeat(100_000)}\n`;

  it('with a configuration is read to its end', async () =>
    assert.deepEqual(await readText(writing(long)), { kind: 'text', text: long }));

  it('with a secret is read to its end', () => assert.equal(readHandedOver(writing(long)), long));

  it('that nobody writes is not waited for without end', async () => {
    assert.equal(await late(pipe), 'late');
    assert.throws(() => readHandedOver(pipe, patience), {
      code: 'ELATE',
      message: /^cannot read \S+: it is a pipe, and nobody has written into it in time/u,
    });
  });

  it('whose writer is silent, or never comes to an end, is waited for longer, but not without end', async () => {
    const held = openSync(pipe, constants.O_RDWR);
    try {
      assert.equal(await late(pipe), 'late');
      assert.throws(() => readHandedOver(pipe, patience), { code: 'ELATE' });
      writeSync(held, 'half');
      assert.equal(await late(pipe), 'late');
    } finally {
      closeSync(held);
    }
    assert.equal((await late(writing('x', 0.1)))?.toString(), 'x');
  });

  it('that never ends fills no memory', async () => {
    assert.equal(await late(writing(long), 1000), null);
    const endless = writing('y'.repeat(100_000));
    assert.equal(readHandedOver(endless)?.length, 100_000);
  });

  it('with a secret is as good as a file, which is read as ever', () => {
    const file = join(folder, 'secret');
    writeFileSync(file, 'secret');
    assert.equal(readHandedOver(file), 'secret');
    assert.equal(readHandedOver(join(folder, 'absent')), null);
    assert.throws(() => readHandedOver(folder), /it is a folder/u);
    assert.throws(() => readHandedOver(socket), /no regular file/u);
  });

  it('is not opened for the cache of the configuration: its writer would be lost', async () => {
    const path = writing('', 0);
    // Until it waits for somebody who reads.
    await wait(300);
    assert.equal(
      readRegular(path, 0, () => true),
      null,
    );
    await wait(300);
    assert.equal(existsSync(`${path}.opened`), false, 'who writes waits no more');
    await late(path);
    assert.equal(existsSync(`${path}.opened`), true);
  });

  it('is handed to each command that needs a configuration, which does not lose what is in it', async () => {
    const world = new World("agents: { paris: { schedule: '0 20 * * *', databases: [a] } }\n");
    const now = at('2026-06-20T12:00:00Z');
    await world.ok(now, 'init-db');
    const text = world.read(world.configFile);
    for (const command of ['check-config', 'status', 'scan']) {
      const path = writing(text);
      const ran = await world.run(now, '--config', path, command);
      assert.equal(ran.err, '', command);
    }
  });
});
