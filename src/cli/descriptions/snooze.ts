import { refuseJson, type Description } from './description.ts';

export const snooze: Description = {
  name: 'snooze',
  summary:
    'send no alarms about a job or an agent for a while; status and exit codes stay as they are',
  examples: [
    {
      command: 'backupmon snooze paris/compta --for 3d --reason "new disk on Monday"',
      says: 'silence one job',
    },
    { command: 'backupmon snooze paris --off', says: 'hear of an agent again' },
  ],
  next: ['backupmon status --help', 'backupmon-config(5)'],
  define: (command, choose) =>
    command
      .argument('[job]', 'AGENT or AGENT/DATABASE; without it, what is snoozed now is listed')
      .option('--for <time>', 'how long: 12h, 3d')
      .option('--reason <text>', 'shown in status and history, with your name')
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
