/**
 * The program, resident: the built one, run again and again in one process, each time from its first line, with its modules made
 * anew. Of the times before stay what Node has loaded from other files, and what it has compiled. Starting a process takes longer
 * than what a scan does in a small world. Whether it makes the system calls of a process of its own is for its user to compare.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Ran } from '../support/run-here.ts';

/** The descriptor to which the process writes how a command has ended. */
const ANSWERS = 3;

export class Resident {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  readonly #answers: AsyncIterator<string>;
  readonly #files: readonly [out: string, err: string];

  private constructor(child: ChildProcess, files: readonly [string, string]) {
    this.#child = child;
    this.#exited = once(child, 'exit');
    this.#files = files;
    const input = child.stdio[ANSWERS] as Readable;
    this.#answers = createInterface({ input })[Symbol.asyncIterator]();
  }

  /**
   * Returns when it waits for the first command. @throws Error when it does not
   * @param prefix of the files that it writes to
   * @param flags Node's
   */
  static async start(
    prefix: string,
    flags: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Resident> {
    const files = [`${prefix}.resident.out`, `${prefix}.resident.err`] as const;
    const [out, err] = [openSync(files[0], 'a'), openSync(files[1], 'a')];
    const child = spawn(process.execPath, [...flags, import.meta.filename], {
      stdio: ['pipe', out, err, 'pipe'],
      env: { ...process.env, ...env },
    });
    closeSync(out);
    closeSync(err);
    const resident = new Resident(child, files);
    const { code, err: said } = await resident.#ended();
    if (code !== 0) throw new Error(`the resident program does not start: ${said}`);
    return resident;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** How many are open. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** How the command has ended, or the process with it. */
  async #ended(): Promise<Ran> {
    const answer = await this.#answers.next();
    if (answer.done === true) await this.#exited;
    const code = answer.done === true ? this.#child.exitCode : Number(answer.value);
    const [out, err] = this.#files.map((file) => readFileSync(file, 'utf8'));
    for (const file of this.#files) truncateSync(file);
    return { code, out: out ?? '', err: err ?? '' };
  }

  /** One command at a time. */
  async run(argv: readonly string[]): Promise<Ran> {
    this.#child.stdin?.write(`${JSON.stringify(argv)}\n`);
    return this.#ended();
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#exited;
  }
}

/** The next line of stdin, which is waited for; null at its end. A line is one write, and far shorter. */
function nextLine(): string | null {
  const buffer = Buffer.alloc(64 * 1024);
  const length = readSync(0, buffer);
  return length === 0 ? null : buffer.toString('utf8', 0, length);
}

/** Asking for it alone is deprecated. */
function umask(): number {
  const mask = process.umask(0o022);
  process.umask(mask);
  return mask;
}

/** Runs what stdin says, a command a line. A command is done when nothing is left to wait for. */
function serve(): void {
  const file = path.resolve(import.meta.dirname, '../../dist/start.cjs');
  const require = createRequire(file);
  const mask = umask();
  process.argv = [process.execPath, file, '--version'];
  const { program } = require(file) as { readonly program: () => void };
  process.on('beforeExit', () => {
    writeSync(ANSWERS, `${process.exitCode ?? 0}\n`);
    const line = nextLine();
    if (line === null) return;
    process.exitCode = undefined;
    process.umask(mask);
    process.argv = [process.execPath, file, ...(JSON.parse(line) as string[])];
    program();
    // The event comes again only where there was something since.
    setImmediate(() => undefined);
  });
}

if (import.meta.main) serve();
