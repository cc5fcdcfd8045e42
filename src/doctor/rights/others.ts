/** Who may read or write something beside its owner, root and the user that scans: by its mode, and by its access control list. */
import { accessListsOf } from './access-lists.ts';
import type { Mode } from './access.ts';
import {
  grantedBy,
  isGranted,
  othersOf,
  type Granted,
  type Grantee,
  type Others,
  type Right,
} from './grants.ts';
import { strangersAmong } from './members.ts';
import type { Look } from '../look.ts';

/** Something with an owner. */
export interface Looked {
  readonly path: string;
  /** null: nothing is there, or may not be known. */
  readonly mode: Mode | null;
}

export type Judging = Pick<Look, 'accounts' | 'machine' | 'scanner'>;

export interface Asking {
  /** `write` where nothing is said. */
  readonly right?: Right;
  /** Everybody in the group of the user that scans may: it was given the thing for him. Else those who are in it beside him may not. */
  readonly trustsGroup?: boolean;
}

export interface StrangersOf extends Looked {
  readonly mode: Mode;
  readonly granted: Granted;
  /** Those of `granted.some` who are neither its owner, nor root, nor the user that scans, nor a group of nobody but these. */
  readonly strangers: readonly Grantee[];
}

/** Of each that somebody else may read or write. */
export async function strangersTo(
  look: Judging,
  things: readonly Looked[],
  { right = 'write', trustsGroup = false }: Asking = {},
): Promise<readonly StrangersOf[]> {
  const suspects = things.flatMap(({ path, mode }) =>
    mode !== null && isGranted(mode, right) ? [{ path, mode }] : [],
  );
  const lists = await accessListsOf(
    look.machine,
    suspects.map(({ path }) => path),
  );
  const found: StrangersOf[] = [];
  for (const { path, mode } of suspects) {
    const group = await look.accounts.groupWord(mode.gid);
    const granted = grantedBy(mode, group, lists.get(path), right);
    const strangers = await strangersAmong(granted.some, mode.uid, trustsGroup, look);
    if (granted.all || strangers.length > 0) found.push({ path, mode, granted, strangers });
  }
  return found;
}

/** By path; what nobody else may read or write is left out. */
export async function othersTo(
  look: Judging,
  things: readonly Looked[],
  asking: Asking = {},
): Promise<ReadonlyMap<string, Others>> {
  const found = new Map<string, Others>();
  for (const { path, granted, strangers } of await strangersTo(look, things, asking)) {
    const others = othersOf(granted, strangers, asking.right ?? 'write');
    if (others !== null) found.set(path, others);
  }
  return found;
}
