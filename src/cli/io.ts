/** Everything a command takes from the world around it. Below this file nobody reads a clock, a stream or the environment. */
import { fstatSync, writeSync } from 'node:fs';
import type { Program } from '../program.ts';
import { isUtf8Locale } from './locale.ts';

export interface Output {
  /** Returns when it is written. */
  readonly write: (text: string) => void;
  /** The errno of what went wrong with writing, or null. A reader that went away is nothing wrong. */
  readonly failure: () => string | null;
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

/** Characters from which on a text is worth the room that is kept for the next one, and the bytes of that. */
const LONG_TEXT = 16_384;
const ROOM = 262_144;

/** The major number of /dev/null and its like, see the kernel's list of devices. */
const MEMORY_DEVICES = 1;
/** Milliseconds between two looks whether a stream that somebody else has made non-blocking takes something again. */
const FULL_WAIT_MS = 5;

/** Waits as a blocking stream would. */
const waitABit = (): unknown =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_WAIT_MS);

function writeSome(descriptor: number, bytes: Buffer, from: number): number {
  try {
    return writeSync(descriptor, bytes, from);
  } catch (error) {
    if (codeOf(error) !== 'EAGAIN') throw error;
    waitABit();
    return 0;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/**
 * A terminal, judged without loading Node's streams where it is none: they cost a quarter of a bare start. Node's own write at once too, on
 * Linux.
 */
function isTerminal(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isCharacterDevice() && stats.rdev >> 8 !== MEMORY_DEVICES && isatty(descriptor);
  } catch {
    return false;
  }
}

const isatty = (descriptor: number): boolean =>
  process.getBuiltinModule('node:tty').isatty(descriptor);

const widthOf = (descriptor: number): number =>
  (descriptor === 1 ? process.stdout : process.stderr).columns;

function toOutput(descriptor: 1 | 2, env: Io['env']): Output {
  const terminal = isTerminal(descriptor);
  let failure: string | null = null;
  let isOpen = true;
  let room: Buffer | null = null;
  /** What is written in pieces needs room but once. */
  const encoded = (text: string): Buffer => {
    if (text.length < LONG_TEXT || Buffer.byteLength(text) > ROOM) return Buffer.from(text);
    room ??= Buffer.allocUnsafeSlow(ROOM);
    return room.subarray(0, room.write(text));
  };
  return {
    write: (text) => {
      if (!isOpen) return;
      const bytes = encoded(text);
      try {
        for (let done = 0; done < bytes.length;) done += writeSome(descriptor, bytes, done);
      } catch (error) {
        isOpen = false;
        // A reader that goes away (`history | head`) ends the output, not the program.
        const code = codeOf(error);
        if (code !== 'EPIPE') failure = code;
      }
    },
    failure: () => failure,
    terminal,
    width: terminal ? widthOf(descriptor) : DEFAULT_WIDTH,
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
    out: toOutput(1, env),
    err: toOutput(2, env),
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
