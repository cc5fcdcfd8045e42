import { refuseJson, type Description } from './description.ts';

export const files: Description = {
  name: 'files',
  summary: 'what this program brings along: manual, completion, units, schemas, an example',
  examples: [
    { command: 'backupmon files', says: 'their names' },
    {
      command: 'backupmon files config.example.yaml >/etc/backupmon/config.yaml',
      says: 'begin a configuration',
    },
    { command: 'backupmon files backupmon.1 | man -l -', says: 'read the manual of a single file' },
  ],
  exit: { 0: 'it is printed', 1: null, 2: null, 3: 'there is no file of that name' },
  next: ['backupmon(1)'],
  define: (command, choose) =>
    command
      .argument('[name]', 'what to print; without it, all names are listed')
      .action((name: string | undefined) =>
        choose(false, async (context) => {
          refuseJson(context, 'files');
          const { files: run } = await import('../commands/files.ts');
          return run(context, name);
        }),
      ),
};
