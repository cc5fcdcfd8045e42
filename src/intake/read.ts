/**
 * The one read of one file: bytes flow from the open descriptor into the private copy and through SHA-256, in constant memory.
 * Synchronous on purpose: it runs in worker threads, or on the main thread where a repeatable order of system calls is wanted.
 */
import { createHash, type Hash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { removeTree } from '../files/durable.ts';
import { errorCode, Trouble } from '../files/trouble.ts';

/** Best of the sizes tried, 64 KiB to 4 MiB, within the noise. */
const CHUNK_BYTES = 1024 * 1024;

const COPY_MODE = 0o440;

export interface ReadTask {
  /** Open for reading, checked by its owner, who also closes it. */
  readonly descriptor: number;
  /** For messages. */
  readonly path: string;
  /** What fstat said when it was opened; more is not read. */
  readonly size: number;
  readonly changed: bigint;
  /** New folder and file name for the private copy; null to hash only. */
  readonly copy: { readonly folder: string; readonly name: string } | null;
  /** Whether to try a reflink first. */
  readonly reflink: boolean;
}

export type ReadResult =
  | {
      readonly kind: 'read';
      readonly size: number;
      readonly sha256: string;
      readonly reflinked: boolean | null;
    }
  /** It grew, shrank or was touched while it was read. */
  | { readonly kind: 'changing' }
  | {
      readonly kind: 'trouble';
      readonly code: string;
      readonly action: string;
      readonly path: string;
    };

/** Called with the number of bytes just read. */
export type Progress = (bytes: number) => void;

interface Stop {
  action: string;
  path: string;
}

/** Makes the copy a clone that shares its blocks, where the file system can (btrfs, xfs, bcachefs); false where it cannot. */
function cloned(task: ReadTask, target: string): boolean {
  if (!task.reflink) return false;
  try {
    copyFileSync(
      `/proc/self/fd/${task.descriptor}`,
      target,
      constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE,
    );
    // A clone comes with the mode of the deposit, which is the agent's to choose: setuid, or open to everybody.
    chmodSync(target, COPY_MODE);
    return true;
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return false;
  }
}

/** Reads `source` from its start, at most one byte beyond `limit`, and writes what it reads to `target`. */
function pump(
  source: number,
  target: number | null,
  limit: number,
  hash: Hash,
  at: Stop,
  names: { from: string; to: string },
  progress: Progress,
): number {
  const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, limit + 1));
  let position = 0;
  while (position <= limit) {
    at.action = 'read';
    at.path = names.from;
    const count = readSync(
      source,
      buffer,
      0,
      Math.min(buffer.length, limit + 1 - position),
      position,
    );
    if (count === 0) break;
    const chunk = buffer.subarray(0, count);
    hash.update(chunk);
    at.action = 'write';
    at.path = names.to;
    if (target !== null) for (let done = 0; done < count;) done += writeSync(target, chunk, done);
    position += count;
    progress(count);
  }
  return position;
}

function copyAndHash(task: ReadTask, at: Stop, progress: Progress): ReadResult {
  const { copy } = task;
  const hash = createHash('sha256');
  const target = copy === null ? task.path : `${copy.folder}/${copy.name}`;
  let reflinked: boolean | null = null;
  let position: number;
  if (copy === null) {
    position = pump(
      task.descriptor,
      null,
      task.size,
      hash,
      at,
      { from: task.path, to: '' },
      progress,
    );
  } else {
    at.action = 'make folder';
    at.path = copy.folder;
    // A thread that died over it may have left its beginning.
    removeTree(copy.folder);
    mkdirSync(copy.folder, { mode: 0o750 });
    reflinked = cloned(task, target);
    at.action = 'write';
    at.path = target;
    const flags = reflinked
      ? constants.O_RDONLY
      : constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const output = openSync(target, flags, COPY_MODE);
    try {
      // A clone is hashed instead of the original: what is published is what was hashed.
      position = reflinked
        ? pump(output, null, task.size, hash, at, { from: target, to: '' }, progress)
        : pump(
            task.descriptor,
            output,
            task.size,
            hash,
            at,
            { from: task.path, to: target },
            progress,
          );
      at.action = 'flush';
      at.path = target;
      fsyncSync(output);
    } finally {
      closeSync(output);
    }
  }
  at.action = 'look at';
  at.path = task.path;
  const after = fstatSync(task.descriptor, { bigint: true });
  if (position !== task.size || after.ctimeNs !== task.changed) return { kind: 'changing' };
  return { kind: 'read', size: position, sha256: hash.digest('hex'), reflinked };
}

/** Never throws for the system's refusals: they come back as values, also from a worker. */
export function readFile(task: ReadTask, progress: Progress): ReadResult {
  const at: Stop = { action: 'read', path: task.path };
  try {
    return copyAndHash(task, at, progress);
  } catch (error) {
    const { action, path } = error instanceof Trouble ? error : at;
    const code = error instanceof Trouble ? error.code : errorCode(error);
    if (code === null) throw error;
    return { kind: 'trouble', code, action, path };
  }
}
