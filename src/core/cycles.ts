/**
 * The cycles of a job: which expected occurrence an instant belongs to, and when each one is overdue. A cycle is named by
 * the instant it is due. All instants and lengths are whole milliseconds.
 */
import type { Occurrences } from './schedule.ts';

export interface Cycles {
  /** The cycle (its due instant) that `instant` belongs to; null when the schedule has none for it. */
  readonly cycleOf: (instant: number) => number | null;
  /** The first instant of a cycle: it lasts until the next one starts. */
  readonly start: (due: number) => number;
  /** From this instant on, a cycle that no report covers is MISSING. */
  readonly deadline: (due: number) => number;
  readonly next: (due: number) => number | null;
  /** null for the first cycle. */
  readonly previous: (due: number) => number | null;
}

/** `early: auto` is a quarter of the time since the previous cycle, and never more than this. */
const longestAutoEarly = 4 * 3_600_000;

/**
 * Cycles of a cron schedule. A cycle starts `early` before it is due, but not before the previous one's deadline, and
 * never after it is due itself: so a grace longer than the time between two occurrences leaves every instant in exactly one
 * cycle all the same. The first occurrence of all counts as if the one before it were infinitely long ago.
 *
 * @param rules grace: not negative. early: not negative, or null for `auto`.
 */
export function cronCycles(
  occurrences: Occurrences,
  rules: { readonly grace: number; readonly early: number | null },
): Cycles {
  const { after, atOrBefore } = occurrences;
  const previous = (due: number): number | null => atOrBefore(due - 1);
  const deadline = (due: number): number => due + rules.grace;

  const start = (due: number): number => {
    const before = previous(due) ?? -Infinity;
    const early = rules.early ?? Math.min(longestAutoEarly, Math.floor((due - before) / 4));
    return Math.min(due, Math.max(due - early, deadline(before)));
  };

  const cycleOf = (instant: number): number | null => {
    // A cycle never starts before the previous one is due, so only two can hold the instant.
    const coming = after(instant);
    if (coming !== null && instant >= start(coming)) return coming;
    return atOrBefore(instant);
  };

  return { cycleOf, start, deadline, next: after, previous };
}

/**
 * Cycles of `every P`: one open cycle, due P after the anchor, to which every instant belongs. The cycles after it are
 * those that follow when it is missed.
 *
 * @param anchor the end of the newest report accepted, else the beginning of the watch, or the last cycle missed
 */
export function everyCycles(
  anchor: number,
  rules: { readonly period: number; readonly grace: number },
): Cycles {
  const open = anchor + rules.period;
  return {
    cycleOf: () => open,
    start: (due) => due - rules.period,
    deadline: (due) => due + rules.grace,
    next: (due) => due + rules.period,
    previous: (due) => (due > open ? due - rules.period : null),
  };
}
