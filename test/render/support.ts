/** Hand-made views: a healthy job, and ways to change it. */
import type { ContentFact } from '../../src/core/content.ts';
import type { Job } from '../../src/core/job.ts';
import type { Stage } from '../../src/core/report.ts';
import { catalogue, worst, type Severity, type Status } from '../../src/core/statuses.ts';
import type {
  EventView,
  HistoryView,
  JobDetailView,
  JobView,
  PassView,
  Screen,
  StatusView,
} from '../../src/render/views.ts';

const same = (text: string): string => text;
const uncoloured = { red: same, yellow: same, green: same, bold: same, dim: same };
export const unicode: Screen = { paint: uncoloured, width: 80, unicode: true };
export const ascii: Screen = { paint: uncoloured, width: 80, unicode: false };
const coded =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;
export const coloured: Screen = {
  paint: { red: coded(31), yellow: coded(33), green: coded(32), bold: coded(1), dim: coded(2) },
  width: 80,
  unicode: true,
};

export const at = (text: string): number => Date.parse(text);
export const now = at('2026-06-20T21:00:00Z');
export const sha = 'a1b2c3d4e5f60718'.repeat(4);
export const otherSha = '0123456789abcdef'.repeat(4);

export function job(id = 'paris/compta', changes: Partial<Job> = {}): Job {
  const [agent = '', database = ''] = id.split('/');
  return {
    id,
    agent,
    database,
    enabled: true,
    labels: { city: 'Paris' },
    path: id,
    rules: {
      schedule: { kind: 'cron', expression: '0 20 * * *' },
      timezone: 'Africa/Douala',
      grace: 5_400_000,
      early: null,
      verify: 'intact',
      keep: { last: 3, daily: 7, weekly: 0, monthly: 0, yearly: 0 },
      unchanged: 'warning',
      sizeChange: 0.5,
      settle: 120_000,
      deposit: 'keep',
      failAfter: 1,
    },
    lines: { schedule: 12, keep: 15 },
    ...changes,
  };
}

const cycle = at('2026-06-20T19:00:00Z');

export function jobView(
  id = 'paris/compta',
  status: Status = 'SUCCESS',
  changes: Partial<JobView> = {},
): JobView {
  return {
    job: job(id),
    expected: true,
    standing: {
      eventId: 812,
      status,
      severity: catalogue[status].severity,
      reason: 'verified',
      message: 'size and SHA-256 as reported; 4.2 MiB',
      cycle,
      since: at('2026-06-20T18:40:00Z'),
      currentCycle: cycle,
      cycleState: 'done',
      nextDue: at('2026-06-21T19:00:00Z'),
      deadline: at('2026-06-21T20:30:00Z'),
    },
    cycleState: 'done',
    blocked: null,
    lastSuccessAt: at('2026-06-20T18:37:35Z'),
    newest: {
      path: `/srv/validated/${id}/current/compta.sql.gz`,
      size: 4_386_338,
      sha256: sha,
      assurance: 'intact',
      endedAt: at('2026-06-20T18:37:35Z'),
      lastConfirmedAt: at('2026-06-20T18:37:35Z'),
    },
    versions: 1,
    held: null,
    sizes: [4_000_000, 4_100_000, 4_386_338],
    depositFiles: 1,
    snoozed: null,
    ...changes,
  };
}

export const standing = (
  changes: Partial<JobView['standing']>,
  from: JobView = jobView(),
): JobView['standing'] => ({ ...from.standing, ...changes });

/** Nothing ever arrived. */
export const missing = (id: string, changes: Partial<JobView> = {}): JobView =>
  jobView(id, 'MISSING', {
    standing: standing(
      {
        reason: 'no_report',
        message: 'due 2026-06-20T19:00:00Z, and no report covers it by 2026-06-20T20:30:00Z',
        since: at('2026-06-20T20:30:00Z'),
        cycleState: 'missed',
      },
      jobView(id, 'MISSING'),
    ),
    cycleState: 'missed',
    lastSuccessAt: null,
    newest: null,
    versions: 0,
    sizes: [],
    ...changes,
  });

const order: readonly Severity[] = ['critical', 'warning', 'pending', 'ok'];

export function statusView(
  jobs: readonly JobView[],
  changes: Partial<StatusView> = {},
): StatusView {
  const count = (severity: Severity): number =>
    jobs.filter((view) => view.standing.severity === severity).length;
  return {
    now,
    site: 'backup01',
    severity: worst(jobs.map((view) => view.standing.severity)),
    jobs: jobs.toSorted(
      (left, right) =>
        order.indexOf(left.standing.severity) - order.indexOf(right.standing.severity),
    ),
    summary: {
      total: jobs.length,
      ok: count('ok'),
      warning: count('warning'),
      pending: count('pending'),
      critical: count('critical'),
    },
    lastScan: {
      startedAt: at('2026-06-20T20:48:00Z'),
      finishedAt: at('2026-06-20T20:48:09Z'),
      exitCode: 2,
    },
    scanOverdue: null,
    unexpected: [],
    undelivered: [],
    notes: [],
    ...changes,
  };
}

export const stage = (changes: Partial<Stage> = {}): Stage => ({
  ok: true,
  startedAt: at('2026-06-20T18:10:40Z'),
  finishedAt: at('2026-06-20T18:22:43Z'),
  size: 62_233_088,
  sha256: otherSha,
  error: null,
  ...changes,
});

/** A whole dump, as it is found in the file of `event()`. */
export const wholeContent: ContentFact = {
  assurance: 'complete',
  compression: 'gzip',
  kind: 'postgresql_plain',
  description: 'PostgreSQL 15.18 dump',
  raw: { size: 62_233_088, sha256: otherSha },
  member: null,
  fingerprint: sha,
  fault: null,
  shortfall: null,
  remarks: [],
  measures: { tables: 12, batches: 1 },
  lastLine: null,
};

export function event(status: Status = 'SUCCESS', changes: Partial<EventView> = {}): EventView {
  return {
    id: 812,
    agent: 'paris',
    database: 'compta',
    cycle,
    at: at('2026-06-20T18:40:00Z'),
    status,
    severity: catalogue[status].severity,
    reason: 'verified',
    message: 'size and SHA-256 as reported; 4.2 MiB',
    operator: null,
    count: 1,
    setAside: null,
    report: {
      file: '20260620_2000_paris.json',
      startedAt: at('2026-06-20T18:10:40Z'),
      endedAt: at('2026-06-20T18:37:35Z'),
      stages: {
        backup: stage(),
        compress: stage({ size: 4_386_338, sha256: sha }),
        transfer: stage({ size: null, sha256: null, startedAt: null }),
      },
    },
    file: {
      name: 'compta.sql.gz',
      expected: { size: 4_386_338, sha256: sha },
      found: { size: 4_386_338, sha256: sha },
    },
    assurance: 'intact',
    content: null,
    promotedTo: '/srv/validated/paris/compta/20260620T183735Z/compta.sql.gz',
    ...changes,
  };
}

export function detailView(view: JobView, changes: Partial<JobDetailView> = {}): JobDetailView {
  return {
    status: statusView([view]),
    job: view,
    configFile: '/etc/backupmon/config.yaml',
    event: event(view.standing.status),
    sizeBounds: { median: 4_100_000, low: 2_050_000, high: 6_150_000, samples: 12 },
    versions: [
      {
        path: '/srv/validated/paris/compta/20260620T183735Z/compta.sql.gz',
        endedAt: at('2026-06-20T18:37:35Z'),
        size: 4_386_338,
        sha256: sha,
        lastConfirmedAt: at('2026-06-20T18:37:35Z'),
        keep: true,
        reasons: ['last 1 of 3', 'daily 2026-06-20'],
      },
    ],
    recent: [event(view.standing.status)],
    ...changes,
  };
}

export const passView = (changes: Partial<PassView> = {}): PassView => ({
  now,
  command: 'scan',
  severity: 'ok',
  dryRun: false,
  events: [],
  unexpected: [],
  news: [],
  notices: [],
  blocked: [],
  ...changes,
});

export const historyView = (events: readonly EventView[], limited = false): HistoryView => ({
  now,
  events,
  limited,
});
