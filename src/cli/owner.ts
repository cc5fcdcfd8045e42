/**
 * Who may write: the owner of the database file. A command that writes, run as root, becomes that owner first, so that nothing in
 * the tree ends up owned by root; anyone else is told who it is.
 */
import { dirname } from 'node:path';
import { statPath } from '../files/durable.ts';
import { userName, userText } from './names.ts';
import { UserProblem } from './problems.ts';

/** Files and folders we make are for the owner and its group. */
const UMASK = 0o027;

/** In Node since 0.9, absent from its type definitions. */
type WithInitgroups = typeof process & { initgroups: (user: string, group: number) => void };

/** Becomes the owner of `file`, or where it is absent of its folder. @throws UserProblem for anyone who is neither owner nor root */
export function becomeOwner(file: string, uid: number): void {
  process.umask(UMASK);
  const stats = statPath(file) ?? statPath(dirname(file));
  if (stats === null) return;
  const owner = Number(stats.uid);
  if (owner === uid) return;
  if (uid !== 0) {
    throw new UserProblem(
      'not_the_owner',
      `${file} belongs to ${userText(owner)}: only that user (or root) may run this`,
      { hint: `sudo -u ${userName(owner) ?? `'#${owner}'`} backupmon …` },
    );
  }
  const group = Number(stats.gid);
  const name = userName(owner);
  if (name === null) process.setgroups?.([group]);
  else (process as WithInitgroups).initgroups(name, group);
  process.setgid?.(group);
  process.setuid?.(owner);
}
