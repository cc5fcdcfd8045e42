/** `backupmon status`: where every job stands now. */
import { occurrencesOf } from '../../calendar/occurrences.ts';
import type { Config, Job } from '../../core/job.ts';
import { knownJobs } from '../../db/jobs.ts';
import { isRunning } from '../../db/lock.ts';
import { reading, withDatabase } from '../../db/open.ts';
import type { Database } from '../../db/schema.ts';
import { isProblem } from '../../render/problem.ts';
import type { JobView, StatusView } from '../../render/views.ts';
import {
  exitCodes,
  loadedConfig,
  writeEach,
  writeLines,
  writePieces,
  type Context,
  type ExitCode,
} from '../context.ts';
import { selector } from '../selection.ts';
import { formerJob } from '../../views/job-views.ts';
import { statusView, type StatusSource } from '../../views/status-view.ts';

export interface StatusOptions {
  readonly nagios: boolean;
  readonly problems: boolean;
  readonly excludeSnoozed: boolean;
}

export async function status(
  context: Context,
  names: readonly string[],
  options: StatusOptions,
): Promise<ExitCode> {
  const config = await loadedConfig(context);
  return withDatabase(config.database, 'read', async (db) => {
    const source: StatusSource = {
      config,
      db,
      calendar: occurrencesOf,
      now: context.io.now(),
      running: isRunning(config.database),
    };
    // Of one moment, though it is read piece by piece.
    const view = await reading(db, async () =>
      statusView(source, await chosenJobs(config, db, names), options.excludeSnoozed),
    );
    await print(context, source, view, names, options);
    return exitCodes[view.severity];
  });
}

/** Without a name only what is expected is shown; by name also what is disabled or was removed. */
async function chosenJobs(
  config: Config,
  db: Database,
  names: readonly string[],
): Promise<readonly Job[]> {
  const { jobs } = config;
  if (names.length === 0) return jobs.filter((job) => job.enabled);
  const configured = new Set(jobs.map(({ id }) => id));
  const former = (await knownJobs(db))
    .filter(({ agent, database }) => !configured.has(`${agent}/${database}`))
    .map((job) => formerJob(job, config));
  const all = [...jobs, ...former];
  return all.filter(selector(names, all));
}

async function print(
  context: Context,
  source: StatusSource,
  view: StatusView,
  names: readonly string[],
  options: StatusOptions,
): Promise<void> {
  const { out } = context.io;
  // The summary tells of all of them all the same.
  const listed = options.problems ? { ...view, jobs: view.jobs.filter(isProblem) } : view;
  const isTold = ({ snoozed }: JobView): boolean => !options.excludeSnoozed || snoozed === null;
  if (context.json) {
    const { jsonPieces, statusDocument } = await import('../../render/json/index.ts');
    writePieces(out, jsonPieces(statusDocument(listed)));
    return;
  }
  if (options.nagios) {
    const { renderNagios } = await import('../../render/nagios.ts');
    out.write(renderNagios({ ...listed, jobs: listed.jobs.filter(isTold) }));
    return;
  }
  if (context.options.quiet === true) return;
  const only = view.jobs.length === 1 && names.length === 1 ? view.jobs[0] : undefined;
  if (only !== undefined && names[0]?.includes('/') === true) {
    const { jobDetail } = await import('../../views/detail-view.ts');
    const { renderJobDetail } = await import('../../render/status-detail.ts');
    writeLines(out, renderJobDetail(await jobDetail(source, view, only), context.outScreen), 'ok');
    return;
  }
  const { statusTableLines } = await import('../../render/status-table.ts');
  writeEach(out, statusTableLines(view, context.outScreen, { problemsOnly: options.problems }));
}
