/** The program in this process, where a clock has to be set, or where it runs too often for a process of its own. */
import { fileURLToPath } from 'node:url';
import { run } from '../../src/cli/run.ts';
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

/** @param now what its clock says, in milliseconds since the epoch */
export async function runHere(now: number, argv: readonly string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const stream = (write: (text: string) => void) => ({
    write,
    flush: async () => null,
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
