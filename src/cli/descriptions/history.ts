import { JSON_OPTION, type Description } from './description.ts';

interface Options {
  readonly json?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly status?: string;
  readonly limit?: string;
}

export const history: Description = {
  name: 'history',
  summary: 'what was concluded, newest first',
  examples: [
    {
      command: 'backupmon history --since 7d --status FAILED,MISSING',
      says: 'what failed or was missing in a week',
    },
    {
      command: 'backupmon history paris/compta --limit 5',
      says: 'the last five conclusions about one job',
    },
    {
      command: 'backupmon history --status NOTICE',
      says: 'what was snoozed, and what could not be delivered',
    },
  ],
  exit: {
    0: 'what was asked for is printed, whatever it says',
    1: null,
    2: null,
    3: 'it could not be done: usage, configuration, database, permission or a bug',
  },
  next: ['backupmon-states(7)', 'backupmon status --help'],
  define: (command, choose) =>
    command
      .argument(
        '[job...]',
        'AGENT or AGENT/DATABASE, also such as are expected no more; all without',
      )
      .option(...JSON_OPTION)
      .option('--since <time>', 'not before: a span such as 7d, or a date')
      .option('--until <time>', 'before: a span such as 1d, or a date')
      .option('--status <list>', 'statuses such as MISSING or unchanged, separated by commas')
      .option('--limit <number>', 'at most so many (20, where nothing is said; with --json all)')
      .action((jobs: string[], options: Options) =>
        choose(options.json, async (context) => {
          const { history: run } = await import('../commands/history.ts');
          return run(context, jobs, options);
        }),
      ),
};
