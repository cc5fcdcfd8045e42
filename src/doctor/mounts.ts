/** What is mounted where, and what should be. */
import type { Machine } from './machine.ts';

export interface Mount {
  readonly folder: string;
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
    const [, , , , folder, options = ''] = before.split(' ');
    const type = after.split(' ')[0];
    if (folder === undefined || type === undefined) return [];
    const all = `${options},${after.split(' ')[2] ?? ''}`.split(',');
    return [{ folder: unescaped(folder), type, readOnly: all.includes('ro') }];
  });
}

/** The file system that a path, without links in it, lies on. */
export const mountOf = (path: string, mounts: readonly Mount[]): Mount | null =>
  mounts
    .filter(({ folder }) => holds(folder, path))
    .reduce<Mount | null>(
      (best, mount) => (best !== null && best.folder.length > mount.folder.length ? best : mount),
      null,
    );

/** The folder of fstab(5) that holds `path` and is not mounted; null where there is none. */
export function unmounted(path: string, fstab: string, mounts: readonly Mount[]): string | null {
  const mounted = new Set(mounts.map(({ folder }) => folder));
  const folders = fstab.split('\n').flatMap((line) => {
    const [source = '', folder = ''] = line.trim().split(/\s+/u);
    return source === '' || source.startsWith('#') || !folder.startsWith('/')
      ? []
      : // `/srv/tree/` is mounted as `/srv/tree`.
        [unescaped(folder).replace(/(?<=.)\/+$/u, '')];
  });
  return (
    folders.find((folder) => folder !== '/' && holds(folder, path) && !mounted.has(folder)) ?? null
  );
}

export const presentMounts = ({ text }: Pick<Machine, 'text'>): Mount[] =>
  parseMounts(text('/proc/self/mountinfo') ?? '');

/** The folder of fstab that holds `path` and is not mounted now; null where there is none. */
export const unmountedFor = (path: string, machine: Pick<Machine, 'text'>): string | null =>
  unmounted(path, machine.text('/etc/fstab') ?? '', presentMounts(machine));
