/**
 * Who may write: the owner of the database file. A command that writes, run as root, becomes that owner first, so that nothing in
 * the tree ends up owned by root; anyone else is told who it is.
 */
import { dirname } from 'node:path';
import { readLink, statPath } from '../files/durable.ts';
import { userName, userOf, userText } from './names.ts';
import { UserProblem } from './problems.ts';

/** Files and folders we make are for the owner and its group. */
const UMASK = 0o027;

/** In Node since 0.9, absent from its type definitions. */
type WithInitgroups = typeof process & { initgroups: (user: string, group: number) => void };

/** As many links as the kernel follows, see path_resolution(7). */
const MOST_LINKS = 40;

/** Where the links of root's lead: others could have theirs lead to what belongs to anybody. */
function behindLinks(path: string): string {
  let place = path;
  for (let links = 0; links < MOST_LINKS; links += 1) {
    const stats = statPath(place);
    if (stats?.isSymbolicLink() !== true || stats.uid !== 0n) return place;
    const target = readLink(place) ?? '';
    place = target.startsWith('/') ? target : `${dirname(place)}/${target}`;
  }
  return path;
}

/**
 * Who owns the database, or where that is absent its folder; null where both are. A link of root's belongs to whoever owns what it leads to.
 *
 * @throws Trouble where this user may not know
 */
export function ownerOf(file: string): { readonly uid: number; readonly gid: number } | null {
  const place = behindLinks(file);
  const stats = statPath(place) ?? statPath(behindLinks(dirname(place)));
  return stats === null ? null : { uid: Number(stats.uid), gid: Number(stats.gid) };
}

/** Becomes the owner of `file`, or where it is absent of its folder. @throws UserProblem for anyone who is neither owner nor root */
export function becomeOwner(file: string, uid: number): void {
  process.umask(UMASK);
  const found = ownerOf(file);
  if (found === null || found.uid === uid) return;
  const { uid: owner, gid: group } = found;
  if (uid !== 0) {
    throw new UserProblem(
      'not_the_owner',
      `${file} belongs to ${userText(owner)}: only that user (or root) may run this`,
      { hint: `sudo -u ${userName(owner) ?? `'#${owner}'`} backupmon …` },
    );
  }
  const user = userOf(owner);
  if (user === null) process.setgroups?.([group]);
  // His own group too, as timers and crontabs give it to him: the state may have been given to the group of others, who read `status`.
  else (process as WithInitgroups).initgroups(user.name, user.gid);
  process.setgid?.(group);
  process.setuid?.(owner);
}
