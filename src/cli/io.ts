/** Everything a command takes from the world around it. Below this file nobody reads a clock, a stream or the environment. */
import { fstatSync } from 'node:fs';
import { isUtf8Locale } from './locale.ts';

export interface Output {
  readonly write: (text: string) => void;
  readonly terminal: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  /** The stream is the systemd journal: lines carry priorities. */
  readonly journal: boolean;
}

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
  readonly err: Output;
  /** Milliseconds UTC. */
  readonly now: () => number;
  readonly uid: number;
  readonly utf8: boolean;
  /** Asks on the terminal; null when there is none to ask on. */
  readonly ask: (question: string) => Promise<string | null>;
  /** The program file, which worker threads run too. */
  readonly program: URL;
}

const DEFAULT_WIDTH = 80;

/** `$JOURNAL_STREAM` names device and inode of the stream that systemd connected to the journal. */
function isJournal(descriptor: number, journal: string | undefined): boolean {
  if (journal === undefined) return false;
  try {
    const stats = fstatSync(descriptor);
    return journal === `${stats.dev}:${stats.ino}`;
  } catch {
    return false;
  }
}

function toOutput(stream: NodeJS.WriteStream, descriptor: number, env: Io['env']): Output {
  // A reader that goes away (`history | head`) ends the output, not the program.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- on a pipe it is undefined, whatever its type says
    terminal: Boolean(stream.isTTY),
    width: stream.isTTY ? stream.columns : DEFAULT_WIDTH,
    journal: isJournal(descriptor, env['JOURNAL_STREAM']),
  };
}

async function ask(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** The real world, as the process sees it. */
export function processIo(program: URL): Io {
  const { env } = process;
  return {
    env,
    out: toOutput(process.stdout, 1, env),
    err: toOutput(process.stderr, 2, env),
    now: () => Date.now(),
    uid: process.getuid?.() ?? 0,
    utf8: isUtf8Locale(env),
    ask,
    program,
  };
}
