/** RDB files of a real redis-server, whole and damaged; and heads that no server here writes, made by hand. */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Crc64 } from '../../../src/intake/formats/crc64.ts';
import { redisRdb } from '../../../src/intake/formats/redis.ts';
import {
  cuts,
  extended,
  flips,
  lacks,
  look,
  numbers,
  outcomeOf,
  zeroed,
} from './vendor-support.ts';

class Server {
  readonly #folder = mkdtempSync(join(tmpdir(), 'backupmon-redis-'));
  readonly #process: ChildProcess;

  constructor(...settings: string[]) {
    const plain = ['--save', '', '--port', '0', '--unixsocket', join(this.#folder, 'socket')];
    const argv = [...plain, '--dir', this.#folder, '--repl-diskless-sync-delay', '0', ...settings];
    this.#process = spawn('redis-server', argv, { stdio: 'ignore' });
  }

  async ready(): Promise<void> {
    for (let tries = 0; tries < 200 && this.command('ping') !== 'PONG'; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 25));
  }

  command(...argv: string[]): string {
    const all = ['-s', join(this.#folder, 'socket'), ...argv];
    return spawnSync('redis-cli', all, { encoding: 'utf8' }).stdout.trim();
  }

  /** @param script Lua */
  fill(script: string): void {
    assert.equal(this.command('eval', script, '0'), 'OK');
  }

  saved(): Buffer {
    assert.equal(this.command('save'), 'OK');
    return readFileSync(join(this.#folder, 'dump.rdb'));
  }

  /** What `redis-cli --rdb` is sent. */
  sent(): Buffer {
    const file = join(this.#folder, 'sent.rdb');
    this.command('--rdb', file);
    return readFileSync(file);
  }

  async end(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.command('shutdown', 'nosave');
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

const everyType = `
  for i = 1, 400 do redis.call('set', 'key' .. i, string.rep(tostring(i * 7919), 40)) end
  for i = 1, 300 do redis.call('rpush', 'list', 'element' .. i); redis.call('zadd', 'sorted', i, 'member' .. i) end
  for i = 1, 300 do redis.call('hset', 'hash', 'field' .. i, i); redis.call('sadd', 'set', i) end
  redis.call('xadd', 'stream', '1-1', 'field', 'value')
  redis.call('set', 'expiring', 'soon'); redis.call('pexpireat', 'expiring', '99999999999999')
  return redis.status_reply('OK')`;

describe('files of redis-server', { skip: lacks('redis-server') }, () => {
  let server: Server;
  let saved: Buffer;
  before(async () => {
    server = new Server();
    await server.ready();
    server.fill(everyType);
    saved = server.saved();
  });
  after(() => server.end());

  test('SAVE and redis-cli --rdb, in pieces of any size: whole, and named', async () => {
    const contents = [saved, server.sent()];
    server.command('config', 'set', 'repl-diskless-sync', 'no');
    contents.push(server.sent());
    for (const content of contents) {
      assert.ok(redisRdb.recognises(content.subarray(0, 4096), false));
      for (const step of [1, 7, 8, 9, 10, 4096, 1024 * 1024]) {
        const { finding } = await look(redisRdb, content, { step });
        assert.equal(finding.whole, true, `${step}`);
        assert.match(finding.description, /^Redis \d+\.\d+\.\d+ RDB file$/u);
      }
    }
  });

  test('an empty server: whole', async () => {
    const empty = new Server();
    await empty.ready();
    const content = empty.saved();
    await empty.end();
    assert.ok(content.length < 200);
    for (const step of [1, 7, 1000])
      assert.equal(await outcomeOf(redisRdb, content, { step }), 'whole');
  });

  test('unchanged data has one fingerprint, however and whenever it is saved; one changed value another', async () => {
    const first = await look(redisRdb, saved);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const again = server.saved();
    assert.ok(!again.equals(saved), 'ctime differs');
    const prints = new Set<string>();
    for (const content of [saved, again, server.sent()])
      for (const step of [1, 7, 1024 * 1024])
        prints.add((await look(redisRdb, content, { step })).fingerprint);
    assert.deepEqual([...prints], [first.fingerprint]);
    assert.notEqual(first.fingerprint, first.sha256);
    server.command('set', 'key17', 'changed');
    assert.notEqual((await look(redisRdb, server.saved())).fingerprint, first.fingerprint);
  });

  test('rdbchecksum no: nothing is vouched for, and a cut is still seen', async () => {
    const without = new Server('--rdbchecksum', 'no');
    await without.ready();
    without.fill(everyType);
    const content = without.saved();
    await without.end();
    const said = await outcomeOf(redisRdb, content);
    assert.equal(said, 'short: it was saved without a checksum (rdbchecksum no)');
    for (const { name, content: cut } of cuts(content))
      assert.match(await outcomeOf(redisRdb, cut), /^dump_c(?:ut|orrupt): /u, name);
  });

  test('damaged in any way: refused', async () => {
    const damages = [
      ...cuts(saved),
      zeroed(saved),
      ...extended(saved),
      ...flips(saved, 60, 1),
      ...flips(saved.subarray(0, 120), 60, 2).map(({ name, content }) => ({
        name,
        content: Buffer.concat([content, saved.subarray(120)]),
      })),
      // Whatever length is left.
      ...Array.from({ length: 60 }, (_, bytes) => ({
        name: `${bytes + 1} bytes missing`,
        content: saved.subarray(0, -1 - bytes),
      })),
    ];
    for (const { name, content } of damages) {
      // Without its mark it is no RDB file any more.
      if (!redisRdb.recognises(content.subarray(0, 4096), false)) continue;
      for (const step of [7, 1024 * 1024])
        assert.match(
          await outcomeOf(redisRdb, content, { step }),
          /^dump_(?:cut|corrupt): /u,
          name,
        );
    }
    assert.match(
      await outcomeOf(redisRdb, saved.subarray(0, -1)),
      /^dump_cut: its end mark \(FF\)/u,
    );
    const [flip] = flips(saved.subarray(200, -200), 1, 3);
    const damaged = [saved.subarray(0, 200), flip?.content ?? saved, saved.subarray(-200)];
    assert.match(
      await outcomeOf(redisRdb, Buffer.concat(damaged)),
      /^dump_corrupt: its checksum does not agree: [\da-f]{16} is written, [\da-f]{16} was computed$/u,
    );
  });
});

/** An RDB file with a checksum, of whatever lies between. */
function rdb(magic: string, body: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(magic), body, Buffer.from([0xff])]);
  const crc = new Crc64('jones');
  crc.update(content);
  const checksum = Buffer.alloc(8);
  checksum.writeBigUInt64LE(crc.value);
  return Buffer.concat([content, checksum]);
}

const field = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0xfa, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);

const database = Buffer.from('fe00fb0100000161c001', 'hex');

test('the check value of both CRC-64', () => {
  const known = { jones: 0xe9c6d914c4b8d9can, ecma: 0x995dc9bbdf1939fan } as const;
  for (const variant of ['jones', 'ecma'] as const) {
    const crc = new Crc64(variant);
    assert.equal(crc.value, 0n);
    crc.update(Buffer.from('123456789'));
    assert.equal(crc.value, known[variant]);
  }
});

test('a CRC-64 is the same in whatever pieces', () => {
  const next = numbers(4);
  const content = Buffer.from(Array.from({ length: 3000 }, () => next() & 255));
  const whole = new Crc64('jones');
  whole.update(content);
  for (let turn = 0; turn < 50; turn += 1) {
    const crc = new Crc64('jones');
    for (let at = 0; at < content.length;) {
      const end = at + (next() % 40);
      crc.update(content.subarray(at, end));
      at = end;
    }
    assert.equal(crc.value, whole.value);
  }
});

test('Valkey is named, before its own mark and with it', async () => {
  const versions = Buffer.concat([
    field('redis-ver', '7.2.4'),
    field('valkey-ver', '8.1.1'),
    database,
  ]);
  const old = await look(redisRdb, rdb('REDIS0011', versions));
  assert.equal(old.finding.description, 'Valkey 8.1.1 RDB file');
  const content = rdb('VALKEY080', Buffer.concat([field('valkey-ver', '9.0.0'), database]));
  assert.ok(redisRdb.recognises(content, true));
  const { finding } = await look(redisRdb, content);
  assert.equal(finding.description, 'Valkey 9.0.0 RDB file');
  assert.equal(finding.whole, true);
});

test('before version 5 there is no checksum: nothing is vouched for', async () => {
  const content = Buffer.concat([Buffer.from('REDIS0003'), database, Buffer.from([0xff])]);
  assert.equal(await outcomeOf(redisRdb, content), 'short: RDB version 3 has no checksum');
  assert.match(await outcomeOf(redisRdb, content.subarray(0, -1)), /^dump_cut: /u);
  const { sha256, fingerprint } = await look(redisRdb, content);
  assert.equal(fingerprint, sha256);
});

test('an append-only file that begins with an RDB file is not refused for what follows', async () => {
  const base = rdb('REDIS0009', Buffer.concat([field('aof-preamble', '1'), database]));
  assert.equal(await outcomeOf(redisRdb, base), 'whole');
  const content = Buffer.concat([base, Buffer.from('*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n')]);
  assert.match(await outcomeOf(redisRdb, content), /^short: the end of an append-only file/u);
});

test('hostile heads: any bytes, at any length, in any pieces, are answered', async () => {
  const next = numbers(5);
  for (let turn = 0; turn < 400; turn += 1) {
    const length = next() % 60;
    const bytes = Buffer.from(
      Array.from({ length }, () => (next() % 3 === 0 ? 0xfa : next() & 255)),
    );
    const content = Buffer.concat([Buffer.from('REDIS0010'), bytes]);
    const said = await outcomeOf(redisRdb, content);
    for (const step of [1, 7]) assert.equal(await outcomeOf(redisRdb, content, { step }), said);
    const whole = await look(redisRdb, rdb('REDIS0010', bytes));
    assert.equal(whole.finding.whole, true);
  }
  const name = field('redis-ver', '\u001b[31m7\n');
  const { finding } = await look(redisRdb, rdb('REDIS0010', name));
  assert.equal(finding.description, 'Redis 7 RDB file');
});
