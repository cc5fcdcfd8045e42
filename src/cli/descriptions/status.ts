import { UserProblem } from '../problems.ts';
import { JSON_OPTION, SNOOZED_OPTION, type Description } from './description.ts';

interface Options {
  readonly json?: boolean;
  readonly nagios?: boolean;
  readonly problems?: boolean;
  readonly excludeSnoozed?: boolean;
}

export const status: Description = {
  name: 'status',
  summary: 'where every job stands now, worst first; the evidence for one JOB',
  examples: [
    { command: 'backupmon status --problems', says: 'what is not well' },
    { command: 'backupmon status paris/compta', says: 'the evidence behind one status' },
  ],
  next: ['backupmon-states(7)', 'backupmon history --help'],
  define: (command, choose) =>
    command
      .argument('[job...]', 'AGENT or AGENT/DATABASE')
      .option(...JSON_OPTION)
      .option('--nagios', 'one line with performance data, for Nagios and its like')
      .option('--problems', 'only what is not well')
      .option(...SNOOZED_OPTION)
      .action((jobs: string[], options: Options) =>
        choose(options.json, async (context) => {
          if (context.json && options.nagios === true)
            throw new UserProblem('usage', '--json and --nagios exclude each other');
          const { status: run } = await import('../commands/status.ts');
          return run(context, jobs, {
            nagios: options.nagios === true,
            problems: options.problems === true,
            excludeSnoozed: options.excludeSnoozed === true,
          });
        }),
      ),
};
