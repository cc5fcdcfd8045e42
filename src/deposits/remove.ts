/** `deposit: remove`: deleting a deposit whose content is safe elsewhere. */
import { newSha256 } from '../files/sha256.ts';
import type { BigIntStats } from 'node:fs';
import { removeIn, renameBackIn, renameIn, statIn, stateOf, type Folder } from '../files/folder.ts';
import type { AgentZone } from './drop-zone.ts';

/** What a deposit is called while it is removed: always the same, so that the next scan finds what a killed one left. */
const asideOf = (name: string): string =>
  `.backupmon-${newSha256().update(name).digest('hex').slice(0, 12)}`;

/** Whether a scan was killed while it removed the deposit of that name. @throws Trouble */
export const isSetAside = (zone: AgentZone, name: string): boolean =>
  zone.files().some((folder) => statIn(folder, asideOf(name)) !== null);

/** In one folder. A file that was set aside and is not the judged one gets its name back, unless a newer one has it by now. */
function removeFrom(folder: Folder, name: string, state: string): boolean {
  const [device, inode, size] = state.split(':');
  const aside = asideOf(name);
  const lying = statIn(folder, name);
  // Renaming sets ctime: what was set aside is known by what is left of the state, and by its mtime as it was seen before.
  const isJudged = (stats: BigIntStats | null): boolean =>
    stats !== null &&
    `${stats.dev}` === device &&
    `${stats.ino}` === inode &&
    `${stats.size}` === size &&
    (lying === null || stats.mtimeNs === lying.mtimeNs);
  if (lying === null && statIn(folder, aside) === null) return false;
  if (lying !== null) {
    if (stateOf(lying) !== state) return false;
    renameIn(folder, name, folder, aside);
  }
  if (isJudged(statIn(folder, aside))) {
    removeIn(folder, aside);
    return true;
  }
  // The agent itself has replaced it once more: what was moved aside would be gone, had we not been here.
  if (!renameBackIn(folder, aside, folder, name)) removeIn(folder, aside);
  return false;
}

/**
 * Deletes the file of that name if it is still the one that was judged (`device:inode:size:…`, see files/folder.ts). It is
 * renamed first and compared then, so that a new file which arrives under the name meanwhile is never deleted unjudged.
 * Returns whether it was removed. @throws Trouble
 */
export const removeDeposit = (zone: AgentZone, name: string, state: string): boolean =>
  zone.files().some((folder) => removeFrom(folder, name, state));
