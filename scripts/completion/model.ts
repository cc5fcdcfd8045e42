/** What can be typed after `backupmon`, for the completion of every shell. It is read from the commands themselves. */
import { Command, type Argument, type Option } from 'commander';
import { defineGlobalOptions } from '../../src/cli/descriptions/global-options.ts';
import { descriptions } from '../../src/cli/descriptions/index.ts';

/** What a value or an argument is: from where its candidates come. `free` has none. */
export type Kind =
  | 'path'
  | 'names'
  | 'jobs'
  | 'ways'
  | 'deposits'
  | 'shipped'
  | 'statuses'
  | 'spans'
  | 'commands'
  | 'free';

export interface OptionModel {
  /** Such as `-q` and `--quiet`. */
  readonly names: readonly string[];
  readonly says: string;
  /** null: it takes no value. */
  readonly value: { readonly kind: Kind; readonly optional: boolean } | null;
}

export interface ArgumentModel {
  readonly kind: Kind;
  readonly says: string;
  /** It may come again; only the last one may. */
  readonly many: boolean;
}

export interface CommandModel {
  readonly name: string;
  readonly says: string;
  /** Its own. */
  readonly options: readonly OptionModel[];
  readonly arguments: readonly ArgumentModel[];
}

export interface ProgramModel {
  /** Those that every command has. */
  readonly options: readonly OptionModel[];
  readonly commands: readonly CommandModel[];
}

/** Spans that are asked for, as `--for`, `--since` and `--until` take them. */
export const spans: readonly string[] = ['1h', '12h', '1d', '3d', '7d', '30d'];

/** By the option, or by the argument: that of one command, or of all. */
const kinds: ReadonlyMap<string, Kind> = new Map([
  ['--config', 'path'],
  ['--since', 'spans'],
  ['--until', 'spans'],
  ['--for', 'spans'],
  ['--status', 'statuses'],
  ['--test', 'ways'],
  ['--limit', 'free'],
  ['--reason', 'free'],
  ['job', 'names'],
  ['promote job', 'jobs'],
  ['promote file', 'deposits'],
  ['files name', 'shipped'],
  ['help command', 'commands'],
]);

function kindOf(command: string, name: string): Kind {
  const kind = kinds.get(`${command} ${name}`) ?? kinds.get(name);
  if (kind !== undefined) return kind;
  throw new Error(`scripts/completion/model.ts: say of what kind ${name} of \`${command}\` is`);
}

function toOption(command: string, option: Option): OptionModel {
  const { short, long = option.flags, required, optional } = option;
  return {
    names: short === undefined ? [long] : [short, long],
    says: option.description,
    value: required || optional ? { kind: kindOf(command, long), optional } : null,
  };
}

const toArgument = (command: string, argument: Argument): ArgumentModel => ({
  kind: kindOf(command, argument.name()),
  says: argument.description,
  many: argument.variadic,
});

const toOptions = (command: Command, options: readonly Option[]): OptionModel[] =>
  options.filter(({ hidden }) => !hidden).map((option) => toOption(command.name(), option));

const toCommand = (command: Command): CommandModel => ({
  name: command.name(),
  says: command.description(),
  options: toOptions(command, command.options),
  arguments: command.registeredArguments.map((argument) => toArgument(command.name(), argument)),
});

/** @throws Error where an option or argument takes a value of which nobody said what it is */
export function programModel(): ProgramModel {
  const program = defineGlobalOptions(new Command('backupmon'));
  for (const description of descriptions) {
    const command = program.command(description.name).description(description.summary);
    description.define(command, () => undefined);
  }
  // Those that commander adds by itself are among them: --help, and the command `help`.
  const help = program.createHelp();
  return {
    options: toOptions(program, help.visibleOptions(program)),
    commands: help.visibleCommands(program).map(toCommand),
  };
}
