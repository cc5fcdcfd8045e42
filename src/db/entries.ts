/** What reports said about each job, as recorded when it was judged. */
import type { ReportEntry, Stage, StageName } from '../core/report.ts';
import { inPieces } from './pieces.ts';
import type { Database } from './schema.ts';

export type Stages = Readonly<Record<StageName, Stage | null>>;

interface Detail {
  readonly stages: Stages;
  readonly unverifiable: string | null;
  readonly incomplete: string | null;
}

const noStages: Stages = { backup: null, compress: null, transfer: null };

export const readStages = (detail: string): Stages =>
  (JSON.parse(detail) as Partial<Detail>).stages ?? noStages;

export interface RecordedEntry {
  readonly id: number;
  readonly reportId: number;
  readonly jobId: number;
  readonly report: { readonly name: string; readonly startedAt: number | null };
  readonly endedAt: number;
  readonly entry: ReportEntry;
  readonly fileState: string | null;
}

export interface NewEntry {
  readonly reportId: number;
  readonly jobId: number;
  readonly endedAt: number;
  readonly entry: ReportEntry;
  readonly fileState: string | null;
}

/** Records an entry, or the new state of its file when it was judged again; returns its id. */
export async function recordEntry(db: Database, row: NewEntry): Promise<number> {
  const { entry } = row;
  const detail: Detail = {
    stages: entry.stages,
    unverifiable: entry.unverifiable,
    incomplete: entry.incomplete,
  };
  const { id } = await db
    .insertInto('entries')
    .values({
      report_id: row.reportId,
      job_id: row.jobId,
      ended_at: row.endedAt,
      file_name: entry.file,
      expected_size: entry.expected.size,
      expected_sha256: entry.expected.sha256,
      raw_size: entry.raw.size,
      raw_sha256: entry.raw.sha256,
      detail: JSON.stringify(detail),
      file_state: row.fileState,
    })
    .onConflict((conflict) =>
      conflict.columns(['report_id', 'job_id']).doUpdateSet({ file_state: row.fileState }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

const entryQuery = (db: Database) =>
  db
    .selectFrom('entries')
    .innerJoin('jobs', 'jobs.id', 'entries.job_id')
    .innerJoin('reports', 'reports.id', 'entries.report_id')
    .selectAll('entries')
    .select(['jobs.database', 'reports.name', 'reports.started_at']);

function toRecorded(
  row: Awaited<ReturnType<ReturnType<typeof entryQuery>['execute']>>[number],
): RecordedEntry {
  const detail = JSON.parse(row.detail) as Detail;
  return {
    id: row.id,
    reportId: row.report_id,
    jobId: row.job_id,
    report: { name: row.name, startedAt: row.started_at },
    endedAt: row.ended_at,
    fileState: row.file_state,
    entry: {
      database: row.database,
      file: row.file_name,
      expected: { size: row.expected_size, sha256: row.expected_sha256 },
      raw: { size: row.raw_size, sha256: row.raw_sha256 },
      ...detail,
    },
  };
}

export async function entriesById(db: Database, ids: readonly number[]): Promise<RecordedEntry[]> {
  const rows = await inPieces(ids, (some) =>
    entryQuery(db).where('entries.id', 'in', some).execute(),
  );
  return rows.map(toRecorded);
}

export async function entriesOfReport(db: Database, reportId: number): Promise<RecordedEntry[]> {
  return (await entryQuery(db).where('entries.report_id', '=', reportId).execute()).map(toRecorded);
}

/** Entries of a job that name a file, newest first. */
export async function entriesNaming(
  db: Database,
  jobId: number,
  file: string,
): Promise<RecordedEntry[]> {
  const query = entryQuery(db)
    .where('entries.job_id', '=', jobId)
    .where('entries.file_name', '=', file)
    .orderBy('entries.ended_at', 'desc')
    .orderBy('entries.id', 'desc');
  return (await query.execute()).map(toRecorded);
}

/** File names of a job's newest reports, each once. */
export async function recentFileNames(
  db: Database,
  jobId: number,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('entries')
    .select('file_name')
    .where('job_id', '=', jobId)
    .where('file_name', 'is not', null)
    .orderBy('ended_at', 'desc')
    .limit(limit)
    .execute();
  return [...new Set(rows.flatMap((row) => (row.file_name === null ? [] : [row.file_name])))];
}

/** The file of a judged entry was removed by us: its absence is no change. */
export async function setFileState(db: Database, id: number, state: string): Promise<void> {
  await db.updateTable('entries').set({ file_state: state }).where('id', '=', id).execute();
}

function durationOf(stage: Stage | null): number | null {
  const { startedAt = null, finishedAt = null } = stage ?? {};
  return startedAt === null || finishedAt === null ? null : finishedAt - startedAt;
}

/** How long the stages of the report took that each job's status comes from, in milliseconds, by `agent/database`. */
export async function stageDurations(
  db: Database,
): Promise<Map<string, Partial<Record<StageName, number>>>> {
  const rows = await db
    .selectFrom('jobs')
    .innerJoin('events', 'events.id', 'jobs.last_event_id')
    .innerJoin('entries', 'entries.id', 'events.entry_id')
    .select(['jobs.agent', 'jobs.database', 'entries.detail'])
    .execute();
  return new Map(
    rows.map(({ agent, database, detail }) => {
      const known = Object.entries(readStages(detail)).flatMap(([name, stage]) => {
        const duration = durationOf(stage);
        return duration === null ? [] : [[name, duration] as const];
      });
      return [`${agent}/${database}`, Object.fromEntries(known)];
    }),
  );
}
