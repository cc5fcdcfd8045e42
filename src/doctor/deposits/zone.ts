/** One agent's folder, looked at as the user that scans. Nothing is written into it, and nothing resolved by its name twice. */
import { accessSync, constants } from 'node:fs';
import type { AgentZone } from '../../deposits/drop-zone.ts';
import { listFolder, statFolder, statIn, unsafeKind, type Folder } from '../../files/folder.ts';
import { errorCode } from '../../files/trouble.ts';
import type { Mode } from '../rights/access.ts';
import type { Source } from '../tree/probes.ts';
import type { Rounds } from '../jobs/rounds.ts';

/** One folder of an agent. */
export interface ZoneFolder {
  readonly path: string;
  readonly role: 'root' | 'log' | 'archive' | 'files';
  /** Backups lie there, or belong there: it is of that role, or the agent's own folder and has some in it. */
  readonly holdsFiles?: boolean;
  readonly mode: Mode;
  readonly writable: boolean;
}

export interface ZoneFacts {
  readonly agent: string;
  readonly configured: boolean;
  /** There is such a folder, or something else in its place. */
  readonly there: boolean;
  /** What kept it from being looked at, in words; null for nothing. */
  readonly trouble: string | null;
  /** Folders that are links or no folders, in words. */
  readonly unsafe: readonly string[];
  readonly folders: readonly ZoneFolder[];
  /** Files of the agent that may not be read, at most some; and how many were looked at. */
  readonly unreadable: readonly string[];
  readonly files: number;
  /** Files of the agent that everybody may write, and come to, at most some. */
  readonly openFiles?: readonly string[];
  /** Names of files, at most some. */
  readonly names: readonly string[];
  /** To whom files of the agent belong: as a rule the user that it logs in as. */
  readonly senders?: readonly number[];
  readonly rounds: Rounds;
}

/** Names that are looked at in one folder of an agent. */
const MOST_FILES = 1_000;
/** Whether the present user may do so with what is open: nothing is resolved by its name. */
function may(folder: Folder, bits: number, name = '.'): boolean {
  try {
    accessSync(`/proc/self/fd/${folder.descriptor}/${name}`, bits);
    return true;
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return false;
  }
}

function zoneFolder(
  folder: Folder,
  role: ZoneFolder['role'],
  holdsFiles = role === 'files',
): ZoneFolder {
  const { uid, gid, mode } = statFolder(folder);
  return {
    path: folder.path,
    role,
    holdsFiles,
    mode: {
      uid: Number(uid),
      gid: Number(gid),
      mode: Number(mode) & 0o7777,
      isFile: false,
      isFolder: true,
    },
    writable: may(folder, constants.W_OK | constants.X_OK),
  };
}

const isReport = (name: string): boolean => name.toLowerCase().endsWith('.json');

/** @param names of regular files in the agent's own folder, where reports may lie too */
export function foldersOf(zone: AgentZone, names: readonly string[]): ZoneFolder[] {
  const archive = zone.archive();
  return [
    zoneFolder(zone.root, 'root', !names.every(isReport)),
    ...(zone.log === null ? [] : [zoneFolder(zone.log, 'log')]),
    ...(archive === null ? [] : [zoneFolder(archive, 'archive')]),
    ...zone.files().flatMap((folder) => (folder === zone.root ? [] : zoneFolder(folder, 'files'))),
  ];
}

export interface Files {
  readonly unreadable: string[];
  /** That everybody may write who may enter the folder. */
  readonly open: string[];
  readonly names: string[];
  /** Of what lies there. */
  readonly owners: Set<number>;
  source: Source | null;
}

/** Regular files that a scan could be asked to read. rsync's temporary ones belong to nobody yet. */
export function lookAtFiles(folder: Folder): Files {
  const found: Files = { unreadable: [], open: [], names: [], owners: new Set(), source: null };
  for (const name of listFolder(folder).names.slice(0, MOST_FILES)) {
    if (name.startsWith('.')) continue;
    const stats = statIn(folder, name);
    if (stats === null || unsafeKind(stats) !== null) continue;
    found.names.push(name);
    found.owners.add(Number(stats.uid));
    if ((stats.mode & 0o002n) !== 0n) found.open.push(`${folder.path}/${name}`);
    if (!may(folder, constants.R_OK, name)) found.unreadable.push(`${folder.path}/${name}`);
    else if (stats.size > 0n) found.source ??= { folder, name };
  }
  return found;
}
