import { UserProblem } from '../problems.ts';
import { JSON_OPTION, type Description } from './description.ts';

export const doctor: Description = {
  name: 'doctor',
  summary: 'look at the machine, and tell what is wrong with the command that mends it',
  examples: [
    { command: 'backupmon doctor', says: 'after installing, and when something is strange' },
    {
      command: 'backupmon doctor --suggest-jobs',
      says: 'jobs for what agents report and nobody expects',
    },
  ],
  exit: {
    0: 'all is well',
    1: 'the worst is a warning',
    2: 'the worst is critical; a faulty configuration is',
    3: 'doctor itself could not be run: usage',
  },
  next: ['backupmon-config(5)', 'backupmon check-config --help'],
  define: (command, choose) =>
    command
      .option('--suggest-jobs', 'print lines for the configuration (YAML), and nothing else')
      .option(...JSON_OPTION)
      .action((options: { json?: boolean; suggestJobs?: boolean }) =>
        choose(options.json, async (context) => {
          const suggestJobs = options.suggestJobs === true;
          if (context.json && suggestJobs)
            throw new UserProblem('usage', '--json and --suggest-jobs exclude each other');
          const { doctor: run } = await import('../commands/doctor.ts');
          return run(context, { suggestJobs });
        }),
      ),
};
