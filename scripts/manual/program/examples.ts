import { example, type Section } from '../blocks.ts';

export const examples: Section = {
  title: 'EXAMPLES',
  blocks: [
    'The first steps with a new configuration:',
    example(
      'backupmon check-config',
      'backupmon init-db',
      'backupmon scan --dry-run',
      'backupmon scan && backupmon status',
    ),
    'A scan every ten minutes by cron, in `/etc/cron.d/backupmon`. It mails what is new and nothing else:',
    example('*/10 * * * *  backupmon  /usr/bin/backupmon scan'),
    'A check for Nagios, Icinga and the like:',
    example('backupmon status --nagios'),
    'All jobs without a healthy backup for two days, by jq(1):',
    example(
      "backupmon status --json | jq -r '.jobs[]",
      "  | select((.last_success_age // infinite) > 172800) | .job'",
    ),
    'Everything that was concluded about the agent `paris` in a week:',
    example('backupmon history paris --since 7d --limit 1000'),
    'Alarms of one job silenced while its disk is changed:',
    example('backupmon snooze paris/compta --for 3d --reason "new disk"'),
  ],
};
