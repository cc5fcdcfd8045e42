/** Gathers what `status` shows: reads the database and the clock, never the backups. */
import { formatDuration } from '../core/duration.ts';
import { formatInstant } from '../core/instant.ts';
import type { Config, Job } from '../core/job.ts';
import { cyclesOf, scheduleKeyOf, type Calendar } from '../core/missed.ts';
import { mutesAt, muteOf, type Mute } from '../core/mute.ts';
import { standingNow } from '../core/standing.ts';
import type { JobState } from '../core/state.ts';
import { severities, worst, type Severity } from '../core/statuses.ts';
import { unexpectedDatabases } from '../db/agents.ts';
import type { EventRecord } from '../db/events.ts';
import { loadJobs, type JobRecord } from '../db/jobs.ts';
import { getMeta, lastCompleteScan, unfinishedScan, type ScanRecord } from '../db/scans.ts';
import { givenUpSince, undelivered } from '../db/messages.ts';
import type { Database } from '../db/schema.ts';
import { allSnoozes } from '../db/snoozes.ts';
import { loadHeld, newestVersions, type HeldRecord, type VersionRecord } from '../db/versions.ts';
import type { EventView, HeldView, JobView, StatusView } from '../render/views.ts';

const TREND_LENGTH = 8;

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

/** The path that people use: through `current`, where the tree has links and the version lies under the job's present path. */
function pathOf(config: Config, job: Job, version: VersionRecord, links: boolean): string {
  const present = version.folder.startsWith(`${job.path}/`);
  const folder = links && present ? `${job.path}/current` : version.folder;
  return `${config.validated}/${folder}/${version.file}`;
}

function toHeld(config: Config, held: HeldRecord, record: JobRecord): HeldView {
  return {
    path: `${config.validated}/${held.folder}/${held.file}`,
    size: held.size,
    sha256: held.sha256,
    endedAt: held.endedAt,
    heldAt: held.heldAt,
    cycles: Math.max(1, record.state.heldCycles.length),
  };
}

interface Loaded {
  readonly records: Map<string, JobRecord>;
  readonly versions: Map<number, { newest: VersionRecord; count: number }>;
  readonly held: Map<number, HeldRecord>;
  readonly links: boolean;
  readonly mutes: readonly Mute[];
}

/** A job whose schedule has changed since the last scan, or that is not expected, is nobody's fault yet: only its past is shown. */
function stateToShow(job: Job, { state }: JobRecord): JobState {
  const watched = state.scheduleKey === scheduleKeyOf(job);
  return watched
    ? state
    : { ...state, watchBegan: null, settledThrough: null, coveredThrough: null };
}

function toJobView(source: StatusSource, loaded: Loaded, job: Job): JobView {
  const { config, calendar, now } = source;
  const record = loaded.records.get(job.id) ?? null;
  const state = record === null ? null : stateToShow(job, record);
  const cycles = state === null ? null : cyclesOf(job, state, calendar);
  const standing = standingNow(job, state, cycles, now);
  const version = record === null ? undefined : loaded.versions.get(record.id);
  const held = record === null ? undefined : loaded.held.get(record.id);
  return {
    job,
    expected: job.enabled,
    standing,
    cycleState: standing.cycleState,
    blocked: state?.blocked ?? null,
    lastSuccessAt: state?.lastSuccessAt ?? null,
    newest:
      version === undefined
        ? null
        : {
            path: pathOf(config, job, version.newest, loaded.links),
            size: version.newest.size,
            sha256: version.newest.sha256,
            assurance: version.newest.assurance,
            endedAt: version.newest.endedAt,
            lastConfirmedAt: version.newest.lastConfirmedAt,
          },
    versions: version?.count ?? 0,
    held: held === undefined || record === null ? null : toHeld(config, held, record),
    sizes: state?.sizes.slice(-TREND_LENGTH).map((sample) => sample.size) ?? [],
    depositFiles: record?.depositFiles ?? 0,
    snoozed: muteOf(loaded.mutes, job.id),
  };
}

const isJob = (view: JobView, other: JobView): number =>
  severities.indexOf(other.standing.severity) - severities.indexOf(view.standing.severity) ||
  (view.job.id < other.job.id ? -1 : 1);

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

/** A job that the database knows and the configuration no longer has: shown when it is named, with its history. */
export function formerJob(record: JobRecord, template: Config): Job {
  return {
    id: `${record.agent}/${record.database}`,
    agent: record.agent,
    database: record.database,
    enabled: false,
    labels: {},
    path: record.path,
    rules: {
      schedule: { kind: 'every', period: Number.MAX_SAFE_INTEGER / 4 },
      timezone: template.timezone,
      grace: 0,
      early: null,
      verify: 'complete',
      keep: { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0 },
      unchanged: 'warning',
      sizeChange: null,
      settle: 0,
      deposit: 'keep',
      failAfter: 1,
    },
    lines: {},
  };
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
 * @param choose picks the jobs to show, given all that are known by name
 * @param excludeSnoozed severity and summary of the whole tell nothing of jobs whose alarms are snoozed
 */
export async function statusView(
  source: StatusSource,
  choose: (configured: readonly Job[], records: ReadonlyMap<string, JobRecord>) => readonly Job[],
  excludeSnoozed = false,
): Promise<StatusView> {
  const { db, config } = source;
  const records = await loadJobs(db);
  const links = (await getMeta(db, 'no_links')) === null;
  const loaded = {
    records,
    versions: await newestVersions(db),
    held: await loadHeld(db),
    links,
    mutes: await presentMutes(source),
  };
  const jobs = choose(config.jobs, records)
    .map((job) => toJobView(source, loaded, job))
    .toSorted(isJob);
  const last = await lastCompleteScan(db);
  const scanOverdue = await overdueScan(source, last);
  const counted = jobs.filter((job) => job.expected);
  const told = counted.filter(({ snoozed }) => !excludeSnoozed || snoozed === null);
  const severity = worst(told.map((job) => job.standing.severity));
  return {
    now: source.now,
    site: config.site,
    severity: scanOverdue === null ? severity : 'critical',
    jobs,
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
