/** All jobs with their newest versions, a page at a time: what `status` shows of ten thousand is not in memory twice. */
import type { WatchedState } from '../core/state.ts';
import {
  readHeldCycles,
  readLastSizes,
  toWatchedState,
  watchedColumns,
  watchedJobs,
} from './job-rows.ts';
import type { Database } from './schema.ts';
import type { VersionRecord } from './versions.ts';

/** How many of the recent sizes are shown. */
const TREND_LENGTH = 8;

export type NewestVersion = Pick<
  VersionRecord,
  'endedAt' | 'folder' | 'file' | 'size' | 'sha256' | 'assurance' | 'lastConfirmedAt'
>;

export interface JobOverview {
  readonly id: number;
  readonly agent: string;
  readonly database: string;
  readonly state: WatchedState;
  /** Of the versions that are present the one that ended last; of two that ended at once, the one recorded last. */
  readonly newest: NewestVersion | null;
  /** How many are present. */
  readonly versions: number;
  /** Recent healthy sizes, oldest first. */
  readonly sizes: readonly number[];
  /** How many cycles in a row were held. */
  readonly heldCycles: number;
  readonly depositFiles: number;
}

const overviewQuery = (db: Database) =>
  watchedJobs(db)
    .leftJoin('versions as newest', (join) =>
      join.on((eb) =>
        eb(
          'newest.id',
          '=',
          eb
            .selectFrom('versions')
            .select('versions.id')
            .whereRef('versions.job_id', '=', 'jobs.id')
            .where('versions.state', '=', 'present')
            .orderBy('versions.ended_at', 'desc')
            .orderBy('versions.id', 'desc')
            .limit(1),
        ),
      ),
    )
    .select(watchedColumns)
    .select((eb) => [
      'jobs.id',
      'jobs.agent',
      'jobs.database',
      'jobs.sizes',
      'jobs.held_cycles',
      'jobs.deposit_files',
      'newest.ended_at as newest_ended_at',
      'newest.folder as newest_folder',
      'newest.file as newest_file',
      'newest.size as newest_size',
      'newest.sha256 as newest_sha256',
      'newest.assurance as newest_assurance',
      'newest.last_confirmed_at as newest_last_confirmed_at',
      eb
        .selectFrom('versions')
        .select(eb.fn.countAll<number>().as('count'))
        .whereRef('versions.job_id', '=', 'jobs.id')
        .where('versions.state', '=', 'present')
        .as('versions'),
    ]);

type OverviewRow = Awaited<ReturnType<ReturnType<typeof overviewQuery>['execute']>>[number];

const toNewest = (row: OverviewRow): NewestVersion | null =>
  row.newest_folder === null
    ? null
    : {
        endedAt: row.newest_ended_at ?? 0,
        folder: row.newest_folder,
        file: row.newest_file ?? '',
        size: row.newest_size ?? 0,
        sha256: row.newest_sha256 ?? '',
        assurance: row.newest_assurance as NewestVersion['assurance'],
        lastConfirmedAt: row.newest_last_confirmed_at ?? 0,
      };

const toOverview = (row: OverviewRow): JobOverview => ({
  id: row.id,
  agent: row.agent,
  database: row.database,
  state: toWatchedState(row),
  newest: toNewest(row),
  versions: row.versions ?? 0,
  sizes: readLastSizes(row.sizes, TREND_LENGTH),
  heldCycles: readHeldCycles(row.held_cycles).length,
  depositFiles: row.deposit_files,
});

/** They are done with before the garbage collector has to move them. */
const PAGE = 1_000;

/**
 * Every job that was ever seen, in the order of their ids.
 *
 * @param agents null for the jobs of all of them; at most 1,000
 */
export async function* overviewPages(
  db: Database,
  agents: readonly string[] | null,
): AsyncGenerator<readonly JobOverview[]> {
  const query = overviewQuery(db).orderBy('jobs.id').limit(PAGE);
  const asked = agents === null ? query : query.where('jobs.agent', 'in', agents);
  let through = 0;
  for (let length = PAGE; length === PAGE;) {
    const rows: OverviewRow[] = await asked.where('jobs.id', '>', through).execute();
    yield rows.map(toOverview);
    through = rows.at(-1)?.id ?? through;
    ({ length } = rows);
  }
}
