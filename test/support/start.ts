/** Programs that are started and not waited for. */
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Ran } from './run-here.ts';

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

/** null for what was killed; of other signals, which a program sends to itself when it crashes, what a shell says. */
const codeOf = (code: number | null, signal: NodeJS.Signals | null): number | null =>
  signal === null || signal === 'SIGKILL' ? code : 128 + constants.signals[signal];

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly input?: string;
}

/** Starts a program, and hears what it says while others run. */
export function start(
  file: string,
  args: readonly string[],
  { input = '', ...options }: StartOptions = {},
): Started {
  const child = spawn(file, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: codeOf(code, signal), out, err }));
  });
  return { child, ended };
}
