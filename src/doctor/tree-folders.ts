/** What lies in the tree: whether the user that scans can work in it. */
import type { Finding } from '../core/finding.ts';
import { modeOf, refusalOf } from './access.ts';
import { critical, listed } from './finding.ts';
import type { Look } from './look.ts';

/** Paths in one command. */
const MOST_PATHS = 20;

/** `paris/compta`: it, and `paris`. */
const withAbove = (path: string): string[] => {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
};

/** Folders of jobs, and those of backupmon's own, that belong to others or cannot be written. */
export function examineTreeFolders({ config, scanner, hands }: Look, root: string): Finding[] {
  if (!scanner.present || !scanner.known) return [];
  const jobs = config?.jobs.filter(({ enabled }) => enabled) ?? [];
  const names = new Set(['.incoming', '.held', ...jobs.flatMap(({ path }) => withAbove(path))]);
  const wrong = [...names]
    .map((name) => `${root}/${name}`)
    .filter((path) => {
      const mode = modeOf(path);
      if (mode === null) return false;
      const isStrange = mode.uid !== 0 && mode.uid !== scanner.uid;
      return isStrange || refusalOf(path, 'write') === 'EACCES';
    });
  if (wrong.length === 0) return [];
  return [
    critical('folders', wrong[0] ?? root, {
      message: `validated: ${listed(wrong)} ${wrong.length === 1 ? 'belongs' : 'belong'} to others, or cannot be written by ${scanner.user}, who scans`,
      why: 'no version can be put there, and none removed',
      mend: hands.root([
        'chown',
        '-R',
        `${scanner.user}:${scanner.group}`,
        ...wrong.slice(0, MOST_PATHS),
      ]),
    }),
  ];
}
