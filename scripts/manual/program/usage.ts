/** How each command is called, as the parser itself knows it. */
import { Command, type Argument, type Option } from 'commander';
import { defineGlobalOptions } from '../../../src/cli/descriptions/global-options.ts';
import type { Description } from '../../../src/cli/descriptions/description.ts';
import { sentence, type Piece, type Prose, type Term } from '../blocks.ts';

/** The program with nothing but its options. */
export const emptyProgram = (): Command => defineGlobalOptions(new Command('backupmon'));

/** A command as `description` defines it; it does nothing. */
export function commandOf(description: Description): Command {
  const command = emptyProgram().command(description.name);
  description.define(command, () => undefined);
  return command;
}

/** `--for <time>` as option and argument; `[name]` is one that may be left out. */
function valueOf(flags: string): Prose {
  const { required, optional } =
    /(?:<(?<required>[^>]+)>|\[(?<optional>[^\]]+)\])$/u.exec(flags)?.groups ?? {};
  if (required !== undefined) return ` <${required}>`;
  return optional === undefined ? '' : ` [<${optional}>]`;
}

/** What may stand before each command; help and version are told among the options. */
export const globalPieces = (): Piece[] => [
  ...emptyProgram()
    .options.filter(({ hidden, long }) => !hidden && long !== '--version')
    .map(pieceOf),
  { prose: '<command> ...', optional: false },
];

const namesOf = ({ short, long }: Option): string[] =>
  [short, long].filter((name) => name !== undefined && name !== null);

/** All names of an option and what it takes, as the term of a list. */
export const optionTerm = (option: Option): Term => ({
  term: `${namesOf(option)
    .map((name) => `\`${name}\``)
    .join(', ')}${valueOf(option.flags)}`,
  body: [sentence(option.description)],
});

const argumentTerm = (argument: Argument): Term => ({
  term: `<${argument.name()}>`,
  body: [
    argument.description.startsWith('AGENT')
      ? `${argument.description}.`
      : sentence(argument.description),
  ],
});

/** Arguments first, then options. */
export const termsOf = (command: Command): Term[] => [
  ...command.registeredArguments.map(argumentTerm),
  ...command.options.map(optionTerm),
];

const argumentPiece = (argument: Argument): Piece => ({
  prose: `<${argument.name()}>${argument.variadic ? ' ...' : ''}`,
  optional: !argument.required,
});

/** By its short name where it has one. */
function pieceOf({ long, short, flags }: Option): Piece {
  return { prose: `\`${short ?? long ?? ''}\`${valueOf(flags)}`, optional: true };
}

/** `backupmon` is left to the page. */
export function piecesOf(command: Command): Piece[] {
  return [
    { prose: `\`${command.name()}\``, optional: false },
    ...command.options.map(pieceOf),
    ...command.registeredArguments.map(argumentPiece),
  ];
}
