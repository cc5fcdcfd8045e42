/** What the columns of a job mean. */
import type { SizeSample } from '../core/conclusion.ts';
import type { Standing, WatchedState } from '../core/state.ts';
import type { Severity, Status } from '../core/statuses.ts';
import type { Database } from './schema.ts';

/** What makes up a WatchedState: columns of `watchedJobs`. */
export const watchedColumns = [
  'jobs.watch_began',
  'jobs.schedule_key',
  'jobs.settled_through',
  'jobs.covered_through',
  'jobs.last_judged_end',
  'jobs.last_event_id',
  'jobs.since',
  'jobs.last_success_at',
  'jobs.blocked_reason',
  'jobs.blocked_message',
  'jobs.blocked_since',
  'jobs.arriving_until',
  'events.status as event_status',
  'events.severity as event_severity',
  'events.reason as event_reason',
  'events.message as event_message',
  'events.cycle as event_cycle',
] as const;

/** Every job with its newest event, which is joined by its id: the cost does not grow with the history. */
export const watchedJobs = (db: Database) =>
  db.selectFrom('jobs').leftJoin('events', 'events.id', 'jobs.last_event_id');

const watchedQuery = (db: Database) => watchedJobs(db).select(watchedColumns);
type WatchedRow = Awaited<ReturnType<ReturnType<typeof watchedQuery>['execute']>>[number];

function toStanding(row: WatchedRow): Standing | null {
  if (row.event_status === null) return null;
  return {
    eventId: row.last_event_id,
    status: row.event_status as Status,
    severity: row.event_severity as Severity,
    reason: row.event_reason ?? '',
    message: row.event_message ?? '',
    cycle: row.event_cycle,
  };
}

const toBlocked = (row: WatchedRow): WatchedState['blocked'] =>
  row.blocked_reason === null
    ? null
    : {
        reason: row.blocked_reason,
        message: row.blocked_message ?? '',
        since: row.blocked_since ?? 0,
      };

export const toWatchedState = (row: WatchedRow): WatchedState => ({
  watchBegan: row.watch_began,
  scheduleKey: row.schedule_key,
  settledThrough: row.settled_through,
  coveredThrough: row.covered_through,
  lastJudgedEnd: row.last_judged_end,
  standing: toStanding(row),
  since: row.since,
  lastSuccessAt: row.last_success_at,
  blocked: toBlocked(row),
  arrivingUntil: row.arriving_until,
});

export const readHeldCycles = (text: string): number[] =>
  text === '[]' ? [] : (JSON.parse(text) as number[]);

type SizeRow = [cycle: number, size: number, raw?: number | null, tables?: number | null];

export function readSizes(text: string): readonly SizeSample[] {
  if (text === '[]') return [];
  return (JSON.parse(text) as SizeRow[]).map(([cycle, size, raw = null, tables = null]) => ({
    cycle,
    size,
    raw,
    tables,
  }));
}

/** The last sizes of a job, without reading what comes before them. @param count at least 1 */
export function readLastSizes(text: string, count: number): readonly number[] {
  if (text === '[]') return [];
  let from = text.length;
  for (let left = count; left > 0 && from > 1; left -= 1) from = text.lastIndexOf('[', from - 1);
  const rows = JSON.parse(from > 1 ? `[${text.slice(from)}` : text) as SizeRow[];
  return rows.map(([, size]) => size);
}
