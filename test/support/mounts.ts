/** Real file systems on loop devices, for as long as one test runs. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type FileSystem = 'xfs' | 'btrfs' | 'exfat';

interface Recipe {
  readonly size: string;
  readonly make: readonly string[];
  readonly mount: readonly string[];
}

const recipes: Readonly<Record<FileSystem, Recipe>> = {
  xfs: { size: '400M', make: ['mkfs.xfs', '-q'], mount: ['mount', '-t', 'xfs'] },
  btrfs: { size: '200M', make: ['mkfs.btrfs', '-q'], mount: ['mount', '-t', 'btrfs'] },
  // Through FUSE: the one file system without symbolic links that needs no module of the kernel's.
  exfat: { size: '64M', make: ['mkfs.exfat'], mount: ['mount.exfat-fuse'] },
};

const output = (command: string, ...argv: string[]): string | null => {
  const { status, stdout } = spawnSync(command, argv, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
};

/** Why such a file system cannot be mounted here, or false. For node:test's `skip`. */
export function cannotMount(kind: FileSystem): string | false {
  if (process.getuid?.() !== 0) return 'skipped, because only root can mount';
  const probe = mounted(kind, () => undefined);
  return probe === null ? `skipped, because ${kind} cannot be made or mounted here` : false;
}

/** Runs `work` with the folder such a file system is mounted on; null when it could not be mounted. */
export function mounted<T>(
  kind: FileSystem,
  work: (folder: string) => T,
): { readonly result: T } | null {
  const recipe = recipes[kind];
  const folder = mkdtempSync(join(tmpdir(), `backupmon-${kind}-`));
  const image = `${folder}.img`;
  let device: string | null = null;
  const end = (): void => {
    spawnSync('umount', [folder]);
    if (device !== null) spawnSync('losetup', ['-d', device]);
    rmSync(image, { force: true });
    rmSync(folder, { recursive: true, force: true });
  };
  output('truncate', '-s', recipe.size, image);
  const [make = '', ...makeArguments] = recipe.make;
  device = output('losetup', '-f', '--show', image);
  const [mount = '', ...mountArguments] = recipe.mount;
  const ready =
    device !== null &&
    output(make, ...makeArguments, device) !== null &&
    output(mount, ...mountArguments, device, folder) !== null;
  if (!ready) {
    end();
    return null;
  }
  let result: T;
  try {
    result = work(folder);
  } catch (error) {
    end();
    throw error;
  }
  if (result instanceof Promise) return { result: result.finally(end) as T };
  end();
  return { result };
}
