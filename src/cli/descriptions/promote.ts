import { JSON_OPTION, type Description } from './description.ts';

interface Options {
  readonly reason?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export const promote: Description = {
  name: 'promote',
  summary: 'promote the held copy of a job, or a deposit after checking it again',
  examples: [
    {
      command: 'backupmon promote paris/compta --reason "yearly archive"',
      says: 'the held copy is right',
    },
    {
      command: 'backupmon promote --dry-run paris/compta compta.sql.gz',
      says: 'whether a deposit could be promoted',
    },
  ],
  exit: { 2: 'it was refused' },
  next: ['backupmon-states(7)', 'backupmon status --help'],
  define: (command, choose) =>
    command
      .argument('<job>', 'AGENT/DATABASE')
      .argument('[file]', 'name of a deposit that a recorded report of this job names')
      .option('--reason <text>', 'recorded with your name')
      .option('--force', 'override a size anomaly or a content check; never size and SHA-256')
      .option('--dry-run', 'check, change nothing')
      .option(...JSON_OPTION)
      .action((job: string, file: string | undefined, options: Options) =>
        choose(options.json, async (context) => {
          const { promote: run } = await import('../commands/promote.ts');
          const { reason, force, dryRun } = options;
          return run(context, job, file, {
            force: force === true,
            dryRun: dryRun === true,
            ...(reason !== undefined && { reason }),
          });
        }),
      ),
};
