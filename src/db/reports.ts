/** Which reports have been seen: a report is known by its agent and its content. */
import type { Database } from './schema.ts';

export interface KnownReport {
  readonly id: number;
  readonly digest: string;
  readonly name: string;
  readonly endedAt: number | null;
  readonly fileState: string | null;
  readonly jobsKey: string;
  readonly refusedReason: string | null;
}

const columns = [
  'id',
  'digest',
  'name',
  'ended_at',
  'file_state',
  'jobs_key',
  'refused_reason',
] as const;

interface Row {
  id: number;
  digest: string;
  name: string;
  ended_at: number | null;
  file_state: string | null;
  jobs_key: string;
  refused_reason: string | null;
}

const toKnown = (row: Row): KnownReport => ({
  id: row.id,
  digest: row.digest,
  name: row.name,
  endedAt: row.ended_at,
  fileState: row.file_state,
  jobsKey: row.jobs_key,
  refusedReason: row.refused_reason,
});

/** Reports of an agent that still lie in the drop zone. */
export async function lyingReports(db: Database, agent: string): Promise<KnownReport[]> {
  const rows = await db
    .selectFrom('reports')
    .select(columns)
    .where('agent', '=', agent)
    .where('file_state', 'is not', null)
    .execute();
  return rows.map(toKnown);
}

export async function reportByDigest(
  db: Database,
  agent: string,
  digest: string,
): Promise<KnownReport | null> {
  const row = await db
    .selectFrom('reports')
    .select(columns)
    .where('agent', '=', agent)
    .where('digest', '=', digest)
    .executeTakeFirst();
  return row === undefined ? null : toKnown(row);
}

export interface SeenReport {
  readonly agent: string;
  readonly digest: string;
  readonly name: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly seenAt: number;
  readonly fileState: string | null;
  readonly jobsKey: string;
  readonly refused: { readonly reason: string; readonly message: string } | null;
}

/** Records a report that was read, or where it lies now; returns its id. */
export async function recordReport(db: Database, report: SeenReport): Promise<number> {
  const refused = {
    refused_reason: report.refused?.reason ?? null,
    refused_message: report.refused?.message ?? null,
  };
  const { id } = await db
    .insertInto('reports')
    .values({
      agent: report.agent,
      digest: report.digest,
      name: report.name,
      started_at: report.startedAt,
      ended_at: report.endedAt,
      seen_at: report.seenAt,
      file_state: report.fileState,
      jobs_key: report.jobsKey,
      archived_as: null,
      ...refused,
    })
    .onConflict((conflict) =>
      conflict.columns(['agent', 'digest']).doUpdateSet({
        name: report.name,
        file_state: report.fileState,
        jobs_key: report.jobsKey,
        ...refused,
      }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** It does not lie in the drop zone any more, and we did not archive it. */
export async function markGone(db: Database, id: number): Promise<void> {
  await db.updateTable('reports').set({ file_state: null }).where('id', '=', id).execute();
  await forgetIdle(db, id);
}

export async function markArchived(db: Database, id: number, archivedAs: string): Promise<void> {
  await db
    .updateTable('reports')
    .set({ archived_as: archivedAs, file_state: null })
    .where('id', '=', id)
    .execute();
  await forgetIdle(db, id);
}

/** Deletes, of those that the caller asks for, the reports of which no entry is recorded. */
export const deleteWithoutEntries = (db: Database) =>
  db
    .deleteFrom('reports')
    .where((eb) =>
      eb.not(
        eb.exists(eb.selectFrom('entries').select('id').whereRef('report_id', '=', 'reports.id')),
      ),
    );

/** One that told of nothing that is expected is not remembered when it has gone: should it come again, it tells the same. */
async function forgetIdle(db: Database, id: number): Promise<void> {
  await deleteWithoutEntries(db).where('id', '=', id).where('refused_reason', 'is', null).execute();
}
