/** Compares one job's versions with the tree: which are in place, which are gone, and what lies there that nobody recorded. */
import { constants, fstatSync, openSync } from 'node:fs';
import type { FoundVersion, KnownVersion } from '../core/decision.ts';
import type { Job } from '../core/job.ts';
import type { JobGlance, JobRecord } from '../db/jobs.ts';
import type { VersionRecord } from '../db/versions.ts';
import { close } from '../files/close.ts';
import { attempt, Trouble } from '../files/trouble.ts';
import { findStrays, folderMtime, missingPart, type Stray } from '../validated/compare.ts';
import type { Reader } from '../intake/reader.ts';
import { versionStamp } from '../core/instant.ts';
import type { ToJudge } from './round.ts';
import type { Memory } from './memory.ts';

export interface TreeState {
  readonly present: readonly (KnownVersion & { readonly record: VersionRecord })[];
  readonly lost: readonly (FoundVersion & { readonly record: VersionRecord })[];
  readonly strays: readonly Stray[];
  /** To be remembered, so that the folder is listed again only when a name in it has changed; null while there are strays. */
  readonly mtime: string | null;
  readonly mtimeChanged: boolean;
}

/** A stray that is recorded, and counts for nothing. */
export interface Uncounted extends Stray {
  readonly state: 'unverified' | 'set_aside';
}

export const versionKey = (record: VersionRecord): string => `version:${record.id}`;

const toKnown = (
  record: VersionRecord,
  job: Job,
): KnownVersion & { readonly record: VersionRecord } => ({
  key: versionKey(record),
  endedAt: record.endedAt,
  cycle: record.cycle,
  size: record.size,
  sha256: record.sha256,
  rawSha256: record.rawSha256,
  fingerprint: record.fingerprint,
  contentKind: record.contentKind,
  inPlace:
    record.folder.startsWith(`${job.path}/`) &&
    !record.folder.slice(job.path.length + 1).includes('/'),
  record,
});

/** Every recorded version is in place, and no name has come or gone since the folder was last listed. @throws Trouble */
export function isUntouched(root: string, job: Job, record: JobGlance, memory: Memory): boolean {
  if (record.path !== job.path) return false;
  for (const version of memory.versions.get(record.id) ?? []) {
    if (missingPart(root, version) !== null) return false;
  }
  return folderMtime(root, job.path) === record.folderMtime;
}

/** @throws Trouble when the tree cannot be read: then nothing is lost, we only cannot see it */
export function compareTree(
  root: string,
  job: Job,
  record: JobRecord | null,
  versions: readonly VersionRecord[],
  unverified: ReadonlySet<string>,
): TreeState {
  const present: (KnownVersion & { record: VersionRecord })[] = [];
  const lost: (FoundVersion & { record: VersionRecord })[] = [];
  for (const version of versions) {
    const wrong = missingPart(root, version);
    const known = toKnown(version, job);
    if (wrong === null) present.push(known);
    else lost.push({ ...known, message: wrong });
  }
  const mtime = folderMtime(root, job.path);
  // A tree that was moved by hand brings the times of its folders with it.
  const moved = record !== null && record.path !== job.path;
  const mtimeChanged = moved || lost.length > 0 || mtime !== (record?.folderMtime ?? null);
  if (mtime === null || !mtimeChanged) return { present, lost, strays: [], mtime, mtimeChanged };
  const known = new Set([...versions.map((version) => version.folder), ...unverified]);
  return { present, lost, strays: findStrays(root, job.path, known), mtime, mtimeChanged };
}

/** A stray that a report which waits to be judged will publish again: a scan was killed between the rename and the record. */
export const belongsTo = (stray: Stray, waiting: readonly ToJudge[]): boolean =>
  waiting.some(
    (item) =>
      versionStamp(item.endedAt) === versionStamp(stray.endedAt) &&
      item.entry.file === stray.file &&
      item.entry.expected.sha256 === stray.sha256,
  );

/** Whether the bytes of a stray are what its SHA256SUMS says. @throws Trouble */
export async function verifies(root: string, stray: Stray, reader: Reader): Promise<boolean> {
  const path = `${root}/${stray.folder}/${stray.file}`;
  const descriptor = attempt('open', path, () =>
    openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW),
  );
  try {
    const stats = attempt('look at', path, () => fstatSync(descriptor, { bigint: true }));
    const result = await reader.read({
      descriptor,
      path,
      size: Number(stats.size),
      changed: stats.ctimeNs,
      copy: null,
      reflink: false,
      content: null,
    });
    if (result.kind === 'trouble') throw new Trouble(result.code, result.action, result.path);
    return result.kind === 'read' && result.sha256 === stray.sha256;
  } finally {
    close(descriptor);
  }
}
