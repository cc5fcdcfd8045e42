/** Every rule of jobs, and what an agent has beside them. One without its row does not compile. */
import type { RuleContent } from '../../../src/config/schema.ts';
import type { KeepPolicy } from '../../../src/core/job.ts';
import type { KeyTexts } from './key-text.ts';

export const ruleKeys: KeyTexts<keyof RuleContent> = {
  schedule: {
    type: 'five cron fields, or `every` and a duration',
    default: 'required',
    example: 'schedule: "0 13,20 * * 1-6"',
    more: [
      'It has to be there for each job, at one of the three levels. When it changes, the watch of the job begins anew.',
    ],
  },
  timezone: {
    type: 'the name of a time zone',
    default: { says: 'the `timezone` of the file' },
    example: 'timezone: Europe/Paris',
    more: ['It also decides where a day, week, month and year of `keep` begins.'],
  },
  grace: { type: 'a duration; `0m` for none', default: '90m', example: 'grace: 2h' },
  early: {
    type: '`auto`, or a duration',
    default: 'auto',
    example: 'early: 30m',
    more: ['A cycle never begins before the deadline of the one before it.'],
  },
  verify: {
    default: 'complete',
    example: 'verify: readable',
    more: ['What cannot be proved is said, and is no failure by itself: see backupmon-states(7).'],
  },
  keep: {
    type: 'a whole number above 0, or a map',
    default: '1',
    example: 'keep: { last: 3, daily: 7, weekly: 4 }',
    more: [
      'The newest version always stays. Of several in one cycle the newest counts. Each rule keeps the newest version of each of its last days, weeks, months or years in which there is one; versions of no rule are removed. Nothing is removed unless the newest cycle is healthy.',
    ],
  },
  path: {
    type: 'a template',
    default: '"{agent}/{database}"',
    example: 'path: "{company}/{city}/{database}"',
    more: [
      'Each job needs a folder of its own, none inside that of another. Versions under a former path stay the versions of the job.',
    ],
  },
  unchanged: { default: 'warning', example: 'unchanged: ok' },
  size_change: {
    type: 'a percentage above 0, or `off`',
    default: '50%',
    example: 'size_change: 80%',
    more: [
      'It holds for the size of the file, of its content, and for the number of tables, each by its own history; see `SIZE_ANOMALY` in backupmon-states(7).',
    ],
  },
  settle: {
    type: 'a duration; `0m` for none',
    default: '2m',
    example: 'settle: 5m',
    more: ['The time of change is that of this server (ctime), which an agent cannot set.'],
  },
  deposit: {
    default: 'keep',
    example: 'deposit: remove',
    more: [
      'With `remove` a deposit also goes whose content the newest version already holds, by our own measure. rsync needs what lies there to send only what has changed.',
    ],
  },
  fail_after: {
    default: '1',
    example: 'fail_after: 2',
    more: [
      'It does not count for refused reports, blocked jobs and lost versions, which are told at once.',
    ],
  },
  enabled: {
    default: 'true',
    example: 'enabled: false',
    more: ['`status` shows it when it is named.'],
  },
  labels: {
    type: 'a map of names and texts',
    default: null,
    example: 'labels: { company: sirpacam, city: douala }',
    more: ['`agent`, `database` and `site` are taken.'],
  },
};

export const keepKeys: KeyTexts<keyof KeepPolicy> = {
  last: { default: '0', example: 'keep: { last: 3 }' },
  daily: { default: '0', example: 'keep: { daily: 7 }' },
  weekly: { default: '0', example: 'keep: { last: 1, weekly: 4 }' },
  monthly: { default: '0', example: 'keep: { last: 1, monthly: 12 }' },
  yearly: { default: '0', example: 'keep: { last: 1, yearly: 2 }' },
};

export const agentKeys: KeyTexts<'databases'> = {
  databases: {
    type: 'a list of names, or a map of names and rules',
    default: 'required',
    example: 'databases: { compta: {}, crm: { grace: 2h } }',
    more: [
      'Beside it an agent may have any rule of jobs, for all of its databases. `[]` where no backup is expected yet.',
    ],
  },
};
