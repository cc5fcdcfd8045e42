/** What the metrics are made of. Instants are milliseconds UTC, durations milliseconds, sizes bytes; null is what is not known. */
import type { StageName } from '../../core/report.ts';
import type { StatusView } from '../views.ts';

/** The last complete scan. */
export interface ScanMetrics {
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly exitCode: number | null;
  readonly duration: number | null;
  /** What it did; null where only its times are recorded. */
  readonly counts: {
    readonly reports: number;
    readonly events: number;
    readonly published: number;
    readonly pruned: number;
    readonly refused: number;
    readonly bytesRead: number;
  } | null;
}

/** The file system that an area lies on. */
export interface AreaMetrics {
  readonly area: 'deposits' | 'validated';
  /** What backupmon itself may still fill. */
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

export interface MetricsView {
  /** As `status` without names: jobs that are not expected are left out. */
  readonly status: StatusView;
  /** How long each stage of a job's newest report took, by the job's id. */
  readonly stages: ReadonlyMap<string, Readonly<Partial<Record<StageName, number>>>>;
  /** null before the first. */
  readonly scan: ScanMetrics | null;
  /** The configuration's `scan_max_age`. */
  readonly scanMaxAge: number;
  readonly areas: readonly AreaMetrics[];
  readonly version: string;
}
