/** Everything a command takes from the world around it. Below this file nobody reads a clock, a stream or the environment. */
import { fstatSync } from 'node:fs';
import type { Program } from '../program.ts';
import { isUtf8Locale } from './locale.ts';

export interface Output {
  readonly write: (text: string) => void;
  /** Waits until everything is written; the errno of what went wrong, or null. A reader that went away is nothing wrong. */
  readonly flush: () => Promise<string | null>;
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
  /** Asks on the terminal; null when there is none to ask on, '' when the question is left without an answer. */
  readonly ask: (question: string) => Promise<string | null>;
  /** How many threads read files; to be said before the first of the pool's, which decompress and flush, is needed. */
  readonly useThreads: (count: number) => void;
  readonly program: Program;
}

const DEFAULT_WIDTH = 80;
/** Threads of the pool that may be flushing while others decompress. */
const FLUSHING = 12;

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
  let failure: string | null = null;
  // A reader that goes away (`history | head`) ends the output, not the program.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failure ??= error.code ?? error.message;
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    flush: async () => {
      // Called back after everything before it was written, or has failed; only then the event is emitted.
      await new Promise((resolve) => stream.write('', resolve));
      await new Promise(setImmediate);
      return failure;
    },
    // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- on a pipe it is undefined, whatever its type says
    terminal: Boolean(stream.isTTY),
    width: stream.isTTY ? stream.columns : DEFAULT_WIDTH,
    journal: isJournal(descriptor, env['JOURNAL_STREAM']),
  };
}

/** The answer; '' when there is none: Ctrl-C, Ctrl-D, or the end of the input. */
export async function askOn(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  question: string,
): Promise<string> {
  const { createInterface } = await import('node:readline');
  const terminal = createInterface({ input, output, terminal: true });
  return new Promise((resolve) => {
    let answered = false;
    // Without a listener Ctrl-C would close it too, and an answer is not waited for after that.
    terminal.on('SIGINT', () => terminal.close());
    terminal.on('close', () => {
      // What follows is not to stand behind the question.
      if (!answered) output.write('\n');
      resolve('');
    });
    terminal.question(question, (answer) => {
      answered = true;
      resolve(answer);
      terminal.close();
    });
  });
}

async function ask(question: string): Promise<string | null> {
  return process.stdin.isTTY ? askOn(process.stdin, process.stderr, question) : null;
}

/** The real world, as the process sees it. */
export function processIo(program: Program): Io {
  const { env } = process;
  return {
    env,
    out: toOutput(process.stdout, 1, env),
    err: toOutput(process.stderr, 2, env),
    now: () => Date.now(),
    uid: process.getuid?.() ?? 0,
    utf8: isUtf8Locale(env),
    ask,
    useThreads: (count) => {
      // libuv reads it when its pool starts. One for each that reads, to decompress, and some that wait for the disk.
      process.env['UV_THREADPOOL_SIZE'] ??= String(count + FLUSHING);
    },
    program,
  };
}
