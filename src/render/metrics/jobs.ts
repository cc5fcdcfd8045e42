/** The gauges that each job has. */
import type { StageName } from '../../core/report.ts';
import { jobStatuses, severities } from '../../core/statuses.ts';
import type { JobView } from '../views.ts';
import {
  flag,
  gauge,
  labels,
  seconds,
  stateGauge,
  type Labels,
  type Sample,
} from './exposition.ts';
import type { MetricsView } from './view.ts';

interface LabelledJob {
  readonly labels: Labels;
  readonly view: JobView;
}

const stageNames: readonly StageName[] = ['backup', 'compress', 'transfer'];

/** The first of any that have the same names, which is the worst: one series has one value. */
function labelled(views: readonly JobView[]): LabelledJob[] {
  const byLabels = new Map<Labels, LabelledJob>();
  for (const view of views) {
    const { agent, database } = view.job;
    const own = labels({ agent, database });
    if (view.expected && !byLabels.has(own)) byLabels.set(own, { labels: own, view });
  }
  return [...byLabels.values()];
}

function* one(
  jobs: readonly LabelledJob[],
  value: (view: JobView) => number | null,
): Generator<Sample> {
  for (const job of jobs) yield [job.labels, value(job.view)];
}

function* stageSamples(
  jobs: readonly LabelledJob[],
  stages: MetricsView['stages'],
): Generator<Sample> {
  for (const { labels: own, view } of jobs) {
    const durations = stages.get(view.job.id) ?? {};
    for (const stage of stageNames) {
      const duration = durations[stage];
      // An agent whose clock was set meanwhile may end before it began: then nothing is known.
      if (duration !== undefined && duration >= 0)
        yield [`${own},stage="${stage}"`, seconds(duration)];
    }
  }
}

const conclusions = (jobs: readonly LabelledJob[]): string[] => [
  stateGauge(
    'backupmon_job_status',
    'Whether this is the status of the job: 1 for one of them.',
    'status',
    jobStatuses,
    jobs.map(({ labels: own, view }) => [own, view.standing.status]),
  ),
  stateGauge(
    'backupmon_job_severity',
    'Whether this is the severity of the job: 1 for one of them.',
    'severity',
    severities,
    jobs.map(({ labels: own, view }) => [own, view.standing.severity]),
  ),
  gauge(
    'backupmon_job_status_since_timestamp_seconds',
    'When the job came to its present status.',
    one(jobs, ({ standing }) => seconds(standing.since)),
  ),
  gauge(
    'backupmon_job_blocked',
    'Whether trouble of the server itself keeps the job from being judged.',
    one(jobs, ({ blocked }) => flag(blocked !== null)),
  ),
  gauge(
    'backupmon_job_snoozed',
    'Whether alarms about the job are not sent for now.',
    one(jobs, ({ snoozed }) => flag(snoozed !== null)),
  ),
];

const times = (jobs: readonly LabelledJob[]): string[] => [
  gauge(
    'backupmon_job_last_success_timestamp_seconds',
    'When the last healthy backup was finished by the agent.',
    one(jobs, ({ lastSuccessAt }) => seconds(lastSuccessAt)),
  ),
  gauge(
    'backupmon_job_next_due_timestamp_seconds',
    'When the next backup is due that is not there yet.',
    one(jobs, ({ standing }) => seconds(standing.nextDue)),
  ),
  gauge(
    'backupmon_job_deadline_timestamp_seconds',
    'When that backup counts as MISSING.',
    one(jobs, ({ standing }) => seconds(standing.deadline)),
  ),
];

const files = (jobs: readonly LabelledJob[]): string[] => [
  gauge(
    'backupmon_job_size_bytes',
    'Size of the newest version in the validated tree.',
    one(jobs, ({ newest }) => newest?.size ?? null),
  ),
  gauge(
    'backupmon_job_versions',
    'Versions in the validated tree.',
    one(jobs, ({ versions }) => versions),
  ),
  gauge(
    'backupmon_job_held',
    'Whether a copy is held until somebody promotes it.',
    one(jobs, ({ held }) => flag(held !== null)),
  ),
];

/** Every gauge of every job that is expected; those of which nothing is known are left out. */
export function jobGauges({ status, stages }: MetricsView): string[] {
  const jobs = labelled(status.jobs);
  return [
    ...conclusions(jobs),
    ...times(jobs),
    ...files(jobs),
    gauge(
      'backupmon_job_stage_duration_seconds',
      'How long a stage of the newest report took on the agent.',
      stageSamples(jobs, stages),
    ),
  ];
}
