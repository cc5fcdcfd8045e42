/** The folders that the configuration names: whether they are there, and who may do what in them. */
import { dirname } from 'node:path';
import type { Finding } from '../core/finding.ts';
import { Trouble } from '../files/trouble.ts';
import { checkMarker, TreeProblem } from '../validated/tree.ts';
import { closedFolder, fileAbove, modeOf, openFolders, refusalOf, type Need } from './access.ts';
import { readAccessLists, type Writers } from './access-lists.ts';
import { isHidden, isOfDatabase, isOfSystem, isOfTree, isShared } from './belongings.ts';
import { critical } from './finding.ts';
import { judgeFolder, METRICS, mountAll, notMounted, SHARED, type FolderFacts } from './folder.ts';
import type { Look } from './look.ts';
import { examineOwners } from './owners.ts';
import { examineTreeFolders } from './tree-folders.ts';
import { mountOf, presentMounts, unmounted, unmountedFor, type Mount } from './mounts.ts';

interface Wanted {
  readonly what: string;
  readonly path: string | null;
  readonly need: Need;
  readonly makeMode: string;
}

/** Modes are those of the README. */
const wantedOf = ({ places, config }: Look): readonly Wanted[] => {
  const { deposits, validated, database } = places;
  const metrics = config?.metrics ?? null;
  return [
    { what: 'deposits', path: deposits, need: 'enter', makeMode: '0755' },
    { what: 'validated', path: validated, need: 'write', makeMode: '0750' },
    {
      what: 'the folder of the database',
      path: database === null ? null : dirname(database),
      need: 'write',
      makeMode: '2750',
    },
    {
      what: METRICS,
      path: metrics === null ? null : dirname(metrics),
      need: 'write',
      makeMode: '0755',
    },
  ];
};

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

/** The marker of the tree; `recorded` is how many versions the database has in it. */
function examineMarker(
  look: Look,
  path: string,
  { recorded, shared }: Pick<FolderFacts, 'recorded' | 'shared'>,
): Finding[] {
  const { hands, machine } = look;
  try {
    checkMarker(path);
    return [];
  } catch (error) {
    if (error instanceof Trouble) return judgeUnreadable(look, path, error);
    if (!(error instanceof TreeProblem)) throw error;
  }
  const disk = unmountedFor(path, machine);
  const taken = shared && recorded === 0 ? `; ${SHARED}` : '';
  const lost = recorded === 0 ? '' : notMounted(recorded);
  const away = disk === null ? '' : `; ${disk}, which fstab has, is not mounted`;
  return [
    critical('folders', path, {
      message: `validated: ${path} has no marker file .backupmon${lost}${away}`,
      why: `a scan refuses a tree without it, because an unmounted disk looks the same${taken}`,
      mend:
        disk !== null
          ? hands.root(['mount', disk])
          : recorded > 0
            ? mountAll(look)
            : shared
              ? hands.edit(look.file)
              : hands.own('init-db'),
    }),
  ];
}

/** Whether a name in the folder is one of ours. */
function oursOf(what: string, look: Look, owned: readonly string[]): (name: string) => boolean {
  const { places, config } = look;
  if (what === 'validated')
    return isOfTree([...owned, ...(config?.jobs.map(({ path }) => path) ?? [])]);
  // Agents have folders there, also some that the configuration does not name.
  if (what === 'deposits')
    return (name) => !name.startsWith('.') && modeOf(`${places.deposits}/${name}`)?.isFile !== true;
  if (what === METRICS) return (name) => name.endsWith('.prom');
  return isOfDatabase(places.database ?? '');
}

/** Folders above in which everybody may rename, and whether more lies in them than the way to `path`. */
const openAbove = (path: string): FolderFacts['open'] =>
  openFolders(path).map((folder) => ({
    path: folder,
    shared: isShared(folder, (name) => `${path}/`.startsWith(`${folder}/${name}/`)),
  }));

interface Seen {
  readonly mounts: readonly Mount[];
  readonly fstab: string;
  readonly lists: ReadonlyMap<string, Writers>;
  readonly recorded: number;
  readonly owned: readonly string[];
}

function factsOf(
  { what, path, need, makeMode }: Wanted & { readonly path: string },
  { mounts, fstab, lists, recorded, owned }: Seen,
  look: Look,
): FolderFacts {
  const mode = modeOf(path);
  const closed = closedFolder(path);
  const isAbsent = mode === null && closed === null;
  return {
    what,
    path,
    need,
    mode,
    refusal: look.scanner.present && !isAbsent ? refusalOf(path, need) : null,
    closed,
    fileAbove: fileAbove(path),
    open: openAbove(path),
    shared: isShared(path, oursOf(what, look, owned)),
    hidden: isHidden(path),
    list: lists.get(path),
    recorded,
    unmounted: unmounted(path, fstab, mounts),
    mountedOn: mountOf(path, mounts)?.folder ?? '/',
    makeMode,
  };
}

/**
 * @param recorded versions that the database has as present
 * @param owned their folders, relative to the tree
 */
export async function examineFolders(
  look: Look,
  recorded: number,
  owned: readonly string[] = [],
): Promise<Finding[]> {
  const { machine } = look;
  const wanted = wantedOf(look).flatMap(({ path, ...rest }) =>
    path === null ? [] : [{ ...rest, path }],
  );
  const present = wanted.map(({ path }) => path).filter((path) => modeOf(path) !== null);
  const seen: Seen = {
    mounts: presentMounts(machine),
    fstab: machine.text('/etc/fstab') ?? '',
    lists: await readAccessLists(machine, present),
    recorded,
    owned,
  };
  const found = wanted.flatMap((one) => {
    const facts = factsOf(one, seen, look);
    const { what, path, mode } = facts;
    const isTree = what === 'validated' && mode?.isFolder === true;
    const inTree = isTree
      ? [
          ...examineMarker(look, path, facts),
          ...(facts.refusal === null ? examineTreeFolders(look, path) : []),
        ]
      : [];
    const judged = judgeFolder(facts, look);
    // In order but for what lies in it is not in order.
    return inTree.length === 0 ? judged : [...judged.filter(({ why }) => why !== null), ...inTree];
  });
  return [...found, ...(await examineOwners('folders', ownedOf(wanted, look, owned), look))];
}

/** Of the metrics it is the administrator of node_exporter who decides. What may not be entered was told as such. */
function ownedOf(
  wanted: readonly (Wanted & { readonly path: string })[],
  look: Look,
  owned: readonly string[],
): Parameters<typeof examineOwners>[1] {
  const { scanner } = look;
  return wanted.flatMap(({ what, path, need }) => {
    if (what === METRICS) return [];
    const isOurs = need === 'write' && !isShared(path, oursOf(what, look, owned));
    const to = isOurs ? `${scanner.user}:${scanner.group}` : null;
    return [{ what, path, to: what === 'deposits' && !isOfSystem(path) ? 'root' : to }];
  });
}
