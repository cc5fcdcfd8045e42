/** One hash for all members of a container that stays the same as long as they do. */
import { createHash } from 'node:crypto';
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
    const below = name.startsWith(common) ? name.slice(common.length) : name;
    lines.push(JSON.stringify([below, type, link, fingerprint]));
  }
  const hash = createHash('sha256').update('members 1\n');
  for (const line of lines.toSorted()) hash.update(`${line}\n`);
  return hash.digest('hex');
}

const withoutDots = (name: string): string => name.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');

/** The folder, with the slash after it, that every member but folders lies in; empty where there is none. */
function commonFolder(placed: readonly Placed[]): string {
  let common: string | null = null;
  for (const { record } of placed) {
    if (record.type === 'folder') continue;
    const name = withoutDots(record.name);
    common ??= name.slice(0, name.lastIndexOf('/') + 1);
    while (common !== '' && !name.startsWith(common))
      common = common.slice(0, common.lastIndexOf('/', common.length - 2) + 1);
  }
  return common ?? '';
}
