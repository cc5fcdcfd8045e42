/** The options that every command has: the parser, `--help`, the manual and completion know them from here. */
import { Option, type Command } from 'commander';
import { version } from '../../version.ts';
import { JSON_OPTION } from './description.ts';

/** Adds them to the program. */
export function defineGlobalOptions(program: Command): Command {
  return (
    program
      .description('Checks, keeps and reports on the database backups that remote agents deposit.')
      .version(version, '-V, --version', 'print the version')
      .option('--config <file>', 'use this configuration')
      .option(
        '-q, --quiet',
        'print errors only; what --json or --nagios ask for is printed all the same',
      )
      .option('-v, --verbose', 'print every conclusion, and what else is done')
      .option('--no-color', 'never colour')
      // It may stand before the command too, and belongs to some of them only.
      .addOption(new Option(...JSON_OPTION).hideHelp())
      .helpOption('-h, --help', 'print this help')
      .helpCommand('help [command]', 'print the help of a command')
  );
}
