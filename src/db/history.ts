/**
 * The end of history: without one an agent that sends something new for each scan would fill the disk of the database, and with it the
 * history of all others. What is remembered of a job, and its versions, do not depend on it.
 */
import { inPieces } from './pieces.ts';
import { deleteWithoutEntries } from './reports.ts';
import type { Database } from './schema.ts';

/** Events that are kept of one job, and of an agent as such; the newest. A year of one an hour, a lifetime of one a day. */
export const EVENTS_KEPT = 10_000;

/** Refused reports of one agent that are remembered: the newest. Each of them is told once. */
export const REPORTS_KEPT = 10_000;

/** Rows that what is remembered of a job points to. */
interface Pinned {
  readonly events: readonly number[];
  readonly entries: readonly number[];
}

async function pinnedBy(db: Database, jobId: number): Promise<Pinned> {
  const job = await db
    .selectFrom('jobs')
    .leftJoin('held', 'held.job_id', 'jobs.id')
    .select(['last_event_id', 'recheck_entry_id', 'event_id', 'entry_id'])
    .where('jobs.id', '=', jobId)
    .executeTakeFirst();
  const ids = (...some: readonly (number | null | undefined)[]) => some.flatMap((id) => id ?? []);
  return {
    events: ids(job?.last_event_id, job?.event_id),
    entries: ids(job?.recheck_entry_id, job?.entry_id),
  };
}

/** The newest of the events that are too old to be kept; null where there are none. */
async function newestForgotten(
  db: Database,
  column: 'job_id' | 'agent',
  value: number | string,
): Promise<number | null> {
  const row = await db
    .selectFrom('events')
    .select('id')
    .where(column, '=', value)
    .orderBy('id', 'desc')
    .offset(EVENTS_KEPT)
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Forgets the oldest events of a job, and what its reports said that nothing refers to any more. Within a transaction of the caller. */
export async function endHistoryOfJob(db: Database, jobId: number): Promise<void> {
  const newest = await newestForgotten(db, 'job_id', jobId);
  if (newest === null) return;
  const pinned = await pinnedBy(db, jobId);
  const older = db.deleteFrom('events').where('job_id', '=', jobId).where('id', '<=', newest);
  const unpinned = pinned.events.length === 0 ? older : older.where('id', 'not in', pinned.events);
  // What an administrator did stays.
  const gone = await unpinned
    .where('operator', 'is', null)
    .returning(['entry_id', 'version_id'])
    .execute();
  const entries = new Set(gone.flatMap((event) => event.entry_id ?? []));
  const versions = new Set(gone.flatMap((event) => event.version_id ?? []));
  for (const id of pinned.entries) entries.delete(id);
  await forgetVersions(db, [...versions]);
  await forgetReports(db, await forgetEntries(db, [...entries]));
}

/** Of those versions the ones that were pruned, and that no event is about any more. */
async function forgetVersions(db: Database, ids: readonly number[]): Promise<void> {
  await inPieces(ids, (some) =>
    db
      .deleteFrom('versions')
      .where('id', 'in', some)
      .where('state', '=', 'pruned')
      .where((eb) =>
        eb.not(
          eb.exists(
            eb.selectFrom('events').select('id').whereRef('version_id', '=', 'versions.id'),
          ),
        ),
      )
      .execute(),
  );
}

/** Of those entries the ones that no event and no version comes from; returns the reports that they were of. */
async function forgetEntries(db: Database, ids: readonly number[]): Promise<number[]> {
  const rows = await inPieces(ids, (some) =>
    db
      .deleteFrom('entries')
      .where('id', 'in', some)
      .where((eb) => {
        const named = (table: 'events' | 'versions') =>
          eb.exists(eb.selectFrom(table).select('id').whereRef('entry_id', '=', 'entries.id'));
        return eb.not(eb.or([named('events'), named('versions')]));
      })
      .returning('report_id')
      .execute(),
  );
  return [...new Set(rows.map((entry) => entry.report_id))];
}

/** Of those reports the ones that do not lie in the drop zone, and of which nothing is left. */
async function forgetReports(db: Database, ids: readonly number[]): Promise<void> {
  await inPieces(ids, (some) =>
    deleteWithoutEntries(db).where('file_state', 'is', null).where('id', 'in', some).execute(),
  );
}

/** The same for what is of no job: refused reports. */
export async function endHistoryOfAgent(db: Database, agent: string): Promise<void> {
  const newest = await newestForgotten(db, 'agent', agent);
  if (newest !== null)
    await db.deleteFrom('events').where('agent', '=', agent).where('id', '<=', newest).execute();
  const report = await db
    .selectFrom('reports')
    .select('id')
    .where('agent', '=', agent)
    .where('refused_reason', 'is not', null)
    .orderBy('id', 'desc')
    .offset(REPORTS_KEPT)
    .limit(1)
    .executeTakeFirst();
  if (report !== undefined)
    await deleteWithoutEntries(db)
      .where('file_state', 'is', null)
      .where('agent', '=', agent)
      .where('refused_reason', 'is not', null)
      .where('id', '<=', report.id)
      .execute();
}
