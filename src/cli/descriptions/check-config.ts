import { JSON_OPTION, type Description } from './description.ts';

export const checkConfig: Description = {
  name: 'check-config',
  summary: 'every fault of the configuration at once',
  examples: [
    {
      command: 'backupmon --config ./config.yaml check-config',
      says: 'try a configuration before it is used',
    },
  ],
  exit: { 0: 'it is valid', 1: 'never', 2: 'never', 3: 'it has faults, or cannot be read' },
  next: ['backupmon-config(5)'],
  define: (command, choose) =>
    command.option(...JSON_OPTION).action((options: { json?: boolean }) =>
      choose(options.json, async (context) => {
        const { checkConfig: run } = await import('../commands/check-config.ts');
        return run(context);
      }),
    ),
};
