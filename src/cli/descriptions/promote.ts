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
      says: 'the held copy is right: make it a version',
    },
    {
      command: 'backupmon promote --dry-run paris/compta compta.sql.gz',
      says: 'ask whether a deposit could be promoted',
    },
  ],
  exit: {
    0: 'it was promoted, or could be (--dry-run)',
    1: null,
    2: 'it was looked at and refused: nothing is held, or it is not what was reported',
    3: 'it could not be done: usage, configuration, database, permission, a scan that is running, or a bug',
  },
  next: ['backupmon-states(7)', 'backupmon status --help'],
  define: (command, choose) =>
    command
      .argument('<job>', 'AGENT/DATABASE')
      .argument(
        '[file]',
        'name of a deposit that a recorded report of the job names; the held copy without',
      )
      .option('--reason <text>', 'why; recorded with your name')
      .option(
        '--force',
        'override a size anomaly or a check of the content, never size and SHA-256',
      )
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
