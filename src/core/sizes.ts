/**
 * Whether a backup's measures lie far outside its job's own history: the size of the file, of its content, the number of tables.
 *
 * A fixed percentage against the previous backup cries wolf; the median and the spread of the history do not. The rule:
 * with at least 7 earlier healthy values, outside median ± max(5 × the median absolute deviation, `sizeChange` of the
 * median, a floor), or below a tenth of the median. The floor is 64 KiB, or 3 tables.
 */
import { bytes } from './bytes.ts';
import type { SizeSample } from './conclusion.ts';
import type { Reason } from './reasons.ts';

const SAMPLES_NEEDED = 7;
/** More than a month of daily backups: enough for a median, small enough to be kept beside the job. */
const SAMPLES_KEPT = 40;
const FLOOR_BYTES = 64 * 1024;
const FLOOR_TABLES = 3;
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

function boundsOf(
  values: readonly number[],
  change: number | null,
  floor: number,
): SizeBounds | null {
  if (change === null || values.length < SAMPLES_NEEDED) return null;
  const centre = median(values.toSorted(ascending));
  const deviations = values.map((value) => Math.abs(value - centre)).toSorted(ascending);
  const reach = Math.max(DEVIATIONS * median(deviations), change * centre, floor);
  return {
    median: centre,
    low: Math.max(centre - reach, centre * ALWAYS_BELOW),
    high: centre + reach,
    samples: values.length,
  };
}

/** Bounds of the file's size in bytes, or null while the history is too short or the rule is off (`sizeChange` null). */
export const sizeBounds = (
  history: readonly SizeSample[],
  sizeChange: number | null,
): SizeBounds | null =>
  boundsOf(
    history.map((sample) => sample.size),
    sizeChange,
    FLOOR_BYTES,
  );

export const isOutside = (value: number, bounds: SizeBounds): boolean =>
  value < bounds.low || value > bounds.high;

interface Measure {
  readonly of: (sample: Omit<SizeSample, 'cycle'>) => number | null | undefined;
  readonly floor: number;
  readonly text: (value: number) => string;
  readonly below: Reason;
  readonly above: Reason;
}

const measures: readonly Measure[] = [
  {
    of: ({ size }) => size,
    floor: FLOOR_BYTES,
    text: bytes,
    below: 'too_small',
    above: 'too_large',
  },
  {
    of: ({ raw }) => raw,
    floor: FLOOR_BYTES,
    text: (value) => `${bytes(value)} uncompressed`,
    below: 'raw_too_small',
    above: 'raw_too_large',
  },
  {
    of: ({ tables }) => tables,
    floor: FLOOR_TABLES,
    text: (value) => `${value} tables`,
    below: 'too_few_tables',
    above: 'too_many_tables',
  },
];

/** The first measure that lies outside its own history; null when none does. */
export function anomalyOf(
  history: readonly SizeSample[],
  sample: Omit<SizeSample, 'cycle'>,
  sizeChange: number | null,
): { readonly reason: Reason; readonly message: string } | null {
  for (const { of, floor, text, below, above } of measures) {
    const value = of(sample);
    const known = history.flatMap((earlier) => of(earlier) ?? []);
    const bounds = boundsOf(known, sizeChange, floor);
    if (value == null || bounds === null || !isOutside(value, bounds)) continue;
    const [low, high] = [Math.ceil(bounds.low), Math.floor(bounds.high)];
    return {
      reason: value < bounds.low ? below : above,
      message:
        `${text(value)} is far from the usual ${text(bounds.median)} ` +
        `(expected ${text(low)} to ${text(high)} after ${bounds.samples} backups)`,
    };
  }
  return null;
}

/** The history with one more healthy sample: one per cycle (the newest), oldest forgotten first. */
export function withSample(
  history: readonly SizeSample[],
  sample: SizeSample,
): readonly SizeSample[] {
  const others = history.filter((earlier) => earlier.cycle !== sample.cycle);
  return [...others, sample].toSorted((a, b) => a.cycle - b.cycle).slice(-SAMPLES_KEPT);
}
