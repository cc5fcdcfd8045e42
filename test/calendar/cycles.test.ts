import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { occurrencesOf } from '../../src/calendar/occurrences.ts';
import { cronCycles } from '../../src/core/cycles.ts';
import { formatInstant } from '../../src/core/instant.ts';
import { expressions, zones } from './arbitraries.ts';

const hour = 3_600_000;
const day = 24 * hour;

const rules = fc.record({
  grace: fc.oneof(
    fc.constantFrom(0, 90 * 60_000, 12 * hour),
    fc.integer({ min: 0, max: 40 * day }),
  ),
  early: fc.option(fc.oneof(fc.constantFrom(0, hour), fc.integer({ min: 0, max: 40 * day }))),
});
const instants = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) });

test('every instant belongs to exactly one cycle of a cron schedule, early and late ones included', () => {
  fc.assert(
    fc.property(expressions, zones, rules, instants, (expression, zone, rule, instant) => {
      const cycles = cronCycles(occurrencesOf(expression, zone), rule);
      const cycle = cycles.cycleOf(instant) as number;
      const next = cycles.next(cycle) as number;
      const previous = cycles.previous(cycle) as number;
      assert.ok(cycles.start(cycle) <= instant && instant < cycles.start(next));
      assert.ok(cycles.start(previous) < cycles.start(cycle));
      assert.ok(cycles.start(cycle) <= cycle);
      assert.ok(cycles.start(cycle) === cycle || cycles.start(cycle) >= cycles.deadline(previous));
      assert.equal(cycles.next(previous), cycle);
      assert.equal(cycles.previous(next), cycle);
      // With no grace at all, a long early makes the next cycle begin at the very instant this one is due.
      const handedOver = cycles.start(next) === cycle;
      assert.ok(!handedOver || rule.grace === 0);
      assert.equal(cycles.cycleOf(cycle), handedOver ? next : cycle);
    }),
    { numRuns: 5_000 },
  );
});

test('the cycle found never goes backwards as time goes forwards, and leaves none out', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 3 * hour }), { minLength: 50, maxLength: 50 });
  fc.assert(
    fc.property(
      expressions,
      zones,
      rules,
      instants,
      steps,
      (expression, zone, rule, from, lengths) => {
        const cycles = cronCycles(occurrencesOf(expression, zone), rule);
        let instant = from;
        let last = cycles.cycleOf(instant) as number;
        for (const length of lengths) {
          instant += length;
          const cycle = cycles.cycleOf(instant) as number;
          assert.ok(cycle >= last);
          last = cycle;
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a nightly job in Paris when the clocks go forward', () => {
  const cycles = cronCycles(occurrencesOf('30 2 * * *', 'Europe/Paris'), {
    grace: 90 * 60_000,
    early: null,
  });
  const due = cycles.cycleOf(Date.parse('2026-03-29T01:10:00Z')) as number;
  assert.equal(formatInstant(due), '2026-03-29T01:00:00Z');
  assert.equal(formatInstant(cycles.start(due)), '2026-03-28T21:00:00Z');
  assert.equal(formatInstant(cycles.deadline(due)), '2026-03-29T02:30:00Z');
  assert.equal(formatInstant(cycles.next(due) as number), '2026-03-30T00:30:00Z');
});

test('a nightly job in New York when the clocks go back: the second 01:30 is late, not early', () => {
  const cycles = cronCycles(occurrencesOf('30 1 * * *', 'America/New_York'), {
    grace: 90 * 60_000,
    early: null,
  });
  const due = Date.parse('2026-11-01T05:30:00Z');
  assert.equal(cycles.cycleOf(Date.parse('2026-11-01T06:30:00Z')), due);
  assert.equal(formatInstant(cycles.next(due) as number), '2026-11-02T06:30:00Z');
});
