/** `backupmon status`: where every job stands now. */
import { occurrencesOf } from '../../calendar/occurrences.ts';
import type { Job } from '../../core/job.ts';
import { isRunning } from '../../db/lock.ts';
import { withDatabase } from '../../db/open.ts';
import { isProblem } from '../../render/problem.ts';
import type { JobView, StatusView } from '../../render/views.ts';
import {
  exitCodes,
  loadedConfig,
  writeEach,
  writeLines,
  type Context,
  type ExitCode,
} from '../context.ts';
import { selector } from '../selection.ts';
import { formerJob, statusView, type StatusSource } from '../../views/status-view.ts';

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
    const view = await statusView(
      source,
      (configured, records) => {
        const known = new Set(configured.map((job) => job.id));
        const former = [...records].flatMap(([id, record]): Job[] =>
          known.has(id) ? [] : [formerJob(record, config)],
        );
        const chosen = selector(names, [...configured, ...former]);
        // Without a name only what is expected is shown; by name also what is disabled or was removed.
        return names.length === 0
          ? configured.filter((job) => job.enabled)
          : [...configured, ...former].filter(chosen);
      },
      options.excludeSnoozed,
    );
    await print(context, source, view, names, options);
    return exitCodes[view.severity];
  });
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
    const { statusDocument, toJson } = await import('../../render/json/index.ts');
    out.write(toJson(statusDocument(listed)));
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
