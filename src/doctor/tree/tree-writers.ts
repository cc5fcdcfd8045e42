/** Who else may write in the folders of the tree. */
import type { Finding } from '../../core/finding.ts';
import { modeOf } from '../rights/access.ts';
import type { Others } from '../rights/grants.ts';
import { critical, listed, warning } from '../finding.ts';
import { SHARED } from './folder-facts.ts';
import { othersTo } from '../rights/others.ts';
import type { Look } from '../look.ts';
import { MOST_PATHS } from '../most-paths.ts';
import { isFolder, type Inner } from './tree-inner.ts';

export interface OpenInner extends Inner {
  readonly others: Others;
}

type Judging = Pick<Look, 'file' | 'scanner' | 'hands'>;

/** Takes the right from others; to the user that scans, who may have it only by that, they are given first. */
function closing(open: readonly OpenInner[], { scanner, hands }: Judging): string {
  const some = open.slice(0, MOST_PATHS);
  const given = some.filter(({ mode }) => mode?.uid !== scanner.uid).map(({ path }) => path);
  const byWords = Map.groupBy(some, ({ others }) => JSON.stringify(others.words));
  return hands.root(
    ...(given.length === 0 ? [] : [['chown', scanner.user, ...given]]),
    ...[...byWords.values()].map((same) => [
      ...(same[0]?.others.words ?? []),
      ...same.map(({ path }) => path),
    ]),
  );
}

/** @param isClosed nobody but its owner and its group may enter the tree */
export function judgeTreeWriters(
  open: readonly OpenInner[],
  isClosed: boolean,
  look: Judging,
): Finding[] {
  const why = 'whoever can change it can delete backups, or forge them';
  const kinds = Map.groupBy(open, ({ others, holding }) => {
    const all = others.all ? 'all' : 'some';
    return holding() === 'ours' ? all : `${all}, shared`;
  });
  return [...kinds.values()].map((same): Finding => {
    const [first] = same;
    const paths = same.map(({ path }) => path);
    const texts = listed([...new Set(same.map(({ others }) => others.text))]);
    const isShared = first?.holding() !== 'ours';
    const isOpen = first?.others.all === true && !isClosed;
    return (isOpen ? critical : warning)('folders', paths[0] ?? '', {
      message: `validated: ${listed(paths)} may be written by ${texts}`,
      why: isShared ? `${why}; ${SHARED}` : why,
      mend: isShared ? look.hands.edit(look.file) : closing(same, look),
    });
  });
}

/** @param inner what lies in the tree `root` */
export async function examineTreeWriters(
  look: Look,
  root: string,
  inner: readonly Inner[],
): Promise<Finding[]> {
  const folders = inner.filter(isFolder);
  const writers = await othersTo(look, folders);
  const open = folders.flatMap((one): OpenInner[] => {
    const others = writers.get(one.path);
    return others === undefined ? [] : [{ ...one, others }];
  });
  const isClosed = ((modeOf(root)?.mode ?? 0) & 0o001) === 0;
  return judgeTreeWriters(open, isClosed, look);
}
