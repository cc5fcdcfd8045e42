/** The shape of the configuration file (contract, section 4): the loader and the JSON Schema for editors are made from it. */
import * as z from 'zod';
import {
  absolutePattern,
  durationPattern,
  flag,
  remembered,
  section,
  text,
  whole,
} from './elements.ts';
import { maintenanceSchema, notificationsSchema } from './notifications-schema.ts';
import {
  durationWords,
  folderWords,
  metricsWords,
  readDuration,
  readMetricsPath,
  readLine,
  readPath,
  readZone,
  zoneWords,
} from './pieces.ts';
import { ruleShape } from './rules-schema.ts';

const parallelWords = 'auto, or a whole number from 1 to 64';

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
      notifications: notificationsSchema(credentials),
      maintenance: maintenanceSchema(),
      metrics: text(metricsWords, readMetricsPath, {
        description:
          'A file for the textfile collector of node_exporter, written anew by every scan.',
        examples: ['/var/lib/prometheus/node-exporter/backupmon.prom'],
        pattern: String.raw`^/.*\.prom$`,
      }).optional(),
    },
    'a map with deposits, validated, database and agents',
  );
  return { file, settings };
}

export type Schema = ReturnType<typeof createSchema>;
export type FileContent = z.output<Schema['file']>;
export type RuleContent = NonNullable<FileContent['defaults']>;
export type AgentContent = NonNullable<FileContent['agents']>[string];
