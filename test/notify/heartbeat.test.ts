/** Which address is told what. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { heartbeat, type SignalPath } from '../../src/notify/heartbeat.ts';
import { startWebServer } from '../support/web-server.ts';
import { never } from './support.ts';

const web = await startWebServer();
after(() => web.stop());

const rid = '0d8cd3f5-8e7d-4b9c-9d0a-6d1a4f1b5c11';

async function told(address: string, path: SignalPath, body = 'all is well') {
  const before = web.asked.length;
  const error = await heartbeat(web.url + address, path, rid, body, never);
  const asked = web.asked.slice(before);
  return [error, ...asked.map(({ method, url }) => `${method} ${url}`)];
}

test('the signal is the end of the path', async () => {
  const cases: [string, SignalPath, string][] = [
    ['/uuid', '/start', `POST /uuid/start?rid=${rid}`],
    ['/uuid', '', `POST /uuid?rid=${rid}`],
    ['/uuid/', '/2', `POST /uuid/2?rid=${rid}`],
    ['/key/slug?create=1', '/start', `POST /key/slug/start?create=1&rid=${rid}`],
    ['/uuid', '/log', `POST /uuid/log?rid=${rid}`],
    ['', '/1', `POST /1?rid=${rid}`],
    ['/uuid#part', '/1', `POST /uuid/1?rid=${rid}`],
  ];
  for (const [address, path, expected] of cases)
    assert.deepEqual(await told(address, path), [null, expected]);
});

test('the text is the body, and is cut', async () => {
  await told('/uuid', '', 'ü ok\n\ud800');
  assert.equal(web.asked.at(-1)?.body.toString('utf8'), 'ü ok\n\ufffd');
  assert.equal(web.asked.at(-1)?.headers['content-type'], 'text/plain; charset=utf-8');
  await told('/uuid', '', 'x'.repeat(20_000));
  assert.equal(web.asked.at(-1)?.body.length, 10_000);
});

test('an address with a status says it by itself, and knows no beginning', async () => {
  const address = '/api/push/KEY?status=up&msg=OK&ping=';
  assert.deepEqual(await told(address, '/start'), [null]);
  assert.deepEqual(await told(address, '/log'), [null]);
  assert.deepEqual(await told(address, ''), [null, `GET ${address}`]);
  assert.deepEqual(await told(address, '/0'), [null, `GET ${address}`]);
  assert.deepEqual(await told(address, '/2', '1 missed:\nweb-1/shop & more'), [
    null,
    'GET /api/push/KEY?status=down&msg=1+missed%3A+web-1%2Fshop+%26+more&ping=',
  ]);
  const [, long = ''] = await told(address, '/2', 'ü'.repeat(9000));
  assert.ok((long ?? '').length < 2000);
});

test('trouble is one line, without the address', async () => {
  const address = `http://us3r:p4ss@127.0.0.1:${web.port}/t0k3n`;
  const host = `127.0.0.1:${web.port}`;
  const tell = (url: string, signal = never) => heartbeat(url, '/1', rid, '', signal);
  web.answer = { status: 404, body: 'not\nfound' };
  assert.equal(await tell(address), `${host}: status 404: not found`);
  web.answer = { status: 301, location: '/t0k3n' };
  assert.equal(await tell(address), `${host}: 301: redirects are not followed`);
  web.answer = 'stall';
  assert.equal(
    await tell(address, AbortSignal.timeout(50)),
    `${host}: stopped before it was accepted`,
  );
  assert.equal(await tell('http://127.0.0.1:2/t0k3n'), '127.0.0.1:2: connection refused');
  assert.equal(await tell('t0k3n'), 'its address is not a URL');
});
