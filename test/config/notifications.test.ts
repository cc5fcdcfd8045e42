/** Who is told, and how: what the configuration says, and what is wrong with it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configOf, problemsOf, told, withLines } from './support.ts';

/** Notifications from line 6 on, before one agent `a` with one job `a/x`. */
const withTold = (lines: string): string => withLines(`notifications:\n${lines}`);
const email = 'smtp: { host: h }, from: a@b.c, to: [a@b.c]';
const second = 1000;
const day = 24 * 3600 * second;

describe('notifications', () => {
  it('go to all, or to whom wants to hear of some', () => {
    const { notifications } = configOf(
      withTold(`  email:
    smtp: { host: h, port: 465, tls: implicit, ca_file: /etc/ca.pem }
    from: a@b.c
    to: [all@b.c, { address: some@b.c, jobs: [a, a/x], severity: critical }, { address: "N <n@b.c>" }]
`),
    );
    assert.deepEqual(notifications.email?.to, [
      { address: 'all@b.c', jobs: null, severity: 'warning' },
      { address: 'some@b.c', jobs: ['a', 'a/x'], severity: 'critical' },
      { address: 'N <n@b.c>', jobs: null, severity: 'warning' },
    ]);
  });

  it('go by the sendmail of the machine', () => {
    const { notifications } = configOf(
      withTold('  email: { sendmail: /usr/sbin/sendmail, from: a@b.c, to: [a@b.c] }\n'),
    );
    assert.deepEqual(notifications.email?.server, {
      kind: 'sendmail',
      path: '/usr/sbin/sendmail',
    });
  });

  it('go by several webhooks and commands, each with a name', () => {
    const { notifications } = configOf(
      withTold(`  webhook: { url: "https://x.org/a?b=c", secret_file: /k, timeout: 3s }
  command:
    - { run: [/bin/chat] }
    - { run: [/bin/sms, "+1", ""], name: sms, jobs: [a/x], severity: critical }
  heartbeat: https://hc.example.org/uuid
  remind: [1h]
  give_up_after: 2d
  digest: "0  8 * * *"
  email: { sendmail: /s, from: a@b.c, to: [a@b.c] }
`),
    );
    assert.deepEqual(notifications, {
      email: {
        server: { kind: 'sendmail', path: '/s' },
        from: 'a@b.c',
        to: [{ address: 'a@b.c', jobs: null, severity: 'warning' }],
      },
      webhooks: [
        {
          name: 'webhook',
          url: 'https://x.org/a?b=c',
          secretFile: '/k',
          timeout: 3 * second,
          jobs: null,
          severity: 'warning',
        },
      ],
      commands: [
        {
          name: 'command',
          run: ['/bin/chat'],
          timeout: 10 * second,
          jobs: null,
          severity: 'warning',
        },
        {
          name: 'sms',
          run: ['/bin/sms', '+1', ''],
          timeout: 10 * second,
          jobs: ['a/x'],
          severity: 'critical',
        },
      ],
      heartbeat: { url: 'https://hc.example.org/uuid', failFrom: 'warning' },
      remind: [3600 * second],
      giveUpAfter: 2 * day,
      digest: '0 8 * * *',
    });
  });

  it('take a heartbeat with its own idea of failure, no reminders, and nothing at all', () => {
    const { heartbeat, remind } = configOf(
      withTold('  heartbeat: { url: "http://h/", fail_from: inability }\n  remind: []\n'),
    ).notifications;
    assert.deepEqual(heartbeat, { url: 'http://h/', failFrom: 'inability' });
    assert.deepEqual(remind, []);
    assert.equal(
      configOf(withTold('  heartbeat:\n  webhook:\n  command:\n  digest:\n')).notifications.digest,
      null,
    );
  });

  const faults: readonly [string, string, readonly string[]][] = [
    [
      'no way to send',
      '  email: { from: a@b.c, to: [a@b.c] }\n',
      ['6:3 `email` says not how mail is sent'],
    ],
    [
      'two ways to send',
      `  email: { sendmail: /s, ${email} }\n`,
      ['6:3 `email` has both smtp and sendmail'],
    ],
    ['a relative program', `  command: { run: [chat] }\n`, ['6:14 the path "chat" is relative']],
    ['a NUL', `  command: { run: [/bin/chat, "a\\0"] }\n`, ['6:14 an argument holds a NUL']],
    [
      'a digest that nobody would get',
      '  digest: "0 8 * * *"\n',
      ['6:11 `digest` is sent by mail, and there is no `email`'],
    ],
    [
      'a timeout that a scan would not wait for',
      '  webhook: { url: "http://h/", timeout: 1m }\n',
      ['6:41 "1m" is longer than a scan waits → 12s'],
    ],
    ['no program', '  command: { run: [] }\n', ['6:14 `run` is an empty list']],
    [
      'no web address',
      '  webhook: { url: x.org/hook }\n',
      ['6:19 "x.org/hook" is no web address → https://x.org/hook'],
    ],
    [
      'another protocol',
      '  heartbeat: file:///etc/passwd\n',
      ['6:14 "file:///etc/passwd" is no web address'],
    ],
    [
      'a space in an address',
      '  heartbeat: "https://x.org/a b"\n',
      ['6:14 "https://x.org/a b" holds white space'],
    ],
    [
      'ages that do not grow',
      '  remind: [2h, 1h]\n',
      ['6:3 item 2 of `remind` is no longer than the one before'],
    ],
    [
      'a nickname',
      '  digest: "@daily"\n',
      [
        '6:11 "@daily" is wrong: nicknames such as @daily are not supported: write five fields, such as 0 20 * * * → 0 0 * * *',
      ],
    ],
    [
      'an unknown job',
      `  email: { smtp: { host: h }, from: a@b.c, to: [{ address: a@b.c, jobs: [a/y] }] }\n`,
      ['6:74 no agent or job is named "a/y" → a/x'],
    ],
    [
      'an unknown agent of a single way',
      '  webhook: { url: "http://h/", jobs: [b] }\n',
      ['6:39 no agent or job is named "b" → a'],
    ],
    [
      'two ways of one name',
      '  webhook: [{ url: "http://h/" }, { url: "http://i/" }]\n',
      ['6:3 two ways out are named "webhook"'],
    ],
    [
      'a name that is taken',
      '  webhook: { url: "http://h/", name: email }\n',
      ['6:3 two ways out are named "email"'],
    ],
    [
      'an unknown TLS mode',
      `  email: { smtp: { host: h, tls: ssl }, from: a@b.c, to: [a@b.c] }\n`,
      ['6:34 `tls` is "ssl"'],
    ],
  ];
  for (const [name, lines, expected] of faults) {
    it(`refuse ${name}`, () => assert.deepEqual(told(problemsOf(withTold(lines))), expected));
  }
});

describe('maintenance', () => {
  it('is planned for all, or for some', () => {
    const { maintenance } = configOf(
      withLines(
        'maintenance:\n  - { schedule: "0 2 * * 0", for: 4h }\n  - { schedule: "0 3 1 * *", for: 1d, jobs: [a], reason: cables }\n',
      ),
    );
    assert.deepEqual(maintenance, [
      { schedule: '0 2 * * 0', duration: 4 * 3600 * second, jobs: null, reason: null },
      { schedule: '0 3 1 * *', duration: day, jobs: ['a'], reason: 'cables' },
    ]);
  });

  it('refuses a name that fits no job, and no duration', () => {
    assert.deepEqual(
      told(problemsOf(withLines('maintenance: [{ schedule: "0 2 * * 0", jobs: [c] }]\n'))),
      ['5:15 `for` is missing'],
    );
    assert.deepEqual(
      told(problemsOf(withLines('maintenance: [{ schedule: "0 2 * * 0", for: 4h, jobs: [c] }]\n'))),
      ['5:56 no agent or job is named "c" → a'],
    );
  });
});

describe('the file of metrics', () => {
  it('ends in .prom: node_exporter reads nothing else', () => {
    assert.equal(configOf(withLines('metrics: /run/x/b.prom\n')).metrics, '/run/x/b.prom');
    assert.deepEqual(
      ['/run/x/b.txt', '/run/x/', 'b.prom'].flatMap((file) =>
        told(problemsOf(withLines(`metrics: ${file}\n`))),
      ),
      [
        '5:10 "/run/x/b.txt" does not end in .prom → /run/x/b.txt.prom',
        '5:10 "/run/x/" does not end in .prom → /run/x/backupmon.prom',
        '5:10 the path "b.prom" is relative',
      ],
    );
  });
});
