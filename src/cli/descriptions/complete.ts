/** What the completion of the shells calls at each TAB. It is no command for people: neither help nor the manual tells of it. */
import type { Command } from 'commander';
import type { Choose } from './description.ts';

export const complete = {
  name: 'complete',
  define: (command: Command, choose: Choose): unknown =>
    command
      .argument('<kind>', 'names, jobs, ways, deposits or shipped')
      .argument('[job]', 'AGENT/DATABASE whose deposits are asked for')
      .action((kind: string, job: string | undefined) =>
        choose(false, async (context) => {
          const { complete: run } = await import('../commands/complete.ts');
          return run(context, kind, job ?? '');
        }),
      ),
};
