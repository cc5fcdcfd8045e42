/** Zero padding: many MiB of it may follow a stream, on tapes, in preallocated files and sectors. */

export const ZEROS = Buffer.alloc(64 * 1024);

/** Index of the first byte that is not zero; -1 where all are. */
export function firstNonZero(bytes: Buffer): number {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const block = bytes.subarray(at, at + ZEROS.length);
    if (block.equals(ZEROS.subarray(0, block.length))) continue;
    return at + block.findIndex((byte) => byte !== 0);
  }
  return -1;
}

/** How many bytes are left when the zeros at the end are taken off. */
export function lengthWithoutZeros(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0) {
    const start = Math.max(0, end - ZEROS.length);
    const block = bytes.subarray(start, end);
    if (!block.equals(ZEROS.subarray(0, block.length))) {
      return start + block.findLastIndex((byte) => byte !== 0) + 1;
    }
    end = start;
  }
  return 0;
}

/** Whether there is nothing but zeros in it. */
export const isZero = (bytes: Buffer): boolean => firstNonZero(bytes) === -1;
