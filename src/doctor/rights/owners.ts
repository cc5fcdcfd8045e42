/** To whom things belong: whoever owns a folder can put anything in the place of what lies in it. */
import type { Finding } from '../../core/finding.ts';
import { foldersAbove, modeOf } from './access.ts';
import { critical, warning } from '../finding.ts';
import type { Look } from '../look.ts';

interface Owned {
  readonly what: string;
  readonly path: string;
  /** Whose it should be, as chown takes it; null: no command gives it away. */
  readonly to: string | null;
}

type Area = 'configuration' | 'folders' | 'notifications';
type Judging = Pick<Look, 'accounts' | 'config' | 'scanner' | 'hands'>;

/** As folders.ts calls the folder of the agents' folders. */
const DEPOSITS = 'deposits';

/** To whom the agents' folders belong that are there. */
export const ownersOfAgents = (
  deposits: string,
  { config }: Pick<Look, 'config'>,
): ReadonlySet<number> =>
  new Set(config?.agents.flatMap(({ id }) => modeOf(`${deposits}/${id}`)?.uid ?? []));

/** Null where there are none, or they belong to several. */
function ownerOfAgents({ path }: Owned, look: Judging): number | null {
  const [owner = null, ...more] = ownersOfAgents(path, look);
  return more.length === 0 ? owner : null;
}

/**
 * Root and the user that scans. Where that is root, it is told with the user that the tree and the state had better be another's, and by
 * one command for both. Whoever owns the folders of all agents gains nothing by owning the one that they lie in.
 */
function isExpectedOf(thing: Owned, area: Area, look: Judging): (uid: number) => boolean {
  const { scanner } = look;
  const isDeposits = area === 'folders' && thing.what === DEPOSITS;
  const ofAgents = isDeposits ? ownerOfAgents(thing, look) : null;
  return (uid) => uid === 0 || uid === scanner.uid || uid === ofAgents;
}

const isToldWithUser = ({ what }: Owned, area: Area, { scanner }: Judging): boolean =>
  area === 'folders' && scanner.uid === 0 && what !== DEPOSITS;

async function strangerText(uid: number, { accounts, scanner }: Judging): Promise<string> {
  return `belongs to ${await accounts.userText(uid)}, who is neither root nor ${scanner.user}, who scans`;
}

/** What belongs to neither root nor the user that scans; a folder above several of them is told once. */
export async function examineOwners(
  area: Area,
  things: readonly Owned[],
  look: Judging,
): Promise<Finding[]> {
  const { scanner, hands } = look;
  if (!scanner.known) return [];
  const found: Finding[] = [];
  for (const thing of things) {
    const { what, path, to } = thing;
    const uid = modeOf(path)?.uid ?? 0;
    if (isToldWithUser(thing, area, look) || isExpectedOf(thing, area, look)(uid)) continue;
    found.push(
      critical(area, path, {
        message: `${what}: ${path} ${await strangerText(uid, look)}`,
        why: 'its owner can change all that it holds, and who may write it',
        mend: to === null ? null : hands.root(['chown', to, path]),
      }),
    );
  }
  return [...found, ...(await examineAbove(area, things, look))];
}

/** Folders above them, but for those that are among them. */
export async function examineAbove(
  area: Area,
  things: readonly Owned[],
  look: Judging,
): Promise<Finding[]> {
  if (!look.scanner.known) return [];
  const told = new Set(things.map(({ path }) => path));
  const found: Finding[] = [];
  for (const thing of things) {
    const isExpected = isExpectedOf(thing, area, look);
    for (const path of foldersAbove(thing.path)) {
      const uid = modeOf(path)?.uid ?? 0;
      if (told.has(path) || isExpected(uid)) continue;
      told.add(path);
      found.push(
        warning(area, path, {
          message: `${path}, above ${thing.path}, ${await strangerText(uid, look)}`,
          why: `its owner can put another folder in the place of what lies in it; name one that lies in folders of root`,
        }),
      );
    }
  }
  return found;
}
