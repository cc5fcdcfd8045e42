/** What lies in the tree: whether the user that scans can work in it. */
import type { Finding } from '../../core/finding.ts';
import { refusalOf } from '../rights/access.ts';
import { critical, listed } from '../finding.ts';
import { SHARED } from './folder-facts.ts';
import type { Look } from '../look.ts';
import { MOST_PATHS } from '../most-paths.ts';
import { leadsTo } from '../real-path.ts';
import { innerOf, isFolder, judgeNoFolders, type Inner } from './tree-inner.ts';
import { withAbove } from './tree-names.ts';
import { examineTreeWriters } from './tree-writers.ts';

type Judging = Pick<Look, 'file' | 'scanner' | 'hands'>;

/** Those that lie in none of the others: what is done to a folder is done to all in it. */
function outermost(inner: readonly Inner[]): Inner[] {
  const names = new Set(inner.map(({ name }) => name));
  return inner.filter(
    ({ name }) =>
      !withAbove(name)
        .slice(0, -1)
        .some((above) => names.has(above)),
  );
}

const pathsOf = (inner: readonly Inner[]): string[] => inner.map(({ path }) => path);

const verb = (inner: readonly Inner[]): string => (inner.length === 1 ? 'belongs' : 'belong');

/** Gives what holds nothing but ours to the user that scans. Of a link `chown -R` would give the link only. */
function giving(inner: readonly Inner[], { scanner, hands }: Judging): string {
  const strange = outermost(inner.filter(({ mode }) => mode?.uid !== scanner.uid));
  const closed = inner.filter(({ mode }) => ((mode?.mode ?? 0) & 0o700) !== 0o700);
  const command = (some: readonly Inner[], ...words: readonly string[]): string[][] =>
    some.length === 0 ? [] : [[...words, ...pathsOf(some).slice(0, MOST_PATHS).map(leadsTo)]];
  const commands = [
    ...command(strange, 'chown', '-R', `${scanner.user}:${scanner.group}`),
    ...command(closed, 'chmod', 'u+rwx'),
  ];
  // Neither owner nor mode is wrong: something else keeps him away.
  return hands.root(...(commands.length === 0 ? command(inner, 'ls', '-ld') : commands));
}

/** Belongs to neither root nor the user that scans, or he cannot write it. */
const isWrong = ({ path, mode }: Inner, { scanner }: Judging): boolean =>
  (mode?.uid !== 0 && mode?.uid !== scanner.uid) || refusalOf(path, 'write') === 'EACCES';

function unusable(
  inner: readonly Inner[],
  { scanner }: Judging,
  mendOf: (paths: readonly string[]) => string,
  more = '',
): Finding[] {
  const [first] = inner;
  if (first === undefined) return [];
  return [
    critical('folders', first.path, {
      message: `validated: ${listed(pathsOf(inner))} ${verb(inner)} to others, or cannot be written by ${scanner.user}, who scans`,
      why: `no version can be put there, and none removed${more}`,
      mend: mendOf(pathsOf(inner).slice(0, MOST_PATHS)),
    }),
  ];
}

function judgeUnusable(inner: readonly Inner[], look: Judging): Finding[] {
  const { file, scanner, hands } = look;
  const wrong = inner.filter((one) => isFolder(one) && isWrong(one, look));
  // What is his already needs nobody's permission to be opened.
  const holding = Map.groupBy(wrong, (one) =>
    one.holding() === 'hidden' && one.mode?.uid === scanner.uid ? 'ours' : one.holding(),
  );
  const { ours = [], hidden = [], others = [] } = Object.fromEntries(holding);
  return [
    ...unusable(ours, look, () => giving(ours, look)),
    // Whose things lie in it is seen by the next run.
    ...unusable(hidden, look, (paths) =>
      hands.root(['setfacl', '-m', `u:${scanner.user}:rwx`, ...paths]),
    ),
    ...unusable(others, look, () => hands.edit(file), `; ${SHARED}`),
  ];
}

/**
 * Folders of jobs, those of backupmon's own, and some of the versions.
 * @param root the tree, which this user can write
 * @param owned folders of versions that the database records, relative to the tree
 */
export async function examineTreeFolders(
  look: Look,
  root: string,
  owned: readonly string[],
): Promise<Finding[]> {
  const { scanner } = look;
  if (!scanner.present || !scanner.known) return [];
  const inner = innerOf(look, root, owned);
  return [
    ...judgeNoFolders(inner, look),
    ...judgeUnusable(inner, look),
    ...(await examineTreeWriters(look, root, inner)),
  ];
}
