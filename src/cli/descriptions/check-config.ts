import { JSON_OPTION, type Description } from './description.ts';

export const checkConfig: Description = {
  name: 'check-config',
  summary: 'every fault of the configuration at once, each with its line',
  examples: [
    {
      command: 'backupmon --config ./config.yaml check-config',
      says: 'try a configuration before it is used',
    },
    { command: 'backupmon check-config', says: 'after each change of the one that is in use' },
  ],
  exit: { 0: 'it is valid', 1: null, 2: null, 3: 'it has faults, or cannot be read' },
  next: ['backupmon-config(5)', 'backupmon scan --help'],
  define: (command, choose) =>
    command.option(...JSON_OPTION).action((options: { json?: boolean }) =>
      choose(options.json, async (context) => {
        const { checkConfig: run } = await import('../commands/check-config.ts');
        return run(context);
      }),
    ),
};
