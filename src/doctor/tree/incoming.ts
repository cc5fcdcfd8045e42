/** `.incoming` in the tree, where a scan makes all that is not finished. */
import { lstatSync, statSync, type Stats } from 'node:fs';
import { errorCode } from '../../files/trouble.ts';

/** null where nothing is there, or where that may not be known. */
function lookAt(path: string, stat: typeof lstatSync | typeof statSync): Stats | null {
  try {
    return stat(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return null;
  }
}

/** Why nothing can be made in it, whoever tries; null where it is a folder, or is not there. */
export function noFolder(incoming: string): string | null {
  const stats = lookAt(incoming, lstatSync);
  if (stats === null || stats.isDirectory()) return null;
  if (!stats.isSymbolicLink()) return `${incoming} is no folder`;
  return lookAt(incoming, statSync)?.isDirectory() === true
    ? null
    : `${incoming} is a link that leads to no folder`;
}
