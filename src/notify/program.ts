/** A program that is given something to read, and has a time to be done. */
import type { ResultPromise } from 'execa';
import { forPeople } from '../core/text.ts';
import { period, stopped } from './words.ts';

/** Of what it says, the end is kept: there it says why it gives up. */
const SAID_BYTES = 2048;
/** What of it is passed on, in UTF-16 units. */
const SAID_LENGTH = 200;
/** Milliseconds between asking a program to end and ending it. */
const GRACE_MS = 500;
/** Milliseconds that the last words of a program have to arrive: pipes may be held open by what it has left behind. */
const LAST_WORDS_MS = 200;

const optionsOf = (environment: Readonly<Record<string, string>>) => ({
  env: environment,
  cwd: '/',
  extendEnv: false as const,
  stdin: 'pipe' as const,
  stdout: 'pipe' as const,
  stderr: 'pipe' as const,
  buffer: false as const,
  encoding: 'buffer' as const,
  reject: false as const,
  // What it has started is ended with it, where that is in its process group.
  killDescendants: true,
  forceKillAfterDelay: GRACE_MS,
});

type Child = ResultPromise<ReturnType<typeof optionsOf>>;

export interface Program {
  /** Absolute path. */
  readonly file: string;
  readonly arguments: readonly string[];
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Need not be read. */
  readonly input: string | Buffer;
  /** Milliseconds. */
  readonly timeout: number;
}

/** How it ended. */
type End =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'absent'; readonly code: string }
  | { readonly kind: 'stopped' };

/** The end of what is written to stdout and stderr, together. */
function listen(child: Child): () => string {
  let said = Buffer.alloc(0);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('error', () => undefined);
    stream.on('data', (bytes: Buffer) => {
      said = Buffer.concat([said, bytes]).subarray(-SAID_BYTES);
    });
  }
  return () => forPeople(said.toString('utf8'), SAID_LENGTH);
}

/**
 * Resolves when the program has ended and said its last words. What it has left behind in the background is not waited for, and left alone
 * unless the time is over.
 */
async function endOf(child: Child, limit: AbortSignal): Promise<End> {
  const own = child.nodeChildProcess;
  const how = await new Promise<End>((resolve) => {
    let end: End = { kind: 'stopped' };
    let timer: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      limit.removeEventListener('abort', stop);
      resolve(end);
    };
    const finishIn = (milliseconds: number): void => {
      clearTimeout(timer);
      timer = setTimeout(finish, milliseconds);
    };
    const stop = (): void => {
      own.off('exit', exited);
      child.kill();
      finishIn(GRACE_MS + LAST_WORDS_MS);
    };
    const exited = (code: number | null, signal: string | null): void => {
      limit.removeEventListener('abort', stop);
      end = code === null ? { kind: 'killed', signal: signal ?? '' } : { kind: 'exited', code };
      finishIn(LAST_WORDS_MS);
    };
    own.once('exit', exited);
    const settled = async (): Promise<void> => {
      const { code } = await child;
      if (child.pid === undefined) end = { kind: 'absent', code: code ?? 'unknown' };
      finish();
    };
    void settled();
    limit.addEventListener('abort', stop, { once: true });
    if (limit.aborted) stop();
  });
  // Also what did not want to end when it was asked to.
  if (how.kind === 'stopped') child.kill('SIGKILL');
  return how;
}

/** Lets go of it, whatever has become of it. */
function letGo(child: Child): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  child.nodeChildProcess.unref();
}

function inWords(end: End, said: string, late: string | null): string | null {
  const words = said === '' ? '' : `: ${said}`;
  if (end.kind === 'stopped') return late === null ? stopped : `${late}${words}`;
  if (end.kind === 'killed') return `ended by ${end.signal}${words}`;
  if (end.kind === 'exited') return end.code === 0 ? null : `exit code ${end.code}${words}`;
  return end.code === 'ENOENT' ? 'there is no such program' : `cannot be started (${end.code})`;
}

/**
 * Runs it, without a shell, and ends it at its time or at the signal, at most 0.7 s later. Never rejects.
 * @returns null when its exit code is 0; otherwise one line with its file, and the end of what it said
 */
export async function runProgram(program: Program, signal: AbortSignal): Promise<string | null> {
  if (signal.aborted) return `${program.file}: ${stopped}`;
  const timeout = AbortSignal.timeout(program.timeout);
  let why: string | null;
  try {
    const { execa } = await import('execa');
    const child = execa(program.file, program.arguments, optionsOf(program.environment));
    const said = listen(child);
    // EPIPE, where it does not read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(program.input);
    const end = await endOf(child, AbortSignal.any([signal, timeout]));
    letGo(child);
    const late = `not done within ${period(program.timeout)}`;
    why = inWords(end, said(), signal.aborted ? null : late);
  } catch (error) {
    // Arguments that no program can be given.
    why = (error as Error).message;
  }
  return why === null ? null : `${program.file}: ${why}`;
}
