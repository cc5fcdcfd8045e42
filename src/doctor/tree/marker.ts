/** The marker of the tree, which tells it from the empty folder where its disk should be mounted. */
import type { Finding } from '../../core/finding.ts';
import { Trouble } from '../../files/trouble.ts';
import { checkMarker, TreeProblem } from '../../validated/tree.ts';
import { judgeWithoutDisk } from './absent-folder.ts';
import { refusalOf } from '../rights/access.ts';
import { critical } from '../finding.ts';
import { SHARED, type FolderFacts } from './folder-facts.ts';
import type { Look } from '../look.ts';
import { mountAll, MOUNTING, notMounted, unread } from './mounting.ts';

/** Why a tree cannot be used; null where it is marked. */
export function markerProblem(root: string): TreeProblem | Trouble | null {
  try {
    checkMarker(root);
    return null;
  } catch (error) {
    if (error instanceof TreeProblem || error instanceof Trouble) return error;
    throw error;
  }
}

function judgeUnreadable({ scanner, hands }: Look, path: string, trouble: Trouble): Finding[] {
  // What may not be read because of its folder was told as such, and another user cannot know.
  if (!scanner.present || refusalOf(path, 'enter') !== null) return [];
  const marker = `${path}/.backupmon`;
  const isClosed = trouble.code === 'EACCES';
  return [
    critical('folders', marker, {
      message: `validated: its marker file cannot be used: ${trouble.message}`,
      why: 'a scan refuses a tree whose marker it cannot read',
      mend: isClosed
        ? hands.root(
            ['chown', `${scanner.user}:${scanner.group}`, marker],
            ['chmod', 'u+r', marker],
          )
        : hands.root(['ls', '-l', marker]),
    }),
  ];
}

type Unmarked = Pick<FolderFacts, 'path' | 'recorded' | 'shared' | 'unmounted'>;

/** Only a tree of which nothing is recorded is marked: an empty mount point would pass for it from then on. */
function judgeUnmarked({ path, recorded, shared, unmounted }: Unmarked, look: Look): Finding {
  const { hands } = look;
  const away = unmounted === null ? '' : `; ${unmounted}, which fstab has, is not mounted`;
  const told = {
    message: `validated: ${path} has no marker file .backupmon${notMounted(recorded)}${away}`,
    why: 'a scan refuses a tree without it, because an unmounted disk looks the same',
  };
  if (unmounted !== null)
    return critical('folders', path, { ...told, mend: hands.root(['mount', unmounted]) });
  if (recorded !== 0) {
    const right = recorded === null ? '. Where this is the right folder, `init-db` marks it' : '';
    const why = `${told.why}; ${MOUNTING}${unread(recorded)}${right}`;
    return critical('folders', path, { ...told, why, mend: mountAll(look) });
  }
  if (shared)
    return critical('folders', path, {
      ...told,
      why: `${told.why}; ${SHARED}`,
      mend: hands.edit(look.file),
    });
  return critical('folders', path, { ...told, mend: hands.own('init-db') });
}

/** Nothing where it is there, can be read, and lies on the disk that belongs there. */
export function examineMarker(look: Look, facts: Unmarked): Finding[] {
  const problem = markerProblem(facts.path);
  if (problem === null) return judgeWithoutDisk('validated', facts, look);
  return problem instanceof Trouble
    ? judgeUnreadable(look, facts.path, problem)
    : [judgeUnmarked(facts, look)];
}
