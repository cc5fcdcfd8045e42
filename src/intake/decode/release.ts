/**
 * Frees the memory of a buffer at once. Left to the garbage collector, which sees the object and not its weight, tens of MiB of
 * them lie about at any time. Not to be used on what a thread of the pool may still read or write.
 */
export function release(bytes: Buffer): void {
  if (bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
}

/** Whether a chunk is the last part of a buffer of its own, which has `size` bytes. */
export const isLastOf = (chunk: Buffer, size: number): boolean =>
  chunk.buffer.byteLength === size && chunk.byteOffset + chunk.length === size;
