/** `deposit: remove`: deleting a deposit whose content is safe elsewhere. */
import { randomBytes } from 'node:crypto';
import { removeIn, renameIn, statIn } from '../files/folder.ts';
import type { AgentZone } from './drop-zone.ts';

/**
 * Deletes the file of that name if it is still the one that was judged (`device:inode:size:…`, see files/folder.ts). It is
 * renamed first and compared then, so that a new file which arrives under the name meanwhile is never deleted unjudged.
 * Returns whether it was removed. @throws Trouble
 */
export function removeDeposit(zone: AgentZone, name: string, state: string): boolean {
  const [device, inode, size] = state.split(':');
  const same = (stats: { dev: bigint; ino: bigint; size: bigint } | null): boolean =>
    stats !== null &&
    `${stats.dev}` === device &&
    `${stats.ino}` === inode &&
    `${stats.size}` === size;
  for (const folder of zone.files()) {
    if (!same(statIn(folder, name))) continue;
    const aside = `.backupmon-${randomBytes(6).toString('hex')}`;
    renameIn(folder, name, folder, aside);
    if (same(statIn(folder, aside))) {
      removeIn(folder, aside);
      return true;
    }
    renameIn(folder, aside, folder, name);
  }
  return false;
}
