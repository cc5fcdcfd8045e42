/** What a pass has to say when it is over. */
import { cyclesOf } from '../core/missed.ts';
import { standingNow } from '../core/standing.ts';
import { worst, type Severity } from '../core/statuses.ts';
import { unexpectedDatabases } from '../db/agents.ts';
import type { JobChangeView, PassOutcome } from './request.ts';
import type { Running, Work } from './running.ts';

/** How the jobs that something was decided about stand, before and after. */
function changesOf({ request, settled, calendar }: Running): JobChangeView[] {
  return [...settled.values()].map(({ from: { job, record }, decision: { state } }) => {
    const before = record?.state;
    return {
      job,
      before: before?.standing ?? null,
      blockedBefore: before?.blocked != null,
      after: standingNow(job, state, cyclesOf(job, state, calendar), request.now),
      blocked: state.blocked,
    };
  });
}

/** The worst of those that nothing was decided about: their status is what was recorded. */
function quietOf({ request, memory, settled }: Running): { jobs: number; severity: Severity } {
  const quiet = request.config.jobs.filter(
    (job) => job.enabled && !settled.has(job.id) && request.inScope(job),
  );
  const counted = quiet.filter(({ id }) => request.isCounted(id));
  const severity = worst(
    counted.map((job) => (memory.jobs.get(job.id)?.severity ?? 'pending') as Severity),
  );
  return { jobs: quiet.length, severity };
}

export async function outcomeOf(
  running: Running,
  works: readonly Work[],
  bytesRead: number,
): Promise<PassOutcome> {
  const { events, notices, settled } = running;
  const { db, config } = running.request;
  const changes = changesOf(running);
  const quiet = quietOf(running);
  return {
    events,
    changes,
    quiet: quiet.severity,
    notices,
    unexpected: await unexpectedDatabases(db, config.jobs),
    counts: {
      jobs: changes.length + quiet.jobs,
      reports: works.reduce((sum, work) => sum + (work.round?.seen.length ?? 0), 0),
      events: events.length,
      published: [...settled.values()].reduce((sum, item) => sum + item.published.size, 0),
      pruned: running.pruned,
      refused: events
        .filter((event) => event.status === 'REPORT_REFUSED')
        .reduce((sum, event) => sum + event.count, 0),
      blocked: changes.filter((change) => change.blocked !== null).length,
      bytesRead,
    },
  };
}
