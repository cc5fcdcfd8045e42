/** To whom agents' folders belong: whoever owns those of two, and folders of one that belong to two. */
import type { Finding } from '../../core/finding.ts';
import { critical, fine, listed, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import type { ZoneFacts, ZoneFolder } from './zone.ts';

export interface Owner {
  readonly user: string;
  readonly uid: number;
  /** Those whose folders belong to that user. */
  readonly agents: readonly string[];
}

/**
 * Agents whose folders belong to one user.
 * @param rrsyncHolds whether the rsync of this machine keeps an agent in its folder; null where there is none: they send otherwise
 */
export function judgeOwners(
  owners: readonly Owner[],
  rrsyncHolds: boolean | null,
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
    const shared = `${foldersOf(agents)} to one user, ${user}`;
    if (rrsyncHolds === null) {
      const why =
        'without rrsync nothing that is known here keeps them apart: each could write the backups of the others; give each agent a user of its own';
      return [warning('deposits', path, { message: shared, why })];
    }
    const message = `${shared}; only rrsync, or a module of its own of an rsync daemon, keeps these agents apart`;
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

/** Those as whom agents send. Whoever has only made the folder, as files in it tell, is left out. */
export async function ownersOf(
  { accounts }: Pick<Look, 'accounts'>,
  zones: readonly ZoneFacts[],
): Promise<Owner[]> {
  const roots = zones.flatMap(({ agent, folders, senders = [] }) =>
    folders.flatMap(({ role, mode: { uid } }) =>
      role === 'root' && (senders.length === 0 || senders.includes(uid)) ? [{ agent, uid }] : [],
    ),
  );
  const byOwner = [...Map.groupBy(roots, ({ uid }) => uid)];
  return Promise.all(
    byOwner.map(async ([uid, list]) => ({
      uid,
      user: await accounts.userText(uid),
      agents: list.map(({ agent }) => agent),
    })),
  );
}

/**
 * Gives folders that belong to somebody else to whom the agent's own folder belongs; none where files say that the agent may be the other one,
 * which could not send any more then.
 */
async function givingBack(
  { senders = [] }: ZoneFacts,
  first: ZoneFolder,
  strange: readonly ZoneFolder[],
  { accounts, hands }: Pick<Look, 'accounts' | 'hands'>,
): Promise<string | null> {
  const isOther = strange.some(({ mode }) => senders.includes(mode.uid));
  if (first.role !== 'root' || isOther) return null;
  const user = await accounts.userWord(first.mode.uid);
  return hands.root(['chown', '-R', user, ...strange.map(({ path }) => path)]);
}

/** Folders of one agent that belong to different users: one of them can send in the other's name. */
export async function judgeAgentOwners(
  zones: readonly ZoneFacts[],
  look: Pick<Look, 'accounts' | 'scanner' | 'hands'>,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const zone of zones) {
    const { agent, folders } = zone;
    // The archive is made by scans, as whoever they run.
    const owned = folders.filter(
      ({ role, mode }) => role !== 'archive' && mode.uid !== 0 && mode.uid !== look.scanner.uid,
    );
    const [first] = owned;
    const strange = owned.filter(({ mode }) => mode.uid !== first?.mode.uid);
    const [other] = strange;
    if (first === undefined || other === undefined) continue;
    const [one, two] = [first, other].map(({ mode }) => look.accounts.userText(mode.uid));
    const mend = await givingBack(zone, first, strange, look);
    const why = 'each of them can send backups and reports in the agent’s name';
    found.push(
      critical('deposits', other.path, {
        message: `folders of ${agent} belong to different users: ${first.path} to ${await one}, ${other.path} to ${await two}`,
        why: mend === null ? `${why}; make the one that it logs in as the owner of all` : why,
        mend,
      }),
    );
  }
  return found;
}
