/** Every key at the top of the file. One without its row does not compile. */
import type { FileContent } from '../../../src/config/schema.ts';
import { duration, line, path, type KeyTexts } from './key-text.ts';

export const fileKeys: KeyTexts<keyof FileContent> = {
  deposits: {
    type: path,
    default: 'required',
    example: 'deposits: /mnt/agent_deposits',
    more: [
      '`$BACKUPMON_DEPOSITS` wins over it. Neither of `deposits` and `validated` may lie inside the other.',
    ],
  },
  validated: {
    type: path,
    default: 'required',
    example: 'validated: /mnt/validated_backups',
    more: [
      '`$BACKUPMON_VALIDATED` wins over it. `backupmon init-db` makes it and marks it as ours; a scan refuses to run where the mark is gone.',
    ],
  },
  database: {
    type: path,
    default: 'required',
    example: 'database: /var/lib/backupmon/backupmon.db',
    more: [
      '`$BACKUPMON_DATABASE` wins over it. Its folder has to be on a local disk, outside of `deposits`. The owner of this file is the user that scans.',
    ],
  },
  site: {
    type: line,
    default: { says: 'the host name' },
    example: 'site: backup01',
    more: ['`$BACKUPMON_SITE` wins over it.'],
  },
  timezone: {
    type: 'the name of a time zone',
    default: 'UTC',
    example: 'timezone: Africa/Douala',
    more: ['`$BACKUPMON_TIMEZONE` wins over it. It also holds for `digest` and `maintenance`.'],
  },
  scan_max_age: {
    type: duration,
    default: '3h',
    example: 'scan_max_age: 45m',
    more: [
      'Only a scan of all jobs counts, from its beginning. Before the first one the time is counted from `backupmon init-db`.',
    ],
  },
  scan_timeout: {
    type: duration,
    default: '6h',
    example: 'scan_timeout: 12h',
    more: [
      'A second scan yields to the one that runs; after this time it exits with 3 and says so.',
    ],
  },
  archive_reports: {
    default: 'true',
    example: 'archive_reports: false',
    more: [
      'Where they cannot be moved they stay, and are judged once all the same. Refused reports are never moved.',
    ],
  },
  parallel: {
    type: '`auto`, or a whole number from 1 to 64',
    default: 'auto',
    example: 'parallel: 2',
    more: ['`auto` is one for each processor that the scan may use.'],
  },
  defaults: {
    type: 'a map of rules',
    default: null,
    example: 'defaults: { schedule: "0 20 * * *", keep: 7 }',
  },
  agents: {
    type: 'a map of names and agents',
    default: 'required',
    example: 'agents: { paris: { databases: [compta, crm] } }',
    more: ['`{}` where there are none yet.'],
  },
  notifications: {
    type: 'a map',
    default: null,
    example: 'notifications: { remind: [24h, 7d] }',
    more: ['Without it nobody is told; what is wrong is told by the first scan that has it.'],
  },
  maintenance: {
    type: 'a list of windows',
    default: null,
    example: 'maintenance: [{ schedule: "0 2 * * 0", for: 4h }]',
    more: ['Statuses and exit codes stay as they are, as with `backupmon snooze`.'],
  },
  metrics: {
    type: 'an absolute path that ends in `.prom`',
    default: null,
    example: 'metrics: /var/lib/prometheus/node-exporter/backupmon.prom',
    more: [
      'backupmon has to be able to write in its folder. What lies there has to be a regular file, or nothing.',
    ],
  },
};
