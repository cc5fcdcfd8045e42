/** Who is meant by a group: one in which nobody is but the owner and the user that scans grants nothing to others. */
import type { Look } from '../look.ts';

type Judging = Pick<Look, 'accounts' | 'scanner'>;

interface Named {
  readonly kind: 'user' | 'group';
  readonly name: string;
}

/** Root may do everything, and whoever is in its group is as good as it. */
const ofRoot: ReadonlySet<string> = new Set(['root', '0']);

/**
 * Those who are neither the owner, nor root, nor the user that scans, nor a group of nobody but these. Groups in which nobody is known to be
 * are strange too, as a directory service may have somebody in them, but for that of the user that scans.
 * @param owner the uid of the thing's owner
 * @param trustsGroup the group of the user that scans is not strange, whoever is in it
 */
export async function strangersAmong<Some extends Named>(
  some: readonly Some[],
  owner: number,
  trustsGroup: boolean,
  { accounts, scanner }: Judging,
): Promise<Some[]> {
  if (some.length === 0) return [];
  const ownerName = (await accounts.user(owner))?.name;
  const users = new Set([...ofRoot, scanner.user, String(scanner.uid), ownerName, String(owner)]);
  const isStrange = async ({ kind, name }: Named): Promise<boolean> => {
    if (kind === 'user') return !users.has(name);
    if (ofRoot.has(name)) return false;
    const isScanners = name === scanner.group || name === String(scanner.gid);
    if (isScanners && trustsGroup) return false;
    const members = await accounts.membersOf(name, [owner, scanner.uid]);
    if (members === null || members.size === 0) return !isScanners;
    return [...members].some((member) => !users.has(member));
  };
  const strange = await Promise.all(some.map(isStrange));
  return some.filter((_, index) => strange[index] === true);
}
