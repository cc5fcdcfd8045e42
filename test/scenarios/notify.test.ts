/** `notify --test`: whether what is configured works, told of each way, before it is needed. */
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { simpleParser } from 'mailparser';
import { noon, scanAt, startedWith } from '../support/evening.ts';
import { startWebServer } from '../support/web-server.ts';
import type { World } from '../support/world.ts';

const file = join(import.meta.dirname, '../../schemas/alarms.schema.json');
const isAlarms = new Ajv2020({ strict: false, allErrors: true }).compile(
  JSON.parse(readFileSync(file, 'utf8')) as object,
);

const yaml =
  'defaults: { schedule: 0 20 * * *, grace: 5m, settle: 0s }\nagents: { paris: { databases: [a] } }\n';

const web = await startWebServer();
after(() => web.stop());
beforeEach(() => {
  web.answer = { status: 200 };
  web.asked.length = 0;
});

/** A world with every way there is; the sendmail and the command write what they are given. */
async function worldWith(sendmail = 'cat > "$(dirname "$0")/mail"'): Promise<World> {
  const world = await startedWith(yaml);
  const program = join(world.root, 'sendmail');
  writeFileSync(program, `#!/bin/sh\n${sendmail}\n`);
  chmodSync(program, 0o755);
  world.configure(`${yaml}notifications:
  email: { sendmail: ${program}, from: backupmon@example.org, to: [anna@example.org, { address: Bert <bert@example.org>, jobs: [paris] }] }
  webhook: { url: '${web.url}/hook' }
  command: { name: pager, run: [/bin/sh, -c, 'cat > "$0"', ${world.root}/page] }
  heartbeat: '${web.url}/ping'
`);
  return world;
}

const paths = (): string[] => web.asked.map(({ url }) => url.replace(/\?.*/u, ''));

test('each way is tried and told of, and none of them says anything of backups', async () => {
  const world = await worldWith();
  const { code, out, err } = await world.run(noon, 'notify', '--test');
  assert.deepEqual([code, err], [0, '']);
  const host = `127.0.0.1:${web.port}`;
  assert.deepEqual(out.trimEnd().split('\n'), [
    'email to anna@example.org: sent',
    'email to bert@example.org: sent',
    'webhook: sent',
    'pager: sent',
    `heartbeat to ${host}: sent`,
  ]);
  // A heartbeat that heard of a success, a failure or a beginning would take it for a scan.
  assert.deepEqual(paths(), ['/hook', '/ping/log']);
  for (const text of [
    web.asked[0]?.body.toString('utf8') ?? '',
    world.read(`${world.root}/page`),
  ]) {
    const document: unknown = JSON.parse(text);
    assert.ok(isAlarms(document), JSON.stringify(isAlarms.errors));
    assert.equal((document as { kind: string }).kind, 'test');
  }
  const mail = await simpleParser(readFileSync(`${world.root}/mail`));
  assert.equal(mail.subject, '[backupmon test] test of email');
  assert.match(mail.text ?? '', /^This way works: email, from backupmon on test\n/u);
  assert.match(mail.text ?? '', /This is a test message\./u);
  // Nothing is left to be delivered, and nobody was told of anything.
  assert.deepEqual(world.sql('select * from messages'), []);
  assert.deepEqual(world.sql('select * from events'), []);
});

test('one way by its name', async () => {
  const world = await worldWith();
  for (const [name, expected] of [
    ['pager', /^pager: sent\n$/u],
    ['heartbeat', /^heartbeat to 127\.0\.0\.1:\d+: sent\n$/u],
    ['email', /^email to anna@example\.org: sent\nemail to bert@example\.org: sent\n$/u],
  ] as const) {
    const { code, out } = await world.run(noon, 'notify', '--test', name);
    assert.equal(code, 0);
    assert.match(out, expected);
  }
  assert.deepEqual(paths(), ['/ping/log']);
});

test('a way that fails is told, the others are tried all the same, and the exit code is 2', async () => {
  const world = await worldWith('cat > /dev/null; echo "no queue" >&2; exit 75');
  web.answer = { status: 403, body: 'wrong key' };
  const { code, out } = await world.run(noon, 'notify', '--test');
  assert.equal(code, 2);
  const host = `127.0.0.1:${web.port}`;
  const sendmail = join(world.root, 'sendmail');
  assert.deepEqual(out.trimEnd().split('\n'), [
    `email to anna@example.org: FAILED: ${sendmail}: exit code 75: no queue`,
    `email to bert@example.org: FAILED: ${sendmail}: exit code 75: no queue`,
    `webhook: FAILED: ${host}: status 403: wrong key`,
    'pager: sent',
    `heartbeat to ${host}: FAILED: ${host}: status 403: wrong key`,
  ]);
  // What failed is not tried again by scans.
  web.asked.length = 0;
  web.answer = { status: 200 };
  await world.run(noon, 'scan');
  assert.deepEqual(paths(), ['/ping/start', '/ping']);
});

test('a secret that cannot be read fails that way only', async () => {
  const world = await startedWith(yaml);
  world.configure(
    `${yaml}notifications:\n  webhook:\n    - { name: chat, url: '${web.url}/chat', secret_file: /absent }\n    - { name: other, url: '${web.url}/other' }\n`,
  );
  const { code, out } = await world.run(noon, 'notify', '--test');
  assert.equal(code, 2);
  assert.match(out, /^chat: FAILED: cannot read \/absent: .*\nother: sent\n$/u);
  assert.deepEqual(paths(), ['/other']);
});

test('a heartbeat whose address knows no note is not tried, and it says so', async () => {
  const world = await startedWith(yaml);
  world.configure(
    `${yaml}notifications:\n  heartbeat: '${web.url}/api/push/KEY?status=up&msg=OK'\n`,
  );
  const { code, out } = await world.run(noon, 'notify', '--test');
  assert.equal(code, 0);
  assert.match(out, /^heartbeat to 127\.0\.0\.1:\d+: not tried: .*"up" and "down"\n$/u);
  assert.deepEqual(paths(), []);
  assert.equal((await world.run(scanAt, 'scan')).code, 2);
  assert.deepEqual(
    web.asked.map(({ url }) => new URL(url, web.url).searchParams.get('status')),
    ['down'],
  );
});

test('what cannot be tried is refused: an unknown name, no ways, no --test', async () => {
  const world = await worldWith();
  const unknown = await world.run(noon, 'notify', '--test', 'telegraph');
  assert.equal(unknown.code, 3);
  assert.match(
    unknown.err,
    /no way out named "telegraph".*it has email, webhook, pager, heartbeat/su,
  );
  const untold = await world.run(noon, 'notify');
  assert.equal(untold.code, 3);
  assert.match(untold.err, /notify --test/u);
  world.configure(yaml);
  const nobody = await world.run(noon, 'notify', '--test');
  assert.deepEqual([nobody.code, nobody.out], [3, '']);
  assert.match(nobody.err, /names nobody who is to be told/u);
  assert.deepEqual(paths(), []);
});
