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
  /** Untimed, after every run. */
  readonly after?: () => void;
  /** A Node program whose peak of memory is looked at in the round that does not count. */
  readonly peak?: boolean;
  /** What counts instead of its own time, in milliseconds, out of what it prints. */
  readonly instead?: (output: string) => number;
}

export interface Spent {
  /** Milliseconds of wall time. */
  readonly wall: number;
  /** Milliseconds of user and system time, its children included, in steps of 10; null where another time counts. */
  readonly cpu: number | null;
}

export interface Sample {
  readonly label: string;
  /** Milliseconds of wall time, one for each run. */
  readonly times: readonly number[];
  /** Milliseconds of CPU time, one for each run; empty where another time counts. */
  readonly cpu: readonly number[];
  /** Bytes; null where nobody looked. */
  readonly peak: number | null;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
};

/** A clock tick of the kernel's, in milliseconds: the same on all of Linux. */
const TICK = 10;

/** CPU time of all children that have ended, and of theirs, in milliseconds. */
function childrenCpu(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // Behind the name, which may hold anything: state, …; cutime and cstime are fields 16 and 17 of proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK;
}

/** Runs it to its end. @throws Error with what it said when it exits otherwise than told */
export function runOnce(command: Command): Spent {
  const { label, program, args, env, exits = 0, before, after, instead } = command;
  before?.();
  const cpu = childrenCpu();
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    stdio: ['ignore', instead === undefined ? 'ignore' : 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  const spent = { wall: performance.now() - started, cpu: childrenCpu() - cpu };
  if (error !== undefined) throw error;
  if (status !== exits)
    throw new Error(`${label}: exit ${status} instead of ${exits}\n${stderr.slice(0, 2000)}`);
  after?.();
  return instead === undefined ? spent : { wall: instead(stdout), cpu: null };
}

interface Taken {
  readonly command: Command;
  readonly spent: Spent[];
  peak: number | null;
}

/** The round that does not count: everything is loaded, and peaks of memory are looked at. */
function firstRound(all: readonly Taken[], scratch: string | undefined): void {
  for (const taken of all) {
    const { command } = taken;
    if (scratch !== undefined && command.peak === true) taken.peak = peakMemory(command, scratch);
    else runOnce(command);
  }
}

/**
 * A B C, A B C, … after one round that does not count.
 *
 * @param scratch file for the peaks of memory, which are taken in that round; without it nobody looks
 * @param first whether there is such a round
 */
export function sideBySide(
  commands: readonly Command[],
  runs: number,
  { first = true, scratch }: { readonly first?: boolean; readonly scratch?: string } = {},
): Sample[] {
  const all = commands.map((command): Taken => ({ command, spent: [], peak: null }));
  if (first) firstRound(all, scratch);
  for (let run = 0; run < runs; run += 1) {
    for (const { command, spent } of all) spent.push(runOnce(command));
  }
  return all.map(({ command: { label }, spent, peak }) => ({
    label,
    times: spent.map(({ wall }) => wall),
    cpu: spent.flatMap(({ cpu }) => cpu ?? []),
    peak,
  }));
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

/** How often one took as long as the other: the median of the ratios, run by run. */
export const ratioOf = ({ times }: Sample, measure: Sample): number =>
  median(times.map((value, index) => value / (measure.times[index] ?? Number.NaN)));
