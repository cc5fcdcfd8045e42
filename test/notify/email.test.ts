/** Mail by a server: what arrives, and what is told when it does not. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import type { SmtpServer } from '../../src/core/notifications.ts';
import { emailTransport } from '../../src/notify/email.ts';
import type { Timeouts } from '../../src/notify/smtp-session.ts';
import type { Parcel } from '../../src/notify/transport.ts';
import { startMailServer, type Behaviour } from '../support/mail-server.ts';
import { errorsOf, never, parcel, smtpConfig, timed } from './support.ts';

const mail = await startMailServer();
after(() => mail.stop());

const secret = 'pass & wörd';
const login = { user: 'monitor', password: secret };

interface Case {
  readonly to?: readonly string[];
  readonly change?: Partial<Parcel>;
  readonly server?: Partial<SmtpServer>;
  readonly timeouts?: Partial<Timeouts>;
  readonly signal?: AbortSignal;
  readonly password?: string | null;
  readonly from?: string;
}

const transportFor = ({ server = {}, timeouts = {}, password = secret, from }: Case) => {
  const config = smtpConfig({ port: mail.port, caFile: mail.caFile, ...server });
  return emailTransport({ ...config, from: from ?? config.from }, { password }, { timeouts });
};

/** Sends one mail over a connection of its own; the errors of its recipients. */
async function send(how: Case = {}): Promise<(string | null)[]> {
  const { to = ['a@example.org'], change = {}, signal = never } = how;
  const transport = transportFor(how);
  const attempts = await transport.send({ ...parcel, ...change }, to, signal);
  transport.close();
  assert.deepEqual(
    attempts.map(({ recipient }) => recipient),
    to,
  );
  for (const { error } of attempts) {
    assert.ok(error === null || (error.length <= 300 && !/[\r\n]|\bat .*\.[jt]s/u.test(error)));
    assert.ok(error === null || !error.includes(secret));
  }
  return errorsOf(attempts);
}

async function behave(change: Partial<Behaviour> = {}): Promise<void> {
  mail.clear();
  await mail.behave(change);
}

async function accepted() {
  const messages = await mail.messages();
  const [first] = messages;
  assert.ok(first !== undefined && messages.length === 1, `${messages.length} messages`);
  return first;
}

const isError = (errors: readonly (string | null)[], expected: string | RegExp): void => {
  assert.equal(errors.length, 1);
  if (typeof expected === 'string') assert.equal(errors[0], expected);
  else assert.match(errors[0] ?? 'accepted', expected);
};

const here = (): string => `127.0.0.1:${mail.port}`;

test('what arrives', async () => {
  await behave();
  assert.deepEqual(await send({ to: ['a@example.org', 'b@example.org'] }), [null, null]);
  const { from, to, mail: got, raw, secure } = await accepted();
  assert.equal(from, 'backups@example.org');
  assert.deepEqual(to, ['a@example.org', 'b@example.org']);
  assert.equal(secure, true);
  assert.equal(got.from?.text, '"Backups of Müller" <backups@example.org>');
  assert.match(raw, /^To: a@example\.org, b@example\.org\r$/mu);
  assert.equal(got.messageId, parcel.messageId);
  assert.equal(got.inReplyTo, parcel.thread);
  assert.equal(got.references, parcel.thread);
  assert.equal(got.date?.getTime(), parcel.at);
  assert.equal(got.subject, parcel.subject);
  assert.equal(got.text, parcel.text);
  assert.equal(got.html, parcel.html);
  assert.equal(got.headers.get('auto-submitted'), 'auto-generated');
  assert.equal(got.headers.get('x-auto-response-suppress'), 'All');
  for (const absent of ['precedence', 'x-mailer', 'bcc']) assert.ok(!got.headers.has(absent));
});

test('the first of a thread refers to nothing; long and non-ASCII subjects and 300 KB arrive', async () => {
  await behave();
  const subject = `KRITISCH: ${'größte Sicherung überfällig — '.repeat(12)}Ende`;
  const text = 'Zeile mit Umlauten: äöü.\n'.repeat(12_000);
  assert.ok(Buffer.byteLength(text) > 300_000);
  assert.deepEqual(await send({ change: { thread: null, subject, text } }), [null]);
  const { mail: got, raw } = await accepted();
  assert.equal(got.subject, subject);
  assert.equal(got.text, text);
  assert.ok(!got.headers.has('in-reply-to') && !got.headers.has('references'));
  assert.ok(raw.split('\r\n').every((line) => line.length <= 998));
});

test('nothing in a parcel or an address can add a header or a recipient', async () => {
  await behave();
  const injected = '\r\nX-Injected: yes\r\nBcc: evil@example.org\r\n\r\nbody';
  const to = [
    'a@example.org',
    `b@example.org${injected}`,
    'c@example.org>\r\nRCPT TO:<evil@example.org',
    '<d@example.org>',
    '-oQ/tmp@example.org',
    'e@example.org f@example.org',
    '',
    'g@example.org,evil@example.org',
  ];
  const change = {
    subject: `subject${injected}`,
    messageId: `<id@example.org>${injected}`,
    thread: `<thread@example.org>${injected}`,
  };
  const errors = await send({ to, change });
  const last = errors.pop();
  assert.deepEqual(errors, [null, ...Array<string>(6).fill('this is not an address')]);
  assert.match(last ?? '', /: the recipient is refused: 501 /u);
  const { mail: got, to: envelope, raw } = await accepted();
  assert.ok(!got.headers.has('x-injected') && !got.headers.has('bcc'));
  assert.deepEqual(envelope, ['a@example.org']);
  assert.equal(raw.match(/^To:/gmu)?.length, 1);
});

test('a from without an address is an error for each', async () => {
  isError(
    await send({ from: 'nobody at all' }),
    'the mail could not be written: the sender has no address',
  );
});

test('host names in other scripts are sent in ASCII, and reported as they were given', async () => {
  await behave({ reject: ['b@münchen.example'] });
  const errors = await send({ to: ['a@münchen.example', 'b@münchen.example'] });
  assert.deepEqual(errors, [null, `${here()}: the recipient is refused: 550 no such user`]);
  const { raw } = await accepted();
  assert.match(raw, /^To: a@xn--mnchen-3ya\.example, b@xn--mnchen-3ya\.example\r$/mu);
});

test('each recipient is told for itself', async () => {
  await behave({ reject: ['b@example.org'] });
  const refused = `${here()}: the recipient is refused: 550 no such user`;
  const to = ['a@example.org', 'b@example.org', 'c@example.org'];
  assert.deepEqual(await send({ to }), [null, refused, null]);
  assert.deepEqual((await accepted()).to, ['a@example.org', 'c@example.org']);
  assert.deepEqual(await send({ to: ['b@example.org'] }), [refused]);
  await behave({ greylist: true, reject: ['b@example.org'] });
  assert.deepEqual(await send({ to }), [
    `${here()}: the recipient is refused: 451 greylisted, try again later`,
    refused,
    `${here()}: the recipient is refused: 451 greylisted, try again later`,
  ]);
  assert.deepEqual(await send({ to }), [null, refused, null]);
});

test('TLS modes', async () => {
  const cases: [Partial<SmtpServer>, Partial<Behaviour>, RegExp | boolean][] = [
    [{ tls: 'auto' }, {}, true],
    [{ tls: 'auto' }, { starttls: false }, false],
    [{ tls: 'starttls' }, {}, true],
    [{ tls: 'starttls' }, { starttls: false }, /: STARTTLS is refused, and required: 5\d\d /u],
    [{ tls: 'off' }, {}, false],
    [{ tls: 'implicit', port: mail.tlsPort }, {}, true],
    [
      { tls: 'implicit' },
      {},
      /: the encryption failed: (?:wrong version number|packet length too long)$/u,
    ],
    [{ tls: 'auto', port: mail.tlsPort }, {}, /no greeting within 300ms$/u],
  ];
  for (const [server, behaviour, expected] of cases) {
    await behave(behaviour);
    const errors = await send({ server, timeouts: { greeting: 300 } });
    if (expected instanceof RegExp) isError(errors, expected);
    else assert.deepEqual([errors, (await accepted()).secure], [[null], expected]);
  }
});

test('certificates are verified in every mode', async () => {
  const self = /: the certificate is not accepted: self-signed certificate$/u;
  const modes = [{}, { tls: 'starttls' }, { tls: 'implicit', port: mail.tlsPort }] as const;
  const cases: [Partial<Behaviour>, Partial<SmtpServer>, RegExp][] = [
    [{}, { caFile: null }, self],
    [
      { certificate: 'expired' },
      {},
      /: the certificate is not accepted: certificate has expired$/u,
    ],
    [
      { certificate: 'other-host' },
      {},
      /: the certificate is not accepted: .*127\.0\.0\.1.*mail\.example\.net|IP: 127\.0\.0\.1 is not in/u,
    ],
  ];
  for (const [behaviour, server, expected] of cases) {
    await behave(behaviour);
    for (const mode of modes) isError(await send({ server: { ...mode, ...server } }), expected);
    assert.deepEqual(await mail.messages(), []);
  }
  await behave();
  isError(
    await send({ server: { caFile: '/nowhere.pem' } }),
    /: \/nowhere\.pem cannot be read \(ENOENT\)$/u,
  );
  assert.deepEqual(await send({ server: { host: 'localhost' } }), [null]);
});

test('login', async () => {
  await behave({ login });
  const server = { user: 'monitor' };
  assert.deepEqual(await send({ server }), [null]);
  assert.equal((await accepted()).user, 'monitor');
  isError(
    await send({ server, password: 'wrong' }),
    `${here()}: the login as monitor failed: 535 authentication failed`,
  );
  isError(await send({ server, password: null }), `${here()}: there is no password for the login`);
  isError(await send(), /: the sender is refused: 530 /u);
  await behave();
  isError(await send({ server }), `${here()}: the server offers no login`);
});

test('a password goes in clear only where the configuration says so', async () => {
  await behave({ login, starttls: false });
  const server = { user: 'monitor' };
  isError(await send({ server }), /: STARTTLS is refused, and required: /u);
  assert.deepEqual(mail.logins(), []);
  assert.deepEqual(await send({ server: { ...server, tls: 'off' } }), [null]);
  assert.deepEqual(
    mail.logins().map(({ secure }) => secure),
    [false],
  );
});

test('a server that repeats the password is not quoted', async () => {
  const encoded = Buffer.from(`\0monitor\0${secret}`).toString('base64');
  for (const words of [secret, encoded, Buffer.from(secret).toString('base64')]) {
    await behave({ login: { ...login, password: 'other' }, loginWords: `not ${words}` });
    isError(
      await send({ server: { user: 'monitor' } }),
      `${here()}: the login as monitor failed: 535 (its words hold the password)`,
    );
  }
});

test('what the server says is made fit for one line', async () => {
  await behave({ refuse: `554 spam \u202e\t ${'x'.repeat(900)}` });
  const [error = ''] = await send();
  assert.match(error ?? '', /^127\.0\.0\.1:\d+: the mail is refused: 554 spam x+…$/u);
  await behave({ banner: '554 go away' });
  isError(await send(), `${here()}: refused: 554 go away`);
});

test('it ends at the signal, wherever the server has fallen silent', async () => {
  for (const stall of ['greeting', 'mail', 'data', 'end'] as const) {
    await behave({ stall });
    const [errors, time] = await timed(send({ signal: AbortSignal.timeout(150) }));
    isError(errors, `${here()}: stopped before it was accepted`);
    assert.ok(time < 600, `${stall}: ${time} ms`);
  }
  isError(await send({ signal: AbortSignal.abort() }), `${here()}: stopped before it was accepted`);
});

test('and at its own times', async () => {
  await behave({ stall: 'greeting' });
  isError(await send({ timeouts: { greeting: 100 } }), `${here()}: no greeting within 100ms`);
  await behave({ stall: 'end' });
  isError(await send({ timeouts: { silence: 200 } }), `${here()}: no answer within 200ms`);
});

test('a server that goes away in the middle', async () => {
  for (const drop of ['greeting', 'mail', 'data', 'end'] as const) {
    await behave({ drop });
    isError(await send(), /: (?:the connection was closed|the connection was reset)$/u);
  }
});

test('nobody there', async () => {
  isError(await send({ server: { port: 1 } }), '127.0.0.1:1: connection refused');
  isError(
    await send({ server: { port: 1, host: '::1' } }),
    /^\[::1\]:1: (?:connection refused|the (?:host|network) cannot be reached|.*\(EADDRNOTAVAIL\))$/u,
  );
  const host = 'nobody.invalid';
  isError(
    await send({ server: { host } }),
    /^nobody\.invalid:\d+: the host name (?:is not known|cannot be resolved now)$/u,
  );
});

test('one connection for all mails, and another where it is not to be had any more', async () => {
  await behave();
  const transport = transportFor({});
  const one = async () => errorsOf(await transport.send(parcel, ['a@example.org'], never));
  assert.deepEqual([await one(), await one(), await one()], [[null], [null], [null]]);
  assert.equal(mail.connections(), 1);
  await behave({ mostMessages: 3 });
  assert.deepEqual([await one(), await one()], [[null], [null]]);
  assert.equal(mail.connections(), 1);
  // All at once.
  const both = await Promise.all([one(), one()]);
  assert.deepEqual(both, [[null], [null]]);
  assert.equal((await mail.messages()).length, 4);
  // One refusal does not spoil the next.
  await behave({ reject: ['a@example.org'] });
  isError(await one(), /550/u);
  await behave();
  assert.deepEqual(await one(), [null]);
  transport.close();
  transport.close();
});

test('close() lets the process end, at once', async () => {
  await behave();
  const modes = [{ tls: 'off' }, {}, { tls: 'implicit', port: mail.tlsPort }] as const;
  const configs = modes.map((server) =>
    smtpConfig({ port: mail.port, caFile: mail.caFile, ...server }),
  );
  const module = import.meta.resolve('../../src/notify/email.ts');
  const script = `
    import { emailTransport } from ${JSON.stringify(module)};
    const errors = [];
    for (const config of ${JSON.stringify(configs)}) {
      const transport = emailTransport(config, { password: null });
      const signal = new AbortController().signal;
      const [{ error }] = await transport.send(${JSON.stringify(parcel)}, ['a@example.org'], signal);
      errors.push(error);
      transport.close();
    }
    const began = performance.now();
    process.on('exit', () => console.log(JSON.stringify([errors, performance.now() - began])));
  `;
  const argv = ['--input-type=module', '-e', script];
  const { stdout, stderr } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    timeout: 10_000,
  });
  assert.equal(stderr, '');
  const [errors, rest] = JSON.parse(stdout) as [(string | null)[], number];
  assert.deepEqual(errors, [null, null, null]);
  assert.ok(rest < 500, `${rest} ms`);
});
