import { refuseJson, type Description } from './description.ts';

export const notify: Description = {
  name: 'notify',
  summary: 'try every way out by which alarms are sent, or the one that is named',
  examples: [
    { command: 'backupmon notify --test', says: 'send a test by every way out' },
    { command: 'backupmon notify --test email', says: 'by one of them' },
  ],
  exit: {
    0: 'everybody was reached',
    1: null,
    2: 'something was not sent; the line says why',
    3: 'it could not be done: usage, configuration, permission or a bug',
  },
  next: ['backupmon-config(5)', 'backupmon snooze --help'],
  define: (command, choose) =>
    command
      .option('--test [name]', 'send a test: email, heartbeat, or the name of a webhook or command')
      .action((options: { test?: string | true }) =>
        choose(false, async (context) => {
          refuseJson(context, 'notify');
          const { notify: run } = await import('../commands/notify.ts');
          return run(context, options.test);
        }),
      ),
};
