/** The script for bash: what it does is in backupmon.bash. */
import { statuses } from '../../src/core/statuses.ts';
import { filled } from './fill.ts';
import { spans, type CommandModel, type OptionModel, type ProgramModel } from './model.ts';

/** Branches that say what options take; `of` is the pattern of the command. */
const values = (of: string, options: readonly OptionModel[]): string[] =>
  options.flatMap(({ names, value }) => {
    if (value === null) return [];
    const patterns = names.map((name) => `${of}:${name}`).join(' | ');
    return `    ${patterns}) kind=${value.kind}${value.optional ? ' optional=1' : ''} ;;`;
  });

const namesOf = (options: readonly OptionModel[]): string =>
  options.flatMap(({ names }) => names).join(' ');

function branch({ name, options, arguments: args }: CommandModel): string {
  const kinds = args.map(({ kind }) => kind).join(' ');
  const many = args.at(-1)?.many === true ? ' many=1' : '';
  return `    ${name}) options=(${namesOf(options)}) arguments=(${kinds})${many} ;;`;
}

export function bashScript({ options, commands }: ProgramModel): string {
  return filled('backupmon.bash', {
    values: [
      ...values('*', options),
      ...commands.flatMap((command) => values(command.name, command.options)),
    ].join('\n'),
    commands: commands.map(branch).join('\n'),
    common: namesOf(options),
    names: commands.map(({ name }) => name).join(' '),
    spans: spans.join(' '),
    statuses: statuses.join(' '),
  });
}
