/** The evidence behind one job's status, for `status JOB`. */
import { decideRetention } from '../core/retention.ts';
import { sizeBounds } from '../core/sizes.ts';
import { listEvents } from '../db/events.ts';
import { jobNamed } from '../db/jobs.ts';
import { versionsOfJob } from '../db/versions.ts';
import type { JobDetailView, JobView, StatusView } from '../render/views.ts';
import { toEventView, type StatusSource } from './status-view.ts';

const RECENT_EVENTS = 5;

export async function jobDetail(
  source: StatusSource,
  status: StatusView,
  view: JobView,
): Promise<JobDetailView> {
  const { config, db } = source;
  const { job } = view;
  const record = await jobNamed(db, job);
  const all = record === null ? [] : await versionsOfJob(db, record.id);
  const decisions = new Map(
    decideRetention(
      all.map((version) => ({
        key: String(version.id),
        endedAt: version.endedAt,
        cycle: version.cycle,
      })),
      job.rules.keep,
      job.rules.timezone,
      job.rules.schedule,
    ).map((decision) => [decision.key, decision]),
  );
  const eventId = view.standing.eventId;
  const filter = {
    jobs: [{ agent: job.agent, database: job.database }],
    since: null,
    until: null,
    statuses: [],
  };
  const own = eventId === null ? [] : await listEvents(db, { ...filter, limit: 1, ids: [eventId] });
  const recent = await listEvents(db, { ...filter, limit: RECENT_EVENTS });
  return {
    status,
    job: view,
    configFile: config.file,
    event: own[0] === undefined ? null : toEventView(config, own[0]),
    // The judged backup's own size is part of the history by now when it was healthy.
    sizeBounds: sizeBounds(record?.state.sizes ?? [], job.rules.sizeChange),
    versions: all.toReversed().map((version) => ({
      path: `${config.validated}/${version.folder}/${version.file}`,
      endedAt: version.endedAt,
      size: version.size,
      sha256: version.sha256,
      lastConfirmedAt: version.lastConfirmedAt,
      keep: decisions.get(String(version.id))?.keep ?? true,
      reasons: decisions.get(String(version.id))?.reasons ?? [],
    })),
    recent: recent.map((event) => toEventView(config, event)),
  };
}
