/** A schedule that would have expected the rounds that were seen. Nothing is guessed from fewer than three. */
import { formatDuration } from '../../core/duration.ts';
import { localFields, offsetAt, type LocalFields } from '../../core/zone.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const FEWEST = 3;
/** Rounds that are looked at: what was long ago may have been another schedule. */
const MOST = 20;
/** How far apart the hours of the rounds may lie for one time of day. */
const SPREAD = 3 * hour;
/** A backup is due at the next quarter of an hour after its latest round. */
const STEP = 15 * minute;
/** What ends closer together is one round: databases of one agent, or a report that was sent again. */
const SAME_ROUND = 10 * minute;

/** Wall times of a day, in milliseconds since its beginning; of several days they are measured from the first. */
interface Hours {
  readonly latest: number;
  readonly spread: number;
}

function distinct(ends: readonly number[]): number[] {
  const rounds: number[] = [];
  for (const end of ends.toSorted((left, right) => left - right)) {
    const last = rounds.at(-1);
    if (last !== undefined && end - last < SAME_ROUND) rounds[rounds.length - 1] = end;
    else rounds.push(end);
  }
  return rounds.slice(-MOST);
}

/** The time of day of the rounds, where midnight may lie between them: the gap that no round lies in is the longest. */
function hoursOf(walls: readonly number[]): Hours {
  const times = walls.map((wall) => ((wall % day) + day) % day).toSorted((a, b) => a - b);
  const gaps = times.map((time, index) => (times[index + 1] ?? (times[0] ?? 0) + day) - time);
  const widest = gaps.indexOf(Math.max(...gaps));
  return { latest: times[widest] ?? 0, spread: day - (gaps[widest] ?? day) };
}

/** Days since 1970 on which the rounds were due: rounds after midnight belong to the evening before. */
const dueDay = (wall: number, due: number): number => Math.floor((wall + day - 1 - due) / day);

const fieldsOfDay = (index: number): LocalFields => localFields(index * day, 'UTC');

/** The last three fields of a cron expression: which days. null where they follow no rule that is known here. */
function daysText(days: readonly number[]): string | null {
  const gaps = days.slice(1).map((value, index) => value - (days[index] ?? 0));
  if (gaps.some((gap) => gap < 1)) return null;
  const weekdays = new Set(days.map((value) => fieldsOfDay(value).weekday));
  if (gaps.every((gap) => gap === 1)) return '* * *';
  const [first] = days;
  const dates = new Set(days.map((value) => fieldsOfDay(value).day));
  if (dates.size === 1 && gaps.every((gap) => gap >= 28 && gap <= 31))
    return `${fieldsOfDay(first ?? 0).day} * *`;
  if (weekdays.size === 1 && gaps.every((gap) => gap === 7))
    return `* * ${([...weekdays][0] ?? 0) % 7}`;
  const isWorkday = [...weekdays].every((weekday) => weekday <= 5);
  const skipsWeekends = days.every((value, index) => {
    const gap = gaps[index];
    return gap === undefined || gap === (fieldsOfDay(value).weekday === 5 ? 3 : 1);
  });
  if (isWorkday && skipsWeekends) return '* * 1-5';
  // One that failed to come is no new rule.
  const missed = gaps.filter((gap) => gap > 1);
  return missed.length * 4 <= gaps.length && missed.every((gap) => gap === 2) ? '* * *' : null;
}

function cronText(rounds: readonly number[], zone: string): string | null {
  const walls = rounds.map((round) => round + offsetAt(round, zone));
  const { latest, spread } = hoursOf(walls);
  if (spread > SPREAD) return null;
  const due = (Math.floor(latest / STEP) + 1) * STEP;
  const days = daysText(walls.map((wall) => dueDay(wall, due)));
  if (days === null) return null;
  // What is due at the end of a day is due at the beginning of the next one, on which it falls.
  if (due >= day) return days === '* * *' ? '0 0 * * *' : null;
  return `${(due % hour) / minute} ${Math.floor(due / hour)} ${days}`;
}

/** Rounds at the same distance from one another. */
function everyText(rounds: readonly number[]): string | null {
  const gaps = rounds.slice(1).map((round, index) => round - (rounds[index] ?? 0));
  const longest = Math.max(...gaps);
  if (longest > 1.5 * Math.min(...gaps)) return null;
  const unit = longest < 6 * hour ? STEP : hour;
  return `every ${formatDuration(Math.ceil(longest / unit) * unit).replaceAll(' ', '')}`;
}

/**
 * @param ends of the rounds, ms UTC
 * @param zone IANA zone that the schedule is read in
 * @returns as the configuration has it: a cron expression or `every …`; null where the rounds follow no rule that is seen
 */
export function guessSchedule(ends: readonly number[], zone: string): string | null {
  const rounds = distinct(ends);
  if (rounds.length < FEWEST) return null;
  return cronText(rounds, zone) ?? everyText(rounds);
}

/** How many different rounds there were. */
export const countRounds = (ends: readonly number[]): number => distinct(ends).length;
