/** A user of its own, to whom state and tree belong, as the README has it. */
import { dirname } from 'node:path';
import { isMarked } from '../../db/mark.ts';
import { fileAbove, isEmptyFile, modeOf } from './access.ts';
import { isOfDatabase, isOfSystem, isShared } from './belongings.ts';
import type { Look } from '../look.ts';
import { MOUNTING, mountAll } from '../tree/mounting.ts';
import { unmountedFor } from '../tree/mounts.ts';
import { useradd } from './new-user.ts';
import { brokenLink, leadsTo } from '../real-path.ts';
import { holdingOf, jobPaths, treeNames } from '../tree/tree-names.ts';
import type { UserFacts } from './user.ts';

const NAME = 'backupmon';
const OWNER = `${NAME}:${NAME}`;

export interface GivenAway {
  readonly mend: string;
  /** Which folder cannot be given away, and what to do instead; null where all can. */
  readonly shared: string | null;
}

type Giving = Pick<Look, 'file' | 'config' | 'places' | 'hands' | 'machine'>;

/** A file with something in it that is none of ours. */
const isOfOthers = (database: string): boolean =>
  modeOf(database)?.isFile === true && !isEmptyFile(database) && !isMarked(database);

const besides = (database: string): string[] =>
  [
    database,
    ...['-wal', '-shm', '.lock'].map((suffix) => `${database}${suffix}`),
    `${dirname(database)}/config-cache.json`,
  ].filter((path) => modeOf(path)?.isFile === true);

/** Each file by its name: whatever else lies beside the database is nobody's to give away. */
function commandsFor(
  { places }: Giving,
  isThere: boolean,
): readonly (readonly (readonly string[])[])[] {
  const { database, validated } = places;
  const made = (path: string, mode: string): string[][] => [
    ['install', '-d', '-o', NAME, '-g', NAME, '-m', mode, leadsTo(path)],
  ];
  return [
    ...(database === null
      ? []
      : [
          isThere
            ? [['chown', OWNER, dirname(database), ...besides(database)]]
            : made(dirname(database), '2750'),
        ]),
    ...(validated === null
      ? []
      : [
          isThere && modeOf(validated) !== null
            ? // Of a link to it, `chown -R` would change the link only.
              [['chown', '-R', OWNER, leadsTo(validated)]]
            : made(validated, '0750'),
        ]),
  ];
}

/** Why the places cannot be given away as they are, and what to do; null where they can. */
function hindrance(
  { places, config }: Pick<Look, 'places' | 'config'>,
  folders: readonly string[],
): string | null {
  const { database, validated } = places;
  for (const path of [database, validated]) {
    if (path === null) continue;
    const file = fileAbove(leadsTo(path));
    if (file !== null) return `${file} is no folder: name another one`;
    const broken = brokenLink(path);
    if (broken !== null)
      return `${broken.link} leads to ${broken.target}, which does not exist: mount its disk, or name another place`;
  }
  if (database !== null && isOfOthers(database))
    return `${database} is no database of backupmon's: name another file`;
  if (database !== null && isShared(dirname(database), isOfDatabase(database)))
    return `Other things than the database lie in ${dirname(database)}: move the database into a folder of its own`;
  if (validated === null) return null;
  const names = treeNames(jobPaths(config), folders);
  return isOfSystem(validated) || holdingOf(validated, '', names) !== 'ours'
    ? `Other things than validated backups lie in ${validated}: name a folder of its own`
    : null;
}

/** A database was made together with its tree: where only that is gone, its disk is away. */
const isTreeAway = ({ database, validated }: Look['places']): boolean =>
  database !== null &&
  validated !== null &&
  modeOf(database)?.isFile === true &&
  !isEmptyFile(database) &&
  modeOf(validated) === null;

/** Commands where state and tree lie in folders of their own; else the configuration is to be edited. */
export function giveAway(
  look: Giving,
  { hasOwnUser, owner, folders = [] }: Pick<UserFacts, 'hasOwnUser' | 'owner' | 'folders'>,
): GivenAway {
  const { places, hands } = look;
  const disk = [places.database, places.validated]
    .map((path) => (path === null ? null : unmountedFor(path, look.machine)))
    .find((folder) => folder !== null);
  if (disk !== undefined)
    return {
      mend: hands.root(['mount', disk]),
      shared: `First ${disk}, which fstab has, is to be mounted`,
    };
  const shared = hindrance(look, folders);
  if (shared !== null) return { mend: hands.edit(look.file), shared };
  if (isTreeAway(places))
    return {
      mend: mountAll(look),
      shared: `First ${places.validated} is to be there, which was made with the database: ${MOUNTING}`,
    };
  const commands = commandsFor(look, owner !== 'none').flat();
  return { mend: hands.root(...(hasOwnUser ? [] : [useradd]), ...commands), shared };
}
