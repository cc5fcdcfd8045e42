/** What the facts about one folder of the configuration mean. */
import type { Finding } from '../core/finding.ts';
import type { Mode, Need } from './access.ts';
import { othersOf, type Writers } from './access-lists.ts';
import { critical, fine, warning } from './finding.ts';
import type { Look } from './look.ts';
import { giveAway } from './own-user.ts';

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
  /** The first part above that is no folder. */
  readonly fileAbove: string | null;
  /** Folders above in which everybody may put another one in its place; `shared`: it holds other things too. */
  readonly open: readonly { readonly path: string; readonly shared: boolean }[];
  /** It holds other things than ours, or is a folder of the system: neither to be given away nor to be closed. */
  readonly shared: boolean;
  /** What lies in it may not be known. */
  readonly hidden: boolean;
  /** Its access control list, where it has one. */
  readonly list: Writers | undefined;
  /** Versions that the database has in the tree. */
  readonly recorded: number;
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

type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands' | 'machine'>;

export const SHARED = 'other things lie there too: name a folder that holds nothing else';

/** Makes it, and the user to whom it belongs where that is not there either. */
function make({ what, path, makeMode }: FolderFacts, look: Judging): string {
  const { scanner, hands } = look;
  if (what === 'deposits') return hands.root(['install', '-d', '-m', makeMode, path]);
  if (!scanner.exists) return giveAway(look, { hasOwnUser: false, owner: 'none' }).mend;
  const owner = ['-o', scanner.user, '-g', scanner.group];
  return hands.root(['install', '-d', ...owner, '-m', makeMode, path]);
}

/** A tree made anew in the place of one that is not mounted would make every backup missing, and then all seem well. */
export const mountAll = ({ hands }: Pick<Look, 'hands'>): string =>
  hands.root(['findmnt', '--verify'], ['mount', '-a']);

export const notMounted = (recorded: number): string =>
  `, although the database records ${recorded} versions: its disk is probably not mounted`;

function absent(facts: FolderFacts, look: Judging): Finding {
  const { what, path, unmounted: disk, recorded, fileAbove } = facts;
  const why = 'no scan can run without it';
  if (fileAbove !== null) {
    const message = `${what}: ${path} cannot be there: ${fileAbove} is no folder`;
    return critical('folders', path, { message, why, mend: look.hands.edit(look.file) });
  }
  if (disk === null && recorded > 0 && what !== METRICS) {
    const message = `${what}: ${path} does not exist${notMounted(recorded)}`;
    return critical('folders', path, { message, why, mend: mountAll(look) });
  }
  const away = disk === null ? '' : `, and ${disk}, which fstab has, is not mounted`;
  return critical('folders', path, {
    message: `${what}: ${path} does not exist${away}`,
    why,
    mend: disk === null ? make(facts, look) : look.hands.root(['mount', disk]),
  });
}

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

function refused(facts: FolderFacts, look: Judging): Finding {
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
    why: isTaken && refusal !== 'EROFS' ? `${why}; ${SHARED}` : why,
    mend: permit(facts, look),
  });
}

/** What somebody could do who may write there and should not. */
const dangers: Readonly<Record<string, string>> = {
  deposits: 'anybody can put a folder of his own in the place of an agent’s',
  [METRICS]: 'anybody can show values that are not true',
};

function writers(facts: FolderFacts, { file, scanner, hands }: Judging): Finding[] {
  const { what, path, mode, list, shared } = facts;
  const others = mode === null ? null : othersOf(mode, list, scanner);
  if (mode === null || others === null) return [];
  const sticky = (mode.mode & 0o1000) !== 0;
  // Agents write below the one, and node_exporter may own the other; nobody takes another's place where the sticky bit is.
  if ((what === 'deposits' || what === METRICS) && (!others.all || sticky)) return [];
  const why = dangers[what] ?? 'whoever can change it can delete backups, or forge them';
  const isTaken = shared || (others.all && sticky);
  return [
    (others.all ? critical : warning)('folders', path, {
      message: `${what}: ${path} may be written by ${others.text}`,
      why: isTaken ? `${why}; ${SHARED}` : why,
      mend: isTaken ? hands.edit(file) : hands.root([...others.words, path]),
    }),
  ];
}

/** There, but only as the place where its disk belongs. */
function withoutDisk({ what, path, unmounted: disk }: FolderFacts, { hands }: Judging): Finding[] {
  // Of the tree its marker tells.
  if (disk === null || what === 'validated') return [];
  return [
    critical('folders', path, {
      message: `${what}: ${path} is there, but ${disk}, which fstab has, is not mounted`,
      why: 'what lies on that disk is not seen, and what is written now is hidden once it is mounted',
      mend: hands.root(['mount', disk]),
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
      warning('folders', folder.path, {
        message: `${folder.path}, above ${path}, may be written by everybody on this machine`,
        why: `anybody can put another folder in the place of ${path}`,
        mend: folder.shared
          ? look.hands.edit(look.file)
          : look.hands.root(['chmod', 'o-w', folder.path]),
      }),
    ),
    ...withoutDisk(facts, look),
  ];
  if (found.length > 0) return found;
  // Another user cannot know more.
  const can = look.scanner.present ? `can be ${needs[facts.need]}` : 'is there';
  return [fine('folders', path, `${what}: ${path} ${can}`)];
}
