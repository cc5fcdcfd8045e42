/** Where the native addon may lie: folders that nobody but this user, or root, can write. */
import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Effective user, who must own what is loaded. */
  readonly uid: number;
  /** The folder that a package makes for the user who scans; nobody else is to make it their own. */
  readonly packaged: string;
  /** Milliseconds UTC. */
  readonly now: number;
}

const name = 'backupmon';
const othersMayWrite = 0o022;

/** Absolute, or null: a relative one would be another folder each time. */
const absolute = (folder: string | undefined): string | null =>
  folder !== undefined && path.isAbsolute(folder) ? folder : null;

const below = (folder: string | null): string | null => folder && path.join(folder, name);

/**
 * Best first: the cache folder that systemd has made for the service, that of the package, that of the user (XDG Base Directory
 * Specification), that of the session, and one of the user's own among the temporary files.
 */
export function candidates({ env, uid, packaged }: Surroundings): string[] {
  // systemd lists several with colons.
  const service = absolute(env['CACHE_DIRECTORY']?.split(':')[0]);
  const home = ownHome(absolute(env['HOME']), uid);
  const places = [
    service,
    packaged,
    below(absolute(env['XDG_CACHE_HOME'])) ?? below(home && path.join(home, '.cache')),
    below(absolute(env['XDG_RUNTIME_DIR']) ?? `/run/user/${uid}`),
    ...temporaries(env).map((folder) => path.join(folder, `${name}-${uid}`)),
  ];
  return places.filter((place) => place !== null);
}

/** Not somebody else's: sudo may keep $HOME, and whoever owns it chooses where its links lead. */
function ownHome(home: string | null, uid: number): string | null {
  try {
    return home !== null && statSync(home).uid === uid ? home : null;
  } catch {
    return null;
  }
}

/** Where temporary files may lie, best first. */
export function temporaries(env: Surroundings['env']): string[] {
  const chosen = absolute(env['TMPDIR']);
  return chosen === null ? ['/tmp', '/var/tmp', '/dev/shm'] : [chosen];
}

/**
 * A descriptor of the folder, which no renaming of folders can redirect; null where it is absent, no folder, a link, or where others
 * may write it. Made, with mode 0700, where only it is missing, or it and a `.cache` above.
 */
export function openPrivate(folder: string, { uid, packaged }: Surroundings): number | null {
  try {
    if (folder !== packaged) make(folder, uid);
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    const descriptor = openSync(folder, flags);
    const stats = fstatSync(descriptor);
    const isOurs = stats.uid === uid || stats.uid === 0;
    if (isOurs && (stats.mode & othersMayWrite) === 0) return descriptor;
    closeSync(descriptor);
  } catch {
    // The next one will do.
  }
  return null;
}

/** In a folder of the user's own, or in one where everybody may make what nobody else can remove. */
function make(folder: string, uid: number): void {
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  const parent = path.dirname(folder);
  if (path.basename(parent) === '.cache' && lstatSync(path.dirname(parent)).uid === uid)
    mkdirIfAbsent(parent);
  const { uid: owner, mode } = lstatSync(parent);
  const isShared = (mode & 0o1000) !== 0;
  if (owner === uid || isShared) mkdirIfAbsent(folder);
}

function mkdirIfAbsent(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Somebody else has made it meanwhile: it is looked at as any other.
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
  }
}
