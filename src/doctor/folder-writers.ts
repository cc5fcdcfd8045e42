/** Who else may write in folders of ours. */
import type { Mode } from './access.ts';
import { othersOf, readAccessLists, type Others } from './access-lists.ts';
import type { Look } from './look.ts';

export interface Looked {
  readonly path: string;
  /** null: nothing is there, or may not be known. */
  readonly mode: Mode | null;
}

/** By path; folders that nobody else may write are left out. Groups are called by their names. */
export async function writersOf(
  { accounts, machine, scanner }: Pick<Look, 'accounts' | 'machine' | 'scanner'>,
  folders: readonly Looked[],
): Promise<ReadonlyMap<string, Others>> {
  // With a list the bits of the group are the most that it grants: without them nobody else may write.
  const suspects = folders.filter(({ mode }) => ((mode?.mode ?? 0) & 0o022) !== 0);
  const lists = await readAccessLists(
    machine,
    suspects.map(({ path }) => path),
  );
  const found = new Map<string, Others>();
  for (const { path, mode } of suspects) {
    const list = lists.get(path);
    const others = mode === null ? null : othersOf(mode, list, scanner);
    if (mode === null || others === null) continue;
    const isGroup = list === undefined && !others.all;
    const text = isGroup ? `the group ${await accounts.groupWord(mode.gid)}` : others.text;
    found.set(path, { ...others, text });
  }
  return found;
}
