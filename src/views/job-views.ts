/** Where each job stands now, as `status` shows it. */
import type { Config, Job } from '../core/job.ts';
import { cyclesOf, scheduleKeyOf, type Calendar } from '../core/missed.ts';
import { muteOf, type Mute } from '../core/mute.ts';
import { standingNow } from '../core/standing.ts';
import type { WatchedState } from '../core/state.ts';
import { severities } from '../core/statuses.ts';
import type { KnownJob } from '../db/jobs.ts';
import { overviewPages, type JobOverview, type NewestVersion } from '../db/overview.ts';
import type { Database } from '../db/schema.ts';
import { loadHeld, type HeldRecord } from '../db/versions.ts';
import type { HeldView, JobView } from '../render/views.ts';

export interface JobSource {
  readonly config: Config;
  readonly db: Database;
  readonly calendar: Calendar;
  /** Milliseconds UTC. */
  readonly now: number;
}

/** What is the same for all jobs. */
interface Common {
  /** The tree has symbolic links. */
  readonly links: boolean;
  readonly mutes: readonly Mute[];
}

/** The path that people use: through `current`, where the tree has links and the version lies under the job's present path. */
function pathOf(config: Config, job: Job, version: NewestVersion, links: boolean): string {
  const present = version.folder.startsWith(`${job.path}/`);
  const folder = links && present ? `${job.path}/current` : version.folder;
  return `${config.validated}/${folder}/${version.file}`;
}

function toHeld(config: Config, held: HeldRecord, cycles: number): HeldView {
  return {
    path: `${config.validated}/${held.folder}/${held.file}`,
    size: held.size,
    sha256: held.sha256,
    endedAt: held.endedAt,
    heldAt: held.heldAt,
    cycles: Math.max(1, cycles),
  };
}

/** A job whose schedule has changed since the last scan, or that is not expected, is nobody's fault yet: only its past is shown. */
function stateToShow(job: Job, state: WatchedState): WatchedState {
  const watched = state.scheduleKey === scheduleKeyOf(job);
  return watched
    ? state
    : { ...state, watchBegan: null, settledThrough: null, coveredThrough: null };
}

function toJobView(
  { config, calendar, now }: JobSource,
  { links, mutes }: Common,
  job: Job,
  overview: JobOverview | null,
  held: HeldRecord | undefined,
): JobView {
  const state = overview === null ? null : stateToShow(job, overview.state);
  const cycles = state === null ? null : cyclesOf(job, state, calendar);
  const standing = standingNow(job, state, cycles, now);
  const newest = overview?.newest ?? null;
  return {
    job,
    expected: job.enabled,
    standing,
    cycleState: standing.cycleState,
    blocked: state?.blocked ?? null,
    lastSuccessAt: state?.lastSuccessAt ?? null,
    newest:
      newest === null
        ? null
        : {
            path: pathOf(config, job, newest, links),
            size: newest.size,
            sha256: newest.sha256,
            assurance: newest.assurance,
            endedAt: newest.endedAt,
            lastConfirmedAt: newest.lastConfirmedAt,
          },
    versions: overview?.versions ?? 0,
    held:
      held === undefined || overview === null ? null : toHeld(config, held, overview.heldCycles),
    sizes: overview?.sizes ?? [],
    depositFiles: overview?.depositFiles ?? 0,
    snoozed: muteOf(mutes, job.id),
  };
}

const byUrgency = (view: JobView, other: JobView): number =>
  severities.indexOf(other.standing.severity) - severities.indexOf(view.standing.severity) ||
  (view.job.id < other.job.id ? -1 : 1);

/** Of more agents than these everything is read. */
const FEW_AGENTS = 100;

const agentsOf = (jobs: ReadonlyMap<string, unknown>): readonly string[] | null =>
  jobs.size > FEW_AGENTS ? null : [...jobs.keys()];

/** The worst first, then by name. */
export async function jobViews(
  source: JobSource,
  jobs: readonly Job[],
  common: Common,
): Promise<readonly JobView[]> {
  const wanted = new Map(
    [...Map.groupBy(jobs, ({ agent }) => agent)].map(([agent, own]) => [
      agent,
      new Map(own.map((job) => [job.database, job])),
    ]),
  );
  const held = await loadHeld(source.db);
  const views: JobView[] = [];
  for await (const page of overviewPages(source.db, agentsOf(wanted))) {
    for (const overview of page) {
      const own = wanted.get(overview.agent);
      const job = own?.get(overview.database);
      if (job === undefined) continue;
      own?.delete(overview.database);
      views.push(toJobView(source, common, job, overview, held.get(overview.id)));
    }
  }
  const unseen = [...wanted.values()].flatMap((own) => [...own.values()]);
  views.push(...unseen.map((job) => toJobView(source, common, job, null, undefined)));
  return views.toSorted(byUrgency);
}

/** A job that the database knows and the configuration no longer has: shown when it is named, with its history. */
export function formerJob({ agent, database, path }: KnownJob, template: Config): Job {
  return {
    id: `${agent}/${database}`,
    agent,
    database,
    enabled: false,
    labels: {},
    path,
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
