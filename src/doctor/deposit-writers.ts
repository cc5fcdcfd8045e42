/** Who beside the agent may write its folder. */
import type { Finding } from '../core/finding.ts';
import { expectedWriters, readAccessLists, takingAway, type Writers } from './access-lists.ts';
import { critical, fine, listed, warning } from './finding.ts';
import type { Look } from './look.ts';
import type { ZoneFacts, ZoneFolder } from './zone.ts';

/** Paths in one command. */
const MOST_PATHS = 20;

/** A folder that somebody may write who should not. */
export interface OpenFolder {
  readonly path: string;
  /** null: everybody. Otherwise the users and groups. */
  readonly writers: readonly string[] | null;
  /** Arguments of setfacl(1) that mend it; absent where it has no list. */
  readonly entries?: readonly string[];
}

/** Who may write a folder beside its owner, root and the user that scans; null for nobody. */
export function strangeWriters(
  { path, mode }: ZoneFolder,
  list: Writers | undefined,
  groups: ReadonlyMap<number, { readonly name: string; readonly others: boolean }>,
  scanner: Look['scanner'],
): OpenFolder | null {
  if ((mode.mode & 0o002) !== 0) return { path, writers: null };
  if ((mode.mode & 0o020) === 0) return null;
  const expected = expectedWriters(scanner);
  const harmless = new Set([...groups.values()].flatMap((one) => (one.others ? [] : one.name)));
  if (list !== undefined) {
    const users = list.users.filter((user) => !expected.has(user));
    const strange = list.groups.filter((group) => !expected.has(group) && !harmless.has(group));
    const writers = [...users, ...strange.map((group) => `group ${group}`)];
    return writers.length === 0
      ? null
      : { path, writers, entries: takingAway(list, users, strange) };
  }
  const group = groups.get(mode.gid);
  if (mode.gid === scanner.gid || mode.gid === 0 || group?.others === false) return null;
  return { path, writers: [`group ${group?.name ?? mode.gid}`] };
}

/** With a list the bits of the group are its mask, which others need. */
function closing(open: readonly OpenFolder[]): string[][] {
  const byCommand = Map.groupBy(open, ({ entries }) => JSON.stringify(entries ?? null));
  return [...byCommand.values()].map((some) => {
    const entries = some[0]?.entries;
    const words = entries === undefined ? ['chmod', 'g-w'] : ['setfacl', ...entries];
    return [...words, ...some.map(({ path }) => path)];
  });
}

export function judgeOpen(open: readonly OpenFolder[], { hands }: Pick<Look, 'hands'>): Finding[] {
  const toAll = open.filter(({ writers }) => writers === null).map(({ path }) => path);
  const toSome = open.filter(({ writers }) => writers !== null);
  const found: Finding[] = [];
  if (toAll.length > 0) {
    found.push(
      critical('deposits', toAll[0] ?? '', {
        message: `everybody on this machine may write ${listed(toAll)}`,
        why: 'anybody can put a backup and its report there in the agent’s name, or take them away',
        mend: hands.root(['chmod', 'o-w', ...toAll.slice(0, MOST_PATHS)]),
      }),
    );
  }
  if (toSome.length > 0) {
    const writers = [...new Set(toSome.flatMap((folder) => folder.writers ?? []))];
    const paths = toSome.map(({ path }) => path);
    found.push(
      warning('deposits', paths[0] ?? '', {
        message: `${listed(writers)} may write ${listed(paths)}, which belong to others`,
        why: 'whoever may write there can send backups in the agent’s name',
        mend: hands.root(...closing(toSome.slice(0, MOST_PATHS))),
      }),
    );
  }
  return found;
}

export interface Owner {
  readonly user: string;
  readonly uid: number;
  /** Those whose folders belong to that user. */
  readonly agents: readonly string[];
}

/**
 * Agents whose folders belong to one user.
 * @param rrsyncHolds whether the rsync of this machine keeps an agent in its folder
 */
export function judgeOwners(
  owners: readonly Owner[],
  rrsyncHolds: boolean,
  { scanner, places }: Pick<Look, 'scanner' | 'places'>,
): Finding[] {
  return owners.flatMap(({ user, uid, agents }): Finding[] => {
    const path = `${places.deposits}/${agents[0]}`;
    if (uid === scanner.uid && uid !== 0) {
      return [
        warning('deposits', path, {
          message: `${foldersOf(agents)} to ${user}, who scans`,
          why: 'an agent that logs in as this user can change the validated tree and the database; give each agent a user of its own',
        }),
      ];
    }
    // sshd wants the root of a chroot to belong to root: what tells agents apart lies below.
    if (agents.length < 2 || uid === 0) return [];
    const message = `${foldersOf(agents)} to one user, ${user}; only rrsync keeps these agents apart`;
    if (rrsyncHolds) return [fine('deposits', path, message)];
    const why =
      'rrsync of rsync before 3.5.0 lets an agent out of its folder: it could write the backups of the others; give each agent a user of its own';
    return [warning('deposits', path, { message, why })];
  });
}

const foldersOf = (agents: readonly string[]): string =>
  agents.length === 1
    ? `the folder of ${agents[0]} belongs`
    : `the folders of ${listed(agents)} belong`;

export async function openFolders(look: Look, zones: readonly ZoneFacts[]): Promise<OpenFolder[]> {
  const { accounts, machine, scanner } = look;
  const folders = zones.flatMap((zone) => zone.folders);
  const suspects = folders.filter(({ mode }) => (mode.mode & 0o022) !== 0);
  const grouped = suspects.filter(({ mode }) => (mode.mode & 0o002) === 0);
  const lists = await readAccessLists(
    machine,
    grouped.map(({ path }) => path),
  );
  const groups = new Map<number, { name: string; others: boolean }>();
  for (const { mode } of grouped) {
    if (groups.has(mode.gid)) continue;
    const group = await accounts.group(mode.gid);
    const owner = await accounts.user(mode.uid);
    const name = group?.name ?? String(mode.gid);
    // A group of the owner's own, with nobody else in it.
    const members = group?.members.filter((member) => member !== owner?.name) ?? [];
    groups.set(mode.gid, { name, others: owner?.gid !== mode.gid || members.length > 0 });
  }
  return suspects.flatMap((folder) => {
    const found = strangeWriters(folder, lists.get(folder.path), groups, scanner);
    return found === null ? [] : [found];
  });
}

export async function ownersOf(look: Look, zones: readonly ZoneFacts[]): Promise<Owner[]> {
  const roots = zones.flatMap(({ agent, folders }) =>
    folders.flatMap(({ role, mode }) => (role === 'root' ? [{ agent, uid: mode.uid }] : [])),
  );
  const byOwner = [...Map.groupBy(roots, ({ uid }) => uid)];
  return Promise.all(
    byOwner.map(async ([uid, list]) => ({
      uid,
      user: await look.accounts.userText(uid),
      agents: list.map(({ agent }) => agent),
    })),
  );
}
