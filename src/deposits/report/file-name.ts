/** The one door through which an agent's words become the name of a file to look for: one component, nothing hidden. */
import { forPeople, unprintableIn } from '../../core/text.ts';

export type FileName =
  | { readonly name: string; readonly fault?: never }
  /** A phrase for people, to follow "staged_file_name …". */
  | { readonly fault: string; readonly name?: never };

/** Longest name of a file in bytes (NAME_MAX of Linux's file systems). */
export const MAX_FILE_NAME_BYTES = 255;

/**
 * The single file name that a `staged_file_name` stands for. Of an absolute path (of the agent's own disk, POSIX, or
 * Windows with a drive letter) the last component counts; a relative path, and a name that is hidden, ambiguous or
 * invisible in part, is a fault.
 */
export function usableFileName(text: string): FileName {
  const shown = `"${forPeople(text, 80)}"`;
  const hidden = unprintableIn(text);
  if (hidden !== null) return { fault: `${shown} holds the character ${hidden}` };
  const name = lastComponentIfAbsolute(text);
  const fault = faultOf(name);
  if (fault === null) return { name };
  return { fault: `${shown} ${fault}` };
}

function lastComponentIfAbsolute(text: string): string {
  if (text.startsWith('/')) return text.slice(text.lastIndexOf('/') + 1);
  if (/^[a-z]:[/\\]/i.test(text)) return text.split(/[/\\]/).at(-1) ?? '';
  return text;
}

function faultOf(name: string): string | null {
  if (name === '') return 'names no file';
  if (name.includes('/')) return 'is a relative path';
  if (name.includes('\\')) return 'holds a backslash';
  if (name === '.' || name === '..') return 'names a folder';
  // rsync's temporary files, and what `ls` does not show, are never read.
  if (name.startsWith('.')) return 'is a hidden name: it begins with a dot';
  if (name.trim() !== name) return 'begins or ends with white space';
  // It would be the list of checksums beside it; on a disk that ignores case, in any case.
  if (name.toUpperCase() === 'SHA256SUMS') return 'is the name of the list of checksums';
  if (Buffer.byteLength(name) > MAX_FILE_NAME_BYTES)
    return `is longer than ${MAX_FILE_NAME_BYTES} bytes`;
  return null;
}
