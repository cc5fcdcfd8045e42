/** What every command starts from: its options, its streams, and the configuration. */
import { readConfigCache } from '../config/cache.ts';
import { findConfig } from '../config/find.ts';
import type { Config } from '../core/job.ts';
import type { Severity } from '../core/statuses.ts';
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
const priorities: Readonly<Record<Severity, string>> = {
  critical: '<3>',
  warning: '<4>',
  pending: '<5>',
  ok: '<6>',
};

/** Writes lines for people; for the journal each carries the priority of its severity. */
export function writeLines(output: Output, text: string, severity: Severity): void {
  if (text === '') return;
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  output.write(output.journal ? whole.replaceAll(/^(?=.)/gmu, priorities[severity]) : whole);
}

export const configFileOf = ({ io, options }: Context): string =>
  findConfig(options.config, io.env, io.uid);

/** Loads the configuration, from its cache where that is current. @throws UserProblem with every fault at once */
export async function loadedConfig(context: Context): Promise<Config> {
  const file = configFileOf(context);
  const cached = readConfigCache(file, context.io.env, version);
  if (cached !== null) return cached;
  const { loadConfig } = await import('../config/load.ts');
  const loaded = await loadConfig(file, context.io.env);
  if (loaded.kind === 'ok') return loaded.config;
  const { renderConfigProblems } = await import('../render/config-problems.ts');
  const count = loaded.problems.length;
  throw new UserProblem(
    'config_invalid',
    `${file} has ${count === 1 ? 'a fault' : `${count} faults`}; nothing was done`,
    {
      details: {
        text: renderConfigProblems(loaded.problems, context.errScreen.paint),
        list: loaded.problems,
      },
    },
  );
}
