/**
 * kill -9 at every step of delivery: from the transaction in which messages are made to the end of the scan. Nothing is lost, and what is
 * sent a second time is the same message.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startedWith } from '../support/evening.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { launch, type World } from '../support/world.ts';

/** All by which anything reaches the database, the mail server, or whoever reads the output. */
const CALLS =
  'write,writev,pwrite64,sendto,sendmsg,connect,shutdown,fsync,fdatasync,ftruncate,unlink';
/** Calls before the first connection that belong to the transaction in which the message is made, and some. */
const COMPOSING = 14;
const people = ['anna@example.org', 'bert@example.org'];

const straced = (world: World, log: string, ...injected: string[]) =>
  spawnSync(
    'strace',
    ['-qq', '-o', log, '-e', `trace=${CALLS}`, ...injected, ...launch].concat(
      '--config',
      world.configFile,
      'scan',
      '-q',
    ),
    { encoding: 'utf8' },
  );

const cannotTrace = (): string | false =>
  spawnSync('strace', ['-V']).status === 0 ? false : 'skipped, because strace is not installed';

/** Puts the database back as it was before the first of these scans. */
function putBack(world: World): void {
  rmSync(join(world.root, 'state'), { recursive: true });
  cpSync(join(world.root, 'before'), join(world.root, 'state'), { recursive: true });
}

/** Everybody has got it, as one message however often it came; and nothing waits. */
async function holds(world: World, server: MailServer, point: string): Promise<number> {
  const messages = await server.messages();
  const ids = new Set(messages.map(({ mail }) => mail.messageId));
  assert.equal(ids.size, 1, point);
  assert.deepEqual([...new Set(messages.flatMap(({ to }) => to))].toSorted(), people, point);
  const texts = new Set(messages.map(({ mail }) => `${mail.subject}\n${mail.text}`));
  assert.equal(texts.size, 1, point);
  const waiting = 'select 1 from deliveries where delivered_at is null';
  assert.deepEqual(world.sql(waiting), [], point);
  assert.deepEqual(world.sql('select 1 from alarms where composed_at is null'), [], point);
  return messages.length;
}

test('kill -9 at every step of delivery', { skip: cannotTrace() }, async (context) => {
  const server = await startMailServer();
  context.after(() => server.stop());
  const yaml = `parallel: 1
defaults: { schedule: 0 20 * * *, grace: 5m, settle: 0s }
agents: { paris: { databases: [a, b] } }
`;
  const world = await startedWith(yaml);
  // What is missing since then is recorded; nobody can be told yet.
  assert.equal(world.process(['scan', '-q']).code, 2);
  world.configure(
    `${yaml}notifications:\n  email: { smtp: { host: 127.0.0.1, port: ${server.port}, tls: off }, from: b@example.org, to: [${people.join(', ')}] }\n`,
  );
  cpSync(join(world.root, 'state'), join(world.root, 'before'), { recursive: true });
  const log = join(world.root, 'calls');
  assert.equal(straced(world, log).status, 2);
  assert.equal(await holds(world, server, 'undisturbed'), 1);
  const calls = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  const names = calls.map((call) => /^\w+/u.exec(call)?.[0] ?? '');
  const first = calls.findIndex((call) => call.startsWith('connect('));
  assert.ok(first > 0 && calls.length - first > 10);
  let [repeated, tried] = [0, 0];
  for (const [index, name] of names.entries()) {
    // What comes before is not about delivery; of the pages of one commit the first is enough, and some.
    const isPage = name === 'pwrite64' && names[index - 1] === 'pwrite64';
    if (index < first - COMPOSING || (isPage && index % 8 !== 0)) continue;
    tried += 1;
    const when = names.slice(0, index + 1).filter((other) => other === name).length;
    const point = `${name} ${when} of ${calls[index]}`;
    putBack(world);
    server.clear();
    const injection = `inject=${name}:signal=SIGKILL:when=${when}`;
    assert.equal(straced(world, log, '-e', injection).signal, 'SIGKILL', point);
    assert.equal(world.process(['scan', '-q']).code, 2, point);
    const count = await holds(world, server, point);
    if (count > 1) repeated += 1;
  }
  // Between the server's yes and our record of it there is a moment: without it this test would try nothing.
  assert.ok(repeated > 0);
  context.diagnostic(`${tried} steps, ${repeated} of them repeated the message`);
});
