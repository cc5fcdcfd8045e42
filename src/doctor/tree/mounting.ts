/** What is said and done where a disk may be away: nothing is made anew then. */
import type { Look } from '../look.ts';

/** What fstab has and is not mounted. */
export const mountAll = ({ hands }: Pick<Look, 'hands'>): string => hands.root(['mount', '-a']);

/** What {@link mountAll} leaves out. */
export const MOUNTING =
  '`mount -a` mounts what fstab has; a pool of ZFS or a mount unit of systemd is started by its own command';

/** Versions that the database records as present; null: it is there, and could not be read. */
export type Recorded = number | null;

/** For the end of what was found; empty where nothing is recorded, or nothing known. */
export const notMounted = (recorded: Recorded): string =>
  recorded === null || recorded === 0
    ? ''
    : `, although the database records ${recorded} ${recorded === 1 ? 'version' : 'versions'}: its disk is probably not mounted`;

/** For the end of a reason; empty where it is known what is recorded. */
export const unread = (recorded: Recorded): string =>
  recorded === null
    ? '. The database could not be read, and may record versions in it: nothing is to be made anew there before that is known'
    : '';
