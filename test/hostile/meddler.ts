/**
 * Loaded into the real program (`--import`), so that another process changes files at one very point of it: the moment between
 * two system calls that a hijacked agent would have to hit by luck. Nothing of the program is replaced; it is only made to wait.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** When the `turn`th call of that name on such a path is made, the command runs before it, or after it. */
export interface Meddling {
  readonly call: 'lstatSync' | 'openSync' | 'readSync' | 'renameSync' | 'fstatSync' | 'mkdirSync';
  /** A pattern for the end of the real path, what leads through /proc/self/fd resolved. */
  readonly path: string;
  readonly when: 'before' | 'after';
  /** Counts from 1; absent means at each call. */
  readonly turn?: number;
  /** For /bin/sh. */
  readonly run: string;
}

const meddlings = JSON.parse(process.env['MEDDLINGS'] ?? '[]') as readonly Meddling[];
const turns = new Map<Meddling, number>();
const readlink = fs.readlinkSync;

function realPath(target: unknown): string {
  if (typeof target === 'number') return readlink(`/proc/self/fd/${target}`);
  const [, descriptor, rest = ''] = /^\/proc\/self\/fd\/(\d+)(\/.*)?$/u.exec(String(target)) ?? [];
  return descriptor === undefined
    ? String(target)
    : `${readlink(`/proc/self/fd/${descriptor}`)}${rest}`;
}

function meddle(list: readonly Meddling[]): void {
  for (const { run } of list) {
    const { status, stderr } = spawnSync('/bin/sh', ['-c', run], { encoding: 'utf8' });
    // Told where the test looks: a meddler that failed has proved nothing.
    if (status !== 0) process.stderr.write(`meddler: ${run}: ${stderr}\n`);
  }
}

for (const call of new Set(meddlings.map((one) => one.call))) {
  const original = fs[call] as (...args: unknown[]) => unknown;
  const wrapped = (...args: unknown[]): unknown => {
    const path = realPath(args[0]);
    const met = meddlings.filter((one) => {
      if (one.call !== call || !new RegExp(`${one.path}$`, 'u').test(path)) return false;
      const turn = (turns.get(one) ?? 0) + 1;
      turns.set(one, turn);
      return one.turn === undefined || one.turn === turn;
    });
    meddle(met.filter(({ when }) => when === 'before'));
    try {
      return original(...args);
    } finally {
      meddle(met.filter(({ when }) => when === 'after'));
    }
  };
  Object.assign(fs, { [call]: wrapped });
}
syncBuiltinESMExports();
