/** One of the system's tools as a filter: one process for one stream, fed through a pipe, with nothing of our own around it. */
import type { ResultPromise } from 'execa';
import { Trouble } from '../../files/trouble.ts';
import type { Outlet } from './outlet.ts';
import { isLastOf, release } from './release.ts';

/** Bytes of what it says on stderr that are kept. */
const SAID_BYTES = 4096;

const options = {
  cwd: '/',
  // Nothing that changes what it does (XZ_OPT, BZIP2), and its words in English.
  env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  extendEnv: false,
  stdin: 'pipe',
  stdout: 'pipe',
  stderr: 'pipe',
  buffer: false,
  encoding: 'buffer',
  reject: false,
  killSignal: 'SIGKILL',
  forceKillAfterDelay: false,
} as const;

/** Why a process is not started now: too many of them, or of open files, or no memory. Nothing that will be so for good. */
const passing: ReadonlySet<string> = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE']);

/** Signals that come from somebody else, and say nothing of the stream: lack of memory, Ctrl-C, a shutdown. */
const outside: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']);

type Child = ResultPromise<typeof options>;

/** How it ended by itself, and what it said; or why nothing can be concluded from it. */
export type ToolEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly said: string }
  | { readonly kind: 'unavailable'; readonly why: string };

export class Tool {
  readonly #command: string;
  readonly #arguments: readonly string[];
  readonly #outlet: Outlet;
  #child: Child | null = null;
  #drained: Promise<void> = Promise.resolve();
  #said = Buffer.alloc(0);
  /** It reads no more. */
  #deaf = false;
  #thrown: { readonly error: unknown } | null = null;

  constructor(command: string, args: readonly string[], outlet: Outlet) {
    this.#command = command;
    this.#arguments = args;
    this.#outlet = outlet;
  }

  /** Resolves when the pipe has taken the bytes, or the tool takes no more. */
  async feed(bytes: Buffer): Promise<void> {
    if (this.#deaf || bytes.length === 0) return;
    const { child } = await this.#running();
    await new Promise<void>((resolve) => {
      child.stdin.write(bytes, (error) => {
        if (error !== null && error !== undefined) this.#deaf = true;
        resolve();
      });
    });
    this.#rethrow();
  }

  /** Waits for its end, and for all that comes out of it. @throws Trouble where another time will do */
  async finish(): Promise<ToolEnd> {
    const { child } = await this.#running();
    child.stdin.end();
    const { exitCode, signal, code } = await child;
    await this.#drained;
    this.#rethrow();
    const name = this.#command;
    if (code === 'ENOENT') return { kind: 'unavailable', why: `${name} is not installed` };
    if (signal !== undefined && outside.has(signal) && !this.#outlet.overflowed) {
      throw new Trouble('EINTR', 'run', `${name} (ended by ${signal})`);
    }
    if (signal !== undefined) return { kind: 'unavailable', why: `${name} was ended by ${signal}` };
    if (code !== undefined && passing.has(code)) throw new Trouble(code, 'start', name);
    if (exitCode === undefined) {
      return { kind: 'unavailable', why: `${name} could not be started: ${code ?? 'unknown'}` };
    }
    return { kind: 'exited', code: exitCode, said: this.#said.toString('latin1') };
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#deaf = true;
    child.kill();
    child.stdin.destroy();
    child.stdout.destroy();
    await child;
    await this.#drained;
  }

  /** Within an object: whoever awaits the child itself waits for its end. */
  async #running(): Promise<{ readonly child: Child }> {
    if (this.#child === null) {
      // It takes a while to load, and few need it.
      const { execa } = await import('execa');
      this.#child = execa(this.#command, this.#arguments, options);
      this.#listen(this.#child);
    }
    return { child: this.#child };
  }

  #listen(child: Child): void {
    // EPIPE, where it ends before its input does: its exit code tells why.
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (bytes: Buffer) => {
      const room = SAID_BYTES - this.#said.length;
      if (room > 0) this.#said = Buffer.concat([this.#said, bytes.subarray(0, room)]);
    });
    this.#drained = this.#drain(child);
  }

  /** Never rejects. */
  async #drain(child: Child): Promise<void> {
    try {
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        if (!(await this.#handOver(chunk))) break;
        // Each read of a pipe has a buffer of its own.
        if (isLastOf(chunk, chunk.length)) release(chunk);
      }
    } catch {
      // The pipe broke: the exit code tells why.
    }
    if (this.#outlet.overflowed || this.#thrown !== null) child.kill();
  }

  async #handOver(chunk: Buffer): Promise<boolean> {
    try {
      return await this.#outlet.give(chunk);
    } catch (error) {
      this.#thrown = { error };
      return false;
    }
  }

  #rethrow(): void {
    if (this.#thrown !== null) throw this.#thrown.error;
  }
}
