/** Who is told, and how, as it is written: the schema of `notifications`, and of `maintenance`. */
import * as z from 'zod';
import type { TlsMode } from '../core/notifications.ts';
import {
  addressWords,
  hostWords,
  readAddress,
  readHost,
  readSecretFile,
  readUrl,
  secretFileWords,
  urlWords,
} from './addresses.ts';
import { quote } from './words.ts';
import type { Reading } from './pieces.ts';
import { complain, durationPattern, remembered, section, text, whole, word } from './elements.ts';
import {
  cronWords,
  durationWords,
  folderWords,
  readCron,
  readDuration,
  readLine,
  readPath,
} from './pieces.ts';

const tlsModes = ['auto', 'starttls', 'implicit', 'off'] as const satisfies readonly TlsMode[];
const MOST_REMINDERS = 20;
const second = 1000;
const day = 24 * 3600 * second;
const defaultTimeout = 10 * second;

const duration = (description: string, example: string) =>
  text(
    durationWords,
    remembered((found) => readDuration(found)),
    {
      description,
      examples: [example],
      pattern: durationPattern,
    },
  );

/** Names are looked up once all jobs are known: see names-of-jobs.ts. */
const jobsWords = 'a list of agents and jobs, such as [paris, lyon/shop]';
const jobNames = () =>
  z
    .array(text(jobsWords, readLine, { description: 'AGENT or AGENT/DATABASE.' }), {
      error: jobsWords,
    })
    .min(1, { error: 'at least one name; without the key it is for all' })
    .optional()
    .meta({
      description:
        'What it is for: agents and jobs; without it all, and all else there is to tell.',
    });

/** A scan waits no longer for one way out. */
const LONGEST_TIMEOUT_S = 12;

function readTimeout(found: string): Reading<number> {
  const reading = readDuration(found);
  if (!('value' in reading) || reading.value <= LONGEST_TIMEOUT_S * second) return reading;
  return {
    fault: `${quote(found)} is longer than a scan waits`,
    expected: `at most ${LONGEST_TIMEOUT_S}s`,
    suggestion: `${LONGEST_TIMEOUT_S}s`,
  };
}

const timeout = (description: string) =>
  text(durationWords, remembered(readTimeout), {
    description: `${description} At most ${LONGEST_TIMEOUT_S}s.`,
    examples: ['10s'],
    pattern: durationPattern,
  }).default(defaultTimeout);

const routing = () => ({
  jobs: jobNames(),
  severity: word(['warning', 'critical'], 'The least that is told.').default('warning'),
});

const wayName = (fallback: string) =>
  text('a name', readLine, {
    description: 'How it is called in `backupmon notify --test NAME` and where it fails.',
    examples: [fallback],
  }).default(fallback);

const secretFile = (credentials: string | null, description: string) =>
  text(secretFileWords, (found) => readSecretFile(found, credentials), { description }).optional();

function smtpSchema(credentials: string | null) {
  return section(
    {
      host: text(hostWords, readHost, { description: 'Mail server.' }),
      port: whole(1, 65_535, 'a whole number from 1 to 65535', 'Port of the mail server.').default(
        587,
      ),
      tls: word(
        tlsModes,
        'auto (from the beginning on port 465, else STARTTLS where the server offers it, and always before a login), starttls (never without), implicit (from the beginning) or off.',
      ).default('auto'),
      ca_file: secretFile(
        credentials,
        "PEM file of the authority that signed the server's certificate, where it is none that is generally known.",
      ),
      user: text('a user name', readLine, {
        description: 'User to log in as; without it no login is tried.',
      }).optional(),
      password_file: secretFile(
        credentials,
        'File that holds the password; ${CREDENTIALS_DIRECTORY} is filled in. $BACKUPMON_SMTP_PASSWORD wins over it.',
      ),
    },
    'a map with host, port, tls, user and password_file',
  )
    .optional()
    .meta({ description: 'The mail server.' });
}

const address = () => text(addressWords, readAddress, { description: 'An address.' });

function recipientsSchema() {
  const selective = section(
    { address: address(), ...routing() },
    'an address, or a map with address, jobs and severity',
  );
  return z
    .array(
      z.union([address(), selective], {
        error: 'an address, or a map with address, jobs and severity',
      }),
      { error: 'a list of addresses, such as [admins@example.org]' },
    )
    .min(1, { error: 'at least one address' })
    .meta({
      description:
        'Who receives the alarms: an address, or { address, jobs, severity } for somebody who wants to hear of some only.',
    });
}

function emailSchema(credentials: string | null) {
  const words = 'a map with smtp (or sendmail), from and to';
  return section(
    {
      smtp: smtpSchema(credentials),
      sendmail: text(folderWords, readPath, {
        description: 'A program that takes messages as sendmail does, instead of `smtp`.',
        examples: ['/usr/sbin/sendmail'],
        pattern: '^/',
      }).optional(),
      from: text(addressWords, readAddress, { description: 'Sender of the alarms.' }),
      to: recipientsSchema(),
    },
    words,
  )
    .superRefine(({ smtp, sendmail }, context) => {
      if (context.issues.length > 0 || (smtp === undefined) !== (sendmail === undefined)) return;
      const fault =
        smtp === undefined
          ? '`email` says not how mail is sent'
          : '`email` has both smtp and sendmail';
      complain(context, { fault, expected: 'either smtp or sendmail', suggestion: null });
    })
    .nullable()
    .optional()
    .meta({ description: 'Alarms by e-mail.' });
}

/** One, or a list of several. */
function oneOrMore<Schema extends z.ZodType>(schema: Schema, words: string, description: string) {
  return z
    .union([z.array(schema, { error: words }), schema], { error: words })
    .transform((found): z.output<Schema>[] => (Array.isArray(found) ? found : [found]))
    .nullable()
    .optional()
    .meta({ description });
}

function webhookSchema(credentials: string | null) {
  const words = 'a map with url, secret_file, timeout, name, jobs and severity, or a list of such';
  const one = section(
    {
      url: text(urlWords, readUrl, { description: 'Where the alarms are posted to, as JSON.' }),
      secret_file: secretFile(
        credentials,
        'File of the key for the header X-Backupmon-Signature-256: HMAC-SHA256 of the body.',
      ),
      timeout: timeout('How long an answer is waited for.'),
      name: wayName('webhook'),
      ...routing(),
    },
    words,
  );
  return oneOrMore(one, words, 'Alarms by HTTP: a POST of a JSON document.');
}

function commandSchema() {
  const words = 'a map with run, timeout, name, jobs and severity, or a list of such';
  const runWords = 'a list of the program, by its absolute path, and its arguments';
  const run = z
    .array(z.string({ error: runWords }), { error: runWords })
    .min(1, { error: runWords })
    .superRefine((list, context) => {
      const [program = ''] = list;
      if (context.issues.length > 0) return;
      const reading = readPath(program);
      if (!('value' in reading)) complain(context, { ...reading, expected: runWords });
      const hidden = list.find((argument) => argument.includes('\0'));
      if (hidden !== undefined)
        complain(context, {
          fault: 'an argument holds a NUL',
          expected: runWords,
          suggestion: null,
        });
    })
    .transform((list) => list as [string, ...string[]])
    .meta({
      description: 'The program, by its absolute path, and its arguments. No shell is involved.',
    });
  const one = section(
    {
      run,
      timeout: timeout('How long it may run.'),
      name: wayName('command'),
      ...routing(),
    },
    words,
  );
  return oneOrMore(one, words, 'Alarms by a program of yours, which is given a JSON document.');
}

function heartbeatSchema() {
  const url = () =>
    text(urlWords, readUrl, {
      description:
        'Told when a scan starts and when it has ended, such as https://hc-ping.com/UUID.',
    });
  const failFrom = word(
    ['warning', 'critical', 'inability'],
    'From which end of a scan on failure is reported; inability is exit code 3.',
  );
  const words = 'a URL, or a map with url and fail_from';
  return z
    .union([url(), section({ url: url(), fail_from: failFrom.default('warning') }, words)], {
      error: words,
    })
    .nullable()
    .optional()
    .meta({ description: 'So that somebody notices when backupmon itself has stopped.' });
}

const digestDescription =
  'When a mail tells how everything stands: five cron fields in the time zone of the file. The first scan after that time sends it.';

export function notificationsSchema(credentials: string | null) {
  const remindWords =
    'a list of durations, each longer than the one before, such as [24h, 72h, 7d]';
  const remind = z
    .array(duration('Age of an incident.', '24h'), { error: remindWords })
    .max(MOST_REMINDERS, { error: `at most ${MOST_REMINDERS}` })
    .superRefine((list, context) => {
      const wrong = list.findIndex((age, index) => index > 0 && age <= (list[index - 1] ?? 0));
      if (context.issues.length > 0 || wrong < 0) return;
      complain(context, {
        fault: `item ${wrong + 1} of \`remind\` is no longer than the one before`,
        expected: remindWords,
        suggestion: null,
      });
    })
    .default([day, 3 * day, 7 * day])
    .meta({
      description:
        'Ages of a problem at which it is told again; the last one repeats. [] for no reminders.',
    });
  return section(
    {
      email: emailSchema(credentials),
      webhook: webhookSchema(credentials),
      command: commandSchema(),
      heartbeat: heartbeatSchema(),
      remind,
      give_up_after: duration('How long it is tried to deliver a message.', '3d').default(3 * day),
      digest: text(cronWords, remembered(readCron), {
        description: digestDescription,
        examples: ['0 8 * * *'],
      })
        .nullable()
        .optional()
        .meta({ description: digestDescription }),
    },
    'a map with email, webhook, command, heartbeat, remind, give_up_after and digest',
  )
    .nullable()
    .optional()
    .meta({ description: 'Who is told, and how.' });
}

export function maintenanceSchema() {
  const words = 'a list of windows, each a map with schedule, for, jobs and reason';
  const window = section(
    {
      schedule: text(cronWords, remembered(readCron), {
        description: 'When it begins: five cron fields in the time zone of the file.',
        examples: ['0 2 * * 0'],
      }),
      for: duration('How long it lasts.', '4h'),
      jobs: jobNames(),
      reason: text('text in one line', readLine, { description: 'For people.' }).optional(),
    },
    words,
  );
  return z
    .array(window, { error: words })
    .nullable()
    .optional()
    .meta({ description: 'Planned times without alarms.' });
}
