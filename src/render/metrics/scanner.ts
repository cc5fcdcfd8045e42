/** The gauges of backupmon itself: its scans, its disks, its alarms. */
import { severities } from '../../core/statuses.ts';
import { unexpectedCount } from '../json/event.ts';
import { flag, gauge, labels, seconds, type Sample } from './exposition.ts';
import type { AreaMetrics, MetricsView } from './view.ts';

const single = (name: string, help: string, value: number | null | undefined): string =>
  gauge(name, help, [['', value ?? null]]);

const scanTimes = ({ scan, scanMaxAge, status }: MetricsView): string[] => [
  single(
    'backupmon_last_scan_start_timestamp_seconds',
    'When the last complete scan began.',
    seconds(scan?.startedAt),
  ),
  single(
    'backupmon_last_scan_finish_timestamp_seconds',
    'When the last complete scan came to its end.',
    seconds(scan?.finishedAt),
  ),
  single(
    'backupmon_last_scan_duration_seconds',
    'How long the last complete scan took.',
    seconds(scan?.duration),
  ),
  single(
    'backupmon_last_scan_exit_code',
    'Exit code of the last complete scan: 0 all well, 1 warnings, 2 critical, 3 trouble of its own.',
    scan?.exitCode,
  ),
  single(
    'backupmon_scan_max_age_seconds',
    'How long after the start of the last complete scan the scanner counts as stopped.',
    seconds(scanMaxAge),
  ),
  single(
    'backupmon_scan_overdue',
    'Whether the scanner counted as stopped when this was written.',
    flag(status.scanOverdue !== null),
  ),
];

const scanCounts = (counts: NonNullable<MetricsView['scan']>['counts'] | undefined): string[] => [
  single(
    'backupmon_last_scan_reports',
    'Reports that the last complete scan looked at.',
    counts?.reports,
  ),
  single(
    'backupmon_last_scan_events',
    'Conclusions that the last complete scan recorded.',
    counts?.events,
  ),
  single(
    'backupmon_last_scan_published_versions',
    'Versions that the last complete scan put into the validated tree.',
    counts?.published,
  ),
  single(
    'backupmon_last_scan_pruned_versions',
    'Versions that the last complete scan removed, as retention says.',
    counts?.pruned,
  ),
  single(
    'backupmon_last_scan_refused_reports',
    'Reports that the last complete scan refused.',
    counts?.refused,
  ),
  single(
    'backupmon_last_scan_read_bytes',
    'What the last complete scan read of deposited files.',
    counts?.bytesRead,
  ),
];

const ofAreas = (
  areas: readonly AreaMetrics[],
  value: (area: AreaMetrics) => number,
): readonly Sample[] => areas.map((area) => [labels({ area: area.area }), value(area)]);

const disks = ({ areas }: MetricsView): string[] => [
  gauge(
    'backupmon_area_free_bytes',
    'What backupmon may still fill of the file system that the area lies on.',
    ofAreas(areas, ({ freeBytes }) => freeBytes),
  ),
  gauge(
    'backupmon_area_size_bytes',
    'Size of the file system that the area lies on.',
    ofAreas(areas, ({ sizeBytes }) => sizeBytes),
  ),
];

/** Every gauge that is of no single job; those of which nothing is known are left out. */
export function scannerGauges(view: MetricsView): string[] {
  const { status, scan, version } = view;
  return [
    gauge('backupmon_build_info', 'The program and its site: always 1.', [
      [labels({ version, site: status.site }), 1],
    ]),
    gauge(
      'backupmon_jobs',
      'Expected jobs by severity.',
      severities.map((severity) => [labels({ severity }), status.summary[severity]]),
    ),
    single(
      'backupmon_unexpected_databases',
      'Databases that agents report and the configuration does not know.',
      unexpectedCount(status.unexpected),
    ),
    ...scanTimes(view),
    ...scanCounts(scan?.counts),
    ...disks(view),
    single(
      'backupmon_undelivered_alarms',
      'Alarms that a recipient has not got yet, counted for each recipient.',
      status.undelivered.length,
    ),
  ];
}
