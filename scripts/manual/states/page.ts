/** backupmon-states(7): what every status and reason means, what is safe, and what to do. */
import { assurances, severities, statuses, type Severity } from '../../../src/core/statuses.ts';
import { exitCodes } from '../../../src/cli/context.ts';
import { incidentKinds, stepKinds } from '../../../src/core/incident.ts';
import { cycleStates } from '../../../src/core/standing.ts';
import {
  example,
  table,
  terms,
  type Block,
  type Page,
  type Prose,
  type Section,
} from '../blocks.ts';
import { blockedTexts } from './blocked.ts';
import { assuranceTexts, cycleTexts } from './cycles.ts';
import { changeTexts, incidentTexts } from './incidents.ts';
import { statusSection } from './status-sections.ts';

const termsOf = <Key extends string>(
  keys: readonly Key[],
  texts: Readonly<Record<Key, Prose>>,
): Block => terms(keys.map((key) => ({ term: `\`${key}\``, body: [texts[key]] })));

const severityRows = (): string[][] =>
  severities
    .toReversed()
    .map((severity: Severity) => [
      severity,
      String(exitCodes[severity]),
      { critical: 'CRITICAL', warning: 'WARNING', pending: 'OK', ok: 'OK' }[severity],
    ]);

const words: Section = {
  title: 'DESCRIPTION',
  blocks: [
    'This page says of everything that backupmon(1) can conclude what it means, which version can be restored, and what to do. `backupmon status JOB` shows status, reason and message of a job with the evidence behind them.',
    terms([
      {
        term: 'job',
        body: [
          'A backup that the configuration expects: <agent> and <database>, written `paris/compta`.',
        ],
      },
      {
        term: 'cycle',
        body: ['One time at which the backup of a job is expected, named by when it is due.'],
      },
      {
        term: 'report',
        body: [
          'The file that an agent leaves after a backup round. It tells of files; these are the deposits.',
        ],
      },
      {
        term: 'version',
        body: [
          'A healthy backup in the validated tree: a folder of its own, named by the end of the round in UTC.',
        ],
      },
      {
        term: 'held copy',
        body: [
          'A backup that is whole and unusual, kept beside the versions until somebody has looked at it.',
        ],
      },
      {
        term: 'reason',
        body: [
          'A machine word that follows the status. Where several apply, the first of `FAILED`, `TRANSFER_INTEGRITY_FAILED`, `CONTENT_INVALID`, `HASH_MISMATCH`, `SIZE_ANOMALY` and `SUCCESS` is concluded.',
        ],
      },
    ]),
    'Two things hold whatever happens. The newest healthy version of a job is never removed before a newer one is durable. Nothing is pruned unless the newest cycle of the job is healthy.',
  ],
};

const severitySection: Section = {
  title: 'SEVERITIES',
  blocks: [
    'From the worst to the most harmless, with the exit code of `scan` and `status`, and the word of `status --nagios`:',
    table(['severity', 'exit code', 'Nagios'], severityRows()),
    'Exit code 3, UNKNOWN for Nagios, says that a command could not do its work; of a scan also that some job could not be judged. `status` is critical also when the last scan of all jobs began longer ago than `scan_max_age`.',
  ],
};

const restoring: Section = {
  title: 'RESTORING',
  blocks: [
    'A version is the very file that the agent sent, and needs nothing of backupmon to be restored:',
    example(
      'cd /mnt/validated_backups/paris/compta/current',
      'sha256sum -c SHA256SUMS',
      'gzip -dc compta.sql.gz | psql --set ON_ERROR_STOP=1 compta_restored',
    ),
    '`backupmon status JOB` tells the path of the newest version, how much was proved of it, and why each older one is kept. Versions lie beside `current`, by the end of their round in UTC. A held copy lies in the same way under `.held` in the validated tree; read what is unusual about it first.',
  ],
};

const cycles: Section = {
  title: 'CYCLES',
  blocks: [
    'Beside its status a job has a current cycle, which is in one of these states:',
    termsOf(cycleStates, cycleTexts),
  ],
};

const blocked: Section = {
  title: 'JOBS THAT ARE BLOCKED',
  blocks: [
    'Trouble of the server itself is no conclusion about a backup. The job keeps its status, `status` shows since when it is blocked and by what, the report stays, other jobs go on, and the scan exits with 3. The next scan tries again. At the deadline such a job is `MISSING` with the reason `not_judged`.',
    'Safe: the versions in the tree. The backup that could not be judged lies in the deposit.',
    terms(
      blockedTexts.map(({ words: names, todo }) => ({
        term: names.map((name) => `\`${name}\``).join(' '),
        body: [todo],
      })),
    ),
    'Any other word is the name of the error of the system, as errno(3) lists it, in lower case.',
  ],
};

const proved: Section = {
  title: 'HOW MUCH WAS PROVED',
  blocks: [
    'Each version and each conclusion has an assurance, never more than what `verify` asks for:',
    termsOf(assurances, assuranceTexts),
    'What cannot be proved (a format that is not known, a tool that is not installed) fails nothing: the version has a lower assurance, and `status` lists the job.',
  ],
};

const alarms: Section = {
  title: 'ALARMS',
  blocks: [
    'Everything that is wrong belongs to an incident. People are told once when it begins, changes or ends, and reminded while it lasts; scans that see the same again send nothing. Kinds of incidents:',
    termsOf(incidentKinds, incidentTexts),
    'What is told of one:',
    termsOf([...stepKinds, 'reminder'], changeTexts),
    'Of one subject people are told six times in 24 hours at most, but for what is worse than all of that. No alarms are sent about what is pending, about databases that no job expects, and about versions of which less was proved than asked for. Snoozing and maintenance silence alarms, never statuses and exit codes.',
  ],
};

/** The sections that the manual and docs/states.md share. */
export const statesSections = (): readonly Section[] => [
  words,
  severitySection,
  {
    title: 'STATUSES',
    blocks: [
      'What is safe is said once for each status; where a reason makes a difference, it is said there.',
    ],
    sections: statuses.map(statusSection),
  },
  cycles,
  blocked,
  proved,
  restoring,
  alarms,
];

export const statesPage = (): Page => ({
  name: 'backupmon-states',
  number: 7,
  about: 'what backupmon concludes about backups, what is safe, and what to do',
  synopsis: [],
  sections: [
    ...statesSections(),
    {
      title: 'SEE ALSO',
      blocks: ['backupmon(1), backupmon-config(5)'],
    },
  ],
});
