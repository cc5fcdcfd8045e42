/** The file systems that backups and records lie on: which they are, what they can do, and whether the next round fits. */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Finding } from '../../core/finding.ts';
import { networkOf } from '../../db/network.ts';
import { spaceOf } from '../../files/space.ts';
import { errorCode } from '../../files/trouble.ts';
import { modeOf } from '../rights/access.ts';
import type { RoundSizes } from '../database/database-facts.ts';
import { judgeKind, type FileSystemFacts } from './file-system-kind.ts';
import { critical, fine, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { mountOf, presentMounts, type Mount } from './mounts.ts';
import type { Probe } from './probes.ts';
import { leadsTo } from '../real-path.ts';
import { judgeSpace, type Room } from './space.ts';

type Judging = Pick<Look, 'hands' | 'places'>;

/** Shows what is wrong: neither space nor inodes are missing where a permission is, or a folder. */
function lookAt(trouble: string, validated: string): string[] {
  if (trouble.endsWith('(EROFS)')) return ['findmnt', '-T', validated];
  // Of a link ls(1) shows the link only.
  if (/\((?:EACCES|EPERM|ENOENT)\)$|folder$/u.test(trouble))
    return ['ls', '-la', leadsTo(validated), `${validated}/.incoming`];
  return ['df', '-h', validated];
}

/** What was tried in the tree. */
export function judgeProbe(
  probe: Probe,
  validated: string,
  { hands, places: { database } }: Judging,
): Finding[] {
  if (probe.kind === 'untried' && probe.fault === true) {
    return [
      critical('file_systems', validated, {
        message: `validated: nothing could be tried in it: ${probe.why}`,
        why: 'a scan needs that lock, and ends at once without it',
        mend: hands.root(['ls', '-l', `${database}.lock`]),
      }),
    ];
  }
  if (probe.kind === 'untried')
    return [fine('file_systems', validated, `validated: nothing was tried in it: ${probe.why}`)];
  if (probe.trouble !== null) {
    return [
      critical('file_systems', validated, {
        message: `validated: a version cannot be written there: ${probe.trouble}`,
        why: 'no backup can be promoted',
        mend: hands.root(lookAt(probe.trouble, validated)),
      }),
    ];
  }
  const found: Finding[] = [];
  if (!probe.links) {
    found.push(
      warning('file_systems', validated, {
        message: `validated: ${validated} has no symbolic links`,
        why: 'no `current` points to the newest version; programs that read it find nothing',
      }),
    );
  }
  if (!probe.modes) {
    found.push(
      warning('file_systems', validated, {
        message: `validated: files in ${validated} do not keep the mode 0440`,
        why: 'a version can be changed by whoever may write in the folder, also by a slip of the hand',
      }),
    );
  }
  if (found.length > 0) return found;
  const clones = probe.reflinks === true ? ', clones of deposits (reflinks)' : '';
  const can = `validated: write, flush, rename, symbolic links, modes${clones}: all work`;
  return [fine('file_systems', validated, can)];
}

function inodesOf(path: string): number | null {
  try {
    const { files, ffree } = statfsSync(path);
    return files === 0 ? null : ffree;
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return null;
  }
}

/** The nearest folder that is there. */
function existing(path: string): string {
  if (path === '/' || modeOf(path) !== null) return path;
  return existing(dirname(path));
}

const factsOf = (
  what: FileSystemFacts['what'],
  path: string,
  mounts: readonly Mount[],
): FileSystemFacts => ({
  what,
  path,
  type: mountOf(path, mounts)?.type ?? null,
  network: networkOf(path),
});

function roomOf(what: Room['what'], path: string, mounts: readonly Mount[]): Room[] {
  const space = spaceOf(path);
  if (space === null) return [];
  const mount = mountOf(path, mounts);
  const mounted = mount?.folder ?? path;
  const device = mount?.device;
  // Of a link du(1) counts the link only.
  return [{ what, path: leadsTo(path), mounted, device, ...space, inodes: inodesOf(path) }];
}

/** @param sizes of the last round; null where no database tells them */
export function examineFileSystems(look: Look, probed: Probe, sizes: RoundSizes | null): Finding[] {
  const { places, machine } = look;
  const mounts = presentMounts(machine);
  const folders = [
    ['deposits', places.deposits],
    ['validated', places.validated],
    ['database', places.database === null ? null : existing(dirname(places.database))],
  ] as const;
  // Of a folder that is not there nothing is said: what is missing may be its disk.
  const present = folders.flatMap(([what, path]) =>
    path === null || modeOf(path) === null ? [] : [{ what, path }],
  );
  const tree = present.find(({ what }) => what === 'validated');
  return [
    ...present.map(({ what, path }) => judgeKind(factsOf(what, path, mounts), look)),
    ...(tree === undefined ? [] : judgeProbe(probed, tree.path, look)),
    ...judgeSpace(
      present.flatMap(({ what, path }) => roomOf(what, path, mounts)),
      sizes,
      { reflinks: probed.kind === 'tried' && probed.reflinks === true },
      look,
    ),
  ];
}
