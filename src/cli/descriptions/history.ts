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
    { command: 'backupmon history --since 7d --status FAILED,MISSING', says: 'a week of trouble' },
    { command: 'backupmon history paris/compta --limit 5', says: 'the last rounds of one job' },
  ],
  exit: { 0: 'what was asked for is printed, whatever it says', 1: 'never', 2: 'never' },
  next: ['backupmon-states(7)', 'backupmon status --help'],
  define: (command, choose) =>
    command
      .argument('[job...]', 'AGENT or AGENT/DATABASE')
      .option(...JSON_OPTION)
      .option('--since <time>', 'a span such as 7d, or a date')
      .option('--until <time>', 'a span such as 1d, or a date')
      .option('--status <list>', 'statuses, separated by commas')
      .option('--limit <number>', 'at most so many (default 20; none with --json)')
      .action((jobs: string[], options: Options) =>
        choose(options.json, async (context) => {
          const { history: run } = await import('../commands/history.ts');
          return run(context, jobs, options);
        }),
      ),
};
