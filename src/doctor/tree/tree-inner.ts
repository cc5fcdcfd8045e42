/** What lies in the tree, as far as it is looked at. */
import { lstatSync } from 'node:fs';
import type { Finding } from '../../core/finding.ts';
import { errorCode } from '../../files/trouble.ts';
import { modeOf, type Mode } from '../rights/access.ts';
import { critical, listed } from '../finding.ts';
import type { Look } from '../look.ts';
import { MOST_PATHS } from '../most-paths.ts';
import { holdingOf, jobPaths, ownNames, treeNames, withAbove, type Holds } from './tree-names.ts';
import { sampleOf } from './tree-versions.ts';

export interface Inner {
  /** Relative to the tree. */
  readonly name: string;
  /** As people name it. */
  readonly path: string;
  /** Links followed; null where something lies there that leads to nothing. */
  readonly mode: Mode | null;
  /** What it holds, looked at only where that is asked. */
  readonly holding: () => Holds;
}

/** Something lies there, whatever it is. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return false;
  }
}

/**
 * Folders of enabled jobs and those above them, backupmon's own, and some of the versions, as far as they are there.
 * @param owned folders of versions, relative to the tree
 */
export function innerOf({ config }: Look, root: string, owned: readonly string[]): Inner[] {
  const enabled = config?.jobs.filter((job) => job.enabled).map(({ path }) => path) ?? [];
  const all = new Set([...ownNames, ...enabled.flatMap(withAbove), ...sampleOf(owned)]);
  let names: ReturnType<typeof treeNames> | null = null;
  const known = new Map<string, Holds>();
  const holding = (name: string): Holds => {
    names ??= treeNames(jobPaths(config), owned);
    const held = known.get(name) ?? holdingOf(root, name, names);
    known.set(name, held);
    return held;
  };
  return [...all].flatMap((name): Inner[] => {
    const path = `${root}/${name}`;
    const mode = modeOf(path);
    if (mode === null && !isThere(path)) return [];
    return [{ name, path, mode, holding: () => holding(name) }];
  });
}

export const isFolder = ({ mode }: Inner): boolean => mode?.isFolder === true;

/** A scan makes no folder where something else lies, and takes nothing away that it does not know. */
export function judgeNoFolders(inner: readonly Inner[], { hands }: Pick<Look, 'hands'>): Finding[] {
  const wrong = inner.filter((one) => !isFolder(one)).map(({ path }) => path);
  const [first] = wrong;
  if (first === undefined) return [];
  const are = wrong.length === 1 ? 'is no folder' : 'are no folders';
  return [
    critical('folders', first, {
      message: `validated: ${listed(wrong)} ${are}, and no link to one`,
      why: 'no version can be put there: move it away, or mount the disk that it leads to',
      mend: hands.root(['ls', '-ld', ...wrong.slice(0, MOST_PATHS)]),
    }),
  ];
}
