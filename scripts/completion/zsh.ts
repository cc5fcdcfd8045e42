/** The script for zsh: what it does is in _backupmon. */
import { statuses } from '../../src/core/statuses.ts';
import { filled } from './fill.ts';
import {
  spans,
  type CommandModel,
  type Kind,
  type OptionModel,
  type ProgramModel,
} from './model.ts';

/** One word of the shell, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Inside of brackets, or between colons. */
const escaped = (text: string): string => text.replaceAll(/[\\[\]:]/gu, '\\$&');

function action(kind: Kind): string {
  if (kind === 'free') return ' ';
  if (kind === 'path') return '_files';
  return kind === 'commands' ? '_backupmon_commands' : `_backupmon_words ${kind}`;
}

/** Nothing goes together with what prints and ends. */
const alone = new Set(['--help', '--version']);

function option({ names, says, value }: OptionModel): string[] {
  const excluded = names.some((name) => alone.has(name)) ? '- *' : names.join(' ');
  return names.map((name) => {
    const isLong = name.startsWith('--');
    const takes =
      value === null ? '' : `${value.optional ? '::' : ':'}${value.kind}:${action(value.kind)}`;
    const joined = value !== null && isLong ? '=' : '';
    return quoted(`(${excluded})${name}${joined}[${escaped(says)}]${takes}`);
  });
}

const specs = ({ options, arguments: args }: CommandModel): string[] => [
  ...options.flatMap(option),
  ...args.map(({ kind, says, many }, index) =>
    quoted(`${many ? '*' : index + 1}:${escaped(says === '' ? kind : says)}:${action(kind)}`),
  ),
];

const lines = (words: readonly string[]): string => words.map((word) => `    ${word}`).join('\n');

function branch(model: CommandModel): string {
  const own = specs(model).map((spec) => ` \\\n            ${spec}`);
  return `        ${model.name})\n          _arguments -s -S "$common[@]"${own.join('')}\n          ;;`;
}

export function zshScript({ options, commands }: ProgramModel): string {
  return filled('_backupmon', {
    spans: spans.join(' '),
    statuses: statuses.join(' '),
    commands: lines(commands.map(({ name, says }) => quoted(`${name}:${escaped(says)}`))),
    common: lines(options.flatMap(option)),
    cases: commands.map(branch).join('\n'),
  });
}
