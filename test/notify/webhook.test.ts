/** What a receiver of webhooks gets, and what is told when it does not take it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { after, test } from 'node:test';
import { webhookTransport } from '../../src/notify/webhook.ts';
import { start } from '../support/start.ts';
import { startWebServer } from '../support/web-server.ts';
import { errorsOf, never, parcel, timed } from './support.ts';

const web = await startWebServer();
after(() => web.stop());

const config = (url: string, timeout = 5000) => ({
  name: 'chat',
  url,
  secretFile: null,
  timeout,
  jobs: null,
  severity: 'warning' as const,
});

const hidden = /t0k3n|us3r|p4ss/u;

async function send(url = '/hook?key=t0k3n', timeout = 5000, signal = never) {
  const address = url.startsWith('/') ? web.url + url : url;
  const transport = webhookTransport(config(address, timeout), 'a key: ü');
  const [error, ...others] = errorsOf(await transport.send(parcel, ['chat'], signal));
  transport.close();
  assert.deepEqual(others, []);
  assert.ok(error === null || !hidden.test(error ?? ''));
  return error;
}

const last = () => {
  const asked = web.asked.at(-1);
  assert.ok(asked !== undefined);
  return asked;
};

test('what arrives, and its signature', async () => {
  assert.equal(await send(), null);
  const { method, url, headers, body } = last();
  assert.deepEqual([method, url], ['POST', '/hook?key=t0k3n']);
  assert.equal(body.toString('utf8'), parcel.json);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['user-agent'], 'backupmon');
  assert.equal(headers['x-backupmon-message-id'], parcel.messageId);
  const signature = createHmac('sha256', Buffer.from('a key: ü')).update(body).digest('hex');
  assert.equal(headers['x-backupmon-signature-256'], `sha256=${signature}`);
  const other = spawnSync('openssl', ['dgst', '-sha256', '-hmac', 'a key: ü'], { input: body });
  assert.match(other.stdout.toString(), new RegExp(signature, 'u'));
});

test('without a secret there is no signature', async () => {
  const attempts = await webhookTransport(config(web.url), null).send(parcel, ['chat'], never);
  assert.deepEqual(attempts, [{ recipient: 'chat', error: null }]);
  assert.ok(!('x-backupmon-signature-256' in last().headers));
});

test('a name and password in the address are a login', async () => {
  assert.equal(await send(`http://us3r:p4ss%3A%C3%BC@127.0.0.1:${web.port}/`), null);
  const encoded = Buffer.from('us3r:p4ss:ü').toString('base64');
  assert.equal(last().headers.authorization, `Basic ${encoded}`);
});

test('answers', async () => {
  const host = `127.0.0.1:${web.port}`;
  const cases = [
    [{ status: 204, body: '' }, null],
    [{ status: 500, body: '' }, `${host}: status 500`],
    [{ status: 400, body: 'bad\u001b[31m\r\n<b>\u202ejson' }, `${host}: status 400: bad <b>json`],
    [
      { status: 307, location: 'http://127.0.0.1:1/t0k3n' },
      `${host}: 307: redirects are not followed`,
    ],
    [{ status: 301, location: '/other' }, `${host}: 301: redirects are not followed`],
  ] as const;
  for (const [answer, expected] of cases) {
    web.answer = answer;
    const before = web.asked.length;
    assert.equal(await send(), expected);
    assert.equal(web.asked.length, before + 1);
  }
});

test('of a huge answer a little is read', async () => {
  for (const status of [200, 500]) {
    web.answer = { status, body: 'x'.repeat(100_000), endless: true };
    const [error, time] = await timed(send());
    if (status === 200) assert.equal(error, null);
    else assert.match(error ?? '', /: status 500: x{199}…$/u);
    assert.ok(time < 1000, `${time} ms`);
  }
});

test('trouble', async () => {
  const host = `127.0.0.1:${web.port}`;
  web.answer = 'stall';
  assert.equal(await send('/', 100), `${host}: no answer within 100ms`);
  const stopped = `${host}: stopped before it was accepted`;
  assert.equal(await send('/', 5000, AbortSignal.timeout(100)), stopped);
  assert.equal(await send('/', 5000, AbortSignal.abort()), stopped);
  web.answer = 'half';
  assert.equal(await send('/', 200), `${host}: status 500: half of`);
  web.answer = 'drop';
  assert.match((await send()) ?? '', /^127\.0\.0\.1:\d+: the connection was (?:closed|reset)$/u);
  assert.equal(await send('http://127.0.0.1:2/t0k3n'), '127.0.0.1:2: connection refused');
  assert.match(
    (await send('http://us3r:p4ss@nobody.invalid/t0k3n')) ?? '',
    /^nobody\.invalid: the host name (?:is not known|cannot be resolved now)$/u,
  );
  assert.match((await send(`https://127.0.0.1:${web.port}/t0k3n`)) ?? '', /^127\.0\.0\.1:\d+: ./u);
  assert.equal(await send('t0k3n'), 'its address is not a URL');
  assert.equal(await send('data:,t0k3n'), 'data: is not http: or https:');
  assert.match((await send('http://us3r:%ff@127.0.0.1/')) ?? '', /^127\.0\.0\.1: /u);
});

test('nothing is left that would keep the process from ending', async () => {
  const module = import.meta.resolve('../../src/notify/webhook.ts');
  for (const answer of [{ status: 200 }, { status: 500, body: 'x', endless: true }] as const) {
    web.answer = answer;
    const script = `
      import { webhookTransport } from ${JSON.stringify(module)};
      const transport = webhookTransport(${JSON.stringify(config(web.url, 60_000))}, 'key');
      const signal = new AbortController().signal;
      await transport.send(${JSON.stringify(parcel)}, ['chat'], signal);
      transport.close();
      const began = performance.now();
      process.on('exit', () => console.log(performance.now() - began));
    `;
    const { out, err } = await start(process.execPath, ['--input-type=module', '-e', script]).ended;
    assert.equal(err, '');
    assert.ok(Number(out) < 500, `${out} ms`);
  }
});
