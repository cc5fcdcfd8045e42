/** What the present user may do with a path, and what others may. */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../../files/trouble.ts';
import { placesOnWay } from '../real-path.ts';

export type Need = 'read' | 'enter' | 'write';

const bits: Readonly<Record<Need, number>> = {
  read: constants.R_OK,
  enter: constants.R_OK | constants.X_OK,
  write: constants.R_OK | constants.W_OK | constants.X_OK,
};

/** Why not, as an errno name; null where it is permitted. */
export function refusalOf(path: string, need: Need): string | null {
  try {
    accessSync(path, bits[need]);
    return null;
  } catch (error) {
    const code = errorCode(error);
    if (code === null) throw error;
    return code;
  }
}

export const isPermitted = (path: string, need: Need): boolean => refusalOf(path, need) === null;

export interface Mode {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, setuid, setgid and sticky. */
  readonly mode: number;
  readonly isFile: boolean;
  readonly isFolder: boolean;
  /** A named pipe, or one that a shell hands over. */
  readonly isPipe?: boolean;
}

/** Links are followed. null where nothing lies there, or where that may not be known. */
export function modeOf(path: string): Mode | null {
  try {
    const stats = statSync(path);
    const { uid, gid, mode } = stats;
    return {
      uid,
      gid,
      mode: mode & 0o7777,
      isFile: stats.isFile(),
      isFolder: stats.isDirectory(),
      isPipe: stats.isFIFO(),
    };
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return null;
  }
}

/** A regular file of no bytes, as far as that may be known. */
export function isEmptyFile(path: string): boolean {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.size === 0;
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return false;
  }
}

/** The folders above a path, from the root on. */
export function foldersAbove(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...foldersAbove(parent), parent];
}

/** The folders through which a path leads, links followed, from the root on. */
export const foldersOnWay = (path: string): string[] => [
  ...new Set(placesOnWay(path).flatMap(foldersAbove)),
];

/**
 * Whether somebody comes to a path without being in any group, or named by a list: each folder on the way is his, or lets everybody through.
 * @param uid null for just anybody
 */
export const isReached = (path: string, uid: number | null): boolean =>
  foldersOnWay(path).every((folder) => {
    const mode = modeOf(folder);
    return mode === null || (mode.mode & (mode.uid === uid ? 0o100 : 0o001)) !== 0;
  });

/** The first part above a path that is there and is no folder; null where there is none. */
export const fileAbove = (path: string): string | null =>
  foldersAbove(path).find((part) => modeOf(part)?.isFolder === false) ?? null;

/** The first folder above a path that may not be entered by the present user; null where all may. */
export function closedFolder(path: string): string | null {
  const closed = foldersAbove(path).find((folder) => {
    // A file cannot be entered by anybody: no permission mends that.
    if (modeOf(folder)?.isFolder === false) return false;
    try {
      accessSync(folder, constants.X_OK);
      return false;
    } catch (error) {
      const code = errorCode(error);
      if (code === null) throw error;
      return code === 'EACCES';
    }
  });
  return closed ?? null;
}
