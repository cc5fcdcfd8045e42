/** The passes themselves, and the few facts that belong to no table of their own. */
import type { Database } from './schema.ts';

export interface ScanCounts {
  readonly jobs: number;
  readonly reports: number;
  readonly events: number;
  readonly published: number;
  readonly pruned: number;
  readonly refused: number;
  readonly blocked: number;
  readonly bytesRead: number;
}

export interface ScanRecord {
  readonly id: number;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly exitCode: number | null;
}

export async function beginScan(
  db: Database,
  scan: { command: 'scan' | 'promote'; startedAt: number; complete: boolean; program: string },
): Promise<number> {
  const { id } = await db
    .insertInto('scans')
    .values({
      command: scan.command,
      started_at: scan.startedAt,
      complete: scan.complete ? 1 : 0,
      program: scan.program,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export async function finishScan(
  db: Database,
  id: number,
  finishedAt: number,
  exitCode: number,
  counts: ScanCounts,
): Promise<void> {
  await db
    .updateTable('scans')
    .set({
      finished_at: finishedAt,
      exit_code: exitCode,
      jobs: counts.jobs,
      reports: counts.reports,
      events: counts.events,
      published: counts.published,
      pruned: counts.pruned,
      refused: counts.refused,
      blocked: counts.blocked,
      bytes_read: counts.bytesRead,
    })
    .where('id', '=', id)
    .execute();
}

/** What a pass that came to its end did. */
export async function countsOfScan(db: Database, id: number): Promise<ScanCounts> {
  const row = await db
    .selectFrom('scans')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return {
    jobs: row.jobs ?? 0,
    reports: row.reports ?? 0,
    events: row.events ?? 0,
    published: row.published ?? 0,
    pruned: row.pruned ?? 0,
    refused: row.refused ?? 0,
    blocked: row.blocked ?? 0,
    bytesRead: row.bytes_read ?? 0,
  };
}

/** A pass that ended by an error: it is over, and counts as no complete scan. */
export async function abandonScan(db: Database, id: number, finishedAt: number): Promise<void> {
  await db
    .updateTable('scans')
    .set({ finished_at: finishedAt, exit_code: 3, complete: 0 })
    .where('id', '=', id)
    .execute();
}

const columns = ['id', 'started_at', 'finished_at', 'exit_code'] as const;

const toScan = (row: {
  id: number;
  started_at: number;
  finished_at: number | null;
  exit_code: number | null;
}): ScanRecord => ({
  id: row.id,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  exitCode: row.exit_code,
});

/** The newest scan of all jobs that came to its end. */
export async function lastCompleteScan(db: Database): Promise<ScanRecord | null> {
  const row = await db
    .selectFrom('scans')
    .select(columns)
    .where('command', '=', 'scan')
    .where('complete', '=', 1)
    .where('finished_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : toScan(row);
}

/** The newest pass of all, when it has not finished: it runs, or was killed. */
export async function unfinishedScan(db: Database): Promise<ScanRecord | null> {
  const row = await db
    .selectFrom('scans')
    .select(columns)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined || row.finished_at !== null ? null : toScan(row);
}

/** How many scans of all jobs came to their end since then, and what all passes did meanwhile. */
export async function passesSince(
  db: Database,
  since: number,
): Promise<{ readonly scans: number; readonly published: number; readonly pruned: number }> {
  const row = await db
    .selectFrom('scans')
    .select(({ fn, eb }) => [
      fn.sum<number | null>(eb.case().when('complete', '=', 1).then(1).else(0).end()).as('scans'),
      fn.sum<number | null>('published').as('published'),
      fn.sum<number | null>('pruned').as('pruned'),
    ])
    .where('started_at', '>', since)
    .where('finished_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return { scans: row.scans ?? 0, published: row.published ?? 0, pruned: row.pruned ?? 0 };
}

export type MetaKey = 'initialised_at' | 'no_links' | 'digest_at';

export async function getMeta(db: Database, key: MetaKey): Promise<string | null> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value ?? null;
}

/** null removes the key. */
export async function setMeta(db: Database, key: MetaKey, value: string | null): Promise<void> {
  if (value === null) {
    await db.deleteFrom('meta').where('key', '=', key).execute();
    return;
  }
  await db
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}
