/** Whole processes, timed side by side: one run of each in turn, so that a noisy minute hits all alike. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Command {
  readonly label: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it exits with; default 0. */
  readonly exits?: number;
  /** Untimed, before every run. */
  readonly before?: () => void;
}

export interface Sample {
  readonly label: string;
  /** Milliseconds of wall time, one for each run. */
  readonly times: readonly number[];
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
};

/** Runs it to its end. @throws Error with what it said when it exits otherwise than told */
export function runOnce({ label, program, args, env, exits = 0, before }: Command): number {
  before?.();
  const started = performance.now();
  const { status, stderr, error } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  const elapsed = performance.now() - started;
  if (error !== undefined) throw error;
  if (status !== exits)
    throw new Error(`${label}: exit ${status} instead of ${exits}\n${stderr.slice(0, 2000)}`);
  return elapsed;
}

/** A B C, A B C, … after one round that does not count. */
export function sideBySide(commands: readonly Command[], runs: number): Sample[] {
  const times = commands.map((): number[] => []);
  for (let run = -1; run < runs; run += 1) {
    for (const [index, command] of commands.entries()) {
      const elapsed = runOnce(command);
      if (run >= 0) times[index]?.push(elapsed);
    }
  }
  return commands.map(({ label }, index) => ({ label, times: times[index] ?? [] }));
}

/** Peak resident memory of one run of a Node program, in bytes; the process tells it as it exits. */
export function peakMemory(command: Command, scratch: string): number {
  const preload = path.join(import.meta.dirname, 'peak.js');
  runOnce({
    ...command,
    args: ['--import', preload, ...command.args],
    env: { ...command.env, BENCH_PEAK_FILE: scratch },
  });
  return Number(readFileSync(scratch, 'utf8')) * 1024;
}
