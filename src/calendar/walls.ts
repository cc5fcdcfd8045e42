/**
 * The wall times that a cron expression names, as a plain calendar without zones: croner is given UTC and knows nothing
 * of clocks that change. A wall time is encoded as milliseconds as if it were UTC.
 */
import { Cron } from 'croner';

/** The dates and times of one expression, searched in both directions. */
export interface WallCalendar {
  /** The latest at or before `wall`; null when there is none. */
  readonly atOrBefore: (wall: number) => number | null;
  /** The earliest strictly after `wall`; null when there is none (croner looks no further than the year 3000). */
  readonly after: (wall: number) => number | null;
}

/**
 * As in Vixie cron, a job runs when day of month OR day of week matches; but when either field begins with a star (a step
 * over the star included), both must match.
 *
 * @throws Error, in croner's words, for an expression it cannot read
 */
export function readCron(expression: string): Cron {
  const [, , dayOfMonth = '', , dayOfWeek = ''] = expression.split(' ');
  const domAndDow = /^[*?]/.test(dayOfMonth) || /^[*?]/.test(dayOfWeek);
  return new Cron(expression, { paused: true, mode: '5-part', utcOffset: 0, domAndDow });
}

/** One croner object takes 80 KB: they are cheaper to make again than to keep for every schedule of a large site. */
const cronsKept = 64;
const crons = new Map<string, Cron>();

function cronOf(expression: string): Cron {
  const known = crons.get(expression);
  if (known !== undefined) return known;
  if (crons.size >= cronsKept) crons.clear();
  const cron = readCron(expression);
  crons.set(expression, cron);
  return cron;
}

/** Neighbouring wall times with nothing between them; infinite where the calendar ends. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

function measuredGap(wall: number, expression: string): Gap {
  const cron = cronOf(expression);
  // croner looks strictly before its argument, to the second: one millisecond more makes it "at or before".
  const from = cron.previousRuns(1, new Date(wall + 1))[0];
  const to = cron.nextRun(new Date(wall));
  return { from: from?.getTime() ?? -Infinity, to: to?.getTime() ?? Infinity };
}

/** The number of known gaps that begin at or before `wall`. */
function rank(gaps: readonly Gap[], wall: number): number {
  let low = 0;
  let high = gaps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((gaps[middle] as Gap).from <= wall) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bounds the memory of one expression. */
const gapsKept = 5_000;

/**
 * The calendar of a valid expression with single spaces. Stretches already searched are remembered, so that the many jobs
 * of one schedule cost little more than the first.
 */
export function wallCalendar(expression: string): WallCalendar {
  let gaps: Gap[] = [];

  const gapAt = (wall: number): Gap => {
    const place = rank(gaps, wall);
    const known = gaps[place - 1];
    if (known !== undefined && wall < known.to) return known;
    const gap = measuredGap(wall, expression);
    if (gaps.length >= gapsKept) gaps = [gap];
    else gaps.splice(place, 0, gap);
    return gap;
  };

  const finite = (wall: number): number | null => (Number.isFinite(wall) ? wall : null);
  return {
    atOrBefore: (wall) => finite(gapAt(wall).from),
    after: (wall) => finite(gapAt(wall).to),
  };
}
