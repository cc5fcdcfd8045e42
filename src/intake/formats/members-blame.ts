/** Whether what is wrong with a member of a container is wrong with the container. */
import type { ContentFault, ContentReason } from '../../core/content.ts';
import { baseOf, type MemberRecord } from './members-record.ts';
import { isDataFile } from './pg-data.ts';

/** How a file is called that claims to be a dump, compressed or not. */
export const dumpName =
  /\.(?:sql|dump|dmp|pgdump|db|sqlite3?|bak|rdb|archive|backup)(?:\.(?:gz|zst|xz|bz2|lz4|br))?$/i;

/** What a file may be without being a damaged dump: among other files that is no fault, unless its name claims that it is one. */
const softReasons: ReadonlySet<ContentReason> = new Set(['empty', 'foreign_text', 'not_a_dump']);

/** What rows of PostgreSQL's may not be; of a file that merely has such a name it says nothing. */
const rowReasons: ReadonlySet<ContentReason> = new Set(['dump_cut', 'dump_corrupt']);

/** Whether it counts whatever the file lies beside. */
export function isFaultAlone(
  { name, inspected }: Pick<MemberRecord, 'name' | 'inspected'>,
  { reason }: ContentFault,
): boolean {
  if (isDataFile(baseOf(name)) && rowReasons.has(reason)) return false;
  // A bomb is one, whatever it is in.
  if (reason === 'expands_too_far') return true;
  // Documents and programs (.docx, .jar, .apk) are zip files, too, each with liberties of its own.
  if (inspected?.kind === 'zip' && !/\.zip$/i.test(name)) return dumpName.test(name);
  return !softReasons.has(reason) || dumpName.test(name);
}
