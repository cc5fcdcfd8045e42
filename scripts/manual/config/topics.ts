/** What is said of values wherever they stand, and of the file as a whole. */
import { overrideVariables } from '../../../src/config/environment.ts';
import { example, list, terms, type Section } from '../blocks.ts';

/** Four folders, rules, two agents: what a test gives to check-config. */
export const smallConfiguration: readonly string[] = [
  'deposits: /mnt/agent_deposits',
  'validated: /mnt/validated_backups',
  'database: /var/lib/backupmon/backupmon.db',
  'timezone: Africa/Douala',
  'defaults:',
  "  schedule: '0 20 * * *' # when a backup should be complete",
  '  grace: 90m # MISSING at 21:30',
  '  keep: { last: 3, daily: 7, weekly: 4 }',
  'agents:',
  '  paris:',
  '    timezone: Europe/Paris',
  '    databases: [compta, crm] # the rules above are enough',
  '  lyon:',
  '    databases:',
  '      shop: { schedule: every 24h, unchanged: ok }',
  '      archive: { enabled: false }',
  'notifications:',
  '  email:',
  '    smtp: { host: smtp.example.org, user: backupmon,',
  '            password_file: /etc/backupmon/smtp-password }',
  '    from: backupmon@example.org',
  '    to: [admins@example.org]',
];

export const values: Section = {
  title: 'VALUES',
  blocks: [],
  sections: [
    {
      title: 'Durations',
      blocks: [
        'Weeks, days, hours, minutes and seconds, from the largest to the smallest and each once: `45s`, `90m`, `24h`, `7d`, `2w`, `1h30m`. A day is 24 hours, whatever the clocks do. A number alone is a fault.',
      ],
    },
    {
      title: 'Schedules',
      blocks: [
        'A schedule says when a backup should be complete. It has one of two forms.',
        '`every 24h` is due one period after the end of the newest report that was accepted, and before any report after the watch began.',
        'Five cron fields are minute (0 to 59), hour (0 to 23), day of month (1 to 31), month (1 to 12, or JAN to DEC) and day of week (0 to 7, where 0 and 7 are Sunday, or SUN to SAT). A field is a star, a number, a list such as `1,5`, a range such as `1-5`, or a step such as `*/2`. Where day of month and day of week are both given, either of them is enough, as in cron(8); where one of them begins with a star, both have to match. Nicknames such as `@daily` are a fault. In YAML a schedule that begins with a star has to stand in quotes.',
        'Each time that it names is a cycle. The cycle begins `early` before it is due, and is missed `grace` after it. A grace that is written for a database may be at most half of the shortest time between two cycles; one that is inherited is shortened to that.',
      ],
    },
    {
      title: 'Time zones',
      blocks: [
        'Names of the IANA time zone database, such as `Africa/Douala`, or `UTC`. Where the clocks go forward, a time that does not exist is due at the first moment after it; where they go back, a time that comes twice is due once, the first time. Times in reports that carry no offset are read in the zone of the agent.',
      ],
    },
    {
      title: 'Paths of jobs',
      blocks: [
        '`path` is a template: `{agent}`, `{database}`, `{site}` and the names of labels stand for their texts, each within one component. A component may not be empty, begin with a dot, have white space around it, or have more than 100 bytes; it may not be `current`, nor look like the name of a version. The whole has at most 1024 bytes. Paths that differ in upper and lower case only count as one.',
      ],
    },
    {
      title: 'Names',
      blocks: [
        'Agents and databases are called as their folders and reports have them, and are held to the same rules as components of a path. Two that differ in case only are a fault. A database that is renamed is a new job.',
      ],
    },
  ],
};

export const faults: Section = {
  title: 'FAULTS',
  blocks: [
    '`backupmon check-config` tells every fault at once with line, column and, where one is likely, what was meant. A configuration with a fault is not used at all: commands that need one exit with 3. Faults are, beside syntax and values that are none of the above:',
    list(
      'a key that is not known or stands there twice;',
      '`validated` or `database` inside of `deposits`, or `deposits` inside of `validated`;',
      'a job without a schedule;',
      'a `keep` that keeps nothing;',
      'a label that a path names and the job does not have;',
      'a path that is that of another job, lies inside it, or still holds the versions of another job;',
      'in `jobs`, a name that fits no agent and no job;',
      'two webhooks or commands of one name; a `digest` without `email`.',
    ),
    'Editors that know YAML complete and check the file while it is written, by `config.schema.json`, which comes with backupmon. The first line of the file tells them where that is:',
    example('# yaml-language-server: $schema=./schemas/config.schema.json'),
  ],
};

const overridden = Object.entries(overrideVariables).map(([key, variable]) => ({
  term: `\`$${variable}\``,
  body: [`Wins over \`${key}\`, and is held to the same rules.`],
}));

export const environment: Section = {
  title: 'ENVIRONMENT',
  blocks: [
    'A variable that is empty counts as one that is not set.',
    terms([
      ...overridden,
      {
        term: '`$BACKUPMON_SMTP_PASSWORD`',
        body: ['Wins over `password_file`.'],
      },
      {
        term: '`$CREDENTIALS_DIRECTORY`',
        body: [
          'Set by systemd for `LoadCredential=`. It is filled in where `ca_file`, `password_file` or `secret_file` begin with `${CREDENTIALS_DIRECTORY}`. Outside of the unit, where it is not set, commands that send nothing work all the same.',
        ],
      },
    ]),
  ],
};
