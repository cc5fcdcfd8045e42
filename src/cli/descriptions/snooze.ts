import { refuseJson, type Description } from './description.ts';

export const snooze: Description = {
  name: 'snooze',
  summary:
    'send no alarms about a job or an agent for a while; statuses and exit codes stay as they are',
  examples: [
    {
      command: 'backupmon snooze paris/compta --for 3d --reason "new disk on Monday"',
      says: 'silence one job',
    },
    { command: 'backupmon snooze', says: 'what is silent now' },
    { command: 'backupmon snooze paris/compta --off', says: 'hear of it again' },
  ],
  exit: {
    0: 'it is done, or listed',
    1: null,
    2: null,
    3: 'it could not be done: usage, configuration, database, permission or a bug',
  },
  next: ['backupmon status --help', 'backupmon-config(5)'],
  define: (command, choose) =>
    command
      .argument('[job]', 'AGENT or AGENT/DATABASE; without it, list what is silent now')
      .option('--for <time>', 'how long: 12h, 3d, a year at most')
      .option('--reason <text>', 'why; shown by status and history, with your name')
      .option('--off', 'send alarms again')
      .action(
        (job: string | undefined, options: { for?: string; reason?: string; off?: boolean }) =>
          choose(false, async (context) => {
            refuseJson(context, 'snooze');
            const { snooze: run } = await import('../commands/snooze.ts');
            return run(context, job, options);
          }),
      ),
};
