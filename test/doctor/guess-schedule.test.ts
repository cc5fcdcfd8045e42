import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseCron } from '../../src/calendar/expression.ts';
import { occurrencesOf } from '../../src/calendar/occurrences.ts';
import { cronCycles } from '../../src/core/cycles.ts';
import { parseDuration } from '../../src/core/duration.ts';
import { countRounds, guessSchedule } from '../../src/doctor/jobs/guess-schedule.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const at = (text: string): number => Date.parse(text);

/** That time on so many days, from 1 June 2026 on, a Monday. */
const days = (time: string, ...indices: number[]): number[] =>
  indices.map((index) => at(`2026-06-01T${time}Z`) + index * day);

describe('a schedule is guessed', () => {
  const cases: readonly (readonly [string, readonly number[], string, string | null])[] = [
    ['from no round', [], 'UTC', null],
    ['from two rounds', days('19:50:00', 0, 1), 'UTC', null],
    ['from three evenings', days('19:50:00', 0, 1, 2), 'UTC', '0 20 * * *'],
    ['in the zone of the configuration', days('18:50:00', 0, 1, 2), 'Africa/Douala', '0 20 * * *'],
    [
      'from the latest of the hours, rounded up',
      [...days('19:31:00', 0), ...days('20:07:00', 1), ...days('19:45:00', 2)],
      'UTC',
      '15 20 * * *',
    ],
    [
      'around midnight',
      [...days('23:58:00', 0), ...days('00:04:00', 2), ...days('23:50:00', 2)],
      'UTC',
      '15 0 * * *',
    ],
    ['just before midnight', days('23:50:00', 0, 1, 2), 'UTC', '0 0 * * *'],
    ['for workdays', days('19:50:00', 2, 3, 4, 7, 8), 'UTC', '0 20 * * 1-5'],
    ['for one day of the week', days('04:10:00', 6, 13, 20), 'UTC', '15 4 * * 0'],
    [
      'for one day of the month',
      [at('2026-01-15T03:05:00Z'), at('2026-02-15T03:05:00Z'), at('2026-03-15T03:05:00Z')],
      'UTC',
      '15 3 15 * *',
    ],
    ['although one evening is missing', days('19:50:00', 0, 1, 2, 4, 5, 6), 'UTC', '0 20 * * *'],
    [
      'over a change of the clocks',
      [at('2026-03-27T18:50:00Z'), at('2026-03-28T18:50:00Z'), at('2026-03-29T17:50:00Z')],
      'Europe/Paris',
      '0 20 * * *',
    ],
    [
      'as a period, several times a day',
      [0, 1, 2, 3, 4].map(
        (index) => at('2026-06-01T00:10:00Z') + index * 6 * hour + index * minute,
      ),
      'UTC',
      'every 7h',
    ],
    [
      'as a period, at no certain hour',
      [at('2026-06-01T08:00:00Z'), at('2026-06-02T10:00:00Z'), at('2026-06-03T15:00:00Z')],
      'UTC',
      'every 1d5h',
    ],
    [
      'not from what follows no rule',
      [at('2026-06-01T08:00:00Z'), at('2026-06-02T10:00:00Z'), at('2026-06-09T15:00:00Z')],
      'UTC',
      null,
    ],
    [
      'not from one round that was sent three times',
      [0, 1, 2].map((index) => at('2026-06-01T08:00:00Z') + index * minute),
      'UTC',
      null,
    ],
  ];
  for (const [title, ends, zone, expected] of cases) {
    it(`${title}: ${expected}`, () => assert.equal(guessSchedule(ends, zone), expected));
  }

  it('rounds that end together are one', () => {
    assert.equal(countRounds([0, minute, 2 * minute, day]), 2);
  });

  it('would have expected every round that it was guessed from', () => {
    const times = fc.array(fc.integer({ min: 0, max: 40 * day }), { minLength: 3, maxLength: 30 });
    const evenings = fc
      .tuple(
        fc.integer({ min: 0, max: day }),
        fc.array(fc.integer({ min: 0, max: 90 * minute }), { minLength: 3, maxLength: 15 }),
      )
      .map(([time, late]) => late.map((one, index) => index * day + time + one));
    const start = at('2026-03-01T00:00:00Z');
    fc.assert(
      fc.property(
        fc.oneof(times, evenings),
        fc.constantFrom('UTC', 'Europe/Paris', 'America/New_York', 'Asia/Kathmandu'),
        (offsets, zone) => {
          const ends = offsets.map((offset) => start + offset);
          const guess = guessSchedule(ends, zone);
          if (guess === null) return;
          if (guess.startsWith('every ')) {
            assert.ok(parseDuration(guess.slice(6)) !== null, guess);
            return;
          }
          assert.equal(parseCron(guess), null, guess);
          const rules = { grace: 90 * minute, early: null };
          const cycles = cronCycles(occurrencesOf(guess, zone), rules);
          const rounds = ends.toSorted((left, right) => left - right).slice(-countRounds(ends));
          for (const end of rounds) {
            const due = cycles.cycleOf(end) ?? 0;
            assert.ok(end <= due, `${guess}: ${new Date(end).toISOString()}`);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
