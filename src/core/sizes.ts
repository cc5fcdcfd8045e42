/**
 * Whether a size lies far outside a job's own history.
 *
 * A fixed percentage against the previous backup cries wolf; the median and the spread of the history do not. The rule:
 * with at least 7 earlier healthy sizes, outside median ± max(5 × the median absolute deviation, `sizeChange` of the
 * median, 64 KiB), or below a tenth of the median.
 */
import type { SizeSample } from './conclusion.ts';

const SAMPLES_NEEDED = 7;
/** More than a month of daily backups: enough for a median, small enough to be kept beside the job. */
const SAMPLES_KEPT = 40;
const FLOOR_BYTES = 64 * 1024;
const DEVIATIONS = 5;
const ALWAYS_BELOW = 0.1;

export interface SizeBounds {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

const ascending = (left: number, right: number): number => left - right;

/** Bounds in bytes, or null while the history is too short or the rule is off (`sizeChange` null). */
export function sizeBounds(
  history: readonly SizeSample[],
  sizeChange: number | null,
): SizeBounds | null {
  if (sizeChange === null || history.length < SAMPLES_NEEDED) return null;
  const centre = median(history.map((sample) => sample.size).toSorted(ascending));
  const deviations = history.map((sample) => Math.abs(sample.size - centre)).toSorted(ascending);
  const reach = Math.max(DEVIATIONS * median(deviations), sizeChange * centre, FLOOR_BYTES);
  return {
    median: centre,
    low: Math.max(centre - reach, centre * ALWAYS_BELOW),
    high: centre + reach,
    samples: history.length,
  };
}

export const isOutside = (size: number, bounds: SizeBounds): boolean =>
  size < bounds.low || size > bounds.high;

/** The history with one more healthy size: one sample per cycle (the newest), oldest forgotten first. */
export function withSample(
  history: readonly SizeSample[],
  sample: SizeSample,
): readonly SizeSample[] {
  const others = history.filter((earlier) => earlier.cycle !== sample.cycle);
  return [...others, sample].toSorted((a, b) => a.cycle - b.cycle).slice(-SAMPLES_KEPT);
}
