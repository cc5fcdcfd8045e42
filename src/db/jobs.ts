/** What is remembered about each job. */
import type { JobState } from '../core/state.ts';
import {
  readHeldCycles,
  readSizes,
  toWatchedState,
  watchedColumns,
  watchedJobs,
} from './job-rows.ts';
import { inPieces } from './pieces.ts';
import type { Database } from './schema.ts';

export interface JobRecord {
  readonly id: number;
  readonly agent: string;
  readonly database: string;
  readonly expected: boolean;
  readonly path: string;
  readonly state: JobState;
  readonly recheckEntryId: number | null;
  readonly depositFiles: number;
  readonly folderMtime: string | null;
}

const recordQuery = (db: Database) =>
  watchedJobs(db)
    .select(watchedColumns)
    .select([
      'jobs.id',
      'jobs.agent',
      'jobs.database',
      'jobs.expected',
      'jobs.path',
      'jobs.sizes',
      'jobs.held_cycles',
      'jobs.recheck_entry_id',
      'jobs.deposit_files',
      'jobs.folder_mtime',
    ]);

type JobRow = Awaited<ReturnType<ReturnType<typeof recordQuery>['execute']>>[number];

const toRecord = (row: JobRow): JobRecord => ({
  id: row.id,
  agent: row.agent,
  database: row.database,
  expected: row.expected === 1,
  path: row.path,
  state: {
    ...toWatchedState(row),
    sizes: readSizes(row.sizes),
    heldCycles: readHeldCycles(row.held_cycles),
  },
  recheckEntryId: row.recheck_entry_id,
  depositFiles: row.deposit_files,
  folderMtime: row.folder_mtime,
});

/** Every job that was ever seen, by `agent/database`. */
export async function loadJobs(db: Database): Promise<Map<string, JobRecord>> {
  const rows = await recordQuery(db).execute();
  return new Map(rows.map((row) => [`${row.agent}/${row.database}`, toRecord(row)]));
}

export type KnownJob = Pick<JobRecord, 'agent' | 'database' | 'path'>;

/** What every job that was ever seen is called. */
export const knownJobs = (db: Database): Promise<KnownJob[]> =>
  db.selectFrom('jobs').select(['agent', 'database', 'path']).execute();

/** One job; null where it was never seen. */
export async function jobNamed(
  db: Database,
  { agent, database }: Pick<JobRecord, 'agent' | 'database'>,
): Promise<JobRecord | null> {
  const row = await recordQuery(db)
    .where('jobs.agent', '=', agent)
    .where('jobs.database', '=', database)
    .executeTakeFirst();
  return row === undefined ? null : toRecord(row);
}

/** Some jobs, by id. */
export async function jobsById(
  db: Database,
  ids: readonly number[],
): Promise<Map<number, JobRecord>> {
  const rows = await inPieces(ids, (some) =>
    recordQuery(db).where('jobs.id', 'in', some).execute(),
  );
  return new Map(rows.map((row) => [row.id, toRecord(row)]));
}

/** As much of a job as a scan needs to see that nothing has happened to it: reading all of ten thousand jobs takes three times as long. */
export interface JobGlance {
  readonly id: number;
  readonly agent: string;
  readonly database: string;
  readonly expected: number;
  readonly path: string;
  readonly watchBegan: number | null;
  readonly scheduleKey: string;
  readonly settledThrough: number | null;
  readonly lastJudgedEnd: number | null;
  readonly blockedReason: string | null;
  readonly arrivingUntil: number | null;
  readonly recheckEntryId: number | null;
  readonly folderMtime: string | null;
  /** Of its last conclusion; null before the first. */
  readonly severity: string | null;
}

/** A glance at every job, by `agent/database`. */
export async function glanceAtJobs(db: Database): Promise<Map<string, JobGlance>> {
  const rows: JobGlance[] = await db
    .selectFrom('jobs')
    .leftJoin('events', 'events.id', 'jobs.last_event_id')
    .select([
      'jobs.id',
      'jobs.agent',
      'jobs.database',
      'jobs.expected',
      'jobs.path',
      'jobs.watch_began as watchBegan',
      'jobs.schedule_key as scheduleKey',
      'jobs.settled_through as settledThrough',
      'jobs.last_judged_end as lastJudgedEnd',
      'jobs.blocked_reason as blockedReason',
      'jobs.arriving_until as arrivingUntil',
      'jobs.recheck_entry_id as recheckEntryId',
      'jobs.folder_mtime as folderMtime',
      'events.severity',
    ])
    .execute();
  return new Map(rows.map((row) => [`${row.agent}/${row.database}`, row]));
}

function stateColumns(state: JobState) {
  return {
    watch_began: state.watchBegan,
    schedule_key: state.scheduleKey,
    settled_through: state.settledThrough,
    covered_through: state.coveredThrough,
    last_judged_end: state.lastJudgedEnd,
    last_event_id: state.standing?.eventId ?? null,
    since: state.since,
    last_success_at: state.lastSuccessAt,
    sizes: JSON.stringify(
      state.sizes.map(({ cycle, size, raw = null, tables = null }) => [cycle, size, raw, tables]),
    ),
    held_cycles: JSON.stringify(state.heldCycles),
    blocked_reason: state.blocked?.reason ?? null,
    blocked_message: state.blocked?.message ?? null,
    blocked_since: state.blocked?.since ?? null,
    arriving_until: state.arrivingUntil,
  };
}

/** Adds a job that was not known; returns its id. */
export async function insertJob(
  db: Database,
  job: { readonly agent: string; readonly database: string; readonly path: string },
  state: JobState,
): Promise<number> {
  const { id } = await db
    .insertInto('jobs')
    .values({
      agent: job.agent,
      database: job.database,
      path: job.path,
      expected: 1,
      deposit_files: 0,
      recheck_entry_id: null,
      folder_mtime: null,
      ...stateColumns(state),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export interface JobChange {
  readonly path?: string;
  readonly expected?: boolean;
  readonly recheckEntryId?: number | null;
  readonly depositFiles?: number;
  readonly folderMtime?: string | null;
}

/** Writes the state, and of the rest what is given. */
export async function updateJob(
  db: Database,
  id: number,
  state: JobState,
  change: JobChange,
): Promise<void> {
  await db
    .updateTable('jobs')
    .set({
      ...stateColumns(state),
      ...(change.path !== undefined && { path: change.path }),
      ...(change.expected !== undefined && { expected: change.expected ? 1 : 0 }),
      ...(change.recheckEntryId !== undefined && { recheck_entry_id: change.recheckEntryId }),
      ...(change.depositFiles !== undefined && { deposit_files: change.depositFiles }),
      ...(change.folderMtime !== undefined && { folder_mtime: change.folderMtime }),
    })
    .where('id', '=', id)
    .execute();
}

/** How many of a job's files lie in the drop zone. */
export async function setDepositFiles(db: Database, id: number, count: number): Promise<void> {
  await db.updateTable('jobs').set({ deposit_files: count }).where('id', '=', id).execute();
}

/** A job that is no longer expected: should it return, its watch begins anew. */
export async function retireJob(db: Database, id: number): Promise<void> {
  await db
    .updateTable('jobs')
    .set({
      expected: 0,
      schedule_key: '',
      blocked_reason: null,
      blocked_message: null,
      blocked_since: null,
    })
    .where('id', '=', id)
    .execute();
}
