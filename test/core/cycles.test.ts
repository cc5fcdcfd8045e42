import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cronCycles, everyCycles } from '../../src/core/cycles.ts';
import type { Occurrences } from '../../src/core/schedule.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function listed(instants: readonly number[]): Occurrences {
  return {
    atOrBefore: (instant) => instants.findLast((one) => one <= instant) ?? null,
    after: (instant) => instants.find((one) => one > instant) ?? null,
  };
}

const monday = Date.UTC(2026, 5, 15, 20);
const daily = listed([0, 1, 2, 3].map((days) => monday + days * day));

test('an early of auto is a quarter of the time since the previous cycle', () => {
  const twoHourly = listed([monday, monday + 2 * hour, monday + 4 * hour]);
  const cycles = cronCycles(twoHourly, { grace: 10 * minute, early: null });
  assert.equal(cycles.start(monday + 2 * hour), monday + 90 * minute);
});

test('an early of auto is never more than four hours', () => {
  const cycles = cronCycles(daily, { grace: 90 * minute, early: null });
  assert.equal(cycles.start(monday + day), monday + 20 * hour);
});

test('a report belongs to the cycle from its start to the start of the next', () => {
  const cycles = cronCycles(daily, { grace: 90 * minute, early: null });
  const due = monday + day;
  assert.equal(cycles.cycleOf(cycles.start(due) - 1), monday);
  assert.equal(cycles.cycleOf(cycles.start(due)), due);
  assert.equal(cycles.cycleOf(due), due);
  assert.equal(cycles.cycleOf(cycles.deadline(due)), due);
  assert.equal(cycles.cycleOf(cycles.start(due + day) - 1), due);
});

test('deadline, next and previous', () => {
  const cycles = cronCycles(daily, { grace: 90 * minute, early: null });
  assert.equal(cycles.deadline(monday), monday + 90 * minute);
  assert.equal(cycles.next(monday), monday + day);
  assert.equal(cycles.previous(monday + day), monday);
  assert.equal(cycles.previous(monday), null);
  assert.equal(cycles.next(monday + 3 * day), null);
});

const starts: readonly {
  story: string;
  grace: number;
  early: number | null;
  expected: number;
}[] = [
  { story: 'as far before due as early says', grace: hour, early: 2 * hour, expected: -2 * hour },
  { story: 'at due when early is nothing', grace: hour, early: 0, expected: 0 },
  {
    story: 'at the previous deadline when early reaches before it',
    grace: hour,
    early: day,
    expected: -23 * hour,
  },
  {
    story: 'at the previous deadline when auto reaches before it',
    grace: 22 * hour,
    early: null,
    expected: -2 * hour,
  },
  { story: 'at due when the grace reaches beyond it', grace: 30 * hour, early: null, expected: 0 },
  { story: 'at due when the grace ends with it', grace: day, early: 4 * hour, expected: 0 },
  {
    story: 'just when the previous is due, with no grace and a long early',
    grace: 0,
    early: 9 * day,
    expected: -day,
  },
];

for (const { story, grace, early, expected } of starts) {
  test(`a cycle starts ${story}`, () => {
    const cycles = cronCycles(daily, { grace, early });
    assert.equal(cycles.start(monday + day) - (monday + day), expected);
  });
}

test('the first cycle of all starts early too, and nothing belongs to a cycle before it', () => {
  const automatic = cronCycles(daily, { grace: hour, early: null });
  assert.equal(automatic.start(monday), monday - 4 * hour);
  assert.equal(automatic.cycleOf(monday - 4 * hour), monday);
  assert.equal(automatic.cycleOf(monday - 4 * hour - 1), null);
  assert.equal(cronCycles(daily, { grace: hour, early: day }).start(monday), monday - day);
});

test('everything after the last cycle belongs to it', () => {
  const last = monday + 3 * day;
  assert.equal(cronCycles(daily, { grace: hour, early: null }).cycleOf(last + 999 * day), last);
});

test('a schedule that never occurs has no cycles', () => {
  const cycles = cronCycles(listed([]), { grace: hour, early: null });
  assert.equal(cycles.cycleOf(monday), null);
  assert.equal(cycles.next(monday), null);
  assert.equal(cycles.previous(monday), null);
});

const spans = fc.integer({ min: 1, max: 3 * day });

test('every instant belongs to exactly one cycle, whatever grace and early are', () => {
  const gaps = fc.array(spans, { minLength: 1, maxLength: 12 });
  const rules = fc.record({
    grace: fc.integer({ min: 0, max: 5 * day }),
    early: fc.option(fc.integer({ min: 0, max: 5 * day })),
  });
  fc.assert(
    fc.property(gaps, rules, fc.double({ min: 0, max: 1, noNaN: true }), (lengths, rule, part) => {
      let due = monday;
      const dues = lengths.map((length) => (due += length));
      const cycles = cronCycles(listed(dues), rule);
      const first = cycles.start(dues[0] as number);
      const instant = Math.floor(first + part * (due + 5 * day - first));
      const holding = dues.filter((one) => {
        const next = cycles.next(one);
        return cycles.start(one) <= instant && (next === null || instant < cycles.start(next));
      });
      assert.deepEqual(holding, [cycles.cycleOf(instant)]);
      for (const one of dues) assert.ok(cycles.start(one) <= one);
      const begins = dues.map((one) => cycles.start(one));
      assert.ok(
        begins.every((begin, index) => index === 0 || begin > (begins[index - 1] as number)),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('every P has one open cycle, due P after its anchor, to which every instant belongs', () => {
  const cycles = everyCycles(monday, { period: day, grace: hour });
  const open = monday + day;
  for (const instant of [0, monday - 1, monday, open, open + hour, open + 40 * day]) {
    assert.equal(cycles.cycleOf(instant), open);
  }
  assert.equal(cycles.start(open), monday);
  assert.equal(cycles.deadline(open), open + hour);
});

test('every P goes on after a missed cycle, and knows nothing before the open one', () => {
  const cycles = everyCycles(monday, { period: day, grace: hour });
  const open = monday + day;
  assert.equal(cycles.next(open), open + day);
  assert.equal(cycles.previous(open + day), open);
  assert.equal(cycles.previous(open), null);
  assert.equal(cycles.start(open + day), open);
});
