/** As whom an agent writes into its folders: what is taken from others must not be taken from it. */
import type { Look } from '../look.ts';
import type { Grantee } from '../rights/grants.ts';
import type { StrangersOf } from '../rights/others.ts';
import type { ZoneFacts, ZoneFolder } from './zone.ts';

/** A folder that others than its owner may write. */
export interface Open extends StrangersOf {
  readonly zone: ZoneFacts;
  readonly folder: ZoneFolder;
}

export interface Agents {
  /** The owner of the folder is the user that its agent logs in as. */
  readonly isOwner: (one: Open) => boolean;
  /** The one that owns a folder of the agent; null where that cannot be told. */
  readonly userOf: (zone: ZoneFacts) => number | null;
  /** Has its right for the agent: the only one that has some in folders of this agent which do not belong to it, and has none of another's. */
  readonly isAgent: (grantee: Grantee, one: Open) => boolean;
}

const keyOf = ({ kind, name }: Grantee): string => `${kind} ${name}`;

/** By each: the agents in whose folders it is. */
function agentsBy<Key>(pairs: readonly (readonly [Key, ZoneFacts])[]): Map<Key, Set<string>> {
  const found = new Map<Key, Set<string>>();
  for (const [key, { agent }] of pairs) found.set(key, (found.get(key) ?? new Set()).add(agent));
  return found;
}

export function agentsOf(
  zones: readonly ZoneFacts[],
  open: readonly Open[],
  { scanner }: Pick<Look, 'scanner'>,
): Agents {
  const owning = agentsBy(
    zones.flatMap((zone) => zone.folders.map(({ mode }) => [mode.uid, zone] as const)),
  );
  const granted = agentsBy(
    open.flatMap(({ strangers, zone }) => strangers.map((one) => [keyOf(one), zone] as const)),
  );
  // Files tell it. Where there are none: whoever owns the folders of several has given them out, as a rule.
  const isUser = (uid: number, { senders = [] }: ZoneFacts): boolean =>
    senders.length > 0
      ? senders.includes(uid)
      : uid !== 0 && uid !== scanner.uid && owning.get(uid)?.size === 1;
  const isOwner = ({ mode, zone }: Open): boolean => isUser(mode.uid, zone);
  const openOf = Map.groupBy(open, ({ zone }) => zone);
  const only = new Map<ZoneFacts, string | null>();
  for (const zone of zones) {
    const ofOthers = (openOf.get(zone) ?? []).filter((one) => !isOwner(one));
    const [key = '', ...more] = new Set(ofOthers.flatMap(({ strangers }) => strangers.map(keyOf)));
    only.set(zone, more.length === 0 && granted.get(key)?.size === 1 ? key : null);
  }
  return {
    isOwner,
    userOf: (zone) => {
      // In a folder of the agent's that others may write these could have made a folder too.
      const isOpen = openOf.get(zone)?.some(({ folder }) => folder.role === 'root') === true;
      const sure = zone.folders.filter(({ role }) => role === 'root' || !isOpen);
      const users = new Set(sure.map(({ mode }) => mode.uid));
      users.delete(0);
      users.delete(scanner.uid);
      const [uid = null, ...more] = [...users].filter((one) => isUser(one, zone));
      return more.length === 0 ? uid : null;
    },
    isAgent: (grantee, one) => !isOwner(one) && only.get(one.zone) === keyOf(grantee),
  };
}
