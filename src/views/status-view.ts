/** Gathers what `status` shows: reads the database and the clock, never the backups. */
import { formatDuration } from '../core/duration.ts';
import { formatInstant } from '../core/instant.ts';
import type { Config, Job } from '../core/job.ts';
import type { Calendar } from '../core/missed.ts';
import { mutesAt, type Mute } from '../core/mute.ts';
import { worst, type Severity } from '../core/statuses.ts';
import { unexpectedDatabases } from '../db/agents.ts';
import type { EventRecord } from '../db/events.ts';
import { getMeta, lastCompleteScan, unfinishedScan, type ScanRecord } from '../db/scans.ts';
import { givenUpSince, undelivered } from '../db/messages.ts';
import type { Database } from '../db/schema.ts';
import { allSnoozes } from '../db/snoozes.ts';
import type { EventView, JobView, StatusView } from '../render/views.ts';
import { jobViews } from './job-views.ts';

export interface StatusSource {
  readonly config: Config;
  readonly db: Database;
  readonly calendar: Calendar;
  readonly now: number;
  /** A pass holds the lock right now. */
  readonly running: boolean;
}

/** Of what nobody is told at present. */
export const presentMutes = async ({
  config,
  db,
  calendar,
  now,
}: Pick<StatusSource, 'config' | 'db' | 'calendar' | 'now'>): Promise<Mute[]> =>
  mutesAt(now, await allSnoozes(db), config.maintenance, calendar, config.timezone);

export const toEventView = (config: Config, event: EventRecord): EventView => ({
  ...event,
  promotedTo: event.promotedTo === null ? null : `${config.validated}/${event.promotedTo}`,
});

/** The scanner itself has not come to its end for too long, or the sentence is null. */
async function overdueScan(source: StatusSource, last: ScanRecord | null): Promise<string | null> {
  const { config, db, now, running } = source;
  const since = last?.startedAt ?? Number((await getMeta(db, 'initialised_at')) ?? now);
  if (now - since <= config.scanMaxAge) return null;
  const unfinished = running ? await unfinishedScan(db) : null;
  if (unfinished !== null && now - unfinished.startedAt < config.scanTimeout) return null;
  const allowed = formatDuration(config.scanMaxAge);
  return last === null
    ? `no scan has ever completed, ${formatDuration(now - since)} after init-db (scan_max_age is ${allowed}): is \`backupmon scan\` in cron?`
    : `the last complete scan started ${formatDuration(now - since)} ago, at ${formatInstant(since)} (scan_max_age is ${allowed}): is cron or the timer running?`;
}

/** How many there are, in all and of each severity. */
export function summaryOf(jobs: readonly JobView[]): Record<Severity | 'total', number> {
  const summary = { total: jobs.length, ok: 0, warning: 0, pending: 0, critical: 0 };
  for (const job of jobs) summary[job.standing.severity] += 1;
  return summary;
}

/** For so long it is told that somebody has not heard of something. */
const GIVEN_UP_MS = 7 * 24 * 3_600_000;

async function givenUpNotes({ db, now }: StatusSource): Promise<string[]> {
  const count = await givenUpSince(db, now - GIVEN_UP_MS);
  if (count === 0) return [];
  const alarms = count === 1 ? 'an alarm' : `${count} alarms`;
  return [
    `${alarms} could not be delivered in the last 7 days, and will not be tried again: backupmon history --status NOTICE`,
  ];
}

/**
 * @param jobs those to show
 * @param excludeSnoozed severity and summary of the whole tell nothing of jobs whose alarms are snoozed
 */
export async function statusView(
  source: StatusSource,
  jobs: readonly Job[],
  excludeSnoozed = false,
): Promise<StatusView> {
  const { db, config } = source;
  const links = (await getMeta(db, 'no_links')) === null;
  const views = await jobViews(source, jobs, { links, mutes: await presentMutes(source) });
  const last = await lastCompleteScan(db);
  const scanOverdue = await overdueScan(source, last);
  const counted = views.filter((job) => job.expected);
  const told = counted.filter(({ snoozed }) => !excludeSnoozed || snoozed === null);
  const severity = worst(told.map((job) => job.standing.severity));
  return {
    now: source.now,
    site: config.site,
    severity: scanOverdue === null ? severity : 'critical',
    jobs: views,
    summary: summaryOf(told),
    lastScan: last,
    scanOverdue,
    unexpected: await unexpectedDatabases(db, config.jobs),
    undelivered: await undelivered(db),
    notes: [
      ...(await givenUpNotes(source)),
      ...(links
        ? []
        : [
            `${config.validated} has no symbolic links: no \`current\` points to the newest versions`,
          ]),
    ],
  };
}
