import { Option } from 'commander';
import { refuseJson, type Description } from './description.ts';

export const initDb: Description = {
  name: 'init-db',
  summary: 'make or migrate the database, and mark the validated tree; safe to repeat',
  examples: [
    { command: 'backupmon init-db', says: 'after installing, and after each upgrade' },
    {
      command: 'backupmon init-db --reset',
      says: 'begin with an empty history; the next scan adopts all versions',
    },
    {
      command: 'backupmon init-db --migrate-only',
      says: 'from a script, while a disk may not be mounted',
    },
  ],
  exit: {
    0: 'it is there, and up to date',
    1: null,
    2: null,
    3: 'it could not be done: usage, configuration, permission, a scan that is running, no yes to --reset, or no database to migrate',
  },
  next: ['backupmon-config(5)', 'backupmon scan --help'],
  define: (command, choose) =>
    command
      .option(
        '--reset',
        'move the old database aside, never delete it, and start with an empty history',
      )
      .option('--yes', 'do not ask before --reset')
      .addOption(
        new Option(
          '--migrate-only',
          'bring an existing database up to date, make nothing and mark nothing',
        ).conflicts(['reset', 'yes']),
      )
      .action((options: { reset?: boolean; yes?: boolean; migrateOnly?: boolean }) =>
        choose(false, async (context) => {
          refuseJson(context, 'init-db');
          const { initDb: run } = await import('../commands/init-db.ts');
          return run(context, {
            migrateOnly: options.migrateOnly === true,
            reset: options.reset === true,
            yes: options.yes === true,
          });
        }),
      ),
};
