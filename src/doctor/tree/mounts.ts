/** What is mounted where, and what should be. */
import type { Machine } from '../machine.ts';
import { leadsTo, placesOnWay } from '../real-path.ts';

export interface Mount {
  readonly folder: string;
  /** Number of its file system, `8:1`: what is mounted twice has it twice. */
  readonly device: string;
  /** `ext4`, `nfs4`, `fuse.sshfs`. */
  readonly type: string;
  readonly readOnly: boolean;
}

/** Spaces, tabs, line ends and backslashes are written in octal there. */
const unescaped = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/gu, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );

const holds = (folder: string, path: string): boolean =>
  folder === '/' || path === folder || path.startsWith(`${folder}/`);

/** Lines of /proc/self/mountinfo, see proc(5); of two in one place the later one covers the other. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line): Mount[] => {
    // 36 35 98:0 /root /mount options optional… - type source options
    const [before = '', after = ''] = line.split(' - ');
    const [, , device = '', , folder, options = ''] = before.split(' ');
    const type = after.split(' ')[0];
    if (folder === undefined || type === undefined) return [];
    const all = `${options},${after.split(' ')[2] ?? ''}`.split(',');
    return [{ folder: unescaped(folder), device, type, readOnly: all.includes('ro') }];
  });
}

/** The file system that a path lies on, links in it followed. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | null {
  const real = leadsTo(path);
  return mounts
    .filter(({ folder }) => holds(folder, real))
    .reduce<Mount | null>(
      (best, mount) => (best !== null && best.folder.length > mount.folder.length ? best : mount),
      null,
    );
}

/** Folders of fstab(5), as they are named there, but for `/`. */
const foldersIn = (fstab: string): string[] =>
  fstab.split('\n').flatMap((line) => {
    const [source = '', folder = ''] = line.trim().split(/\s+/u);
    if (source === '' || source.startsWith('#') || !folder.startsWith('/')) return [];
    // `/srv/tree/` is mounted as `/srv/tree`.
    const name = unescaped(folder).replace(/(?<=.)\/+$/u, '');
    return name === '/' ? [] : name;
  });

/**
 * The folder of fstab(5) that holds `path`, or a link on the way there, and is not mounted; null where there is none. Folders of fstab may
 * be links themselves: what is mounted has none in its name. What is mounted deeper is there without it, and would be hidden by it.
 */
export function unmounted(path: string, fstab: string, mounts: readonly Mount[]): string | null {
  const mounted = new Set(mounts.map(({ folder }) => folder));
  const places = placesOnWay(path);
  const isAway = (folder: string): boolean => {
    if (mounted.has(folder)) return false;
    const real = leadsTo(folder);
    if (mounted.has(real)) return false;
    const deeper = [...mounted].filter((one) => holds(real, one));
    return places.some((place) => holds(real, place) && !deeper.some((one) => holds(one, place)));
  };
  return foldersIn(fstab).find(isAway) ?? null;
}

export const presentMounts = ({ text }: Pick<Machine, 'text'>): Mount[] =>
  parseMounts(text('/proc/self/mountinfo') ?? '');

/** The folder of fstab that holds `path` and is not mounted now; null where there is none. */
export const unmountedFor = (path: string, machine: Pick<Machine, 'text'>): string | null =>
  unmounted(path, machine.text('/etc/fstab') ?? '', presentMounts(machine));
