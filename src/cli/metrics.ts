/** The file for node_exporter, written anew after each scan. */
import { occurrencesOf } from '../calendar/occurrences.ts';
import type { Config } from '../core/job.ts';
import { stageDurations } from '../db/entries.ts';
import { countsOfScan, lastCompleteScan } from '../db/scans.ts';
import type { Database } from '../db/schema.ts';
import { replaceFile } from '../files/replace.ts';
import { spaceOf } from '../files/space.ts';
import { Trouble } from '../files/trouble.ts';
import { renderMetrics, type MetricsView, type ScanMetrics } from '../render/metrics.ts';
import { version } from '../version.ts';
import { statusView } from '../views/status-view.ts';
import { writeSentence, type Context } from './context.ts';

const MODE = 0o644;

async function lastScan(db: Database): Promise<ScanMetrics | null> {
  const last = await lastCompleteScan(db);
  if (last === null) return null;
  const { id, startedAt, finishedAt, exitCode } = last;
  const duration = finishedAt === null ? null : finishedAt - startedAt;
  return { startedAt, finishedAt, exitCode, duration, counts: await countsOfScan(db, id) };
}

/** From the same rows as `status`. Where it cannot be written that is told, and changes nothing else. */
export async function writeMetrics(context: Context, config: Config, db: Database): Promise<void> {
  const { metrics } = config;
  if (metrics === null) return;
  const now = context.io.now();
  const source = { config, db, calendar: occurrencesOf, now, running: true };
  const status = await statusView(
    source,
    config.jobs.filter((job) => job.enabled),
  );
  const areas = (['deposits', 'validated'] as const).flatMap((area) => {
    const space = spaceOf(config[area]);
    return space === null ? [] : [{ area, freeBytes: space.free, sizeBytes: space.size }];
  });
  const view: MetricsView = {
    status,
    stages: await stageDurations(db),
    scan: await lastScan(db),
    scanMaxAge: config.scanMaxAge,
    areas,
    version,
  };
  try {
    replaceFile(metrics, renderMetrics(view), MODE);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    writeSentence(context.io.err, `the metrics were not written: ${error.message}`, 'warning');
  }
}
