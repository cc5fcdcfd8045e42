/** A configuration that is handed over by a pipe, as `<(…)` and `sops exec-file` do. Loaded where there is one. */
import type { FileHandle } from 'node:fs/promises';

/** Milliseconds, as all times here. */
const STEP = 10;

export interface Patience {
  /** How long nobody may have the other end open. */
  readonly nobody: number;
  /** How long somebody may take in all to write. */
  readonly somebody: number;
}
const usual: Patience = { nobody: 10_000, somebody: 60_000 };
/** A shell hands it over with its other end open, and who started it may have a passphrase to type first. */
export const handedOver: Patience = { nobody: 0, somebody: 600_000 };

/** null: the pipe has a writer, who has written nothing yet. */
async function readOnce(handle: FileHandle, buffer: Buffer): Promise<number | null> {
  try {
    return (await handle.read(buffer)).bytesRead;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw error;
  }
}

/**
 * Reads to the end of a pipe that was opened with O_NONBLOCK.
 * @returns null: more than `most` bytes; `late`: nothing was written, or not to its end
 */
export async function readPipe(
  handle: FileHandle,
  most: number,
  patience: Patience = usual,
): Promise<Buffer | null | 'late'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (let waited = 0; ;) {
    const buffer = Buffer.allocUnsafe(65_536);
    const count = await readOnce(handle, buffer);
    if (count === 0 && size > 0) return Buffer.concat(chunks, size);
    if (count === null || count === 0) {
      if (waited >= (count === null ? patience.somebody : patience.nobody)) return 'late';
      await new Promise((resolve) => {
        setTimeout(resolve, STEP);
      });
      waited += STEP;
      continue;
    }
    chunks.push(buffer.subarray(0, count));
    size += count;
    if (size > most) return null;
  }
}
