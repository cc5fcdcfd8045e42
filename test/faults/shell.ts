/** A shell that waits for commands: starting it once is cheaper than starting them from a process that has a lot of memory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

export class Shell {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  /**
   * @param script functions that `run` may call
   * @param env in addition to our own
   */
  constructor(script: string, env: Readonly<Record<string, string>>) {
    const child = spawn('bash', ['-s'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.#child = child;
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stdin.write(`${script}\n`);
  }

  /** One command at a time. Returns its exit code, 128 more than the number of the signal that ended it. */
  async run(command: readonly string[]): Promise<number> {
    this.#child.stdin?.write(`${command.map(quoted).join(' ')}; echo "$?"\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('the shell has ended');
    return Number(answer.value);
  }

  end(): void {
    this.#child.stdin?.end();
  }
}
