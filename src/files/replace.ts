/** Replaces a file that other programs read at any time: they see the old one or the new one, never a half. */
import {
  constants,
  fchmodSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { close } from './close.ts';
import { attempt, errorCode, Trouble } from './trouble.ts';

const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** In the same folder, so that it can be renamed; hidden, and with no ending that a reader of the folder looks for. */
function besides(path: string): string {
  const slash = path.lastIndexOf('/');
  return `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.new`;
}

/** A rename would put a file in the place of /dev/null as well, or of a link that somebody made on purpose. */
function demandFile(path: string): void {
  const stats = attempt('replace', path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (stats === undefined || stats.isFile()) return;
  if (stats.isSymbolicLink()) throw new Trouble('ELOOP', 'replace', path);
  throw new Trouble(stats.isDirectory() ? 'EISDIR' : 'EEXIST', 'replace', path);
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function writeWhole(path: string, content: string, mode: number): void {
  const descriptor = openSync(path, flags, 0o600);
  try {
    writeFileSync(descriptor, content);
    fchmodSync(descriptor, mode);
  } finally {
    close(descriptor);
  }
}

/** What went wrong before is what is told. */
function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) === null) throw error;
  }
}

/**
 * Writes beside, and renames over what is there. What a killed run has left is removed first; when this fails, nothing is left behind
 * and the old file stays. One process at a time may replace one path.
 *
 * Nothing is flushed: the content is what a scan writes anew each time, and often lies in memory anyway. Power that fails just after
 * the rename may leave an empty or cut file on some file systems: its readers then miss the values, or say that they cannot read it,
 * until the next scan. With a flush they would read old ones meanwhile, which is no better, and every scan would wait for the disk.
 *
 * @param path of a regular file, or of nothing, in a folder that exists
 * @param mode permissions, whatever the umask
 * @throws Trouble
 */
export function replaceFile(path: string, content: string, mode: number): void {
  const beside = besides(path);
  demandFile(path);
  attempt('write', path, () => removeIfThere(beside));
  try {
    attempt('write', path, () => writeWhole(beside, content, mode));
    attempt('rename into place', path, () => renameSync(beside, path));
  } catch (error) {
    removeQuietly(beside);
    throw error;
  }
}
