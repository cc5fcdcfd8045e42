/** The recorded conclusions. */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Conclusion } from '../core/conclusion.ts';
import type { ContentFact } from '../core/content.ts';
import { sameByMeasure, type NoticeReason, type Reason } from '../core/reasons.ts';
import type { Assurance, Severity, Status } from '../core/statuses.ts';
import type { Stages } from './entries.ts';
import { readStages } from './entries.ts';
import type { Database, Tables } from './schema.ts';

export interface NewEvent {
  readonly scanId: number | null;
  readonly jobId: number | null;
  readonly agent: string;
  readonly at: number;
  readonly cycle: number | null;
  readonly conclusion: Conclusion;
  readonly entryId: number | null;
  readonly versionId: number | null;
  readonly operator: string | null;
  readonly count: number;
}

export async function insertEvent(db: Database, event: NewEvent): Promise<number> {
  const { conclusion } = event;
  const { id } = await db
    .insertInto('events')
    .values({
      scan_id: event.scanId,
      job_id: event.jobId,
      agent: event.jobId === null ? event.agent : null,
      at: event.at,
      cycle: event.cycle,
      status: conclusion.status,
      severity: conclusion.severity,
      reason: conclusion.reason,
      message: conclusion.message,
      entry_id: event.entryId,
      found_size: conclusion.found?.size ?? null,
      found_sha256: conclusion.found?.sha256 ?? null,
      assurance: conclusion.assurance,
      version_id: event.versionId,
      operator: event.operator,
      count: event.count,
      set_aside: null,
      content: conclusion.content === null ? null : JSON.stringify(conclusion.content),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Something of backupmon itself, or that an administrator asked for: it is about no backup. */
export const insertNotice = (
  db: Database,
  notice: Pick<NewEvent, 'at' | 'scanId' | 'jobId' | 'agent' | 'operator' | 'count'> &
    Pick<Conclusion, 'severity' | 'message'> & { readonly reason: NoticeReason },
): Promise<number> => {
  const { severity, reason, message, ...event } = notice;
  const nothing = { assurance: null, found: null, content: null };
  return insertEvent(db, {
    ...event,
    cycle: null,
    conclusion: { status: 'NOTICE', severity, reason, message, ...nothing },
    entryId: null,
    versionId: null,
  });
};

/** Cycles of a job after `after` that recorded reports cover. */
export async function coveredCycles(
  db: Database,
  jobId: number,
  after: number,
): Promise<Set<number>> {
  const rows = await db
    .selectFrom('events')
    .select('cycle')
    .where('job_id', '=', jobId)
    .where('cycle', '>', after)
    .where('set_aside', 'is', null)
    .where((eb) => eb.or([eb('status', '!=', 'MISSING'), eb('reason', '=', 'version_lost')]))
    .execute();
  return new Set(rows.flatMap((row) => (row.cycle === null ? [] : [row.cycle])));
}

/** One event as people and scripts see it; the shape of contract section 3, times still in milliseconds. */
export interface EventRecord {
  readonly id: number | null;
  readonly agent: string;
  readonly database: string | null;
  readonly cycle: number | null;
  readonly at: number;
  readonly status: Status;
  readonly severity: Severity;
  readonly reason: Reason;
  readonly message: string;
  readonly operator: string | null;
  readonly count: number;
  readonly setAside: string | null;
  readonly report: {
    readonly file: string;
    readonly startedAt: number | null;
    readonly endedAt: number;
    readonly stages: Stages;
  } | null;
  readonly file: {
    readonly name: string | null;
    readonly expected: { readonly size: number | null; readonly sha256: string | null };
    readonly found: { readonly size: number | null; readonly sha256: string | null };
  } | null;
  readonly assurance: Assurance | null;
  /** null where the content was not looked into. */
  readonly content: ContentFact | null;
  /** Relative to the validated tree: folder and file. */
  readonly promotedTo: string | null;
}

export interface EventFilter {
  readonly jobs: readonly { readonly agent: string; readonly database: string | null }[];
  readonly since: number | null;
  readonly until: number | null;
  readonly statuses: readonly Status[];
  readonly limit: number | null;
  readonly ids?: readonly number[];
}

const viewQuery = (db: Database) =>
  db
    .selectFrom('events')
    .leftJoin('jobs', 'jobs.id', 'events.job_id')
    .leftJoin('entries', 'entries.id', 'events.entry_id')
    .leftJoin('reports', 'reports.id', 'entries.report_id')
    .leftJoin('versions', 'versions.id', 'events.version_id')
    .selectAll('events')
    .select([
      'jobs.agent as job_agent',
      'jobs.database as job_database',
      'entries.ended_at',
      'entries.file_name',
      'entries.expected_size',
      'entries.expected_sha256',
      'entries.detail',
      'reports.name as report_name',
      'reports.started_at as report_started_at',
      'versions.folder as version_folder',
      'versions.file as version_file',
    ]);

type ViewRow = Awaited<ReturnType<ReturnType<typeof viewQuery>['execute']>>[number];

function toView(row: ViewRow): EventRecord {
  const hasEntry = row.entry_id !== null && row.ended_at !== null;
  return {
    id: row.id,
    agent: row.job_agent ?? row.agent ?? '',
    database: row.job_database,
    cycle: row.cycle,
    at: row.at,
    status: row.status as Status,
    severity: row.severity as Severity,
    reason: row.reason as Reason,
    message: row.message,
    operator: row.operator,
    count: row.count,
    setAside: row.set_aside,
    report: hasEntry
      ? {
          file: row.report_name ?? '',
          startedAt: row.report_started_at,
          endedAt: row.ended_at ?? 0,
          stages: readStages(row.detail ?? '{}'),
        }
      : null,
    file: hasEntry
      ? {
          name: row.file_name,
          expected: { size: row.expected_size, sha256: row.expected_sha256 },
          found: { size: row.found_size, sha256: row.found_sha256 },
        }
      : null,
    assurance: row.assurance as Assurance | null,
    content: row.content === null ? null : (JSON.parse(row.content) as ContentFact),
    promotedTo: row.version_folder === null ? null : `${row.version_folder}/${row.version_file}`,
  };
}

type Where = ExpressionBuilder<
  Tables & { events: Tables['events']; jobs: Tables['jobs'] },
  'events' | 'jobs'
>;

function ofJobs(jobs: EventFilter['jobs']): (eb: Where) => Expression<SqlBool> {
  return (eb) =>
    eb.or(
      jobs.map(({ agent, database }) =>
        database === null
          ? eb.or([eb('jobs.agent', '=', agent), eb('events.agent', '=', agent)])
          : eb.and([eb('jobs.agent', '=', agent), eb('jobs.database', '=', database)]),
      ),
    );
}

/** Newest first. */
export async function listEvents(db: Database, filter: EventFilter): Promise<EventRecord[]> {
  let query = viewQuery(db).orderBy('events.id', 'desc');
  if (filter.jobs.length > 0) query = query.where(ofJobs(filter.jobs) as never);
  if (filter.since !== null) query = query.where('events.at', '>=', filter.since);
  if (filter.until !== null) query = query.where('events.at', '<', filter.until);
  if (filter.statuses.length > 0) query = query.where('events.status', 'in', filter.statuses);
  if (filter.ids !== undefined) query = query.where('events.id', 'in', filter.ids);
  if (filter.limit !== null) query = query.limit(filter.limit);
  return (await query.execute()).map(toView);
}

/** Whether the file of an entry became a version, or has the very content that a version has. */
export async function isKept(db: Database, entryId: number): Promise<boolean> {
  const row = await db
    .selectFrom('events')
    .select('id')
    .where('entry_id', '=', entryId)
    .where('set_aside', 'is', null)
    .where((eb) =>
      eb.or([eb('version_id', 'is not', null), eb('reason', 'in', [...sameByMeasure])]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
