import { refuseJson, type Description } from './description.ts';

export const initDb: Description = {
  name: 'init-db',
  summary: 'make or migrate the database, and mark the validated tree; safe to repeat',
  examples: [
    { command: 'backupmon init-db', says: 'after installing, and after each upgrade' },
    { command: 'backupmon init-db --reset', says: 'begin with an empty history' },
  ],
  next: ['backupmon-config(5)', 'backupmon scan --help'],
  define: (command, choose) =>
    command
      .option('--reset', 'move the old database aside and start with an empty history')
      .option('--yes', 'do not ask')
      .action((options: { reset?: boolean; yes?: boolean }) =>
        choose(false, async (context) => {
          refuseJson(context, 'init-db');
          const { initDb: run } = await import('../commands/init-db.ts');
          return run(context, { reset: options.reset === true, yes: options.yes === true });
        }),
      ),
};
