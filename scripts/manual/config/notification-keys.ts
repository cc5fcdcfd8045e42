/** Every key of `notifications` and `maintenance`. One without its row does not compile. */
import type { FileContent } from '../../../src/config/schema.ts';
import { cron, duration, line, path, secret, type KeyTexts } from './key-text.ts';

type Notifications = NonNullable<FileContent['notifications']>;
type Email = NonNullable<Notifications['email']>;
type Window = NonNullable<FileContent['maintenance']>[number];

export const notificationKeys: KeyTexts<keyof Notifications> = {
  email: {
    type: 'a map',
    default: null,
    example:
      'email: { sendmail: /usr/sbin/sendmail,\n  from: backupmon@example.org, to: [it@example.org] }',
    more: ['Either `smtp` or `sendmail` says how it is sent.'],
  },
  webhook: {
    type: 'a map, or a list of maps',
    default: null,
    example: 'webhook: { url: "https://example.org/hook" }',
  },
  command: {
    type: 'a map, or a list of maps',
    default: null,
    example: 'command: { run: [/usr/local/bin/send-sms] }',
    more: [
      'It is given the same JSON document as a webhook on standard input, and finds `$BACKUPMON_SUBJECT` and `$BACKUPMON_MESSAGE_ID` in its environment. Exit code 0 means that everybody has been told; anything else is tried again.',
    ],
  },
  heartbeat: {
    type: 'a URL, or a map',
    default: null,
    example: 'heartbeat: https://hc-ping.com/your-uuid',
    more: ['Scans of all jobs only.'],
  },
  remind: {
    type: 'a list of durations, each longer than the one before',
    default: '[24h, 72h, 7d]',
    example: 'remind: [12h, 24h]',
  },
  give_up_after: { type: duration, default: '3d', example: 'give_up_after: 1d' },
  digest: {
    type: cron,
    default: null,
    example: 'digest: "0 8 * * *"',
    more: ['It needs `email`, and goes to everybody in `to`, about the jobs in their `jobs`.'],
  },
};

export const emailKeys: KeyTexts<keyof Email> = {
  smtp: {
    type: 'a map',
    default: null,
    example: 'smtp: { host: localhost, port: 25, tls: "off" }',
  },
  sendmail: {
    type: path,
    default: null,
    example: 'sendmail: /usr/sbin/sendmail',
    more: [
      'Not under the systemd unit that comes with backupmon: most of these programs need the permissions of a group, which `NoNewPrivileges=` takes from them.',
    ],
  },
  from: {
    type: 'an address',
    default: 'required',
    example: 'from: "Backups <backupmon@example.org>"',
  },
  to: {
    type: 'a list of addresses and maps',
    default: 'required',
    example: 'to: [it@example.org,\n  { address: crm@example.org, jobs: [paris/crm] }]',
  },
};

export const smtpKeys: KeyTexts<keyof NonNullable<Email['smtp']>> = {
  host: {
    type: 'a host name or an IP address',
    default: 'required',
    example: 'host: smtp.example.org',
  },
  port: { default: '587', example: 'port: 465' },
  tls: {
    default: 'auto',
    example: 'tls: starttls',
    more: ['The certificate is checked in every mode. With `off` a password would go in clear.'],
  },
  ca_file: { type: secret, default: null, example: 'ca_file: /etc/backupmon/our-ca.pem' },
  user: { type: line, default: null, example: 'user: backupmon' },
  password_file: {
    type: secret,
    default: null,
    example: 'password_file: /etc/backupmon/smtp-password',
    more: ['The file holds the password and nothing else.'],
  },
};

const routing = {
  jobs: {
    type: 'a list of agents and jobs',
    default: null,
    example: 'jobs: [paris, lyon/shop]',
  },
  severity: {
    default: 'warning',
    example: 'severity: critical',
    more: [
      'It is held against the worst that an incident has been, so that who was told of the beginning is told of the end.',
    ],
  },
} as const satisfies KeyTexts<'jobs' | 'severity'>;

export const recipientKeys: KeyTexts<keyof Exclude<Email['to'][number], string>> = {
  address: { type: 'an address', default: 'required', example: 'address: oncall@example.org' },
  ...routing,
};

type One<Key extends 'webhook' | 'command'> = NonNullable<Notifications[Key]>[number];

export const webhookKeys: KeyTexts<keyof One<'webhook'>> = {
  url: { type: 'a URL', default: 'required', example: 'url: https://example.org/hook' },
  secret_file: { type: secret, default: null, example: 'secret_file: /etc/backupmon/hook-key' },
  timeout: { type: duration, default: '10s', example: 'timeout: 5s' },
  name: {
    type: line,
    default: 'webhook',
    example: 'name: chat',
    more: ['Each of several needs a name of its own.'],
  },
  ...routing,
};

export const commandKeys: KeyTexts<keyof One<'command'>> = {
  run: {
    type: 'a list of texts',
    default: 'required',
    example: 'run: [/usr/local/bin/send-sms, "+237600000000"]',
  },
  timeout: { type: duration, default: '10s', example: 'timeout: 5s' },
  name: {
    type: line,
    default: 'command',
    example: 'name: sms',
    more: ['Each of several needs a name of its own.'],
  },
  ...routing,
};

export const heartbeatKeys: KeyTexts<
  keyof Exclude<NonNullable<Notifications['heartbeat']>, string>
> = {
  url: { type: 'a URL', default: 'required', example: 'url: https://hc-ping.com/your-uuid' },
  fail_from: { default: 'warning', example: 'fail_from: critical' },
};

export const maintenanceKeys: KeyTexts<keyof Window> = {
  schedule: { type: cron, default: 'required', example: 'schedule: "0 2 * * 0"' },
  for: { type: duration, default: 'required', example: 'for: 4h' },
  jobs: { type: 'a list of agents and jobs', default: null, example: 'jobs: [lyon, paris/crm]' },
  reason: { type: line, default: null, example: 'reason: weekly maintenance' },
};
