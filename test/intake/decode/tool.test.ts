/** A process as a filter: whatever it does, it is waited for, told apart, and gone afterwards. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FramedStage } from '../../../src/intake/decode/framed.ts';
import { Lz4Frames } from '../../../src/intake/decode/lz4-frames.ts';
import { Outlet } from '../../../src/intake/decode/outlet.ts';
import { Tool, type ToolEnd } from '../../../src/intake/decode/tool.ts';
import { makeDecoder } from '../../../src/intake/decode/index.ts';
import { dumpText, lacking, piped } from './streams.ts';

const MIB = Buffer.alloc(1024 * 1024, 'x');

const children = (): string[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').split(' ').filter(Boolean);

/** Feeds 4 MiB to a shell script, and counts what comes out. */
async function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly end: ToolEnd; readonly produced: number }> {
  const outlet = new Outlet({ limit: Infinity, output: () => undefined });
  const tool = new Tool(command, args, outlet);
  for (let round = 0; round < 4; round += 1) await tool.feed(MIB);
  const end = await tool.finish();
  await tool.stop();
  assert.deepEqual(children(), []);
  return { end, produced: outlet.produced };
}

const script = (text: string): Promise<{ end: ToolEnd; produced: number }> =>
  run('sh', ['-c', text]);

test('one that is not installed', async () => {
  const { end } = await run('no-such-tool', ['-dc']);
  assert.deepEqual(end, { kind: 'unavailable', why: 'no-such-tool is not installed' });
});

test('one that cannot be started', async () => {
  const { end } = await run('/etc/passwd', []);
  assert.deepEqual(end, {
    kind: 'unavailable',
    why: '/etc/passwd could not be started: EACCES',
  });
});

test('one that cannot be started just now is trouble of ours', () => {
  const source = (name: string): string =>
    JSON.stringify(new URL(`../../../src/intake/decode/${name}`, import.meta.url).href);
  const text = `
    import { openSync } from 'node:fs';
    import { Outlet } from ${source('outlet.ts')};
    import { Tool } from ${source('tool.ts')};
    const made = () => new Tool('cat', [], new Outlet({ limit: Infinity, output: () => undefined }));
    const first = made();
    await first.feed(Buffer.from('x'));
    await first.finish();
    try { for (;;) openSync('/dev/null'); } catch {}
    const tool = made();
    await tool.feed(Buffer.from('x'));
    await tool.finish().catch(({ name, message }) => console.log(name + ': ' + message));
    await tool.stop();`;
  const args = [process.execPath, '--input-type=module', '--eval', text];
  const { stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -n 100; exec "$0" "$@"', ...args]);
  const expected = 'Trouble: cannot start cat: too many open files (EMFILE)\n';
  assert.equal(stdout.toString(), expected, stderr.toString());
});

test('one that passes everything on', async () => {
  const { end, produced } = await script('cat');
  assert.deepEqual([end, produced], [{ kind: 'exited', code: 0, said: '' }, 4 * MIB.length]);
});

test('one that reads nothing, or not all', async () => {
  const nothing = await script('echo no >&2; exit 3');
  assert.deepEqual(nothing.end, { kind: 'exited', code: 3, said: 'no\n' });
  const some = await script('head -c 1000');
  assert.deepEqual([some.end.kind, some.produced], ['exited', 1000]);
});

test('one that closes its ends and goes on for a while', async () => {
  const { end } = await script('exec <&- >&-; sleep 0.2; exit 4');
  assert.deepEqual(end, { kind: 'exited', code: 4, said: '' });
});

test('one that talks without end', async () => {
  const { end } = await script('cat >/dev/null; yes | head -c 5000000 1>&2');
  assert.equal(end.kind === 'exited' && end.said.length, 4096);
});

test('one that crashes', async () => {
  const { end } = await script('kill -SEGV $$');
  assert.deepEqual(end, { kind: 'unavailable', why: 'sh was ended by SIGSEGV' });
});

test('one that is killed from outside is trouble of ours', async () => {
  for (const signal of ['KILL', 'TERM', 'INT', 'HUP']) {
    await assert.rejects(script(`kill -${signal} $$`), {
      name: 'Trouble',
      message: `cannot run sh (ended by SIG${signal}): interrupted (EINTR)`,
    });
  }
});

test(
  'xz that is killed leaves the file unread, and its bytes unjudged',
  { skip: lacking(['xz']) },
  async () => {
    const decoder = makeDecoder('xz', { limit: Infinity, output: () => undefined });
    const stream = piped('xz', ['-0'], dumpText(4_000_000));
    await decoder.push(stream.subarray(0, stream.length - 100));
    for (const child of children()) process.kill(Number(child), 'SIGKILL');
    await assert.rejects(decoder.end(), { name: 'Trouble', code: 'EINTR' });
    assert.deepEqual(children(), []);
  },
);

test('one that does nothing is ended', async () => {
  const outlet = new Outlet({ limit: Infinity, output: () => undefined });
  const tool = new Tool('sleep', ['1000'], outlet);
  await tool.feed(Buffer.from('x'));
  assert.equal(children().length, 1);
  await tool.stop();
  await tool.stop();
  assert.deepEqual(children(), []);
});

test('one from which too much comes is ended at once', async () => {
  const outlet = new Outlet({ limit: 100_000, output: () => undefined });
  const tool = new Tool('yes', [], outlet);
  await tool.feed(Buffer.from('x'));
  await tool.finish();
  assert.equal(outlet.overflowed, true);
  assert.deepEqual(children(), []);
});

test('it sees nothing of our environment, and lies in the root folder', async () => {
  const outlet: Buffer[] = [];
  const tool = new Tool(
    'sh',
    ['-c', 'cat >/dev/null; pwd; env'],
    new Outlet({ limit: Infinity, output: (bytes) => void outlet.push(Buffer.from(bytes)) }),
  );
  await tool.feed(Buffer.from('x'));
  await tool.finish();
  const lines = Buffer.concat(outlet).toString().trim().split('\n').toSorted();
  assert.deepEqual(
    lines.filter((line) => !line.startsWith('PWD=')),
    ['/', 'LC_ALL=C', 'PATH=/usr/bin:/bin'],
  );
});

/** The stage of LZ4 where the tool is not there. */
async function withoutTool(stream: Buffer): Promise<[reason: string | null, why: string | null]> {
  const stage = new FramedStage('lz4', new Lz4Frames(), {
    feed: async () => undefined,
    finish: async () => ({ kind: 'unavailable', why: 'lz4 is not installed' }),
    stop: async () => undefined,
  });
  await stage.take(stream);
  const { fault, unavailable } = await stage.finish();
  return [fault?.reason ?? null, unavailable];
}

test(
  'where lz4 is absent a cut and trailing bytes are still seen',
  { skip: lacking(['lz4']) },
  async () => {
    const stream = piped('lz4', ['-c'], MIB);
    const text = Buffer.from('text');
    assert.deepEqual(await withoutTool(stream), [null, 'lz4 is not installed']);
    assert.deepEqual(await withoutTool(stream.subarray(0, 900)), ['stream_cut', null]);
    assert.deepEqual(await withoutTool(Buffer.concat([stream, text])), ['trailing_bytes', null]);
  },
);
