/**
 * The occurrences of one schedule in one zone, as the calendar room supplies them. Instants are milliseconds UTC,
 * strictly increasing, never two for one local wall time.
 */
export interface Occurrences {
  /** The latest occurrence at or before `instant`; null before the first that can be computed. */
  readonly atOrBefore: (instant: number) => number | null;
  /** The earliest occurrence strictly after `instant`; null when there is none. */
  readonly after: (instant: number) => number | null;
}
