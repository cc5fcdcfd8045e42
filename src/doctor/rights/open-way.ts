/** Folders through which a path leads, and in which others may put another thing in the place of what lies on the way. */
import type { Area, Finding } from '../../core/finding.ts';
import { foldersOnWay, modeOf, type Mode } from './access.ts';
import { isOfSystem, isShared } from './belongings.ts';
import { warning } from '../finding.ts';
import type { Others } from './grants.ts';
import type { Hands } from '../hands.ts';
import { othersTo, type Judging, type Looked } from './others.ts';
import { placesOnWay } from '../real-path.ts';

/** One of them, without links. */
export interface OpenFolder {
  readonly path: string;
  readonly others: Others;
  /** It holds other things, too. */
  readonly shared: boolean;
}

/** As Debian has /var/local: the system gives the folder to a group, and nobody is in that. */
const isOfEmptyGroup = async (path: string, { mode, gid }: Mode, look: Judging): Promise<boolean> =>
  isOfSystem(path) &&
  (mode & 0o022) === 0o020 &&
  (await look.accounts.membersOf(gid, [look.scanner.uid]))?.size === 0;

/** By folder, those who may rename what lies in it: where the sticky bit is, its owner alone may. Asked at once for all the paths. */
export async function renamersOn(
  paths: readonly string[],
  look: Judging,
): Promise<ReadonlyMap<string, Others>> {
  const things: Looked[] = [];
  for (const path of new Set(paths.flatMap(foldersOnWay))) {
    const mode = modeOf(path);
    if (mode === null || (mode.mode & 0o1000) !== 0) continue;
    if (!(await isOfEmptyGroup(path, mode, look))) things.push({ path, mode });
  }
  return othersTo(look, things);
}

/** @param renamers of {@link renamersOn} */
export function openOnWay(
  path: string,
  renamers: ReadonlyMap<string, Others>,
): readonly OpenFolder[] {
  const places = placesOnWay(path);
  const isOnWay = (inner: string): boolean =>
    places.some((place) => `${place}/`.startsWith(`${inner}/`));
  return foldersOnWay(path).flatMap((folder) => {
    const others = renamers.get(folder);
    if (others === undefined) return [];
    const shared = isShared(folder, (name) => isOnWay(`${folder}/${name}`));
    return [{ path: folder, others, shared }];
  });
}

/** @param elsewhere what has `path` lie elsewhere, where the folder is not ours to be closed; null where that is for people to do */
export const judgeOpenWay = (
  area: Area,
  { path, open }: { readonly path: string; readonly open: readonly OpenFolder[] },
  elsewhere: string | null,
  hands: Hands,
): Finding[] =>
  open.map((folder) => {
    const isAbove = path.startsWith(folder.path === '/' ? '/' : `${folder.path}/`);
    const where = isAbove ? `above ${path}` : `through which ${path} leads`;
    return warning(area, folder.path, {
      message: `${folder.path}, ${where}, may be written by ${folder.others.text}`,
      why: `whoever may write there can put something else in the place of ${path}`,
      mend: folder.shared ? elsewhere : hands.root([...folder.others.words, folder.path]),
    });
  });
