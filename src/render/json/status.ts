/** `backupmon status --json`. */
import type { HeldView, JobView, StatusView, UndeliveredView } from '../views.ts';
import { Entries } from './document.ts';
import { unexpectedCount, unexpectedObjects } from './event.ts';
import { time } from './time.ts';

/** What the text outputs show as a sparkline. */
const trendLength = 8;

function heldObject(held: HeldView | null): object | null {
  if (held === null) return null;
  const { path, size, sha256, endedAt, heldAt, cycles } = held;
  return { path, size, sha256, finished_at: time(endedAt), held_at: time(heldAt), cycles };
}

function blockedObject(blocked: JobView['blocked']): object | null {
  if (blocked === null) return null;
  const { reason, since, message } = blocked;
  return { reason, since: time(since), message };
}

/** `by` is null where the configuration plans it. */
function snoozedObject(snoozed: JobView['snoozed']): object | null {
  if (snoozed === null) return null;
  const { until, reason, operator } = snoozed;
  return { until: time(until), reason, by: operator };
}

const undeliveredObject = ({
  way,
  recipient,
  since,
  attempts,
  error,
}: UndeliveredView): object => ({
  way,
  recipient,
  since: time(since),
  attempts,
  error,
});

/**
 * `cycle` is the current one, as `cycle_state` is; `status_cycle` the one that the status was concluded for. An age is
 * never negative: a report that ends in the future is as young as can be.
 */
function jobObject(view: JobView, now: number): object {
  const { job, standing, newest, lastSuccessAt } = view;
  return {
    job: job.id,
    agent: job.agent,
    database: job.database,
    labels: { ...job.labels },
    status: standing.status,
    severity: standing.severity,
    reason: standing.reason,
    message: standing.message,
    since: time(standing.since),
    cycle: time(standing.currentCycle),
    cycle_state: view.cycleState,
    next_due: time(standing.nextDue),
    deadline: time(standing.deadline),
    last_success_at: time(lastSuccessAt),
    last_success_age:
      lastSuccessAt === null ? null : Math.max(0, Math.floor((now - lastSuccessAt) / 1000)),
    assurance: newest?.assurance ?? null,
    size: newest?.size ?? null,
    sha256: newest?.sha256 ?? null,
    path: newest?.path ?? null,
    versions: view.versions,
    held: heldObject(view.held),
    status_cycle: time(standing.cycle),
    expected: view.expected,
    blocked: blockedObject(view.blocked),
    trend: view.sizes.slice(-trendLength),
    deposit_files: view.depositFiles,
    snoozed: snoozedObject(view.snoozed),
  };
}

export function statusDocument(view: StatusView): object {
  const { summary, lastScan } = view;
  return {
    schema: 'backupmon.status/1',
    generated_at: time(view.now),
    site: view.site,
    severity: view.severity,
    summary: {
      total: summary.total,
      ok: summary.ok,
      warning: summary.warning,
      pending: summary.pending,
      critical: summary.critical,
    },
    last_scan:
      lastScan === null
        ? null
        : {
            started_at: time(lastScan.startedAt),
            finished_at: time(lastScan.finishedAt),
            exit_code: lastScan.exitCode,
          },
    jobs: new Entries(view.jobs, (job) => jobObject(job, view.now)),
    unexpected: unexpectedObjects(view.unexpected),
    unexpected_count: unexpectedCount(view.unexpected),
    scan_overdue: view.scanOverdue,
    notes: [...view.notes],
    undelivered: view.undelivered.map(undeliveredObject),
  };
}
