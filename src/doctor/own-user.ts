/** A user of its own, to whom state and tree belong, as the README has it. */
import { dirname } from 'node:path';
import { isMarked } from '../db/mark.ts';
import { fileAbove, isEmptyFile, modeOf } from './access.ts';
import { isOfDatabase, isOfTree, isShared } from './belongings.ts';
import type { Look } from './look.ts';
import { unmountedFor } from './mounts.ts';
import type { UserFacts } from './user.ts';

const NAME = 'backupmon';
const OWNER = `${NAME}:${NAME}`;

const useradd = [
  'useradd',
  '--system',
  '--user-group',
  '--home-dir',
  '/var/lib/backupmon',
  '--shell',
  '/usr/sbin/nologin',
  NAME,
];

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
    ['install', '-d', '-o', NAME, '-g', NAME, '-m', mode, path],
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
            ? [['chown', '-R', OWNER, validated]]
            : made(validated, '0750'),
        ]),
  ];
}

/** Commands where state and tree lie in folders of their own; else the configuration is to be edited. */
export function giveAway(
  look: Giving,
  { hasOwnUser, owner, folders = [] }: Pick<UserFacts, 'hasOwnUser' | 'owner' | 'folders'>,
): GivenAway {
  const { places, config, hands } = look;
  const { database, validated } = places;
  const owned = [...folders, ...(config?.jobs.map(({ path }) => path) ?? [])];
  const file = [database, validated].flatMap((path) =>
    path === null ? [] : (fileAbove(path) ?? []),
  )[0];
  const shared =
    file !== undefined
      ? `${file} is no folder: name another one`
      : database !== null && isOfOthers(database)
        ? `${database} is no database of backupmon's: name another file`
        : database !== null && isShared(dirname(database), isOfDatabase(database))
          ? `Other things than the database lie in ${dirname(database)}: move the database into a folder of its own`
          : validated !== null && isShared(validated, isOfTree(owned))
            ? `Other things than validated backups lie in ${validated}: name a folder of its own`
            : null;
  const disk = [database, validated]
    .map((path) => (path === null ? null : unmountedFor(path, look.machine)))
    .find((folder) => folder !== null);
  if (disk !== undefined)
    return {
      mend: hands.root(['mount', disk]),
      shared: `First ${disk}, which fstab has, is to be mounted`,
    };
  if (shared !== null) return { mend: hands.edit(look.file), shared };
  const commands = commandsFor(look, owner !== 'none').flat();
  return { mend: hands.root(...(hasOwnUser ? [] : [useradd]), ...commands), shared };
}
