import { JSON_OPTION, SNOOZED_OPTION, type Description } from './description.ts';

export const scan: Description = {
  name: 'scan',
  summary: 'one pass: read, judge, promote, record',
  examples: [
    { command: 'backupmon scan', says: 'what cron or a systemd timer runs' },
    {
      command: 'backupmon scan --dry-run paris',
      says: 'what would be concluded of one agent now',
    },
    { command: 'backupmon scan -v', says: 'a scan that tells everything it does' },
  ],
  exit: {
    0: 'all is well or pending, or another scan is at work',
    3: 'it could not be done: usage, configuration, database, permission or a bug; or some job could not be judged',
  },
  next: ['backupmon-states(7)', 'backupmon status --help'],
  define: (command, choose) =>
    command
      .argument('[job...]', 'AGENT or AGENT/DATABASE; all without')
      .option('--dry-run', 'read and judge; copy, record, archive and send nothing')
      .option(...SNOOZED_OPTION)
      .option(...JSON_OPTION)
      .action(
        (jobs: string[], options: { dryRun?: boolean; excludeSnoozed?: boolean; json?: boolean }) =>
          choose(options.json, async (context) => {
            const { scan: run } = await import('../commands/scan.ts');
            return run(context, jobs, {
              dryRun: options.dryRun === true,
              excludeSnoozed: options.excludeSnoozed === true,
            });
          }),
      ),
};
