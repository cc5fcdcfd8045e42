import { closeSync } from 'node:fs';
import { errorCode } from './trouble.ts';

/**
 * Closes a descriptor. What had to reach the disk was flushed before, which is where a failure counts: one of close changes nothing
 * about what was read or made durable, and Linux has given the descriptor back all the same (close(2)).
 */
export function close(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch (error) {
    if (errorCode(error) === null) throw error;
  }
}
