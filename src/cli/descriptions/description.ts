/** What a command is called, takes and does: the one table that the parser, `--help`, the manual and completion are made from. */
import type { Command } from 'commander';
import type { Context, ExitCode } from '../context.ts';
import { UserProblem } from '../problems.ts';

/** Every command. Without a description, and a page of the manual, it does not compile. */
export type CommandName =
  | 'init-db'
  | 'scan'
  | 'status'
  | 'history'
  | 'promote'
  | 'snooze'
  | 'notify'
  | 'check-config'
  | 'doctor'
  | 'files';

export type Run = (context: Context) => Promise<ExitCode>;

/** Tells what is to be run, and whether its own `--json` was given. */
export type Choose = (json: boolean | undefined, run: Run) => void;

export interface Example {
  readonly command: string;
  /** What it is for, as the words before a colon. */
  readonly says: string;
}

export interface Description {
  readonly name: CommandName;
  /** One line, without a capital and a full stop. */
  readonly summary: string;
  readonly examples: readonly Example[];
  /** What an exit code says of this command in particular, or null where it never ends so; of others `exitStatus` has the words. */
  readonly exit?: Readonly<Partial<Record<ExitCode, string | null>>>;
  /** What to read next: pages of the manual and commands. */
  readonly next: readonly string[];
  /** Adds arguments and options, and what is done with them. */
  readonly define: (command: Command, choose: Choose) => unknown;
}

export const JSON_OPTION = ['--json', 'print one JSON document'] as const;
export const SNOOZED_OPTION = [
  '--exclude-snoozed',
  'the exit code tells nothing of jobs whose alarms are silent now (snooze, maintenance)',
] as const;

/** @throws UserProblem where `--json` stands before a command that has none */
export function refuseJson(context: Context, command: CommandName): void {
  if (context.json) throw new UserProblem('usage', `${command} has no --json`);
}
