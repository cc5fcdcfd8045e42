/** What is read whole is a regular file: a pipe without a writer keeps nobody waiting, and a device fills no memory. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'backupmon-special-'));
after(() => rmSync(folder, { recursive: true }));
const pipe = join(folder, 'pipe');
spawnSync('mkfifo', [pipe]);
const large = join(folder, 'large');
writeFileSync(large, '');
truncateSync(large, 17 * 1024 * 1024);

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
    [pipe, /this is no regular file/u],
    ['/dev/zero', /this is no regular file/u],
    [folder, /this is a folder/u],
    [large, /the file is too large/u],
  ] as const)
    it(path, () => assert.match(said('config/read.ts', path), expected));

  it('handed over by a shell', () => {
    const module = join(import.meta.dirname, '../../src/config/read.ts');
    const script = `const { readText } = await import(process.argv[1]); console.log((await readText(process.argv[2])).text)`;
    const { stdout } = spawnSync(
      'bash',
      [
        '-c',
        `"$0" --input-type=module -e "$1" "$2" <(sleep 0.2; echo site: x)`,
        process.execPath,
        script,
        module,
      ],
      { encoding: 'utf8', timeout: 30_000 },
    );
    assert.equal(stdout.trim(), 'site: x');
  });
});
