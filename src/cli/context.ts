/** What every command starts from: its options, its streams, and the configuration. */
import { readConfigCache } from '../config/cache.ts';
import path from 'node:path';
import { findConfig } from '../config/find.ts';
import type { ConfigProblem } from '../config/problem.ts';
import type { Config } from '../core/job.ts';
import type { Severity } from '../core/statuses.ts';
import { priorityOf, type Line, type Priority } from '../render/lines.ts';
import { renderSentence } from '../render/sentences.ts';
import type { Screen } from '../render/views.ts';
import { version } from '../version.ts';
import type { Io, Output } from './io.ts';
import { UserProblem } from './problems.ts';
import { screenOf } from './screen.ts';

export interface GlobalOptions {
  readonly config?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color?: boolean;
}

export interface Context {
  readonly io: Io;
  readonly options: GlobalOptions;
  readonly json: boolean;
  readonly outScreen: Screen;
  readonly errScreen: Screen;
}

export type ExitCode = 0 | 1 | 2 | 3;

export const exitCodes: Readonly<Record<Severity, ExitCode>> = {
  ok: 0,
  pending: 0,
  warning: 1,
  critical: 2,
};

export function makeContext(io: Io, options: GlobalOptions, json: boolean): Context {
  const noColor = options.color === false;
  return {
    io,
    options,
    json,
    outScreen: screenOf(io, io.out, noColor),
    errScreen: screenOf(io, io.err, noColor),
  };
}

/** syslog priorities, as `<N>` before each line, where the stream is the journal. */
const priorities: Readonly<Record<Priority, string>> = {
  error: '<3>',
  warning: '<4>',
  notice: '<5>',
  info: '<6>',
};

const prefixed = (text: string, priority: Priority): string =>
  text.replaceAll(/^(?=.)/gmu, priorities[priority]);

/** Writes lines for people; for the journal each carries the priority of its severity. */
export function writeLines(output: Output, text: string, severity: Severity): void {
  if (text === '') return;
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  output.write(output.journal ? prefixed(whole, priorityOf[severity]) : whole);
}

/** A long text, as it is made. */
export function writePieces(output: Output, pieces: Iterable<string>): void {
  for (const piece of pieces) output.write(piece);
}

/** One sentence for people, whatever is named in it. */
export const writeSentence = (output: Output, text: string, severity: Severity): void =>
  writeLines(output, renderSentence(text), severity);

/** The same, where each line has a severity of its own. */
export function writeEach(output: Output, lines: readonly Line[]): void {
  const parts = lines.map(({ text, priority }) =>
    output.journal ? prefixed(text, priority) : text,
  );
  if (parts.length > 0) output.write(`${parts.join('\n')}\n`);
}

/** Absolute. @throws UserProblem for an empty name, which would silently be another configuration */
export function configFileOf({ io, options }: Context): string {
  if (options.config === '') {
    throw new UserProblem('usage', '--config names no file: it is empty', {
      hint: 'leave it out to use the file that is searched; see backupmon --help',
    });
  }
  return path.resolve(findConfig(options.config, io.env, io.uid));
}

/** What is told of a configuration that cannot be used, whoever has read it. */
export async function faulty(
  context: Context,
  problems: readonly ConfigProblem[],
): Promise<UserProblem> {
  const { renderConfigProblems } = await import('../render/config-problems.ts');
  const count = problems.length;
  return new UserProblem(
    'config_invalid',
    `${configFileOf(context)} has ${count === 1 ? 'a fault' : `${count} faults`}; nothing was done`,
    {
      details: {
        text: renderConfigProblems(problems, context.errScreen.paint),
        list: problems,
      },
    },
  );
}

/** Loads the configuration, from its cache where that is current. @throws UserProblem with every fault at once */
export async function loadedConfig(context: Context): Promise<Config> {
  const file = configFileOf(context);
  const cached = readConfigCache(file, context.io.env, version);
  if (cached !== null) return cached;
  const { loadConfig } = await import('../config/load.ts');
  const loaded = await loadConfig(file, context.io.env);
  if (loaded.kind === 'ok') return loaded.config;
  throw await faulty(context, loaded.problems);
}
