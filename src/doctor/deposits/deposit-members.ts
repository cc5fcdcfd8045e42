/** Agents that log in as somebody in the group of the user that scans: whatever is given to that group, they have too. */
import type { Finding } from '../../core/finding.ts';
import { listed, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { isReached } from '../rights/access.ts';
import type { ZoneFacts, ZoneFolder } from './zone.ts';

type Judging = Pick<Look, 'accounts' | 'scanner' | 'hands'>;

interface Owned {
  readonly agent: string;
  readonly folder: ZoneFolder;
}

/** What agents write, by its owner. */
function ownedBy(
  zones: readonly ZoneFacts[],
  { scanner }: Judging,
): ReadonlyMap<number, readonly Owned[]> {
  const written = zones.flatMap(({ agent, folders }) =>
    folders.filter(({ role }) => role !== 'archive').map((folder) => ({ agent, folder })),
  );
  const ofUsers = written.filter(
    ({ folder }) => folder.mode.uid !== 0 && folder.mode.uid !== scanner.uid,
  );
  return Map.groupBy(ofUsers, ({ folder }) => folder.mode.uid);
}

/** Without the group its owner comes there all the same, and files that arrive keep the group by which they are read. */
const isFree = ({ folder: { path, mode } }: Owned): boolean =>
  (mode.mode & 0o2000) !== 0 && isReached(path, mode.uid);

export async function judgeMembers(zones: readonly ZoneFacts[], look: Judging): Promise<Finding[]> {
  const { accounts, scanner, hands } = look;
  if (!scanner.known || scanner.uid === 0) return [];
  const owned = ownedBy(zones, look);
  const members = await accounts.membersOf(scanner.group, [...owned.keys()]);
  const named = (await accounts.group(scanner.group))?.members ?? [];
  const found: Finding[] = [];
  for (const [uid, folders] of owned) {
    const user = (await accounts.user(uid))?.name;
    if (user === undefined || members?.has(user) !== true) continue;
    const agents = [...new Set(folders.map(({ agent }) => agent))];
    found.push(
      warning('deposits', folders[0]?.folder.path ?? '', {
        message: `${user}, to whom folders of ${listed(agents)} belong, is in ${scanner.group}, the group of the user that scans`,
        why: 'whoever sends as this user can read the database, the validated tree and what other agents have sent, and write where reports of others are archived',
        // What he has as his own group, or needs to come there, or for his files to be read, cannot simply be taken.
        mend:
          named.includes(user) && folders.every(isFree)
            ? hands.root(['gpasswd', '-d', user, scanner.group])
            : null,
      }),
    );
  }
  return found;
}
