/** The database: whether it can be used, and is whole. */
import { bytes } from '../../core/bytes.ts';
import type { Finding } from '../../core/finding.ts';
import { isMarked } from '../../db/mark.ts';
import type { DatabaseFault, DatabaseProblem } from '../../db/problem.ts';
import { closedFolder, fileAbove } from '../rights/access.ts';
import type { DatabaseFacts, ReadDatabase } from './database-facts.ts';
import { filesOf, judgeBarred, judgeOpen } from './database-files.ts';
import { counted, critical, fine, warning } from '../finding.ts';
import type { Hands } from '../hands.ts';
import type { Look } from '../look.ts';
import { unmountedFor } from '../tree/mounts.ts';
import { brokenLink, leadsTo } from '../real-path.ts';

type Judging = Pick<Look, 'file' | 'scanner' | 'hands'>;

const unused = 'without its database no command can tell or do anything';

/** What is done about it; `why` only where there is more to say than that nothing works. */
interface Remedy {
  readonly mend: string | null;
  readonly why?: string;
}

/** By what stands in the way of reading it, where that is known. */
function openUp(
  { obstacle, path }: DatabaseProblem,
  database: string,
  { file, hands, scanner }: Judging,
): Remedy {
  // What lies there is nobody's to remove: it is moved away, or left alone.
  if (obstacle === 'place' && path !== null && path !== database)
    return { mend: hands.root(['mv', '-n', path, `${path}.away`]) };
  if (obstacle === 'place') return { mend: hands.edit(file) };
  if (obstacle === 'disk')
    return {
      mend: hands.root(['dmesg', '--level=err,warn']),
      why: 'its disk may be failing: the kernel says more',
    };
  if (obstacle !== 'permission') return { mend: null };
  const closed = closedFolder(leadsTo(database));
  if (closed !== null)
    return { mend: hands.root(['setfacl', '-m', `u:${scanner.user}:x`, closed]) };
  return { mend: null, why: 'what is wrong with its folder is told there' };
}

/** What mends each of the other faults; `file` is the configuration. */
const mends: Readonly<
  Record<Exclude<DatabaseFault, 'unreadable'>, (database: string, look: Judging) => string>
> = {
  absent: (_, { hands }) => hands.own('init-db'),
  not_initialised: (_, { hands }) => hands.own('init-db'),
  older: (_, { hands }) => hands.own('init-db'),
  newer: (_, { hands }) => hands.own('--version'),
  foreign: (_, { file, hands }) => hands.edit(file),
  network: (_, { file, hands }) => hands.edit(file),
  locked: (database, { hands }) => hands.root(['fuser', '-v', database]),
  full: (database, { hands }) => hands.root(['df', '-h', database]),
};

function remedyOf(
  problem: DatabaseProblem,
  database: string,
  look: Judging,
  isOurs: boolean,
): Remedy {
  const { fault } = problem;
  if (fault === 'unreadable') return openUp(problem, database, look);
  // A reset moves the file away: what belongs to another program, or to a person, stays where it is.
  if (fault === 'foreign' && isOurs) return { mend: look.hands.own('init-db', '--reset') };
  return { mend: mends[fault](database, look) };
}

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
  const { fault, obstacle, message } = read.problem;
  // What is no file is none for anybody.
  if (fault === 'unreadable' && obstacle !== 'place' && !look.scanner.present) {
    return warning('database', database, {
      message: `${database} cannot be read by this user`,
      why: 'nothing is known here of scans, versions and jobs',
      mend: `sudo ${look.hands.own('doctor')}`,
    });
  }
  const { mend, why } = remedyOf(read.problem, database, look, isOurs);
  return critical('database', database, {
    message: firstPart(message),
    why: why === undefined ? unused : `${unused}; ${why}`,
    mend,
  });
}

/** A new one is made only where nothing says that there was one: it would be hidden once its disk is mounted. */
function withoutMaking(
  finding: Finding,
  database: string,
  { file, hands, machine }: Look,
): Finding {
  const disk = unmountedFor(database, machine);
  if (disk !== null) return { ...finding, mend: hands.root(['mount', disk]) };
  const broken = brokenLink(database);
  const above = fileAbove(leadsTo(database));
  if (broken === null && above === null) return finding;
  const reason =
    broken === null
      ? `${above} is no folder`
      : `${broken.link} leads to ${broken.target}, which does not exist: mount its disk, or name another file`;
  return { ...finding, why: `${unused}; ${reason}`, mend: hands.edit(file) };
}

export function examineDatabase(look: Look, read: ReadDatabase): Finding[] {
  const { database } = look.places;
  if (database === null) return [];
  const isOurs = isMarked(database);
  const found = judgeDatabase(read, database, look, isOurs);
  const problem = read.kind === 'unusable' ? read.problem : null;
  // A file of somebody else's is not given away or closed.
  if (problem?.fault === 'foreign' && !isOurs) return [found];
  const files = filesOf(database);
  const barred = judgeBarred(files, look);
  const open = judgeOpen(files, look);
  if (problem?.fault === 'absent')
    return [withoutMaking(found, database, look), ...barred, ...open];
  // Which file it is, and what to do about that one, is the better answer.
  const isToldBetter = problem?.obstacle === 'permission' && barred.length > 0;
  return [...(isToldBetter && look.scanner.present ? [] : [found]), ...barred, ...open];
}
