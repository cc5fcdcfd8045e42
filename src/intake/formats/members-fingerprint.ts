/** One hash for all members of a container that stays the same as long as they do. */
import { newSha256 } from '../../files/sha256.ts';
import type { Placed } from './members-conclusion.ts';

/**
 * SHA-256 (lower-case hex) over the sorted lines of name, type, target and content of every member. Order, times, owners and modes are no
 * part of it, nor are the folders that all files lie in, whose names often hold a date; nor what changes by itself. Null where the
 * content of a file is not known.
 */
export function membersFingerprint(placed: readonly Placed[]): string | null {
  const common = commonFolder(placed);
  const lines: string[] = [];
  for (const { record, ensemble } of placed) {
    if (ensemble.isVolatile(record)) continue;
    const { type, link, fingerprint } = record;
    if (type === 'file' && fingerprint === null) return null;
    const name = withoutDots(record.name);
    // A folder that all lie in, or that this one lies in.
    if (type === 'folder' && (name === '' || common.startsWith(`${name}/`))) continue;
    const below = withoutPrefix(name, common);
    // A hard link points to a member, a symbolic one to anywhere.
    const target = type === 'hard link' ? withoutPrefix(withoutDots(link), common) : link;
    lines.push(JSON.stringify([below, type, target, fingerprint]));
  }
  const hash = newSha256().update('members 1\n');
  for (const line of lines.toSorted()) hash.update(`${line}\n`);
  return hash.digest('hex');
}

const withoutPrefix = (name: string, prefix: string): string =>
  name.startsWith(prefix) ? name.slice(prefix.length) : name;

/** Without `./` and `/` at the start, and `/` at the end. */
function withoutDots(name: string): string {
  let end = name.length;
  while (end > 0 && name[end - 1] === '/') end -= 1;
  return name.slice(0, end).replace(/^(?:\.?\/)+/, '');
}

/** The folder, with the slash after it, that every member but folders lies in; empty where there is none. */
function commonFolder(placed: readonly Placed[]): string {
  let common: string | null = null;
  for (const { record } of placed) {
    if (record.type === 'folder') continue;
    const name = withoutDots(record.name);
    const shared: string = common === null ? name : name.slice(0, sharedLength(common, name));
    common = shared.slice(0, shared.lastIndexOf('/') + 1);
  }
  return common ?? '';
}

function sharedLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}
