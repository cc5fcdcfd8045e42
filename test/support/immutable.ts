/** Files and folders that even root cannot change or remove for a while: the obstacle that a test can put up as root. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const changed = (flag: '+i' | '-i', path: string): boolean =>
  spawnSync('chattr', [flag, path]).status === 0;

/** Why nothing can be made immutable here, or false. For node:test's `skip`. */
export function cannotFreeze(): string | false {
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-immutable-'));
  const file = join(folder, 'probe');
  try {
    writeFileSync(file, '');
    const works = changed('+i', file);
    changed('-i', file);
    return works ? false : 'skipped, because chattr +i is refused here';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs `work` while nothing under that path's name can be changed, renamed or removed. */
export async function frozen<T>(path: string, work: () => Promise<T>): Promise<T> {
  if (!changed('+i', path)) throw new Error(`chattr +i ${path} was refused`);
  try {
    return await work();
  } finally {
    changed('-i', path);
  }
}
