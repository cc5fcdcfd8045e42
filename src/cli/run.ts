/** Arguments in, exit code out. Each command is loaded only when it runs. */
import { Command, CommanderError, Option } from 'commander';
import { renderBug, renderError } from '../render/sentences.ts';
import { version } from '../version.ts';
import {
  makeContext,
  writeLines,
  type Context,
  type ExitCode,
  type GlobalOptions,
} from './context.ts';
import type { Io } from './io.ts';
import { knownProblem, UserProblem } from './problems.ts';

const EXIT_STATUS = `
Exit status:
  0  all is well, or there is nothing to say
  1  the worst is a warning
  2  the worst is critical; promote: refused; notify --test: something failed
  3  it could not be done: usage, configuration, database, permission, a bug,
     or some job could not be judged`;

const CONFIG_SEARCH = `
The configuration is the first of:
  --config FILE
  $BACKUPMON_CONFIG
  $XDG_CONFIG_HOME/backupmon/config.yaml (~/.config by default; not for root)
  /etc/backupmon/config.yaml`;

const OUTPUT_FAILED = 'output_failed';
const SNOOZED_OPTION = [
  '--exclude-snoozed',
  'the exit code tells nothing of jobs without alarms at present (snooze, maintenance)',
] as const;
const JSON_OPTION = ['--json', 'print one JSON document'] as const;

type Run = (context: Context) => Promise<ExitCode>;

interface Chosen {
  run: Run | null;
  json: boolean;
}

function describe(program: Command, chosen: Chosen): void {
  const choose = (json: boolean | undefined, command: Run): void => {
    // It may stand before the command too.
    chosen.json = json === true || program.opts<{ json?: boolean }>().json === true;
    chosen.run = command;
  };
  const add = (usage: string, summary: string, example: string): Command =>
    program
      .command(usage)
      .description(summary)
      .addHelpText('after', `${EXIT_STATUS}\n\nExample:\n  ${example}\n`);

  add(
    'init-db',
    'make or migrate the database, and mark the validated tree; safe to repeat',
    'backupmon init-db',
  )
    .option('--reset', 'move the old database aside and start with an empty history')
    .option('--yes', 'do not ask')
    .action((options: { reset?: boolean; yes?: boolean }) =>
      choose(false, async (context) => {
        if (context.json) throw new UserProblem('usage', 'init-db has no --json');
        const { initDb } = await import('./commands/init-db.ts');
        return initDb(context, { reset: options.reset === true, yes: options.yes === true });
      }),
    );

  add('scan', 'one pass: read, judge, promote, record', 'backupmon scan --dry-run paris')
    .argument('[job...]', 'AGENT or AGENT/DATABASE; all without')
    .option('--dry-run', 'read and judge, change nothing')
    .option(...SNOOZED_OPTION)
    .option(...JSON_OPTION)
    .action(
      (jobs: string[], options: { dryRun?: boolean; excludeSnoozed?: boolean; json?: boolean }) =>
        choose(options.json, async (context) => {
          const { scan } = await import('./commands/scan.ts');
          return scan(context, jobs, {
            dryRun: options.dryRun === true,
            excludeSnoozed: options.excludeSnoozed === true,
          });
        }),
    );

  add(
    'status',
    'where every job stands now, worst first; the evidence for one JOB',
    'backupmon status paris/compta',
  )
    .argument('[job...]', 'AGENT or AGENT/DATABASE')
    .option(...JSON_OPTION)
    .option('--nagios', 'one line with performance data, for Nagios and its like')
    .option('--problems', 'only what is not well')
    .option(...SNOOZED_OPTION)
    .action(
      (
        jobs: string[],
        options: { json?: boolean; nagios?: boolean; problems?: boolean; excludeSnoozed?: boolean },
      ) =>
        choose(options.json, async (context) => {
          if (context.json && options.nagios === true)
            throw new UserProblem('usage', '--json and --nagios exclude each other');
          const { status } = await import('./commands/status.ts');
          return status(context, jobs, {
            nagios: options.nagios === true,
            problems: options.problems === true,
            excludeSnoozed: options.excludeSnoozed === true,
          });
        }),
    );

  add(
    'history',
    'what was concluded, newest first',
    'backupmon history --since 7d --status FAILED,MISSING',
  )
    .argument('[job...]', 'AGENT or AGENT/DATABASE')
    .option(...JSON_OPTION)
    .option('--since <time>', 'a span such as 7d, or a date')
    .option('--until <time>', 'a span such as 1d, or a date')
    .option('--status <list>', 'statuses, separated by commas')
    .option('--limit <number>', 'at most so many (default 20; none with --json)')
    .action(
      (
        jobs: string[],
        options: {
          json?: boolean;
          since?: string;
          until?: string;
          status?: string;
          limit?: string;
        },
      ) =>
        choose(options.json, async (context) => {
          const { history } = await import('./commands/history.ts');
          return history(context, jobs, options);
        }),
    );

  add(
    'promote',
    'promote the held copy of a job, or a deposit after checking it again',
    'backupmon promote paris/compta --reason "yearly archive"',
  )
    .argument('<job>', 'AGENT/DATABASE')
    .argument('[file]', 'name of a deposit that a recorded report of this job names')
    .option('--reason <text>', 'recorded with your name')
    .option('--force', 'override a size anomaly or a content check; never size and SHA-256')
    .option('--dry-run', 'check, change nothing')
    .option(...JSON_OPTION)
    .action(
      (
        job: string,
        file: string | undefined,
        options: { reason?: string; force?: boolean; dryRun?: boolean; json?: boolean },
      ) =>
        choose(options.json, async (context) => {
          const { promote } = await import('./commands/promote.ts');
          const { reason, force, dryRun } = options;
          return promote(context, job, file, {
            force: force === true,
            dryRun: dryRun === true,
            ...(reason !== undefined && { reason }),
          });
        }),
    );

  add(
    'snooze',
    'send no alarms about a job or an agent for a while; status and exit codes stay as they are',
    'backupmon snooze paris/compta --for 3d --reason "new disk on Monday"',
  )
    .argument('[job]', 'AGENT or AGENT/DATABASE; without it, what is snoozed now is listed')
    .option('--for <time>', 'how long: 12h, 3d')
    .option('--reason <text>', 'shown in status and history, with your name')
    .option('--off', 'send alarms again')
    .action((job: string | undefined, options: { for?: string; reason?: string; off?: boolean }) =>
      choose(false, async (context) => {
        if (context.json) throw new UserProblem('usage', 'snooze has no --json');
        const { snooze } = await import('./commands/snooze.ts');
        return snooze(context, job, options);
      }),
    );

  add(
    'notify',
    'try every way out by which alarms are sent, or the one that is named',
    'backupmon notify --test email',
  )
    .option('--test [name]', 'send a test: email, heartbeat, or the name of a webhook or command')
    .action((options: { test?: string | true }) =>
      choose(false, async (context) => {
        if (context.json) throw new UserProblem('usage', 'notify has no --json');
        const { notify } = await import('./commands/notify.ts');
        return notify(context, options.test);
      }),
    );

  add(
    'check-config',
    'every fault of the configuration at once',
    'backupmon --config ./config.yaml check-config',
  )
    .option(...JSON_OPTION)
    .action((options: { json?: boolean }) =>
      choose(options.json, async (context) => {
        const { checkConfig } = await import('./commands/check-config.ts');
        return checkConfig(context);
      }),
    );
}

function makeProgram(io: Io, chosen: Chosen): Command {
  const program = new Command('backupmon');
  program
    .description('Checks, keeps and reports on the database backups that remote agents deposit.')
    .version(version, '-V, --version')
    .option('--config <file>', 'configuration file')
    .option('-q, --quiet', 'print nothing but errors: the exit code tells')
    .option('-v, --verbose', 'print every conclusion')
    .option('--no-color', 'never colour')
    .addOption(new Option(...JSON_OPTION).hideHelp())
    .addHelpText('after', `${CONFIG_SEARCH}\n${EXIT_STATUS}`)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out.write(text), writeErr: () => undefined });
  describe(program, chosen);
  for (const command of program.commands)
    command
      .exitOverride()
      .configureOutput(program.configureOutput())
      .configureHelp({ showGlobalOptions: true });
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

/** A usage error of commander's as a problem: its first line says what, the second may say what was meant. */
function usageProblem(error: CommanderError, words: readonly string[]): UserProblem {
  const hint = 'see backupmon --help';
  if (error.code === 'commander.help') {
    // Its message is a note of its own: it would have shown the help.
    const [, unknown] = words;
    const message = unknown === undefined ? 'no command was given' : `unknown command '${unknown}'`;
    return new UserProblem('usage', message, { hint });
  }
  const [message = '', ...suggestions] = error.message.replace(/^error: /u, '').split('\n');
  const meant = suggestions.join(' ').replaceAll(/^\(|\)$/gu, '');
  return new UserProblem('usage', message, { hint: meant === '' ? hint : `${meant} ${hint}` });
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

/** Everything that was printed is on its way, or it is told that it is not. */
async function flushed(io: Io, json: boolean, options: GlobalOptions): Promise<boolean> {
  const failure = await io.out.flush();
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
  const program = makeProgram(io, chosen);
  const code = await runChosen(argv, io, program, chosen);
  return (await flushed(io, chosen.json, program.opts<GlobalOptions>())) ? code : 3;
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
    const problem =
      error instanceof CommanderError ? usageProblem(error, program.args) : knownProblem(error);
    const context = makeContext(io, options, chosen.json);
    if (problem === null) {
      await tellBug(io, context, error);
      return 3;
    }
    await tell(io, context, problem, argv.includes('--nagios') && !chosen.json);
    return problem.exitCode;
  }
}
