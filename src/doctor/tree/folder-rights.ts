/** What the user that scans may do in a folder of the configuration, and what others may. */
import type { Finding } from '../../core/finding.ts';
import type { Need } from '../rights/access.ts';
import { ownersOfAgents } from '../rights/owners.ts';
import { critical, warning } from '../finding.ts';
import { METRICS, SHARED, type FolderFacts, type Judging } from './folder-facts.ts';

export const needs: Readonly<Record<Need, string>> = {
  read: 'read',
  enter: 'read and entered',
  write: 'read, entered and written',
};

const KERNEL =
  'an error of the disk may have made it so: read what the kernel says of it (`dmesg`) before it is mounted anew';

/** What would give the user that scans the permission that he lacks. */
function permit(facts: FolderFacts, look: Judging): string {
  const { what, path, need, refusal, closed, mountedOn, shared, hidden } = facts;
  const { scanner, hands } = look;
  if (refusal === 'EROFS') return hands.root(['mount', '-o', 'remount,rw', mountedOn]);
  if (closed !== null) return hands.root(['setfacl', '-m', `u:${scanner.user}:x`, closed]);
  // The one belongs to the administrator of node_exporter, of the other it is not known whose things lie in it.
  if (what === METRICS || (hidden && need === 'write'))
    return hands.root(['setfacl', '-m', `u:${scanner.user}:rwx`, path]);
  if (what === 'deposits' || need !== 'write')
    return hands.root(['setfacl', '-m', `u:${scanner.user}:rx`, path]);
  if (shared) return hands.edit(look.file);
  return hands.root(['chown', `${scanner.user}:${scanner.group}`, path], ['chmod', 'u+rwx', path]);
}

/** `refusal` is not null. */
export function judgeRefused(facts: FolderFacts, look: Judging): Finding {
  const { what, path, need, refusal, closed } = facts;
  const shared = facts.shared && !facts.hidden;
  const { user } = look.scanner;
  const why =
    need === 'write' ? 'scans end without a result' : 'no report and no backup can be read';
  const isTaken = shared && need === 'write' && what !== METRICS && closed === null;
  const reason =
    refusal === 'EROFS'
      ? 'its file system is mounted read-only'
      : closed === null
        ? `${user}, who scans, lacks permission`
        : `${user}, who scans, may not enter ${closed}`;
  return critical('folders', path, {
    message: `${what}: ${path} cannot be ${needs[need]}: ${reason}`,
    why: refusal === 'EROFS' ? `${why}; ${KERNEL}` : isTaken ? `${why}; ${SHARED}` : why,
    mend: permit(facts, look),
  });
}

/** What somebody could do who may write there and should not. */
const dangers: Readonly<Record<string, string>> = {
  deposits: 'anybody can put a folder of his own in the place of an agent’s',
  [METRICS]: 'anybody can show values that are not true',
};

/** Takes the right from others; what the user that scans has only by that is given to him first. */
function close(facts: FolderFacts, words: readonly string[], { scanner, hands }: Judging): string {
  const { what, path, mode, need } = facts;
  const isHis = scanner.uid === 0 || mode?.uid === scanner.uid;
  const closing = [...words, path];
  if (need !== 'write' || !scanner.known || isHis) return hands.root(closing);
  if (what === METRICS)
    return hands.root(['setfacl', '-m', `u:${scanner.user}:rwx`, path], closing);
  const isFull = ((mode?.mode ?? 0) & 0o700) === 0o700;
  const opening = isFull ? [] : [['chmod', 'u+rwx', path]];
  return hands.root(['chown', scanner.user, path], ...opening, closing);
}

/** Agents that make their own folders there, each as another user: with the sticky bit they go on doing so. */
function judgeAgents({ what, path, others }: FolderFacts, look: Judging): Finding[] {
  if (what !== 'deposits' || others === null || ownersOfAgents(path, look).size < 2) return [];
  return [
    warning('folders', path, {
      message: `${what}: ${path} may be written by ${others.text}`,
      why: 'each of them can put a folder of his own in the place of an agent’s',
      mend: look.hands.root(['chmod', '+t', path]),
    }),
  ];
}

/** Who else may write there. */
export function judgeWriters(facts: FolderFacts, look: Judging): Finding[] {
  const { what, path, mode, others, shared } = facts;
  if (mode === null || others === null) return [];
  const sticky = (mode.mode & 0o1000) !== 0;
  // Agents write below the one, and node_exporter may own the other; nobody takes another's place where the sticky bit is.
  const isOfOthers = what === 'deposits' || what === METRICS;
  if (isOfOthers && sticky) return [];
  if (isOfOthers && !others.all) return judgeAgents(facts, look);
  const why = dangers[what] ?? 'whoever can change it can delete backups, or forge them';
  const isForAll = others.all && sticky;
  const taken = shared
    ? `; ${SHARED}`
    : isForAll
      ? '; by its sticky bit it is meant for things of everybody, as /tmp is: name a folder that is not'
      : '';
  return [
    (others.all ? critical : warning)('folders', path, {
      message: `${what}: ${path} may be written by ${others.text}`,
      why: `${why}${taken}`,
      mend: taken === '' ? close(facts, others.words, look) : look.hands.edit(look.file),
    }),
  ];
}
