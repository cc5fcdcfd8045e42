/** The script for fish: what it does is in backupmon.fish, which ends with one `complete` for each command, option and argument. */
import { statuses } from '../../src/core/statuses.ts';
import { filled } from './fill.ts';
import {
  spans,
  type CommandModel,
  type Kind,
  type OptionModel,
  type ProgramModel,
} from './model.ts';

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/gu, '\\$&')}'`;

/** What `complete -a` is given. */
function candidates(kind: Kind): string {
  if (kind === 'path' || kind === 'free') return '';
  if (kind === 'spans') return spans.join(' ');
  return kind === 'statuses' ? '(__backupmon_statuses)' : `(__backupmon_words ${kind})`;
}

const BEGIN = 'complete -c backupmon';
const at = (condition: string): string => `${BEGIN} -n ${quoted(condition)}`;

/** @param command null for those that every command has */
function option(command: string | null, one: OptionModel): string[] {
  const begin = command === null ? BEGIN : at(`__backupmon_at ${command}`);
  const names = one.names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const line = `${begin} ${names.join(' ')} -d ${quoted(one.says)}`;
  if (one.value === null) return [line];
  const { kind, optional } = one.value;
  const words = candidates(kind);
  const offered = words === '' ? '' : ` -a ${quoted(words)}`;
  if (!optional) return [`${line} -r${kind === 'path' ? ' -F' : ' -f'}${offered}`];
  // As a part of the option, or as the word behind it.
  return [
    line + offered,
    ...one.names.map((name) => `${at(`__backupmon_after ${name}`)}${offered}`),
  ];
}

const argumentsOf = ({ name, arguments: args }: CommandModel): string[] =>
  args.map(({ kind, many }, index) => {
    const condition = `__backupmon_at ${name}${many ? '' : ` ${index}`}`;
    return `${at(condition)} -a ${quoted(candidates(kind))}`;
  });

const takingValues = (of: string, options: readonly OptionModel[]): string[] =>
  options.flatMap(({ names, value }) =>
    value === null || value.optional ? [] : names.map((name) => quoted(`${of}:${name}`)),
  );

export function fishScript({ options, commands }: ProgramModel): string {
  return filled('backupmon.fish', {
    valued: [
      ...takingValues('*', options),
      ...commands.flatMap((command) => takingValues(command.name, command.options)),
    ].join(' '),
    statuses: statuses.join(' '),
    commands: commands.map(({ name }) => name).join(' '),
    completions: [
      ...options.flatMap((one) => option(null, one)),
      ...commands.flatMap((command) => [
        `${at("__backupmon_at ''")} -a ${command.name} -d ${quoted(command.says)}`,
        ...command.options.flatMap((one) => option(command.name, one)),
        ...argumentsOf(command),
      ]),
    ].join('\n'),
  });
}
