/**
 * The drop zone of one agent: `<deposits>/<agent>` with `log/` for reports and `database/` (or `databases/`) for files.
 * Written by somebody else's machine: every folder is opened without following links, every file checked on its descriptor.
 */
import type { BigIntStats } from 'node:fs';
import {
  changedAt,
  closeFile,
  closeFolder,
  listFolder,
  openFileIn,
  openFolderIn,
  stateOf,
  statIn,
  unsafeKind,
  type Folder,
  type OpenFile,
} from '../files/folder.ts';
import { Trouble } from '../files/trouble.ts';
import { temporaries, type Temporaries } from './temporaries.ts';

/** The folders in which a file is looked for, in this order; the agent's own comes last. */
const fileFolders = ['database', 'databases'] as const;
/** The folder within `log` that judged reports are moved to. */
export const ARCHIVE = '_archive';

export interface AgentZone {
  readonly agent: string;
  readonly root: Folder;
  readonly log: Folder | null;
  /** false: the agent's own folder is a link or no folder, and nothing of it can be looked at. */
  readonly entered: boolean;
  /** Where files may lie, in the order of the search; opened when it is first asked for. */
  readonly files: () => readonly Folder[];
  /** Where judged reports go; null when it is absent or not entered. Opened when it is first asked for. */
  readonly archive: () => Folder | null;
  /** Folders that are links or no folders, in words: they are not entered. */
  readonly unsafe: readonly string[];
  /** rsync's temporary files, looked up by the name of the file that they will be. */
  readonly temporaries: Temporaries;
  readonly close: () => void;
}

const SPARSE_FROM = 1024n ** 3n;

const notAFolder = (error: unknown): boolean =>
  error instanceof Trouble && (error.code === 'ELOOP' || error.code === 'ENOTDIR');

/** null when the agent has no folder. @throws Trouble */
export function openZone(deposits: Folder, agent: string): AgentZone | null {
  const unsafe: string[] = [];
  const opened: Folder[] = [];
  const open = (folder: Folder, name: string): Folder | null => {
    try {
      const inner = openFolderIn(folder, name);
      if (inner !== null) opened.push(inner);
      return inner;
    } catch (error) {
      if (!notAFolder(error)) throw error;
      unsafe.push(`${folder.path}/${name} is a link or no folder, and is not entered`);
      return null;
    }
  };
  const close = (): void => {
    for (const folder of opened.splice(0)) closeFolder(folder);
  };
  try {
    const root = open(deposits, agent);
    if (root === null) {
      if (unsafe.length === 0) return null;
      const nothing = {
        log: null,
        files: () => [],
        archive: () => null,
        temporaries: temporaries([]),
      };
      return { agent, root: deposits, entered: false, ...nothing, unsafe, close };
    }
    const log = open(root, 'log');
    let files: readonly Folder[] | null = null;
    const openFiles = (): readonly Folder[] => {
      files ??= [...fileFolders.flatMap((name) => open(root, name) ?? []), root];
      return files;
    };
    let archive: Folder | null | undefined = undefined;
    const openArchive = (): Folder | null => {
      if (archive === undefined) archive = log === null ? null : open(log, ARCHIVE);
      return archive;
    };
    let arriving: Temporaries | null = null;
    return {
      agent,
      root,
      log,
      entered: true,
      files: openFiles,
      archive: openArchive,
      unsafe,
      temporaries: (name) => (arriving ??= temporaries(openFiles()))(name),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

export type Candidate =
  | { readonly kind: 'open'; readonly file: OpenFile; readonly folder: Folder }
  | {
      readonly kind: 'unsafe';
      readonly what: string;
      readonly changedAt: number | null;
      readonly state: string;
    };

/** Every file of that name, in the order of the search. The caller closes those that are open. @throws Trouble */
export function findFiles(zone: AgentZone, name: string): Candidate[] {
  const found: Candidate[] = [];
  try {
    for (const folder of zone.files()) {
      const opened = openFileIn(folder, name);
      if (opened.kind === 'open') found.push({ kind: 'open', file: opened.file, folder });
      else if (opened.kind === 'unsafe') found.push(unsafeCandidate(opened.what, opened.stats));
    }
    return found;
  } catch (error) {
    for (const one of found) if (one.kind === 'open') closeFile(one.file);
    throw error;
  }
}

/** The states of every file of that name, as one word; `absent` for none. Looks, and opens nothing. @throws Trouble */
export function fileStateIn(zone: AgentZone, name: string): string {
  const states = zone.files().flatMap((folder) => {
    const stats = statIn(folder, name);
    if (stats === null) return [];
    return unsafeKind(stats) === null ? [stateOf(stats)] : [unsafeState(stats)];
  });
  return states.length === 0 ? 'absent' : states.join('|');
}

function unsafeCandidate(what: string, stats: BigIntStats | null): Candidate {
  return {
    kind: 'unsafe',
    what,
    changedAt: stats === null ? null : changedAt(stats),
    state: stats === null ? 'link' : unsafeState(stats),
  };
}

const unsafeState = ({ dev, ino, ctimeNs }: BigIntStats): string =>
  `${dev}:${ino}:unsafe:${ctimeNs}`;

/** A dump is never almost nothing but holes, and reading 8 EiB of them would never end. The largest ratio of zeros compressed is 1:1030. */
export function sparseness({ size, blocks }: BigIntStats): string | null {
  const held = blocks * 512n;
  if (size < SPARSE_FROM || held * 1024n >= size) return null;
  return `a sparse file: ${size} bytes, of which the disk holds ${held}`;
}

/** Bytes of the file that an entry would have read: of the largest of that name, where its report gives no size. @throws Trouble */
export function sizeIn(zone: AgentZone, name: string): number {
  const sizes = zone.files().map((folder) => {
    const stats = statIn(folder, name);
    return stats === null || sparseness(stats) !== null ? 0 : Number(stats.size);
  });
  return Math.max(0, ...sizes);
}

/** Names of what lies in the folders where files are looked for. @throws Trouble */
export const listFileNames = (zone: AgentZone): ReadonlySet<string> =>
  new Set(zone.files().flatMap((folder) => listFolder(folder).names));
