/** Arguments in, exit code out. Each command is loaded only when it runs. */
import { Command, CommanderError } from 'commander';
import { renderBug, renderError } from '../render/sentences.ts';
import {
  makeContext,
  writeLines,
  type Context,
  type ExitCode,
  type GlobalOptions,
} from './context.ts';
import type { Choose, Run } from './descriptions/description.ts';
import { complete } from './descriptions/complete.ts';
import { defineGlobalOptions } from './descriptions/global-options.ts';
import { descriptions } from './descriptions/index.ts';
import { helpAfter, programHelpAfter } from './help.ts';
import type { Io } from './io.ts';
import { knownProblem, UserProblem } from './problems.ts';

const OUTPUT_FAILED = 'output_failed';
interface Chosen {
  run: Run | null;
  json: boolean;
}

/**
 * The commands that were named: making the others costs a twentieth of a bare start. All of them where none was, and for help.
 * A word may be the value of an option, so that several can be named.
 */
function isWanted(argv: readonly string[]): (name: string) => boolean {
  const words = new Set(argv);
  const helps = ['help', '--help', '-h'].some((word) => words.has(word));
  const isNamed = descriptions.some(({ name }) => words.has(name)) || words.has(complete.name);
  return (name) => helps || !isNamed || words.has(name);
}

function makeProgram(io: Io, chosen: Chosen, wanted: (name: string) => boolean): Command {
  const program = defineGlobalOptions(new Command('backupmon'));
  program
    .addHelpText('after', programHelpAfter)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out.write(text), writeErr: () => undefined });
  const choose: Choose = (json, command) => {
    // It may stand before the command too.
    chosen.json = json === true || program.opts<{ json?: boolean }>().json === true;
    chosen.run = command;
  };
  for (const description of descriptions) {
    if (!wanted(description.name)) continue;
    const command = program
      .command(description.name)
      .description(description.summary)
      .addHelpText('after', () => helpAfter(description))
      .exitOverride()
      .configureOutput(program.configureOutput())
      .configureHelp({ showGlobalOptions: true });
    description.define(command, choose);
  }
  if (wanted(complete.name))
    complete.define(program.command(complete.name, { hidden: true }), choose);
  return program;
}

/** Tells a problem: one sentence for people, one object on standard error with --json. */
async function tell(
  io: Io,
  context: Context,
  problem: UserProblem,
  nagios: boolean,
): Promise<void> {
  if (context.json) {
    const { errorDocument, toJson } = await import('../render/json/index.ts');
    const { code, message, hint } = problem;
    io.err.write(
      toJson(
        errorDocument({ code, message, hint, problems: (problem.details?.list ?? []) as never }),
      ),
    );
    return;
  }
  if (nagios && problem.code !== OUTPUT_FAILED) {
    // A plugin speaks on standard output, also when it cannot do its work.
    const { renderNagiosUnknown } = await import('../render/nagios.ts');
    io.out.write(renderNagiosUnknown(problem.message));
    return;
  }
  if (problem.details !== null) writeLines(io.err, problem.details.text, 'critical');
  writeLines(io.err, renderError(problem, context.errScreen.paint), 'critical');
}

/** The same error of a program that has all commands: what was written may have been meant for another one. */
function usageErrorOf(argv: readonly string[], io: Io): [CommanderError, Command] | null {
  const program = makeProgram(io, { run: null, json: false }, () => true);
  try {
    program.parse(argv, { from: 'user' });
    return null;
  } catch (error) {
    return error instanceof CommanderError ? [error, program] : null;
  }
}

/** null for a bug. What a usage error is about is looked up only where there is one. */
async function problemOf(
  error: unknown,
  argv: readonly string[],
  io: Io,
): Promise<UserProblem | null> {
  if (!(error instanceof CommanderError)) return knownProblem(error);
  const { usageProblem } = await import('./usage.ts');
  const found = usageErrorOf(argv, io);
  return found === null ? null : usageProblem(...found);
}

/** What nobody foresaw, as ugly as it is: the trace is what a report of it needs. */
async function tellBug(io: Io, context: Context, error: unknown): Promise<void> {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (context.json) {
    const said = error instanceof Error ? error.message : String(error);
    await tell(io, context, new UserProblem('bug', `a bug: ${said}`, { hint: trace }), false);
    return;
  }
  writeLines(io.err, renderBug(trace), 'critical');
}

/** Whether everything that was printed is written; it is told that it is not. */
async function isWritten(io: Io, json: boolean, options: GlobalOptions): Promise<boolean> {
  const failure = io.out.failure();
  if (failure === null) return true;
  const { meaning } = await import('../files/trouble.ts');
  const problem = new UserProblem(
    OUTPUT_FAILED,
    `the output cannot be written: ${meaning(failure)}`,
  );
  await tell(io, makeContext(io, options, json), problem, false);
  return false;
}

/** Runs one command. Returns the exit code; never exits by itself. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const chosen: Chosen = { run: null, json: argv.includes('--json') };
  const program = makeProgram(io, chosen, isWanted(argv));
  const code = await runChosen(argv, io, program, chosen);
  return (await isWritten(io, chosen.json, program.opts<GlobalOptions>())) ? code : 3;
}

async function runChosen(
  argv: readonly string[],
  io: Io,
  program: Command,
  chosen: Chosen,
): Promise<ExitCode> {
  let options: GlobalOptions = {};
  try {
    program.parse(argv, { from: 'user' });
    options = program.opts<GlobalOptions>();
    if (chosen.run === null)
      throw new UserProblem('usage', 'no command was given', { hint: 'see backupmon --help' });
    return await chosen.run(makeContext(io, options, chosen.json));
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const problem = await problemOf(error, argv, io);
    const context = makeContext(io, options, chosen.json);
    if (problem === null) {
      await tellBug(io, context, error);
      return 3;
    }
    await tell(io, context, problem, argv.includes('--nagios') && !chosen.json);
    return problem.exitCode;
  }
}
