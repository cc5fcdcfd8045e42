/** `backupmon init-db`: makes or migrates the database, and marks the validated tree as ours; or migrates it, and does nothing else. */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { formatInstant, versionStamp } from '../../core/instant.ts';
import type { Config } from '../../core/job.ts';
import { takeLock } from '../../db/lock.ts';
import { initialiseDatabase, openDatabase } from '../../db/open.ts';
import { placeOf } from '../../db/place.ts';
import { DatabaseProblem, databaseProblem } from '../../db/problem.ts';
import { getMeta, setMeta } from '../../db/scans.ts';
import type { Database } from '../../db/schema.ts';
import { versionsIn } from '../../db/versions.ts';
import { makeFolder, statPath } from '../../files/durable.ts';
import { attempt, Trouble } from '../../files/trouble.ts';
import { placeMarker } from '../../validated/tree.ts';
import { loadedConfig, writeSentence, type Context, type ExitCode } from '../context.ts';
import { becomeOwner } from '../owner.ts';
import { installCommand, UserProblem } from '../problems.ts';

const LOCK_WAIT_MS = 10_000;
/** Argument of install(1) for the state folder. */
const STATE_MODE = ' -m 2750';
/** What SQLite keeps beside a database. */
const COMPANIONS = ['-wal', '-shm'] as const;

export interface InitOptions {
  /** What packages do when they are upgraded: nobody is there to see that a disk is not mounted. */
  readonly migrateOnly: boolean;
  readonly reset: boolean;
  readonly yes: boolean;
}

async function confirm(context: Context, file: string): Promise<void> {
  const answer = await context.io.ask(`Move ${file} aside and start with an empty history? [y/N] `);
  if (answer !== null && /^y(es)?$/iu.test(answer.trim())) return;
  throw new UserProblem('not_confirmed', 'nothing was reset', {
    ...(answer === null && { hint: 'there is no terminal to ask on; add --yes if you mean it' }),
  });
}

/** A name beside the old one that nothing has yet, not even what belongs to a database of that name. */
function freeName(file: string, now: number): string {
  for (let number = 1; ; number += 1) {
    const name = `${file}.${versionStamp(now)}${number === 1 ? '' : `-${number}`}.bak`;
    if (['', ...COMPANIONS].every((suffix) => statPath(name + suffix) === null)) return name;
  }
}

/** Never deletes: the old file keeps its content under another name. The -wal belongs to it and goes with it. */
function moveAside(file: string, now: number): string {
  const backup = freeName(file, now);
  attempt('rename', file, () => renameSync(file, backup));
  for (const suffix of COMPANIONS) {
    if (existsSync(`${file}${suffix}`))
      attempt('rename', `${file}${suffix}`, () =>
        renameSync(`${file}${suffix}`, `${backup}${suffix}`),
      );
  }
  return backup;
}

/** One level only: a whole missing path is a typing error or a disk that is not mounted. */
function checkParent(what: string, folder: string, mode: string): void {
  const parent = dirname(folder);
  if (existsSync(parent)) return;
  throw new UserProblem(
    'folder_absent',
    `${what} cannot be made: ${parent} does not exist either; mount it, or make it first`,
    { hint: installCommand(folder, mode) },
  );
}

/** Without permission, root can mend it with one command. */
function orInstall(path: string, mode: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Trouble) || !['EACCES', 'EPERM'].includes(error.code)) throw error;
    throw new UserProblem(error.reason, error.message, { hint: installCommand(path, mode) });
  }
}

/** Group-readable, and new files in it keep the group: readers of `status` need no more. */
function makeStateFolder(folder: string): void {
  if (existsSync(folder)) return;
  checkParent(`the folder of the database, ${folder},`, folder, STATE_MODE);
  orInstall(folder, STATE_MODE, () =>
    attempt('make folder', folder, () => {
      mkdirSync(folder);
      chmodSync(folder, 0o2750);
    }),
  );
}

/** Whatever is wrong with the tree is told before there is a database, which would look as if all were well. */
function prepareTree(validated: string): void {
  const stats = attempt('look at', validated, () => statSync(validated, { throwIfNoEntry: false }));
  if (stats === undefined) {
    checkParent(`validated, ${validated},`, validated, '');
    orInstall(validated, '', () => makeFolder(validated));
    return;
  }
  if (!stats.isDirectory())
    throw new UserProblem('validated_unusable', `validated: ${validated} is a file, not a folder`);
  orInstall(validated, '', () =>
    attempt('write in', validated, () =>
      accessSync(validated, constants.R_OK | constants.W_OK | constants.X_OK),
    ),
  );
}

/** @throws DatabaseProblem where there is none that could be migrated */
async function checkMigratable(database: string): Promise<void> {
  try {
    await openDatabase(database, 'read').close();
  } catch (error) {
    if (!(error instanceof DatabaseProblem) || error.fault !== 'older') throw error;
  }
}

/** What a database has before its first scan, and the tree with it. Returns whether the tree had no mark yet. */
async function begin(
  context: Context,
  db: Database,
  { database, validated, site }: Config,
  now: number,
): Promise<boolean> {
  chmodSync(database, 0o640);
  if ((await getMeta(db, 'initialised_at')) === null)
    await setMeta(db, 'initialised_at', String(now));
  if (!(await placeMarker(validated, site, formatInstant(now)))) return false;
  const recorded = (await versionsIn(db, ['present'])).length;
  if (recorded > 0) {
    writeSentence(
      context.io.err,
      `warning: ${validated} had no marker file although the database records ${recorded} versions: is its disk mounted? If not, mount it and run init-db again before the next scan`,
      'warning',
    );
  }
  return true;
}

export async function initDb(context: Context, options: InitOptions): Promise<ExitCode> {
  const config = await loadedConfig(context);
  const { database, validated } = config;
  const now = context.io.now();
  const say = (line: string): void => {
    if (context.options.quiet !== true) writeSentence(context.io.out, line, 'ok');
  };
  if (options.reset && !options.yes && existsSync(database)) await confirm(context, database);
  // Before anything is made.
  placeOf(database);
  becomeOwner(database, context.io.uid);
  if (options.migrateOnly) await checkMigratable(database);
  else {
    makeStateFolder(dirname(database));
    prepareTree(validated);
  }
  const lock = takeLock(database, LOCK_WAIT_MS);
  if (lock === null)
    throw new UserProblem('busy', 'a scan is running; try again when it has finished');
  try {
    if (options.reset && existsSync(database))
      say(`moved the old database to ${moveAside(database, now)}`);
    const { db, close, fresh, ran } = await initialiseDatabase(database);
    try {
      const marked = !options.migrateOnly && (await begin(context, db, config, now));
      say(
        fresh ? `made ${database}` : ran > 0 ? `migrated ${database}` : `${database} is up to date`,
      );
      if (marked) say(`marked ${validated} as backupmon's`);
    } finally {
      await close();
    }
  } catch (error) {
    throw databaseProblem(error, database);
  } finally {
    lock.release();
  }
  return 0;
}
