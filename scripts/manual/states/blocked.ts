/** Trouble of the server itself, by the machine word that `status` and JSON show: the name of the error in lower case. */
import type { Prose } from '../blocks.ts';

export interface BlockedText {
  readonly words: readonly string[];
  readonly todo: Prose;
}

export const blockedTexts: readonly BlockedText[] = [
  {
    words: ['eacces', 'eperm'],
    todo: 'The user that scans may not read or write there. Give it the permission on the path that is named and on the folders above; under systemd the path also has to be among `ReadWritePaths=`.',
  },
  {
    words: ['enospc', 'edquot'],
    todo: 'The disk of the validated tree is full, or the quota is used up. Make room there, or give it more. A smaller `keep` lets scans remove old versions of jobs that are well; one that is deleted by hand is told as lost. `.incoming` is emptied by the next scan.',
  },
  {
    words: ['erofs'],
    todo: 'The file system is mounted read-only, often after an error of its disk. Read the messages of the kernel before you mount it again.',
  },
  {
    words: ['eio'],
    todo: 'The disk cannot read or write. Copy the newest versions to another disk first, then look at it.',
  },
  {
    words: ['enoent', 'enotdir', 'eisdir', 'eexist', 'eloop'],
    todo: 'What is named is not what it should be: a folder that is absent, a disk that is not mounted, or a file or link in its place.',
  },
  {
    words: ['emfile', 'enfile', 'enomem', 'eagain', 'eintr'],
    todo: 'The machine is short of open files, memory or processes, a program was ended from outside, or a file changed between its check and its copy. The next scan tries again; if it comes back, look at what runs beside it.',
  },
];
