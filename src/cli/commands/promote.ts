/** `backupmon promote`: an administrator vouches for a backup. */
import { occurrencesOf } from '../../calendar/occurrences.ts';
import type { Config, Job } from '../../core/job.ts';
import { forPeople } from '../../core/text.ts';
import { takeLock } from '../../db/lock.ts';
import { openDatabase, withDatabase } from '../../db/open.ts';
import { beginScan, finishScan } from '../../db/scans.ts';
import { promote as runPromotion, type PromoteOutcome } from '../../pass/promote.ts';
import { checkMarker } from '../../validated/tree.ts';
import { version } from '../../version.ts';
import { loadedConfig, writeSentence, type Context, type ExitCode } from '../context.ts';
import { finishedPass } from '../finished-pass.ts';
import { operatorOf } from '../operator.ts';
import { checkClock } from '../check-clock.ts';
import { becomeOwner } from '../owner.ts';
import { UserProblem } from '../problems.ts';
import { readerFor } from '../reader.ts';
import { selector } from '../selection.ts';
import { toEventView } from '../../views/status-view.ts';

/** A scan takes seconds; somebody waits at the terminal. */
const LOCK_WAIT_MS = 30_000;

export interface PromoteOptions {
  readonly reason?: string;
  readonly force: boolean;
  readonly dryRun: boolean;
}

function jobNamed(config: Config, name: string): Job {
  const chosen = selector([name], config.jobs);
  const job = config.jobs.find((candidate) => chosen(candidate));
  if (job === undefined || !name.includes('/')) {
    throw new UserProblem('usage', `promote needs one job, AGENT/DATABASE; "${name}" is an agent`);
  }
  return job;
}

async function print(
  context: Context,
  config: Config,
  outcome: PromoteOutcome,
  dryRun: boolean,
): Promise<ExitCode> {
  const { io } = context;
  if (outcome.kind === 'refused') {
    throw new UserProblem(outcome.reason, outcome.message, {
      exitCode: 2,
      ...(outcome.hint !== null && { hint: outcome.hint }),
    });
  }
  const event = toEventView(config, outcome.event);
  if (context.json) {
    const { passDocument, toJson } = await import('../../render/json/index.ts');
    io.out.write(
      toJson(
        passDocument({
          now: io.now(),
          command: 'promote',
          severity: 'ok',
          dryRun,
          events: [event],
          unexpected: [],
          news: [],
          notices: [],
          blocked: [],
        }),
      ),
    );
  } else if (context.options.quiet !== true) {
    const where = event.promotedTo ?? 'nothing was changed (--dry-run)';
    writeSentence(
      io.out,
      `${event.agent}/${event.database ?? ''} ${event.message}: ${where}`,
      'ok',
    );
  }
  return 0;
}

export async function promote(
  context: Context,
  name: string,
  file: string | undefined,
  options: PromoteOptions,
): Promise<ExitCode> {
  const config = await loadedConfig(context);
  const job = jobNamed(config, name);
  const operator = operatorOf(context);
  if (!options.dryRun) becomeOwner(config.database, context.io.uid);
  await openDatabase(config.database, 'read').close();
  const lock = options.dryRun
    ? { release: () => undefined }
    : takeLock(config.database, LOCK_WAIT_MS);
  if (lock === null)
    throw new UserProblem('busy', 'a scan is running; try again when it has finished');
  try {
    return await withDatabase(config.database, options.dryRun ? 'read' : 'write', async (db) => {
      checkMarker(config.validated);
      const now = context.io.now();
      await checkClock(db, now);
      const passId = options.dryRun
        ? null
        : await beginScan(db, {
            command: 'promote',
            startedAt: now,
            complete: false,
            program: version,
          });
      const promotion = {
        config,
        db,
        calendar: occurrencesOf,
        now,
        passId,
        job,
        file: file ?? null,
        force: options.force,
        dryRun: options.dryRun,
        operator,
        note: options.reason === undefined ? null : forPeople(options.reason),
        program: context.io.program.command,
        reader: readerFor(config, { bytes: 0, files: 1 }, context.io, () => undefined),
      };
      const outcome =
        passId === null
          ? await runPromotion(promotion)
          : await finishedPass(db, passId, context, () => runPromotion(promotion));
      const published = outcome.kind === 'promoted' ? 1 : 0;
      if (passId !== null) {
        const counts = {
          jobs: 1,
          reports: 0,
          events: published,
          published,
          pruned: 0,
          refused: 0,
          blocked: 0,
          bytesRead: 0,
        };
        await finishScan(db, passId, context.io.now(), published === 1 ? 0 : 2, counts);
      }
      return await print(context, config, outcome, options.dryRun);
    });
  } finally {
    lock.release();
  }
}
