/** Whether a folder holds nothing but what is ours: only then may it be given away, or closed to others. */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { errorCode } from '../../files/trouble.ts';
import { leadsTo } from '../real-path.ts';

/** Folders of the system, see hier(7): whatever lies in them now, other programs count on them. */
const system: ReadonlySet<string> = new Set(
  [
    ['', 'bin', 'boot', 'dev', 'etc', 'home', 'lib', 'lib32', 'lib64', 'media', 'mnt', 'opt'],
    ['proc', 'root', 'run', 'sbin', 'srv', 'sys', 'tmp', 'usr', 'usr/local', 'var'],
    ['backups', 'cache', 'lib', 'local', 'lock', 'log', 'mail', 'opt', 'run', 'spool', 'tmp'].map(
      (name) => `var/${name}`,
    ),
  ]
    .flat()
    .map((name) => `/${name}`),
);

/** Also where a link leads to one. */
export const isOfSystem = (path: string): boolean => system.has(path) || system.has(leadsTo(path));

/** Names in a folder, none where it is absent; null where they may not be known. */
export function namesIn(path: string): readonly string[] | null {
  try {
    return readdirSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === null) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR' ? [] : null;
  }
}

/** There, but what lies in it may not be known by the present user. */
export const isHidden = (path: string): boolean => !isOfSystem(path) && namesIn(path) === null;

/** Holds, or may hold, what is not ours; a folder that is absent does not. */
export function isShared(path: string, isOurs: (name: string) => boolean): boolean {
  if (isOfSystem(path)) return true;
  return namesIn(path)?.every((name) => name === 'lost+found' || isOurs(name)) !== true;
}

/** Of the database: SQLite's files, the lock, those that `init-db --reset` has moved aside, and the cache of the configuration. */
export function isOfDatabase(database: string): (name: string) => boolean {
  const base = basename(database);
  return (name) =>
    name === base ||
    name.startsWith(`${base}.`) ||
    name.startsWith(`${base}-`) ||
    name === 'config-cache.json';
}
