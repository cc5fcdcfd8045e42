/** Who beside the agent may write its folder, and how that ends without keeping the agent or the scans out. */
import { agentsOf, type Agents, type Open } from './deposit-agents.ts';
import { isWritten } from './deposit-writing.ts';
import { closingSome, textOf, type Grantee } from '../rights/grants.ts';
import type { Words } from '../hands.ts';
import type { Look } from '../look.ts';
import { strangersAmong } from '../rights/members.ts';
import { strangersTo } from '../rights/others.ts';
import type { ZoneFacts } from './zone.ts';

/** A folder that somebody may write who should not. */
export interface OpenFolder {
  readonly path: string;
  /** null: everybody. Otherwise the users and groups. */
  readonly writers: readonly string[] | null;
  /** Commands without their paths, one after the other; null: the agent may be able to write only by what would be taken away. */
  readonly steps: readonly Words[] | null;
}

/**
 * What the user that scans needs there of his own, before it is taken from others by whom he may have it.
 * @param owner whose the folder will be
 */
function giving(
  one: Open,
  owner: number,
  { config, scanner }: Pick<Look, 'config' | 'scanner'>,
): string[] {
  const { folder, granted, zone } = one;
  const isNeeded =
    zone.configured &&
    isWritten(config, zone.agent)(folder) &&
    (folder.writable || !scanner.present);
  const his = new Set([scanner.user, scanner.group, String(scanner.uid), String(scanner.gid)]);
  const has = scanner.uid === 0 || owner === scanner.uid;
  if (!isNeeded || !scanner.known || has || granted.some.some(({ name }) => his.has(name)))
    return [];
  return ['-m', `u:${scanner.user}:rwx`];
}

function closing(one: Open, strange: readonly Grantee[], given: readonly string[]): Words[] {
  const { all, byBits, some } = one.granted;
  if (all) return [...(given.length === 0 ? [] : [['setfacl', ...given]]), ['chmod', 'o-w']];
  if (given.length === 0) return [closingSome(strange, byBits, 'write')];
  const taken = strange.flatMap(({ without }) => without);
  // Without a list there is no mask yet that could stay as it is, and `chmod` would cut the new one.
  const isListed = !byBits && some.some(({ without }) => !(without[1] ?? '').startsWith('g::'));
  return [['setfacl', ...(isListed ? ['-n'] : []), ...given, ...taken]];
}

/** Without those that have their right for the agent, as which it may write there. */
function withoutAgent(
  one: Open,
  user: number | null,
  agents: Agents,
  look: Look,
): Promise<Grantee[]> {
  const { strangers } = one;
  return user === null
    ? Promise.resolve(strangers.filter((grantee) => !agents.isAgent(grantee, one)))
    : strangersAmong(strangers, user, true, look);
}

async function openFolder(one: Open, agents: Agents, look: Look): Promise<OpenFolder | null> {
  const { path, granted, strangers, zone, folder, mode } = one;
  const user = agents.userOf(zone);
  const strange = await withoutAgent(one, user, agents, look);
  if (!granted.all && strange.length === 0) return null;
  const writers = granted.all ? null : strange.map(textOf);
  // Nothing of the agent's is written into the archive: it needs no right there.
  const keeps =
    folder.role === 'archive' || agents.isOwner(one) || strange.length < strangers.length;
  const owner = keeps ? mode.uid : user;
  if (owner === null) return { path, writers, steps: null };
  const first = keeps ? [] : [['chown', await look.accounts.userWord(owner)]];
  return { path, writers, steps: [...first, ...closing(one, strange, giving(one, owner, look))] };
}

/** @param zones those that could be entered */
export async function openDeposits(look: Look, zones: readonly ZoneFacts[]): Promise<OpenFolder[]> {
  const all = zones.flatMap((zone) => zone.folders.map((folder) => ({ zone, folder })));
  const byPath = new Map(all.map((one) => [one.folder.path, one]));
  const looked = all.map(({ folder }) => folder);
  // The group of the user that scans is given the `log` folders, to archive in them.
  const found = await strangersTo(look, looked, { trustsGroup: true });
  const open = found.flatMap((one): Open[] => {
    const of = byPath.get(one.path);
    return of === undefined ? [] : [{ ...one, ...of }];
  });
  const agents = agentsOf(zones, open, look);
  const folders = await Promise.all(open.map((one) => openFolder(one, agents, look)));
  return folders.filter((one) => one !== null);
}
