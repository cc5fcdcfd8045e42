/** The folders that the configuration names: whether they are there, and who may do what in them. */
import { dirname } from 'node:path';
import type { Finding } from '../core/finding.ts';
import { Trouble } from '../files/trouble.ts';
import { checkMarker, TreeProblem } from '../validated/tree.ts';
import { closedFolder, modeOf, openFolders, refusalOf, type Need } from './access.ts';
import { critical } from './finding.ts';
import { judgeFolder, METRICS, type FolderFacts } from './folder.ts';
import type { Look } from './look.ts';
import { mountOf, presentMounts, unmounted } from './mounts.ts';

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

/** The marker of the tree; `recorded` is how many versions the database has in it. */
function examineMarker(look: Look, path: string, recorded: number): Finding[] {
  const { hands, machine } = look;
  try {
    checkMarker(path);
    return [];
  } catch (error) {
    // What may not be read was told as such.
    if (error instanceof Trouble) return [];
    if (!(error instanceof TreeProblem)) throw error;
  }
  const disk = unmounted(path, machine.text('/etc/fstab') ?? '', presentMounts(machine));
  const lost = recorded === 0 ? '' : `, although the database records ${recorded} versions in it`;
  const away = disk === null ? '' : `; ${disk}, which fstab has, is not mounted`;
  return [
    critical('folders', path, {
      message: `validated: ${path} has no marker file .backupmon${lost}${away}`,
      why: 'a scan refuses a tree without it, because an unmounted disk looks the same',
      mend: disk === null ? hands.own('init-db') : hands.root(['mount', disk]),
    }),
  ];
}

/** @param recorded versions that the database has as present */
export function examineFolders(look: Look, recorded: number): Finding[] {
  const { machine, scanner } = look;
  const mounts = presentMounts(machine);
  const fstab = machine.text('/etc/fstab') ?? '';
  return wantedOf(look).flatMap(({ what, path, need, makeMode }) => {
    if (path === null) return [];
    const mode = modeOf(path);
    const closed = closedFolder(path);
    const isAbsent = mode === null && closed === null;
    const facts: FolderFacts = {
      what,
      path,
      need,
      mode,
      refusal: scanner.present && !isAbsent ? refusalOf(path, need) : null,
      closed,
      open: openFolders(path),
      unmounted: unmounted(path, fstab, mounts),
      mountedOn: mountOf(path, mounts)?.folder ?? '/',
      makeMode,
    };
    const isTree = what === 'validated' && mode?.isFolder === true;
    const marker = isTree ? examineMarker(look, path, recorded) : [];
    const found = judgeFolder(facts, look);
    // In order but for its marker is not in order.
    return marker.length === 0 ? found : [...found.filter(({ why }) => why !== null), ...marker];
  });
}
