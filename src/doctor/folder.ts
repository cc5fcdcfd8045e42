/** What the facts about one folder of the configuration mean. */
import type { Finding } from '../core/finding.ts';
import { openToOthers, type Mode, type Need } from './access.ts';
import { critical, fine, warning } from './finding.ts';
import type { Look } from './look.ts';
import { giveAway } from './user.ts';

export const METRICS = 'the folder of the metrics';

export interface FolderFacts {
  /** As people call it: `deposits`, `validated`, `the folder of the database`. */
  readonly what: string;
  readonly path: string;
  readonly need: Need;
  /** null: it is not there, or may not be known. */
  readonly mode: Mode | null;
  /** Why the user that scans may not do what is needed, as an errno name; null where he may, and where that is not known. */
  readonly refusal: string | null;
  /** The first folder above that he may not enter. */
  readonly closed: string | null;
  /** Folders above in which everybody may put another one in its place. */
  readonly open: readonly string[];
  /** A folder of fstab that should be mounted there, and is not. */
  readonly unmounted: string | null;
  /** Where its file system is mounted. */
  readonly mountedOn: string;
  /** Mode for install(1), where it has to be made. */
  readonly makeMode: string;
}

const needs: Readonly<Record<Need, string>> = {
  read: 'read',
  enter: 'read and entered',
  write: 'read, entered and written',
};

type Judging = Pick<Look, 'file' | 'places' | 'scanner' | 'hands'>;

/** Makes it, and the user to whom it belongs where that is not there either. */
function make({ what, path, makeMode }: FolderFacts, look: Judging): string {
  const { scanner, hands } = look;
  if (what === 'deposits') return hands.root(['install', '-d', '-m', makeMode, path]);
  if (!scanner.exists) return giveAway(look, { hasOwnUser: false, owner: 'none' });
  const owner = ['-o', scanner.user, '-g', scanner.group];
  return hands.root(['install', '-d', ...owner, '-m', makeMode, path]);
}

function absent(facts: FolderFacts, look: Judging): Finding {
  const { what, path, unmounted: disk } = facts;
  const away = disk === null ? '' : `, and ${disk}, which fstab has, is not mounted`;
  return critical('folders', path, {
    message: `${what}: ${path} does not exist${away}`,
    why: 'no scan can run without it',
    mend: disk === null ? make(facts, look) : look.hands.root(['mount', disk]),
  });
}

/** What would give the user that scans the permission that he lacks. */
function permit(facts: FolderFacts, look: Judging): string {
  const { what, path, need, refusal, closed, mountedOn } = facts;
  const { scanner, hands } = look;
  if (refusal === 'EROFS') return hands.root(['mount', '-o', 'remount,rw', mountedOn]);
  if (closed !== null) return hands.root(['setfacl', '-m', `u:${scanner.user}:x`, closed]);
  // It belongs to the administrator of node_exporter.
  if (what === METRICS) return hands.root(['setfacl', '-m', `u:${scanner.user}:rwx`, path]);
  if (what === 'deposits' || need !== 'write')
    return hands.root(['setfacl', '-m', `u:${scanner.user}:rx`, path]);
  return hands.root(['chown', `${scanner.user}:${scanner.group}`, path], ['chmod', 'u+rwx', path]);
}

function refused(facts: FolderFacts, look: Judging): Finding {
  const { what, path, need, refusal, closed } = facts;
  const { user } = look.scanner;
  const reason =
    refusal === 'EROFS'
      ? 'its file system is mounted read-only'
      : closed === null
        ? `${user}, who scans, lacks permission`
        : `${user}, who scans, may not enter ${closed}`;
  return critical('folders', path, {
    message: `${what}: ${path} cannot be ${needs[need]}: ${reason}`,
    why: need === 'write' ? 'scans end without a result' : 'no report and no backup can be read',
    mend: permit(facts, look),
  });
}

/** What somebody could do who may write there and should not. */
const dangers: Readonly<Record<string, string>> = {
  deposits: 'anybody can put a folder of his own in the place of an agent’s',
  [METRICS]: 'anybody can show values that are not true',
};

function writers({ what, path, mode }: FolderFacts, { scanner, hands }: Judging): Finding[] {
  const others = mode === null ? null : openToOthers(mode, scanner);
  if (mode === null || others === null) return [];
  const sticky = (mode.mode & 0o1000) !== 0;
  // Agents write below the one, and node_exporter may own the other; nobody takes another's place where the sticky bit is.
  if ((what === 'deposits' || what === METRICS) && (others === 'group' || sticky)) return [];
  const why = dangers[what] ?? 'whoever can change it can delete backups, or forge them';
  const who = others === 'all' ? 'everybody on this machine' : `the group ${mode.gid}`;
  return [
    (others === 'all' ? critical : warning)('folders', path, {
      message: `${what}: ${path} may be written by ${who}`,
      why,
      mend: hands.root(['chmod', others === 'all' ? 'o-w' : 'g-w', path]),
    }),
  ];
}

/** What the facts about one folder mean. */
export function judgeFolder(facts: FolderFacts, look: Judging): Finding[] {
  const { what, path, mode, refusal, closed, open } = facts;
  if (mode === null && closed === null) return [absent(facts, look)];
  // Somebody else may not know.
  if (mode === null && refusal === null) return [];
  if (mode !== null && !mode.isFolder) {
    const message = `${what}: ${path} is no folder`;
    const why = 'no scan can run without it';
    return [critical('folders', path, { message, why, mend: look.hands.edit(look.file) })];
  }
  const found = [
    ...(refusal === null ? [] : [refused(facts, look)]),
    ...writers(facts, look),
    ...open.map((folder) =>
      warning('folders', folder, {
        message: `${folder}, above ${path}, may be written by everybody on this machine`,
        why: `anybody can put another folder in the place of ${path}`,
        mend: look.hands.root(['chmod', 'o-w', folder]),
      }),
    ),
  ];
  if (found.length > 0) return found;
  // Another user cannot know more.
  const can = look.scanner.present ? `can be ${needs[facts.need]}` : 'is there';
  return [fine('folders', path, `${what}: ${path} ${can}`)];
}
