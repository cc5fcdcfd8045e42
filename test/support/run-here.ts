/** The program in this process, where a clock has to be set, or where it runs too often for a process of its own. */
import { fileURLToPath } from 'node:url';
import { run } from '../../src/cli/run.ts';
import { start } from './start.ts';
import { thisProgram, type Program } from '../../src/program.ts';
import type { Io } from '../../src/cli/io.ts';

export interface Ran {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const built = new URL('../../dist/start.cjs', import.meta.url);

/** What was built: threads and processes of TypeScript would start slowly. */
export const builtProgram: Program = {
  ...thisProgram(),
  thread: { source: built, eval: false },
  command: [process.execPath, fileURLToPath(built)],
};

/** The one binary, where the tests are to run that instead of what was built for Node. */
export const binary = process.env['BACKUPMON_TEST_BINARY'] ?? null;

/** The binary, for which the clock stands still at `now`, as for the program in this process. */
async function runBinary(file: string, now: number, argv: readonly string[]): Promise<Ran> {
  const time = new Date(now).toISOString().replace('T', ' ').slice(0, -1);
  return start('faketime', ['-f', time, file, ...argv], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      TZ: 'UTC',
      LC_ALL: 'C.UTF-8',
      // Ages of files are real, and so is what the system waits for.
      NO_FAKE_STAT: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  }).ended;
}

/** @param now what its clock says, in milliseconds since the epoch */
export async function runHere(now: number, argv: readonly string[]): Promise<Ran> {
  // No process can be given a NUL.
  const isPossible = !argv.some((argument) => argument.includes('\0'));
  if (binary !== null && isPossible) return runBinary(binary, now, argv);
  let out = '';
  let err = '';
  const stream = (write: (text: string) => void) => ({
    write,
    failure: () => null,
    terminal: false,
    width: 80,
    journal: false,
  });
  const io: Io = {
    env: {},
    out: stream((text) => {
      out += text;
    }),
    err: stream((text) => {
      err += text;
    }),
    now: () => now,
    uid: process.getuid?.() ?? 0,
    utf8: true,
    ask: async () => null,
    useThreads: () => undefined,
    program: builtProgram,
  };
  const code = await run([...argv], io);
  return { code, out, err };
}
