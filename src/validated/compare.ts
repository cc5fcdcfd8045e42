/** Comparing the tree with what the database says is in it. Reads names and sizes only; nothing is changed. */
import { lstatSync } from 'node:fs';
import { parseVersionStamp } from '../core/instant.ts';
import { SUMS } from '../core/sums.ts';
import { listPath, readText, statPath } from '../files/durable.ts';
import { attempt } from '../files/trouble.ts';
import { HELD } from './tree.ts';

/** null: in place. Otherwise what is wrong, in words. @throws Trouble */
export function missingPart(
  root: string,
  version: { folder: string; file: string; size: number },
): string | null {
  const path = `${root}/${version.folder}/${version.file}`;
  const stats = attempt('look at', path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (stats === undefined) return `${version.folder}/${version.file} is gone`;
  if (!stats.isFile()) return `${version.folder}/${version.file} is no regular file any more`;
  if (stats.size === version.size) return null;
  return `${version.folder}/${version.file} has ${stats.size} bytes instead of ${version.size}`;
}

/** mtime (ms, as exact as a double is) of a job's folder: unchanged means that no name in it has come or gone. null when it is absent. */
export function folderMtime(root: string, path: string): string | null {
  const stats = attempt('look at', `${root}/${path}`, () =>
    lstatSync(`${root}/${path}`, { throwIfNoEntry: false }),
  );
  return stats?.isDirectory() === true ? String(stats.mtimeMs) : null;
}

/** A folder of our form that the database does not know. */
export interface Stray {
  /** Relative to the tree. */
  readonly folder: string;
  readonly endedAt: number;
  readonly file: string;
  readonly size: number;
  /** As its SHA256SUMS says; not verified yet. */
  readonly sha256: string;
}

/** Folders of a job under `.held`: more than one where a scan ended before it could record what it had held. @throws Trouble */
export const heldCopies = (root: string, path: string): { folder: string; endedAt: number }[] =>
  (listPath(`${root}/${HELD}/${path}`) ?? []).flatMap((name) => {
    const stamp = parseVersionStamp(name);
    return stamp === null ? [] : [{ folder: `${HELD}/${path}/${name}`, endedAt: stamp.instant }];
  });

/** Version folders of a job that are not among `known` (relative folders). Those without a readable SHA256SUMS are not ours. */
export function findStrays(root: string, path: string, known: ReadonlySet<string>): Stray[] {
  return (listPath(`${root}/${path}`) ?? []).flatMap((name): Stray[] => {
    const stamp = parseVersionStamp(name);
    const folder = `${path}/${name}`;
    if (stamp === null || known.has(folder)) return [];
    if (statPath(`${root}/${folder}`)?.isDirectory() !== true) return [];
    const sums = /^([0-9a-f]{64}) [ *]([^/\n]+)\n$/u.exec(
      readText(`${root}/${folder}/${SUMS}`) ?? '',
    );
    if (sums?.[1] === undefined || sums[2] === undefined) return [];
    const stats = statPath(`${root}/${folder}/${sums[2]}`);
    if (stats?.isFile() !== true) return [];
    return [
      { folder, endedAt: stamp.instant, file: sums[2], size: Number(stats.size), sha256: sums[1] },
    ];
  });
}
