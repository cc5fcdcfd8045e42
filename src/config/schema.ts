/** The shape of the configuration file (contract, section 4): the loader and the JSON Schema for editors are made from it. */
import * as z from 'zod';
import {
  addressWords,
  hostWords,
  readAddress,
  readHost,
  readSecretFile,
  secretFileWords,
} from './addresses.ts';
import {
  absolutePattern,
  durationPattern,
  flag,
  remembered,
  section,
  text,
  whole,
} from './elements.ts';
import {
  durationWords,
  folderWords,
  readDuration,
  readLine,
  readPath,
  readZone,
  zoneWords,
} from './pieces.ts';
import { ruleShape } from './rules-schema.ts';

const parallelWords = 'auto, or a whole number from 1 to 64';

function emailSchema(credentials: string | null) {
  const smtp = section(
    {
      host: text(hostWords, readHost, { description: 'Mail server.' }),
      port: whole(1, 65_535, 'a whole number from 1 to 65535', 'Port of the mail server.').default(
        587,
      ),
      user: text('a user name', readLine, {
        description: 'User to log in as; without it no login is tried.',
      }).optional(),
      password_file: text(secretFileWords, (found) => readSecretFile(found, credentials), {
        description:
          'File that holds the password; ${CREDENTIALS_DIRECTORY} is filled in. $BACKUPMON_SMTP_PASSWORD wins over it.',
      }).optional(),
    },
    'a map with host, port, user and password_file',
  ).meta({ description: 'How mail is sent.' });
  const recipients = z
    .array(text(addressWords, readAddress, { description: 'An address.' }), {
      error: 'a list of addresses, such as [admins@example.org]',
    })
    .min(1, { error: 'at least one address' })
    .meta({ description: 'Who receives the alarms.' });
  return section(
    {
      smtp,
      from: text(addressWords, readAddress, { description: 'Sender of the alarms.' }),
      to: recipients,
    },
    'a map with smtp, from and to',
  ).meta({ description: 'Alarms by e-mail.' });
}

/** Top-level settings that the environment can override. */
function overridable() {
  return {
    deposits: text(folderWords, readPath, {
      description:
        'Folder of the deposits, one folder per agent: agents write here, backupmon reads.',
      examples: ['/mnt/agent_deposits'],
      pattern: absolutePattern,
    }),
    validated: text(folderWords, readPath, {
      description: 'Folder of the validated tree: only backupmon writes here.',
      examples: ['/mnt/validated_backups'],
      pattern: absolutePattern,
    }),
    database: text(folderWords, readPath, {
      description: 'The SQLite file of history and state.',
      examples: ['/var/lib/backupmon/backupmon.db'],
      pattern: absolutePattern,
    }),
    timezone: text(zoneWords, remembered(readZone), {
      description:
        'IANA time zone of schedules, and of times in reports that carry no offset; default UTC.',
      examples: ['UTC', 'Africa/Douala'],
    }),
    site: text('text in one line', readLine, {
      description: 'Name of this server in what is shown and sent; default: the host name.',
      examples: ['backup01'],
    }),
  };
}

function databasesSchema(rules: ReturnType<typeof ruleShape>) {
  const name = z.union([z.string(), z.number(), z.boolean()], { error: 'the name of a database' });
  const rulesOrNothing = section(
    rules,
    'a map of rules, or nothing where the defaults are enough',
  ).nullable();
  const error = 'a list of names such as [crm, wiki], or a map of names and their rules';
  return z.union([z.array(name), z.record(z.string(), rulesOrNothing)], { error }).meta({
    description:
      'The databases whose backups are expected: a map of names and rules, or a list of names.',
  });
}

/**
 * The schema of the whole file. What the environment may supply (and what depends on other keys) is checked later:
 * here every top-level key may be absent.
 *
 * @param credentials value of $CREDENTIALS_DIRECTORY; null when it is not set
 */
export function createSchema(credentials: string | null) {
  const settings = overridable();
  const rules = ruleShape();
  const agent = section(
    { ...rules, databases: databasesSchema(rules).optional() },
    'a map with databases, and rules for all of them',
  );
  const notifications = section(
    {
      email: emailSchema(credentials)
        .nullable()
        .optional()
        .meta({ description: 'Alarms by e-mail.' }),
    },
    'a map with email',
  );
  const file = section(
    {
      deposits: settings.deposits.optional(),
      validated: settings.validated.optional(),
      database: settings.database.optional(),
      site: settings.site.optional(),
      timezone: settings.timezone.optional(),
      scan_max_age: text(durationWords, readDuration, {
        description: '`status` is critical when no scan has completed for this long.',
        examples: ['3h'],
        pattern: durationPattern,
      }).optional(),
      scan_timeout: text(durationWords, readDuration, {
        description: 'A scan that runs longer than this counts as stuck.',
        examples: ['6h'],
        pattern: durationPattern,
      }).optional(),
      archive_reports: flag('Whether judged reports are moved to log/_archive.').optional(),
      parallel: z
        .union(
          [z.literal('auto'), whole(1, 64, parallelWords, 'How many files are read at once.')],
          {
            error: parallelWords,
          },
        )
        .optional()
        .meta({ description: 'How many files are read at once.' }),
      defaults: section(rules, 'a map of rules').nullable().optional().meta({
        description: 'Rules of all jobs; an agent overrides them, and a database overrides both.',
      }),
      agents: z
        .record(z.string(), agent, {
          error: 'a map of agents, each named like its folder below deposits',
        })
        .optional()
        .meta({ description: 'The agents, each named like its folder below deposits.' }),
      notifications: notifications
        .nullable()
        .optional()
        .meta({ description: 'Who is told, and how.' }),
    },
    'a map with deposits, validated, database and agents',
  );
  return { file, settings };
}

export type Schema = ReturnType<typeof createSchema>;
export type FileContent = z.output<Schema['file']>;
export type RuleContent = NonNullable<FileContent['defaults']>;
export type AgentContent = NonNullable<FileContent['agents']>[string];
