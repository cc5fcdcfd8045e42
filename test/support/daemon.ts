/** Programs of others that run beside a test, and never after it. */
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

/** What is waited for comes within seconds; more only where the machine is busy. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 50;

export interface Daemon {
  /** Everything that it has written to its two streams. */
  readonly said: () => string;
  /**
   * Waits until something is true.
   * @param what is awaited, for the error
   * @throws Error with what the program said, when it has ended meanwhile, or after half a minute
   */
  readonly until: (what: string, isTrue: () => boolean | Promise<boolean>) => Promise<void>;
  /** Ends it as systemd would, and waits until it is gone. */
  readonly stop: () => Promise<void>;
}

/** Whoever sees to it that what was started is ended, such as the context of a test. */
export interface Keeper {
  readonly after: (stop: () => Promise<void>) => void;
}

/** Starts a program that stays in the foreground. */
export function daemon(keeper: Keeper, argv: readonly string[]): Daemon {
  const [file = '', ...rest] = argv;
  const child = spawn(file, rest, {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  let ended = false;
  const end = new Promise<void>((resolve) => {
    child.on('error', (error) => (text += error.message));
    // Not `close`: what it has left behind may hold its streams.
    child.on('exit', () => {
      ended = true;
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill();
    if (child.pid !== undefined) await end;
  };
  keeper.after(stop);
  return {
    said: () => text,
    stop,
    until: async (what, isTrue) => {
      const last = performance.now() + PATIENCE_MS;
      while (!(await isTrue())) {
        if (ended || child.pid === undefined) throw new Error(`${file} has ended: ${text}`);
        if (performance.now() > last) throw new Error(`${file}: no ${what}: ${text}`);
        await wait(PAUSE_MS);
      }
    },
  };
}
