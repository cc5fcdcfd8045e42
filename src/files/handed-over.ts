/** A secret that is handed over: in a file, or by a pipe, as `sops exec-file` does. */
import { constants, fstatSync, openSync, readSync } from 'node:fs';
import { close } from './close.ts';
import { readText } from './durable.ts';
import { attempt, errorCode, Trouble } from './trouble.ts';

/** Milliseconds, as all times here. */
const STEP = 10;

export interface Patience {
  /** How long nobody may have the other end open. */
  readonly nobody: number;
  /** How long somebody may take in all to write. */
  readonly somebody: number;
}
const usual: Patience = { nobody: 10_000, somebody: 60_000 };

/** Bytes. No secret comes near it. */
const MOST = 1024 * 1024;

/** null: the pipe has a writer, who has written nothing yet. */
function readOnce(descriptor: number, buffer: Buffer): number | null {
  try {
    return readSync(descriptor, buffer);
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return null;
    throw error;
  }
}

/** To its end; the thread waits meanwhile. */
function readPipe(descriptor: number, path: string, patience: Patience): string {
  const chunks: Buffer[] = [];
  const still = new Int32Array(new SharedArrayBuffer(4));
  let size = 0;
  for (let waited = 0; ;) {
    const buffer = Buffer.allocUnsafe(65_536);
    const count = attempt('read', path, () => readOnce(descriptor, buffer));
    if (count === 0 && size > 0) return Buffer.concat(chunks, size).toString('utf8');
    if (count === null || count === 0) {
      if (waited >= (count === null ? patience.somebody : patience.nobody))
        throw new Trouble('ELATE', 'read', path);
      Atomics.wait(still, 0, 0, STEP);
      waited += STEP;
      continue;
    }
    chunks.push(buffer.subarray(0, count));
    size += count;
    if (size > MOST) throw new Trouble('EFBIG', 'read', path);
  }
}

/** null: it is no pipe. */
function pipeText(path: string, patience: Patience): string | null {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return fstatSync(descriptor).isFIFO() ? readPipe(descriptor, path, patience) : null;
  } finally {
    close(descriptor);
  }
}

/**
 * null when it is absent.
 * @throws Trouble, also for what is neither a file nor a pipe, and for a pipe into which nobody writes in time
 */
export function readHandedOver(path: string, patience: Patience = usual): string | null {
  try {
    return pipeText(path, patience) ?? readText(path);
  } catch (error) {
    // What cannot be opened is told in the usual way.
    if (errorCode(error) === null) throw error;
    return readText(path);
  }
}
