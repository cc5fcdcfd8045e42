/** The forms that a dump is deposited in: as it is, or compressed by the tools that agents use. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, openSync, readSync, rmSync } from 'node:fs';
import { writeDump, type Fact } from './dump.ts';
import type { Deposited, Maker } from './world.ts';

export interface Form {
  readonly name: 'plain' | 'gzip' | 'zstd';
  readonly suffix: string;
  /** Program with its arguments, from standard input to standard output; null: not compressed. */
  readonly compress: readonly [string, ...string[]] | null;
  /** Programs with their arguments that test files of this form, the usual one first. */
  readonly tests: readonly (readonly [string, ...string[]])[];
}

export const forms: readonly Form[] = [
  { name: 'plain', suffix: '.sql', compress: null, tests: [] },
  {
    name: 'gzip',
    suffix: '.sql.gz',
    compress: ['gzip', '-1'],
    tests: [
      ['gzip', '-t'],
      ['pigz', '-t'],
    ],
  },
  { name: 'zstd', suffix: '.sql.zst', compress: ['zstd', '-q'], tests: [['zstd', '-tq']] },
];

export const isInstalled = (program: string): boolean =>
  spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0;

const MiB = 1024 * 1024;

function factOf(file: string): Fact {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(MiB);
  const descriptor = openSync(file, 'r');
  let size = 0;
  for (let count = -1; count !== 0; size += count) {
    count = readSync(descriptor, chunk);
    hash.update(chunk.subarray(0, count));
  }
  closeSync(descriptor);
  return { size, sha256: hash.digest('hex') };
}

/** Makes `target` out of `source`, and removes that. */
function compressInto(
  [program, ...args]: readonly [string, ...string[]],
  source: string,
  target: string,
): void {
  const [from, to] = [openSync(source, 'r'), openSync(target, 'wx')];
  const { status, error } = spawnSync(program, args, { stdio: [from, to, 'inherit'] });
  for (const descriptor of [from, to]) closeSync(descriptor);
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program}: exit ${status}`);
  rmSync(source);
}

/** @param size of the dump, in bytes, before it is compressed */
function makeOne({ suffix, compress }: Form, stem: string, seed: number, size: number): Deposited {
  const file = `${stem}${suffix}`;
  if (compress === null) return { file, backup: writeDump(file, seed, size), compress: null };
  const source = `${stem}.source`;
  const backup = writeDump(source, seed, size);
  compressInto(compress, source, file);
  return { file, backup, compress: factOf(file) };
}

/** Another dump for each name; files of the same name are alike, so that hundreds of them need not be compressed. */
export function dumpsOf(form: Form, size: number): Maker {
  const made = new Map<string, Deposited>();
  return (stem) => {
    const name = stem.slice(stem.lastIndexOf('/'));
    const known = made.get(name);
    if (known === undefined) {
      const first = makeOne(form, stem, made.size + 1, size);
      made.set(name, first);
      return first;
    }
    const file = `${stem}${form.suffix}`;
    copyFileSync(known.file, file);
    return { ...known, file };
  };
}

/** How large a dump has to be for a file of `size` bytes. */
export function sizeBefore(form: Form, folder: string, size: number): number {
  const { file, backup, compress } = makeOne(form, `${folder}/sample`, 0, 4 * size);
  rmSync(file);
  return compress === null ? size : Math.round((backup.size / compress.size) * size);
}
