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
    {
      command: 'backupmon status paris/compta',
      says: 'the evidence behind one status, and what to do',
    },
    { command: 'backupmon status --problems', says: 'what is not well' },
    {
      command: "backupmon status --problems --json | jq -r '.jobs[].job'",
      says: 'the same, as names for a script',
    },
  ],
  exit: {
    2: 'the worst is critical, or no scan has completed for scan_max_age',
    3: 'it could not be done: usage, configuration, database, permission or a bug',
  },
  next: ['backupmon-states(7)', 'backupmon history --help'],
  define: (command, choose) =>
    command
      .argument('[job...]', 'AGENT or AGENT/DATABASE; all that are expected without')
      .option(...JSON_OPTION)
      .option('--nagios', 'one line with performance data, for Nagios and its like')
      .option('--problems', 'only what is critical, in warning, or cannot be judged')
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
