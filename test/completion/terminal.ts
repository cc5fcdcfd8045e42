/** A shell on a terminal of its own (`script`, of util-linux), at which somebody types. */
import { spawn, type ChildProcess } from 'node:child_process';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Desk } from './support.ts';

export const TAB = '\t';
const ENTER = '\r';
const INTERRUPT = '\u0003';
const PATIENCE_MS = 20_000;
const LOOK_MS = 5;

export class Terminal {
  readonly #desk: Desk;
  readonly #child: ChildProcess;
  #shown = '';
  #ended = false;

  /** @param shell a command for sh, whose words need no quotes */
  constructor(desk: Desk, locale: string, shell: string) {
    this.#desk = desk;
    const command = `stty rows 50 cols 250; exec ${shell}`;
    this.#child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: desk.folder,
      env: { ...desk.env, LC_ALL: locale, SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#shown += text));
    after(() => this.#child.kill());
    this.#child.on('close', () => (this.#ended = true));
  }

  /** Everything that was shown so far. */
  get shown(): string {
    return this.#shown;
  }

  async until(what: string, isDone: () => boolean): Promise<void> {
    const limit = performance.now() + PATIENCE_MS;
    while (!isDone()) {
      if (this.#ended || performance.now() > limit) {
        this.#child.stdin?.write(INTERRUPT);
        throw new Error(`${what}: in vain; the terminal shows ${JSON.stringify(this.#shown)}`);
      }
      await sleep(LOOK_MS);
    }
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Types a line, and Enter; returns with what arguments the program ran. */
  async run(line: string): Promise<string[]> {
    const before = this.#desk.ran().length;
    this.#shown = '';
    this.write(`${line}${ENTER}`);
    await this.until(JSON.stringify(line), () => this.#desk.ran().length > before);
    return this.#desk.ran()[before] ?? [];
  }

  /** Ends the shell, at which no line is begun. */
  async close(): Promise<void> {
    this.write(`exit${ENTER}`);
    this.#child.stdin?.end();
    await this.until('exit', () => this.#ended);
  }
}
