/** Mail through a real mail transfer agent, by SMTP and by its sendmail; and sendmail programs that fail. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { emailTransport } from '../../src/notify/email.ts';
import { cannotDeliver, startMta } from '../support/mta.ts';
import { errorsOf, never, parcel, smtpConfig, timed } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'sendmail-'));
after(() => rmSync(folder, { recursive: true }));

const bySendmail = (path: string) =>
  emailTransport({ ...smtpConfig({}), server: { kind: 'sendmail', path } }, { password: null });

test('a real mail server', { skip: cannotDeliver() }, async (context) => {
  const mta = await startMta();
  context.after(() => mta.stop());
  const text = `${parcel.text}From here on: äöü\n.\n..\n${'long '.repeat(400)}\nend\n`;
  const sent = { ...parcel, text };

  await context.test('by SMTP', async () => {
    const transport = emailTransport(smtpConfig({ port: mta.port }), { password: null });
    const to = ['smtp-a@example.org', mta.refused, 'smtp-b@example.org'];
    const [first, refused, last] = errorsOf(await transport.send(sent, to, never));
    transport.close();
    assert.deepEqual([first, last], [null, null]);
    assert.match(refused ?? '', /: the recipient is refused: 550 Invalid recipient: /u);
  });

  await context.test('by sendmail', async () => {
    const transport = bySendmail(mta.sendmail);
    const to = ['sendmail-a@example.org', 'sendmail-b@example.org'];
    assert.deepEqual(errorsOf(await transport.send(sent, to, never)), [null, null]);
    const [error] = errorsOf(await transport.send(sent, [mta.refused], never));
    assert.match(error ?? '', /\/sendmail: exit code \d+: .*550 Invalid recipient/u);
  });

  const delivered = await mta.delivered(4);
  assert.deepEqual(
    delivered.map(({ user }) => user),
    ['sendmail-a', 'sendmail-b', 'smtp-a', 'smtp-b'],
  );
  for (const { mail } of delivered) {
    assert.equal(mail.text, text);
    assert.equal(mail.html, parcel.html);
    assert.equal(mail.subject, parcel.subject);
    assert.equal(mail.messageId, parcel.messageId);
    assert.equal(mail.inReplyTo, parcel.thread);
    assert.equal(mail.date?.getTime(), parcel.at);
    assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
    assert.equal(mail.from?.text, '"Backups of Müller" <backups@example.org>');
  }
});

function program(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

test('a sendmail that fails, for all', async () => {
  const to = ['a@example.org', 'b@example.org'];
  const failing = program('failing', 'cat >/dev/null; echo "no queue" >&2; exit 75');
  assert.deepEqual(
    errorsOf(await bySendmail(failing).send(parcel, to, never)),
    to.map(() => `${failing}: exit code 75: no queue`),
  );
  const hanging = program('hanging', 'sleep 60');
  const signal = AbortSignal.timeout(200);
  const [attempts, time] = await timed(bySendmail(hanging).send(parcel, to, signal));
  assert.deepEqual(
    errorsOf(attempts),
    to.map(() => `${hanging}: stopped before it was accepted`),
  );
  assert.ok(time < 1200, `${time} ms`);
  for (const path of ['sendmail', '/nowhere/sendmail'])
    assert.match(
      errorsOf(await bySendmail(path).send(parcel, ['a@example.org'], never))[0] ?? '',
      /sendmail(?: is not an absolute path|: there is no such program)$/u,
    );
});
