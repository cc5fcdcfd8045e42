/** To whom agents' folders belong: whoever owns those of two, and folders of one that belong to two. */
import type { Finding } from '../../core/finding.ts';
import { critical, fine, listed, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import type { ZoneFacts } from './zone.ts';

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

/** Folders of one agent that belong to different users: one of them can send in the other's name. */
export async function judgeAgentOwners(
  zones: readonly ZoneFacts[],
  look: Pick<Look, 'accounts' | 'scanner' | 'hands'>,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { agent, folders } of zones) {
    const owned = folders.filter(({ mode }) => mode.uid !== 0 && mode.uid !== look.scanner.uid);
    const [first] = owned;
    const strange = owned.filter(({ mode }) => mode.uid !== first?.mode.uid);
    const [other] = strange;
    if (first === undefined || other === undefined) continue;
    const [one, two] = [first, other].map(({ mode }) => look.accounts.userText(mode.uid));
    found.push(
      critical('deposits', other.path, {
        message: `folders of ${agent} belong to different users: ${first.path} to ${await one}, ${other.path} to ${await two}`,
        why: 'each of them can send backups and reports in the agent’s name',
        mend:
          first.role === 'root'
            ? look.hands.root([
                'chown',
                '-R',
                await look.accounts.userWord(first.mode.uid),
                ...strange.map(({ path }) => path),
              ])
            : null,
      }),
    );
  }
  return found;
}
