/** Schedules, clocks that change, and what is concluded from them: always an end, never a NaN, every instant in one cycle. */
import assert from 'node:assert/strict';
import { occurrencesOf, parseCron, shortestGap } from '../../src/calendar/occurrences.ts';
import { cronCycles } from '../../src/core/cycles.ts';
import { offsetAt } from '../../src/core/zone.ts';
import { matchesCron } from '../calendar/oracle.ts';
import { fuzz } from './inputs.ts';
import { type Random, words } from './random.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const [from, until] = [Date.UTC(2020, 0, 1), Date.UTC(2032, 0, 1)];

const zones =
  words(`Europe/Paris America/New_York Australia/Lord_Howe Africa/Casablanca Asia/Tehran Africa/Cairo
  America/Santiago America/Nuuk Asia/Gaza Asia/Beirut America/Havana Pacific/Apia Antarctica/Troll
  America/Scoresbysund Africa/Douala UTC`);

/** Every instant at which the clocks of a zone change. */
const changes = zones.flatMap((zone) => {
  const found: { zone: string; at: number }[] = [];
  for (let at = from; at < until; at += day) {
    if (offsetAt(at, zone) === offsetAt(at + day, zone)) continue;
    let change = at;
    while (offsetAt(change, zone) === offsetAt(at, zone)) change += hour / 4;
    found.push({ zone, at: change });
  }
  return found;
});

function field(random: Random, low: number, high: number, stars: number): string {
  if (random.below(stars + 4) < stars) return '*';
  if (random.once(5)) return random.pick(['*/2', '*/3', '*/5']);
  const parts = Array.from({ length: random.between(1, 3) }, () => {
    const first = random.between(low, high);
    if (random.once(2)) return String(first);
    const range = `${first}-${random.between(first, high)}`;
    return random.once(2) ? range : `${range}/${random.between(1, Math.min(high, 15))}`;
  });
  return parts.join(',');
}

const expression = (random: Random): string =>
  [
    field(random, 0, 59, 1),
    field(random, 0, 23, 2),
    field(random, 1, 28, 8),
    field(random, 1, 12, 16),
    field(random, 0, 7, 8),
  ].join(' ');

/** Near a change of the clocks, more often than not. */
function place(random: Random): { zone: string; instant: number } {
  if (random.once(3)) {
    return { zone: random.pick(zones), instant: from + random.below(until - from) };
  }
  const { zone, at } = random.pick(changes);
  return { zone, instant: at + random.between(-3 * hour, 3 * hour) };
}

const span = (random: Random): number =>
  random.pick([0, 1, minute, hour, 90 * minute, 12 * hour, random.below(40 * day)]);

fuzz(
  'calendar: cycles tile the time',
  (random) => ({
    ...place(random),
    cron: expression(random),
    grace: span(random),
    early: random.once(3) ? null : span(random),
  }),
  ({ zone, instant, cron, grace, early }) => {
    const cycles = cronCycles(occurrencesOf(cron, zone), { grace, early });
    const cycle = cycles.cycleOf(instant);
    assert.ok(cycle !== null && Number.isSafeInteger(cycle));
    const [next, previous] = [cycles.next(cycle), cycles.previous(cycle)];
    assert.ok(next !== null && previous !== null && previous < cycle && cycle < next);
    const [begins, nextBegins] = [cycles.start(cycle), cycles.start(next)];
    assert.ok(begins <= instant && instant < nextBegins, 'an instant outside of its cycle');
    assert.equal(cycles.cycleOf(nextBegins), next, 'a gap between two cycles');
    assert.equal(cycles.cycleOf(nextBegins - 1), cycle, 'two cycles at once');
    assert.ok(begins <= cycle && cycles.start(previous) < begins);
    assert.ok(cycles.deadline(cycle) >= cycle && cycles.deadline(next) > cycles.deadline(cycle));
    assert.ok(begins === cycle || begins >= cycles.deadline(previous));
    assert.deepEqual([cycles.next(previous), cycles.previous(next)], [cycle, cycle]);
    // Due when the clock shows a time that the expression names, or when it has jumped over one.
    const shown = cycle + offsetAt(cycle, zone);
    const jumped = offsetAt(cycle, zone) > offsetAt(cycle - 1, zone);
    assert.ok(jumped || matchesCron(cron, shown), `${new Date(shown).toISOString()} is not named`);
  },
);

fuzz(
  'calendar: a daily job around a change of the clocks',
  (random) => ({ ...random.pick(changes), around: random.between(-200, 200) }),
  ({ zone, at, around }) => {
    const time = at + offsetAt(at, zone) + around * minute;
    const minutes = Math.floor((((time % day) + day) % day) / minute);
    const cron = `${minutes % 60} ${Math.floor(minutes / 60)} * * *`;
    const occurrences = occurrencesOf(cron, zone);
    const dates: number[] = [];
    let due = occurrences.after(at - 3 * day);
    while (due !== null && due < at + 3 * day) {
      assert.equal(occurrences.atOrBefore(due), due);
      const wall = due + offsetAt(due, zone);
      const named = Math.floor(wall / day) * day + minutes * minute;
      const pushed = offsetAt(due, zone) > offsetAt(due - 1, zone);
      assert.ok(wall === named || pushed, 'neither at its time nor just after the clocks jumped');
      // A date that ends in a gap is due as the next one begins.
      dates.push(pushed && wall < named ? Math.floor(wall / day) - 1 : Math.floor(wall / day));
      const next = occurrences.after(due);
      assert.ok(next !== null && next > due, 'time does not go on');
      due = next;
    }
    assert.ok(dates.length >= 5 && dates.length <= 7, `${dates.length} in six days`);
    for (const [index, date] of dates.entries()) {
      if (index > 0) assert.equal(date, (dates[index - 1] as number) + 1, 'a date twice, or none');
    }
  },
);

const pieces =
  words(`* ? 0 1 5 7 8 12 23 24 31 32 59 60 99 -1 1-5 5-1 */2 */0 */99 1/2 1-30/7 , - / L W # 5#2 5L
  LW MON mon-fri SUN JAN jan,feb DEC-JAN @daily @reboot @hourly R H 1e1 0x1 ٣ + = : 1: Z 2024-01-01T00:00:00 ** ,,`);

fuzz(
  'calendar: any text as an expression',
  (random) => {
    if (random.once(6)) return random.text(30);
    const count = random.once(6) ? random.below(8) : 5;
    const text = (): string =>
      random.list(3, () => random.pick(pieces)).join(random.pick(['', ',', '-', '/']));
    return Array.from({ length: count }, () => (random.once(2) ? '*' : text() || '*')).join(' ');
  },
  (text) => {
    const fault = parseCron(text);
    if (fault !== null) {
      assert.ok(fault !== '' && !/undefined|NaN|\[object/.test(fault), fault);
      return;
    }
    assert.ok(shortestGap(text, 'UTC') >= minute);
    const { after, atOrBefore } = occurrencesOf(text, 'Europe/Paris');
    let instant = Date.UTC(2026, 2, 28);
    for (let step = 0; step < 4; step += 1) {
      const next = after(instant);
      if (next === null) return;
      assert.ok(Number.isSafeInteger(next) && next > instant);
      assert.equal(atOrBefore(next), next);
      instant = next;
    }
  },
);
