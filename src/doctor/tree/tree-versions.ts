/** Whether the versions that the database records lie in the tree: an empty tree with a marker looks as if all were well. */
import { lstatSync } from 'node:fs';
import type { Finding } from '../../core/finding.ts';
import { errorCode } from '../../files/trouble.ts';
import { counted, critical, listed, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { mountAll, MOUNTING } from './mounting.ts';

/** More of them would keep an old disk busy for seconds. */
const MOST_VERSIONS = 500;

/** As many as are looked at, at even distances from the first to the last. */
export function sampleOf<Value>(all: readonly Value[], most = MOST_VERSIONS): readonly Value[] {
  if (all.length <= most) return all;
  const step = (all.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => all[Math.round(index * step)] as Value);
}

/** `hidden`: this user may not know. */
function stateOf(path: string): 'there' | 'absent' | 'hidden' {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? 'absent' : 'there';
  } catch (error) {
    const code = errorCode(error);
    if (code === null) throw error;
    return code === 'ENOTDIR' || code === 'ENOENT' ? 'absent' : 'hidden';
  }
}

export interface Gone {
  /** How many could be looked at. */
  readonly looked: number;
  /** Folders relative to the tree. */
  readonly absent: readonly string[];
}

/** @param recorded how many the database records */
export function judgeGone(
  { looked, absent }: Gone,
  root: string,
  recorded: number,
  look: Pick<Look, 'hands'>,
): Finding[] {
  if (absent.length === 0) return [];
  const asked =
    looked === recorded
      ? counted(looked, 'version')
      : `${looked} of ${counted(recorded, 'version')}`;
  if (absent.length === looked) {
    return [
      critical('folders', root, {
        message: `validated: of ${asked} that the database records none is in ${root}`,
        why: `another disk may be mounted there, or none, and the next scan records them as lost; ${MOUNTING}`,
        mend: mountAll(look),
      }),
    ];
  }
  return [
    warning('folders', root, {
      message: `validated: of ${asked} that the database records ${absent.length} ${absent.length === 1 ? 'is' : 'are'} not in ${root}: ${listed(absent)}`,
      why: 'the next scan records them as lost; what is put back with its SHA256SUMS is adopted',
    }),
  ];
}

/**
 * Looks for some of the versions.
 * @param owned their folders, relative to the tree
 * @param again the folders that are recorded now: a scan may have removed some meanwhile, and records that first
 */
export async function examineVersions(
  look: Look,
  root: string,
  owned: readonly string[],
  again: () => Promise<ReadonlySet<string>>,
): Promise<Finding[]> {
  const states = sampleOf(owned).map((folder) => ({ folder, state: stateOf(`${root}/${folder}`) }));
  const known = states.filter(({ state }) => state !== 'hidden');
  const absent = known.flatMap(({ folder, state }) => (state === 'absent' ? folder : []));
  if (absent.length === 0) return [];
  const recorded = await again();
  const gone = absent.filter((folder) => recorded.has(folder));
  const looked = known.length - (absent.length - gone.length);
  return judgeGone({ looked, absent: gone }, root, owned.length, look);
}
