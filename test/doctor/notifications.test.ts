import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Config } from '../../src/core/job.ts';
import { isCredential, judgeCredential } from '../../src/doctor/notifications/credentials.ts';
import {
  judgePrograms,
  judgeWaiting,
  examineNotifications,
} from '../../src/doctor/notifications/notifications.ts';
import { judgeRaised } from '../../src/doctor/notifications/raised.ts';
import { visitSmtp } from '../../src/notify/smtp-visit.ts';
import { smtpConfig } from '../notify/support.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { assertWhole, configWith, lookWith, makeMachine, now, scanner, told } from './support.ts';

const look = lookWith();

it('a key or a credential that is empty, and a password that is a folder, are told as they lie there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-secrets-'));
  after(() => rmSync(folder, { recursive: true }));
  const empty = join(folder, 'empty');
  writeFileSync(empty, '', { mode: 0o600 });
  const config = configured(
    `  webhook: [{ name: chat, url: "https://chat.example.org/x", secret_file: ${empty} }]\n  email: { smtp: { host: mail.example.org, user: me, password_file: ${folder} }, from: a@example.org, to: [b@example.org] }\n`,
  );
  const facts = {
    waiting: [],
    mail: null,
    credentials: [],
    service: null,
    isUnsure: false,
    sawAll: true,
  };
  const found = told(
    await examineNotifications({ ...look, config, scanner: { ...scanner, present: false } }, facts),
  );
  assert.ok(found.includes(`critical ${empty}, the key of chat, is empty`), found.join('\n'));
  assert.ok(found.includes(`critical ${folder}, the password for mail, is no file`));
  const credential = { name: 'password', path: empty, mode: 0o600 };
  const one = judgeCredential(
    { path: '${CREDENTIALS_DIRECTORY}/password', what: 'the password for mail' },
    { credentials: [credential], service: null, isUnsure: false, sawAll: true },
    look,
  );
  assert.equal(one.message, `${empty}, the password for mail, is empty`);
});

const configured = (notifications: string, more = ''): Config =>
  configWith(
    `${more}defaults: { schedule: '0 20 * * *' }\nagents: { paris: { databases: [compta] } }\nnotifications:\n${notifications}`,
  );

describe('ways out', () => {
  const examined = async (
    config: Config,
    mail: Parameters<typeof examineNotifications>[1]['mail'] = null,
  ) => {
    const given = { ...look, config, scanner: { ...scanner, present: false } };
    const found = await examineNotifications(given, {
      waiting: [],
      mail,
      credentials: [],
      service: null,
      isUnsure: false,
      sawAll: true,
    });
    assertWhole(found);
    return told(found);
  };

  it('are none: nobody is told', async () => {
    assert.deepEqual(await examined(configWith()), [
      'warning /etc/backupmon/config.yaml names nobody who is to be told',
      '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
    ]);
    assert.deepEqual(
      await examined(
        configWith(
          "metrics: /var/lib/x/b.prom\ndefaults: { schedule: '0 20 * * *' }\nagents: {}\n",
        ),
      ),
      [],
    );
  });

  it('of the web are told and not tried', async () => {
    const config = configured(
      '  webhook: [{ name: chat, url: "https://chat.example.org/x?token=secret" }]\n  heartbeat: { url: "https://hc.example.org/uuid" }\n',
    );
    assert.deepEqual(await examined(config), [
      'ok not tried, because nothing is sent here: chat (chat.example.org), heartbeat (hc.example.org); backupmon notify --test tries them',
    ]);
  });

  it('by mail: what became of the visit', async () => {
    const config = configured(
      '  email: { smtp: { host: mail.example.org }, from: a@example.org, to: [b@example.org] }\n',
    );
    const passwordFile = '/etc/backupmon/smtp-password';
    const { server } = smtpConfig({
      host: 'mail.example.org',
      port: 587,
      user: 'me',
      passwordFile,
    });
    assert.deepEqual(await examined(config, { server, login: true, error: null }), [
      'ok the mail server mail.example.org:587 answers, and lets me in',
    ]);
    assert.deepEqual(await examined(config, { server, login: false, error: null }), [
      'ok the mail server mail.example.org:587 answers; the login as me was not tried',
    ]);
    const ofEnvironment = { ...server, passwordFile: null };
    assert.deepEqual(await examined(config, { server: ofEnvironment, login: false, error: null }), [
      'warning the mail server mail.example.org:587 answers; the login as me was not tried: there is no `password_file`, and BACKUPMON_SMTP_PASSWORD is not set here',
      '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
    ]);
    assert.deepEqual(
      await examined(config, {
        server,
        login: true,
        error: 'mail.example.org:587: connection refused',
      }),
      [
        'critical the mail server cannot be used: mail.example.org:587: connection refused',
        '$ backupmon notify --test email',
      ],
    );
  });

  it('that are programs have to be such', async () => {
    const config = configured(
      '  email: { sendmail: /usr/sbin/sendmail, from: a@example.org, to: [b@example.org] }\n  command: [{ name: sms, run: [/opt/sms, x] }]\n',
    );
    const found = judgePrograms(config, (path) => path === '/opt/sms', look);
    assertWhole(found);
    assert.deepEqual(told(found), [
      'critical /usr/sbin/sendmail is no program that backupmon may run',
      '$ ls -l /usr/sbin/sendmail',
      'ok /opt/sms can be run',
    ]);
  });

  it('that failed are told, and not what waits beside them', () => {
    const waiting = {
      recipient: 'x',
      attempts: 0,
      error: null,
      way: 'email',
      since: now - 7_200_000,
    };
    const failed = { ...waiting, way: 'chat', since: now - 60_000, attempts: 1, error: 'refused' };
    assert.deepEqual(told(judgeWaiting([waiting, failed], look)), [
      'warning 1 delivery of alarms failed and will be tried again, the oldest since 1m: chat to x: refused',
      '$ backupmon notify --test chat',
    ]);
  });

  it('that failed have something to be told still', async () => {
    const one = { way: 'email', recipient: 'b@example.org', since: now - 7_200_000, attempts: 2 };
    assert.deepEqual(judgeWaiting([{ ...one, error: null }], look), []);
    const found = judgeWaiting([{ ...one, error: 'refused' }], look);
    assertWhole(found);
    assert.deepEqual(told(found), [
      'warning 1 delivery of alarms failed and will be tried again, the oldest since 2h: email to b@example.org: refused',
      '$ backupmon notify --test email',
    ]);
  });
});

describe('a sendmail that takes the rights of others', () => {
  const config = configured(
    '  email: { sendmail: /opt/mta/sendmail, from: a@example.org, to: [b@example.org] }\n',
  );
  const unit = '/etc/systemd/system/backupmon-scan.service';
  const warned = [
    'warning /opt/mta/sendmail takes the rights of another user or group to hand mail over, and backupmon-scan.service has NoNewPrivileges',
    '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
  ];
  const cases = [
    ['by itself', 'yes', { '/opt/mta/sendmail': 0o4755 }, warned],
    [
      'as Postfix does',
      'yes',
      { '/opt/mta/sendmail': 0o755, '/usr/sbin/postdrop': 0o2755 },
      warned,
    ],
    ['where the unit lets it', 'no', { '/opt/mta/sendmail': 0o4755 }, []],
    ['does not', 'yes', { '/opt/mta/sendmail': 0o755 }, []],
  ] as const;
  for (const [title, setting, programs, expected] of cases) {
    it(title, () => {
      const { machine, file } = makeMachine();
      file(unit, `[Service]\nNoNewPrivileges=${setting}\n`);
      for (const [path, mode] of Object.entries(programs)) file(path, '', mode);
      const found = judgeRaised({ ...look, config, machine }, 'backupmon-scan.service');
      assertWhole(found);
      assert.deepEqual(told(found), expected);
      assert.deepEqual(judgeRaised({ ...look, config, machine }, null), []);
    });
  }

  it('is not asked for where mail goes to a server', () => {
    const { machine } = makeMachine();
    assert.deepEqual(judgeRaised({ ...look, machine }, 'backupmon-scan.service'), []);
  });
});

describe('a secret that systemd hands to the unit', () => {
  const secret = {
    path: '${CREDENTIALS_DIRECTORY}/smtp-password',
    what: 'the password for mail',
  };
  const { machine, file } = makeMachine();
  file('/lib/systemd/system/backupmon-scan.service', '');
  const withUnit = { ...look, machine };
  const loaded = { name: 'smtp-password', path: '/etc/backupmon/smtp-password', mode: 0o600 };
  const cases = [
    [
      'is loaded',
      [loaded],
      true,
      ['ok the password for mail is the credential smtp-password of the unit'],
    ],
    [
      'is loaded by no unit',
      [{ ...loaded, name: 'other' }],
      true,
      [
        'critical the password for mail is the credential smtp-password of systemd, and no unit that runs scans loads it',
        String.raw`$ mkdir -p /etc/systemd/system/backupmon-scan.service.d && printf '%s\n' '[Service]' LoadCredential=smtp-password:/etc/backupmon/smtp-password > /etc/systemd/system/backupmon-scan.service.d/zz-LoadCredential-658c2fda.conf && systemctl daemon-reload`,
      ],
    ],
    [
      'is not there',
      [{ ...loaded, mode: null }],
      true,
      [
        'critical /etc/backupmon/smtp-password, the password for mail, does not exist',
        '$ install -m 0600 /dev/stdin /etc/backupmon/smtp-password',
      ],
    ],
    [
      'may not be known to be there',
      [{ ...loaded, mode: null }],
      false,
      ['ok the password for mail is the credential smtp-password of the unit'],
    ],
    [
      'may be read by all',
      [{ ...loaded, mode: 0o644 }],
      true,
      [
        'warning /etc/backupmon/smtp-password, the password for mail, may be read by everybody on this machine',
        '$ chmod o-rwx /etc/backupmon/smtp-password',
      ],
    ],
  ] as const;
  for (const [title, credentials, sawAll, expected] of cases) {
    it(title, () => {
      const found = [
        judgeCredential(secret, { credentials, service: null, isUnsure: false, sawAll }, withUnit),
      ];
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }

  it('is loaded by no unit: the one that runs the scans is told to', () => {
    const facts = { credentials: [], service: 'bm.service', isUnsure: false, sawAll: true };
    const found = judgeCredential(secret, facts, look);
    assert.equal(found.severity, 'critical');
    assert.match(found.mend ?? '', /bm\.service\.d/u);
  });

  it('is loaded by no unit, and there is none that could', () => {
    const facts = { credentials: [], service: null, isUnsure: false, sawAll: true };
    const found = judgeCredential(secret, facts, look);
    assertWhole([found]);
    assert.equal(found.mend, '${EDITOR:-vi} /etc/backupmon/config.yaml');
  });

  it('may be named where it lies while the unit runs', () => {
    const path = '/run/credentials/backupmon-scan.service/smtp-password';
    assert.ok(isCredential(path));
    const facts = { credentials: [loaded], service: null, isUnsure: false, sawAll: true };
    assert.equal(judgeCredential({ ...secret, path }, facts, look).severity, 'ok');
  });

  it('may be loaded by a unit of which it cannot be told what it scans', () => {
    const facts = { credentials: [], service: null, isUnsure: true, sawAll: true };
    assert.deepEqual(told([judgeCredential(secret, facts, look)]), [
      'ok the password for mail is the credential smtp-password of systemd; it cannot be told whether the unit of the scan loads it',
    ]);
  });
});

describe('a visit to a mail server', () => {
  let mail: MailServer;
  before(async () => {
    mail = await startMailServer();
  });
  after(() => mail.stop());

  const visit = (
    server: Parameters<typeof smtpConfig>[0],
    password: string | null = null,
    limit = 5_000,
  ) => {
    const { port, caFile } = mail;
    return visitSmtp(smtpConfig({ port, caFile, ...server }).server, password, limit);
  };

  it('greets, encrypts, logs in, and sends nothing', async () => {
    await mail.behave({ login: { user: 'me', password: 'secret' } });
    assert.equal(await visit({ user: 'me' }, 'secret'), null);
    assert.equal(await visit({ user: 'me', port: mail.tlsPort, tls: 'implicit' }, 'secret'), null);
    assert.deepEqual(
      mail.logins().map(({ user, secure }) => [user, secure]),
      [
        ['me', true],
        ['me', true],
      ],
    );
    assert.deepEqual(await mail.messages(), []);
  });

  it('says what is wrong, without the password', async () => {
    await mail.behave({
      login: { user: 'me', password: 'other' },
      loginWords: 'no secret for you',
    });
    const wrong = await visit({ user: 'me' }, 'secret');
    assert.match(wrong ?? '', /the login as me failed/u);
    assert.doesNotMatch(wrong ?? '', /secret/u);
    await mail.behave({ certificate: 'other-host' });
    assert.match((await visit({})) ?? '', /certificate/u);
    await mail.behave({ starttls: false });
    assert.notEqual(await visit({ tls: 'starttls' }), null);
    assert.match((await visit({ port: 1 })) ?? '', /127\.0\.0\.1:1: connection refused/u);
    assert.deepEqual(await mail.messages(), []);
  });

  it('ends in time', async () => {
    await mail.behave({ stall: 'greeting' });
    assert.match((await visit({}, null, 200)) ?? '', /within/u);
  });
});
