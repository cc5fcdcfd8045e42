/** A usage error of commander's as one sentence and a hint: what was probably meant, and where to read on. Loaded where one is told. */
import type { Command, CommanderError } from 'commander';
import { nearest } from '../config/words.ts';
import { UserProblem } from './problems.ts';

/** What commander puts between quotes: the word that it is about. */
const quotedIn = (message: string): string =>
  /'(?<word>[^']*)'/u.exec(message)?.groups?.['word'] ?? '';

/** The command that was named, before any argument of that name; the program itself where none was. */
function namedCommand(program: Command): Command {
  const named = program.args.flatMap(
    (word) => program.commands.find((one) => one.name() === word) ?? [],
  );
  return named[0] ?? program;
}

const longNames = (command: Command): string[] =>
  [...command.options, ...(command.parent?.options ?? [])].flatMap(({ long }) => long ?? []);

/** A part of one of them, and of no other: `--dry`, `config`. */
function whole(part: string, candidates: readonly string[]): string | null {
  const [found, ...others] = candidates.filter((candidate) => candidate.includes(part));
  return part.length >= 3 && found !== undefined && others.length === 0 ? found : null;
}

/** The nearest word, else what commander itself suggests on the second line of its message. */
function meant(word: string, candidates: readonly string[], suggestion: string): string {
  const near = nearest(word, candidates) ?? whole(word, candidates);
  return near === null ? suggestion.replaceAll(/^\(|\)$/gu, '') : `Did you mean ${near}?`;
}

/** Options may belong to another command. */
function optionHint(
  option: string,
  command: Command,
  program: Command,
  suggestion: string,
): string {
  const others = program.commands.filter(
    (other) => other !== command && other.options.some(({ long }) => long === option),
  );
  if (others.length === 0) return meant(option, longNames(command), suggestion);
  return `${option} belongs to ${others.map((other) => other.name()).join(', ')};`;
}

function commandHint(word: string, program: Command, suggestion: string): string {
  // Not those that are hidden.
  const commands = program.createHelp().visibleCommands(program);
  const names = commands.map((command) => command.name());
  return meant(word, names, suggestion);
}

/** `AGENT/DATABASE` is what people know an argument by, and not the name that the program has for it. */
function missingArgument(command: Command, name: string): string {
  const argument = command.registeredArguments.find((one) => one.name() === name);
  return `${command.name()} needs ${argument?.description ?? name}`;
}

function tooMany(command: Command): string {
  const most = command.registeredArguments.length;
  const takes = most === 0 ? 'no argument' : most === 1 ? 'one argument' : `${most} arguments`;
  const first = command.args[most] ?? '';
  return `${command.name()} takes ${takes}${most > 1 ? ' at most' : ''}: '${first}' is too many`;
}

interface Told {
  readonly message: string;
  /** What was probably meant; empty where nobody knows. */
  readonly hint: string;
}

/** By the code of the error. What is not here is told in commander's words. */
const readings: Readonly<
  Record<string, (program: Command, message: string, suggestion: string) => Told>
> = {
  'commander.unknownCommand': (program, message, suggestion) => ({
    message,
    hint: commandHint(quotedIn(message), program, suggestion),
  }),
  // It would have shown the help; its message is a note of its own.
  'commander.help': (program) => {
    const [, unknown] = program.args;
    return unknown === undefined
      ? { message: 'no command was given', hint: '' }
      : { message: `unknown command '${unknown}'`, hint: commandHint(unknown, program, '') };
  },
  'commander.unknownOption': (program, message, suggestion) => ({
    message,
    hint: optionHint(quotedIn(message), namedCommand(program), program, suggestion),
  }),
  'commander.missingArgument': (program, message) => ({
    message: missingArgument(namedCommand(program), quotedIn(message)),
    hint: '',
  }),
  'commander.excessArguments': (program) => ({ message: tooMany(namedCommand(program)), hint: '' }),
  'commander.optionMissingArgument': (_program, message) => {
    // `-c, --config <file>`
    const { option = '', value = 'value' } =
      /(?<option>--[\w-]+) <(?<value>[^>]+)>/u.exec(message)?.groups ?? {};
    return { message: `${option} needs a ${value}`, hint: '' };
  },
};

/** The help of the command that was meant to run. */
function helpOf(program: Command): string {
  const command = namedCommand(program);
  return `see backupmon ${command === program ? '' : `${command.name()} `}--help`;
}

export function usageProblem(error: CommanderError, program: Command): UserProblem {
  const [first = '', ...rest] = error.message.replace(/^error: /u, '').split('\n');
  const reading = readings[error.code];
  const told = reading?.(program, first, rest.join(' ')) ?? {
    message: first,
    hint: rest.join(' '),
  };
  const hint = [told.hint, helpOf(program)].filter((part) => part !== '').join(' ');
  return new UserProblem('usage', told.message, { hint });
}
