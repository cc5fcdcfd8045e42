/** The database: whether it can be used, whole, and whose its files are. */
import { bytes } from '../core/bytes.ts';
import type { Finding } from '../core/finding.ts';
import { isMarked } from '../db/mark.ts';
import type { DatabaseFault } from '../db/problem.ts';
import { modeOf, type Mode } from './access.ts';
import type { DatabaseFacts, ReadDatabase } from './database-facts.ts';
import { counted, critical, fine, warning } from './finding.ts';
import type { Hands } from './hands.ts';
import type { Look } from './look.ts';
import { unmountedFor } from './mounts.ts';

type Judging = Pick<Look, 'file' | 'scanner' | 'hands'>;

const unused = 'without its database no command can tell or do anything';

/** What mends each fault; `file` is the configuration. */
const mends: Readonly<Record<DatabaseFault, (database: string, look: Judging) => string | null>> = {
  absent: (_, { hands }) => hands.own('init-db'),
  not_initialised: (_, { hands }) => hands.own('init-db'),
  older: (_, { hands }) => hands.own('init-db'),
  newer: () => 'backupmon --version',
  foreign: (_, { file, hands }) => hands.edit(file),
  network: (_, { file, hands }) => hands.edit(file),
  locked: (database, { hands }) => hands.root(['fuser', '-v', database]),
  full: (database, { hands }) => hands.root(['df', '-h', database]),
  unreadable: (database, { hands, scanner }) =>
    hands.root(
      ['chown', `${scanner.user}:${scanner.group}`, database],
      ['chmod', 'u+rw', database],
    ),
};

/** `database is damaged …; run this`: what to run is told by the command. */
const firstPart = (message: string): string => message.split('; ', 1)[0] ?? message;

function judgeCheck(database: string, facts: DatabaseFacts, hands: Hands): Finding {
  const { size, tables, checked, faults } = facts.check;
  const [first] = faults;
  if (first !== undefined) {
    return critical('database', database, {
      message: `${database} is damaged: ${first}`,
      why: 'what it tells may be wrong; a new one finds every version in the tree again, and loses the history',
      mend: hands.own('init-db', '--reset'),
    });
  }
  const whole =
    checked === tables
      ? 'whole'
      : `${checked} of ${counted(tables, 'table')} checked (all of them: sqlite3 FILE 'pragma quick_check')`;
  return fine(
    'database',
    database,
    `${database}: ${bytes(size)}, schema ${facts.schema}, ${whole}`,
  );
}

/**
 * Whether it can be used, and is whole.
 * @param isOurs the file has the mark of backupmon's, however damaged it is
 */
export function judgeDatabase(
  read: ReadDatabase,
  database: string,
  look: Judging,
  isOurs = false,
): Finding {
  if (read.kind === 'read') return judgeCheck(database, read.facts, look.hands);
  if (read.kind === 'unknown') {
    const why = unused;
    return critical('database', database, { message: 'the configuration names no database', why });
  }
  const { fault, message } = read.problem;
  if (fault === 'unreadable' && !look.scanner.present) {
    return warning('database', database, {
      message: `${database} cannot be read by this user`,
      why: 'nothing is known here of scans, versions and jobs',
      mend: `sudo ${look.hands.own('doctor')}`,
    });
  }
  return critical('database', database, {
    message: firstPart(message),
    why: unused,
    // A reset moves the file away: what belongs to another program, or to a person, stays where it is.
    mend:
      fault === 'foreign' && isOurs
        ? look.hands.own('init-db', '--reset')
        : mends[fault](database, look),
  });
}

/** One of the files that make up the database. */
export interface DatabaseFile {
  readonly path: string;
  readonly mode: Mode;
}

/** Whose the files are, and who may change them. */
export function judgeFiles(files: readonly DatabaseFile[], { scanner, hands }: Judging): Finding[] {
  const strange = files
    .filter(({ mode }) => scanner.known && mode.uid !== scanner.uid)
    .map(({ path }) => path);
  const open = files.filter(({ mode }) => (mode.mode & 0o022) !== 0).map(({ path }) => path);
  const readable = files.filter(({ mode }) => (mode.mode & 0o004) !== 0).map(({ path }) => path);
  const found: Finding[] = [];
  if (strange.length > 0) {
    found.push(
      critical('database', strange[0] ?? '', {
        message: `${strange.join(', ')} ${strange.length === 1 ? 'does' : 'do'} not belong to ${scanner.user}, who scans`,
        why: 'a program that was run as another user has made it, and scans cannot write it',
        mend: hands.root(['chown', `${scanner.user}:${scanner.group}`, ...strange]),
      }),
    );
  }
  if (open.length > 0) {
    found.push(
      critical('database', open[0] ?? '', {
        message: `${open.join(', ')} may be written by others than ${scanner.user}`,
        why: 'whoever changes it decides what counts as a good backup, and which versions are deleted',
        mend: hands.root(['chmod', 'go-w', ...open]),
      }),
    );
  }
  if (readable.length > 0) {
    found.push(
      warning('database', readable[0] ?? '', {
        message: `${readable.join(', ')} may be read by everybody on this machine`,
        why: 'it holds names, paths and messages of all agents; readers belong into its group',
        mend: hands.root(['chmod', 'o-r', ...readable]),
      }),
    );
  }
  return found;
}

/** What SQLite keeps beside a database, and the lock of the scan. */
const suffixes = ['', '-wal', '-shm', '.lock'];

export function examineDatabase(look: Look, read: ReadDatabase): Finding[] {
  const { database } = look.places;
  if (database === null) return [];
  const files = suffixes.flatMap((suffix): DatabaseFile[] => {
    const path = `${database}${suffix}`;
    const mode = modeOf(path);
    return mode === null || !mode.isFile ? [] : [{ path, mode }];
  });
  const isOurs = isMarked(database);
  const found = judgeDatabase(read, database, look, isOurs);
  const isAbsent = read.kind === 'unusable' && read.problem.fault === 'absent';
  const disk = isAbsent ? unmountedFor(database, look.machine) : null;
  // A new one in the place of one that is away would be hidden once its disk is mounted.
  const told = disk === null ? found : { ...found, mend: look.hands.root(['mount', disk]) };
  // Nor is a file of somebody else's given away or closed.
  if (read.kind === 'unusable' && read.problem.fault === 'foreign' && !isOurs) return [told];
  return [told, ...judgeFiles(files, look)];
}
