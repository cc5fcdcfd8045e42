/** Finding, reading and archiving report files. */
import { newSha256 } from '../files/sha256.ts';
import { readSync, type BigIntStats } from 'node:fs';
import { versionStamp } from '../core/instant.ts';
import {
  changedAt,
  closeFile,
  closeFolder,
  listFolder,
  makeFolderIn,
  openFileIn,
  openFolderIn,
  renameBackIn,
  renameIn,
  stateOf,
  statIn,
  statOpen,
  type Folder,
  type OpenFile,
} from '../files/folder.ts';
import { attempt, Trouble } from '../files/trouble.ts';
import { ARCHIVE, type AgentZone } from './drop-zone.ts';
import { MAX_REPORT_BYTES } from './report/parse.ts';

const NAME_BYTES = 255;

export type ReportPlace = 'log' | 'root';

export interface ReportFile {
  readonly place: ReportPlace;
  readonly name: string;
  /** See files/folder.ts: changes with every change of the file. */
  readonly state: string;
  readonly changedAt: number;
  /** Bytes that reading it would cost. */
  readonly size: number;
}

const folderOf = (zone: AgentZone, place: ReportPlace): Folder | null =>
  place === 'log' ? zone.log : zone.root;

const isReportName = (name: string): boolean =>
  !name.startsWith('.') && name.toLowerCase().endsWith('.json');

export interface ListedReports {
  readonly files: readonly ReportFile[];
  /** Folders that hold more names than are looked at. */
  readonly overfull: readonly string[];
}

/** Report files of the zone with their states, by name; hidden and rsync's temporary names are not looked at. @throws Trouble */
export function listReports(zone: AgentZone): ListedReports {
  const places: readonly ReportPlace[] = zone.entered ? ['log', 'root'] : [];
  const files: ReportFile[] = [];
  const overfull: string[] = [];
  for (const place of places) {
    const folder = folderOf(zone, place);
    if (folder === null) continue;
    const { names, whole } = listFolder(folder);
    if (!whole) overfull.push(folder.path);
    for (const name of names.filter(isReportName).toSorted()) {
      const stats = statIn(folder, name);
      if (stats !== null) files.push(reportFile(place, name, stats));
    }
  }
  return { files, overfull };
}

const reportFile = (place: ReportPlace, name: string, stats: BigIntStats): ReportFile => ({
  place,
  name,
  state: stateOf(stats),
  changedAt: changedAt(stats),
  size: Number(stats.size),
});

export type ReadReport =
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'refused';
      readonly reason: 'unsafe_file' | 'too_large';
      readonly message: string;
      readonly file: ReportFile;
    }
  | {
      readonly kind: 'bytes';
      readonly bytes: Uint8Array;
      readonly digest: string;
      readonly file: ReportFile;
    };

/** Reads one report whole, or says why it is not read; one that is being written is as good as gone until the next scan. @throws Trouble */
export function readReport(zone: AgentZone, listed: ReportFile): ReadReport {
  const folder = folderOf(zone, listed.place);
  if (folder === null) return { kind: 'gone' };
  const opened = openFileIn(folder, listed.name);
  if (opened.kind === 'absent') return { kind: 'gone' };
  if (opened.kind === 'unsafe') {
    return {
      kind: 'refused',
      reason: 'unsafe_file',
      message: `the report is ${opened.what}`,
      file: listed,
    };
  }
  try {
    return readOpen(opened.file, listed);
  } finally {
    closeFile(opened.file);
  }
}

function readOpen(open: OpenFile, listed: ReportFile): ReadReport {
  const { stats } = open;
  const { size } = stats;
  if (size > BigInt(MAX_REPORT_BYTES)) {
    const message = `the report has ${size} bytes; at most ${MAX_REPORT_BYTES} are read`;
    return { kind: 'refused', reason: 'too_large', message, file: listed };
  }
  // One byte more than it should have: a file that grows meanwhile is noticed.
  const buffer = Buffer.alloc(Number(size) + 1);
  const length = attempt('read', open.path, () => {
    let filled = 0;
    for (;;) {
      const count = readSync(open.descriptor, buffer, filled, buffer.length - filled, filled);
      if (count === 0 || filled + count === buffer.length) return filled + count;
      filled += count;
    }
  });
  const bytes = buffer.subarray(0, length);
  // Recorded with a state that its content did not have, it would not be read again.
  if (stateOf(statOpen(open)) !== stateOf(stats) || length !== Number(size))
    return { kind: 'gone' };
  return {
    kind: 'bytes',
    bytes,
    digest: newSha256().update(bytes).digest('hex'),
    file: reportFile(listed.place, listed.name, stats),
  };
}

/** `<end time>_<first 8 of the content's hash>_<name>`, so that a fixed name does not overwrite yesterday's. */
export function archiveName(name: string, digest: string, endedAt: number | null): string {
  const prefix = `${endedAt === null ? 'unknown' : versionStamp(endedAt)}_${digest.slice(0, 8)}_`;
  const room = NAME_BYTES - prefix.length;
  const kept = Buffer.byteLength(name) <= room ? name : `${digest.slice(8, 40)}.json`;
  return `${prefix}${kept}`;
}

export type Archived =
  | { readonly kind: 'archived'; readonly as: string }
  | { readonly kind: 'replaced' };

/**
 * Moves a judged report to `log/_archive`. What was moved is compared with what was read: a stranger that slipped in between
 * is moved back, to be read as new, unless a third one has taken its place.
 *
 * @throws Trouble, when the zone is read-only or a folder on the way is a link
 */
export function archiveReport(
  zone: AgentZone,
  file: ReportFile,
  digest: string,
  endedAt: number | null,
): Archived {
  const from = folderOf(zone, file.place);
  const now = from === null ? null : statIn(from, file.name);
  if (from === null || now === null || stateOf(now) !== file.state) return { kind: 'replaced' };
  const as = archiveName(file.name, digest, endedAt);
  const made: Folder[] = [];
  try {
    const log = zone.log ?? folderFor(zone.root, 'log', made);
    const archive = folderFor(log, ARCHIVE, made);
    renameIn(from, file.name, archive, as);
    const moved = statIn(archive, as);
    // A rename sets ctime, so the inode, its size and mtime are what can be compared.
    if (
      moved !== null &&
      moved.ino === now.ino &&
      moved.size === now.size &&
      moved.mtimeNs === now.mtimeNs
    ) {
      return { kind: 'archived', as };
    }
    renameBackIn(archive, as, from, file.name);
    return { kind: 'replaced' };
  } finally {
    for (const folder of made) closeFolder(folder);
  }
}

function folderFor(parent: Folder, name: string, made: Folder[]): Folder {
  let folder = openFolderIn(parent, name);
  if (folder === null) {
    makeFolderIn(parent, name);
    folder = openFolderIn(parent, name);
  }
  if (folder === null) throw new Trouble('ENOENT', 'open folder', `${parent.path}/${name}`);
  made.push(folder);
  return folder;
}
