/** To whom things belong: whoever owns a folder can put anything in the place of what lies in it. */
import type { Finding } from '../core/finding.ts';
import { foldersAbove, modeOf } from './access.ts';
import { critical, warning } from './finding.ts';
import type { Look } from './look.ts';
import type { ZoneFacts } from './zone.ts';

interface Owned {
  readonly what: string;
  readonly path: string;
  /** Whose it should be, as chown takes it; null: no command gives it away. */
  readonly to: string | null;
}

type Judging = Pick<Look, 'accounts' | 'scanner' | 'hands'>;

const isExpected = (uid: number, { scanner }: Pick<Look, 'scanner'>): boolean =>
  uid === 0 || uid === scanner.uid;

/** What belongs to neither root nor the user that scans; a folder above several of them is told once. */
export async function examineOwners(
  area: 'configuration' | 'folders',
  things: readonly Owned[],
  look: Judging,
): Promise<Finding[]> {
  const { accounts, scanner, hands } = look;
  if (!scanner.known) return [];
  const found: Finding[] = [];
  for (const { what, path, to } of things) {
    const uid = modeOf(path)?.uid ?? 0;
    if (isExpected(uid, look)) continue;
    found.push(
      critical(area, path, {
        message: `${what}: ${path} belongs to ${await accounts.userText(uid)}, who is neither root nor ${scanner.user}, who scans`,
        why: 'its owner can change all that it holds, and who may write it',
        mend: to === null ? null : hands.root(['chown', to, path]),
      }),
    );
  }
  const above = new Set(things.flatMap(({ path }) => foldersAbove(path)));
  for (const { path } of things) above.delete(path);
  for (const path of above) {
    const uid = modeOf(path)?.uid ?? 0;
    if (isExpected(uid, look)) continue;
    const below = things.find((thing) => foldersAbove(thing.path).includes(path))?.path;
    found.push(
      warning(area, path, {
        message: `${path}, above ${below}, belongs to ${await accounts.userText(uid)}, who is neither root nor ${scanner.user}, who scans`,
        why: `its owner can put another folder in the place of what lies in it; name one that lies in folders of root`,
      }),
    );
  }
  return found;
}

/** Folders of one agent that belong to different users: one of them can send in the other's name. */
export async function judgeAgentOwners(
  zones: readonly ZoneFacts[],
  look: Judging,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { agent, folders } of zones) {
    const owned = folders.filter(({ mode }) => !isExpected(mode.uid, look));
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
