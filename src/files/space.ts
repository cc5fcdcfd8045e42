import { statfsSync } from 'node:fs';
import { errorCode } from './trouble.ts';

export interface Space {
  /** Bytes that this user may still fill: without what is kept for root. */
  readonly free: number;
  /** Bytes of the whole file system. */
  readonly size: number;
}

/**
 * Room of the file system that a path lies on; null where it cannot be found out, or where the file system tells no size. Exact up to
 * 8 PiB, and then to one part in 2^53.
 */
export function spaceOf(path: string): Space | null {
  try {
    const { bavail, blocks, bsize, frsize } = statfsSync(path, { bigint: true });
    if (blocks === 0n) return null;
    // What blocks are counted in is the fundamental size, not the optimal one of a transfer, where they differ (some of FUSE).
    const unit = frsize || bsize;
    return { free: Number(bavail * unit), size: Number(blocks * unit) };
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return null;
  }
}
