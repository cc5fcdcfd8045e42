/** `backupmon init-db`: makes or migrates the database, and marks the validated tree as ours. */
import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatInstant, versionStamp } from '../../core/instant.ts';
import { takeLock } from '../../db/lock.ts';
import { initialiseDatabase } from '../../db/open.ts';
import { getMeta, setMeta } from '../../db/scans.ts';
import { versionsIn } from '../../db/versions.ts';
import { attempt } from '../../files/trouble.ts';
import { placeMarker } from '../../validated/tree.ts';
import { loadedConfig, writeLines, type Context, type ExitCode } from '../context.ts';
import { becomeOwner } from '../owner.ts';
import { UserProblem } from '../problems.ts';

const LOCK_WAIT_MS = 10_000;

export interface InitOptions {
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

/** Never deletes: the old file keeps its content under another name. The -wal belongs to it and goes with it. */
function moveAside(file: string, now: number): string {
  const backup = `${file}.${versionStamp(now)}.bak`;
  attempt('rename', file, () => renameSync(file, backup));
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(`${file}${suffix}`))
      attempt('rename', `${file}${suffix}`, () =>
        renameSync(`${file}${suffix}`, `${backup}${suffix}`),
      );
  }
  return backup;
}

export async function initDb(context: Context, options: InitOptions): Promise<ExitCode> {
  const config = await loadedConfig(context);
  const { database, validated, site } = config;
  const now = context.io.now();
  const say = (line: string): void => {
    if (context.options.quiet !== true) writeLines(context.io.out, line, 'ok');
  };
  if (options.reset && !options.yes && existsSync(database)) await confirm(context, database);
  becomeOwner(database, context.io.uid);
  const folder = dirname(database);
  // Group-readable, and new files in it keep the group: readers of `status` need no more.
  if (!existsSync(folder)) {
    attempt('make folder', folder, () => {
      mkdirSync(folder);
      chmodSync(folder, 0o2750);
    });
  }
  const lock = takeLock(database, LOCK_WAIT_MS);
  if (lock === null)
    throw new UserProblem('busy', 'a scan is running; try again when it has finished');
  try {
    if (options.reset && existsSync(database))
      say(`moved the old database to ${moveAside(database, now)}`);
    const fresh = !existsSync(database);
    const { db, close, ran } = await initialiseDatabase(database);
    try {
      chmodSync(database, 0o640);
      if ((await getMeta(db, 'initialised_at')) === null)
        await setMeta(db, 'initialised_at', String(now));
      const madeMarker = placeMarker(validated, site, formatInstant(now));
      const recorded = (await versionsIn(db, ['present'])).length;
      if (madeMarker && recorded > 0) {
        writeLines(
          context.io.err,
          `warning: ${validated} had no marker file although the database records ${recorded} versions: is its disk mounted? If not, mount it and run init-db again before the next scan`,
          'warning',
        );
      }
      say(
        fresh ? `made ${database}` : ran > 0 ? `migrated ${database}` : `${database} is up to date`,
      );
      if (madeMarker) say(`marked ${validated} as backupmon's`);
    } finally {
      await close();
    }
  } finally {
    lock.release();
  }
  return 0;
}
