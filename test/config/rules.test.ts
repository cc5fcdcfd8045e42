import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, it } from 'node:test';
import { configOf, folders, head, jobOf, withEmail, withLines } from './support.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('rules of a job', () => {
  it('are the built-in ones where the file says nothing', () => {
    const job = jobOf(configOf(withLines('')), 'a/x');
    assert.deepEqual(job, {
      id: 'a/x',
      agent: 'a',
      database: 'x',
      enabled: true,
      labels: {},
      path: 'a/x',
      rules: {
        schedule: { kind: 'cron', expression: '0 20 * * *' },
        timezone: 'UTC',
        grace: 90 * minute,
        early: null,
        verify: 'complete',
        keep: { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0 },
        unchanged: 'warning',
        sizeChange: 0.5,
        settle: 2 * minute,
        deposit: 'keep',
        failAfter: 1,
      },
      lines: { schedule: 4 },
    });
  });

  const layered = configOf(`${folders}timezone: UTC
defaults:
  schedule: every 24h
  keep: 2
  labels: { company: c, city: none }
  settle: 1m
agents:
  paris:
    timezone: Europe/Paris
    keep: { daily: 7 }
    early: 1h
    settle: 3m
    labels: { city: paris }
    path: "{company}/{city}/{agent}-{database}"
    databases:
      crm:
        keep: 5
        early: auto
        size_change: off
        unchanged: critical
        deposit: remove
        fail_after: 3
        enabled: false
        labels: { team: web }
        path: "{site}/{team}/{database}"
      wiki:
  lyon: { databases: [crm] }
site: s
`);

  it('come from the database, then the agent, then defaults', () => {
    const { rules, lines, path, labels, enabled } = jobOf(layered, 'paris/crm');
    assert.equal(rules.keep.last, 5);
    assert.equal(rules.early, null);
    assert.equal(rules.sizeChange, null);
    assert.equal(rules.unchanged, 'critical');
    assert.equal(rules.deposit, 'remove');
    assert.equal(rules.failAfter, 3);
    assert.equal(rules.timezone, 'Europe/Paris');
    assert.equal(rules.settle, 3 * minute);
    assert.deepEqual(rules.schedule, { kind: 'every', period: 24 * hour });
    assert.equal(enabled, false);
    assert.equal(path, 's/web/crm');
    assert.deepEqual(labels, { company: 'c', city: 'paris', team: 'web' });
    assert.deepEqual(lines, {
      timezone: 12,
      schedule: 6,
      keep: 20,
      settle: 15,
      early: 21,
      sizeChange: 22,
      unchanged: 23,
      deposit: 24,
      failAfter: 25,
      path: 28,
    });
  });

  it('of the agent hold for a database that says nothing', () => {
    const { rules, path, lines } = jobOf(layered, 'paris/wiki');
    assert.deepEqual(rules.keep, { last: 0, daily: 7, weekly: 0, monthly: 0, yearly: 0 });
    assert.equal(rules.early, hour);
    assert.equal(path, 'c/paris/paris-wiki');
    assert.equal(lines.keep, 13);
  });

  it('of one agent do not reach another', () => {
    const { rules, labels, lines } = jobOf(layered, 'lyon/crm');
    assert.equal(rules.keep.last, 2);
    assert.equal(rules.timezone, 'UTC');
    assert.deepEqual(labels, { company: 'c', city: 'none' });
    assert.deepEqual(lines, { timezone: 4, schedule: 6, keep: 7, settle: 9 });
  });

  it('give agents their zone and settle', () => {
    assert.deepEqual(layered.agents, [
      { id: 'paris', timezone: 'Europe/Paris', settle: 3 * minute },
      { id: 'lyon', timezone: 'UTC', settle: minute },
    ]);
  });

  const graces = [
    {
      name: 'an inherited grace is shortened to half of the shortest gap',
      defaults: 'grace: 9h',
      rules: '{ schedule: "0 13,20 * * *" }',
      grace: 3.5 * hour,
    },
    {
      name: 'the built-in one too',
      defaults: 'keep: 1',
      rules: '{ schedule: "0 * * * *" }',
      grace: 30 * minute,
    },
    {
      name: 'and for schedules within the hour',
      defaults: 'keep: 1',
      rules: '{ schedule: "*/10 * * * *" }',
      grace: 5 * minute,
    },
    {
      name: 'exactly half may be written',
      defaults: 'keep: 1',
      rules: '{ schedule: "0 20 * * *", grace: 12h }',
      grace: 12 * hour,
    },
    {
      name: 'a period has no limit',
      defaults: 'keep: 1',
      rules: '{ schedule: every 1h, grace: 9h }',
      grace: 9 * hour,
    },
    {
      name: 'none at all may be written',
      defaults: 'keep: 1',
      rules: '{ schedule: every 1h, grace: 0s }',
      grace: 0,
    },
  ];
  for (const { name, defaults, rules, grace } of graces) {
    it(name, () => {
      const config = configOf(
        `${folders}defaults: { ${defaults} }\nagents:\n  a: { databases: { x: ${rules} } }\n`,
      );
      assert.equal(jobOf(config, 'a/x').rules.grace, grace);
    });
  }
});

describe('names', () => {
  it('are the characters written, in the order of the file', () => {
    const config = configOf(
      `${head}agents:\n  10: { databases: [01, 0x10, true, crm] }\n  2:\n    labels: { n: 007, yes: no }\n    databases: { 9: , 1: {}, "null": {}, constructor: }\n`,
    );
    assert.deepEqual(
      config.jobs.map(({ id }) => id),
      ['10/01', '10/0x10', '10/true', '10/crm', '2/9', '2/1', '2/null', '2/constructor'],
    );
    assert.deepEqual(jobOf(config, '2/9').labels, { n: '007', yes: 'no' });
  });

  it('may be shared by agents, and aliases stand for what they name', () => {
    const config = configOf(
      `${head}agents:\n  a: { databases: &names [x, y] }\n  b: { databases: *names }\n`,
    );
    assert.deepEqual(
      config.jobs.map(({ id }) => id),
      ['a/x', 'a/y', 'b/x', 'b/y'],
    );
  });

  it('an agent may expect nothing, and there may be no agents', () => {
    assert.deepEqual(configOf(`${head}agents: { a: { databases: [] } }\n`).jobs, []);
    assert.deepEqual(configOf(`${head}agents: {}\n`).agents, []);
  });
});

describe('settings', () => {
  it('have defaults', () => {
    const { jobs: _, agents: __, ...settings } = configOf(withLines(''));
    assert.deepEqual(settings, {
      file: '/etc/backupmon/config.yaml',
      deposits: '/mnt/deposits',
      validated: '/mnt/validated',
      database: '/var/lib/backupmon/backupmon.db',
      site: hostname(),
      timezone: 'UTC',
      scanMaxAge: 3 * hour,
      scanTimeout: 6 * hour,
      archiveReports: true,
      parallel: 'auto',
      notifications: {
        email: null,
        webhooks: [],
        commands: [],
        heartbeat: null,
        remind: [24 * hour, 72 * hour, 168 * hour],
        giveUpAfter: 72 * hour,
        digest: null,
      },
      maintenance: [],
      metrics: null,
    });
  });

  it('are read', () => {
    const config = configOf(
      withLines(
        'scan_max_age: 1h30m\nscan_timeout: 1d\narchive_reports: false\nparallel: 4\nsite: s\ntimezone: Africa/Douala\n',
      ),
    );
    assert.equal(config.scanMaxAge, 1.5 * hour);
    assert.equal(config.scanTimeout, 24 * hour);
    assert.equal(config.archiveReports, false);
    assert.equal(config.parallel, 4);
    assert.equal(config.site, 's');
    assert.equal(jobOf(config, 'a/x').rules.timezone, 'Africa/Douala');
  });

  it('of the environment win, and an empty variable is none', () => {
    const config = configOf(
      'timezone: Europe/Paris\ndefaults: { schedule: every 1h, path: "{site}/{database}" }\nagents:\n  a: { databases: [x] }\n',
      {
        BACKUPMON_DEPOSITS: '/d/',
        BACKUPMON_VALIDATED: '/v',
        BACKUPMON_DATABASE: '/b.db',
        BACKUPMON_TIMEZONE: 'Africa/Douala',
        BACKUPMON_SITE: 'elsewhere',
      },
    );
    assert.deepEqual([config.deposits, config.validated, config.database], ['/d', '/v', '/b.db']);
    assert.equal(config.timezone, 'Africa/Douala');
    assert.deepEqual(jobOf(config, 'a/x').lines, { schedule: 2, path: 2 });
    assert.equal(jobOf(config, 'a/x').path, 'elsewhere/x');
    assert.equal(configOf(withLines('site: s\n'), { BACKUPMON_SITE: '' }).site, 's');
  });

  it('may be null where everything below is commented out', () => {
    const text = `${folders}defaults:\nnotifications:\nagents:\n  a: { schedule: every 1h, labels: , databases: [x] }\n`;
    assert.equal(configOf(text).notifications.email, null);
  });
});

describe('mail', () => {
  const mail = (smtp: string): string =>
    withEmail(`{ smtp: ${smtp}, from: "B <b@x.org>", to: [a@x.org, root@localhost] }`);

  it('is read, with defaults', () => {
    assert.deepEqual(configOf(mail('{ host: smtp.x.org }')).notifications.email, {
      server: {
        kind: 'smtp',
        host: 'smtp.x.org',
        port: 587,
        tls: 'auto',
        caFile: null,
        user: null,
        passwordFile: null,
      },
      from: 'B <b@x.org>',
      to: [
        { address: 'a@x.org', jobs: null, severity: 'warning' },
        { address: 'root@localhost', jobs: null, severity: 'warning' },
      ],
    });
  });

  const files = [
    { written: '/etc/p', directory: undefined, file: '/etc/p' },
    {
      written: '${CREDENTIALS_DIRECTORY}/p',
      directory: '/run/credentials/b',
      file: '/run/credentials/b/p',
    },
    {
      written: '${CREDENTIALS_DIRECTORY}/p',
      directory: undefined,
      file: '${CREDENTIALS_DIRECTORY}/p',
    },
  ];
  for (const { written, directory, file } of files) {
    it(`finds the password file ${written} in ${directory ?? 'no directory'}`, () => {
      const config = configOf(mail(`{ host: h, port: 25, user: u, password_file: "${written}" }`), {
        CREDENTIALS_DIRECTORY: directory,
      });
      assert.deepEqual(config.notifications.email?.server, {
        kind: 'smtp',
        host: 'h',
        port: 25,
        tls: 'auto',
        caFile: null,
        user: 'u',
        passwordFile: file,
      });
    });
  }
});
