/** Paths without links in them. */
import { realpathSync } from 'node:fs';
import { errorCode } from '../files/trouble.ts';

/** The path itself where nothing is there, or this user may not follow it. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return path;
  }
}
