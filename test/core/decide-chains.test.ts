/** Chains of scans at any times, over reports that come in any rhythm, against what an onlooker would count. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PendingEntry } from '../../src/core/decision.ts';
import { cyclesOf } from '../../src/core/missed.ts';
import { newState } from '../../src/core/state.ts';
import { standingNow } from '../../src/core/standing.ts';
import {
  calendar,
  everyDay,
  failed,
  hour,
  jobWith,
  minute,
  monday,
  report,
  Story,
} from './support.ts';

const settings = { numRuns: 500 };
const gap = 24 * hour;
const grace = 90 * minute;
const began = monday - hour;

interface Sent {
  readonly pending: PendingEntry;
  readonly arrives: number;
}

/** Reports that end at any time within twenty days, each with its way to the server; half of them bad. */
const sent = (longestWay: number): fc.Arbitrary<readonly Sent[]> =>
  fc
    .uniqueArray(
      fc.record({
        ended: fc.integer({ min: 1, max: 20 * 24 * 60 }).map((minutes) => began + minutes * minute),
        way: fc.integer({ min: 0, max: longestWay }),
        good: fc.boolean(),
      }),
      { maxLength: 25, selector: (one) => one.ended },
    )
    .map((list) =>
      list
        .toSorted((left, right) => left.ended - right.ended)
        .map(({ ended, way, good }) => ({
          pending: good ? report(ended) : failed(ended),
          arrives: ended + way,
        })),
    );
const scans = fc
  .uniqueArray(fc.integer({ min: 0, max: 24 * 24 * 60 }), { minLength: 1, maxLength: 40 })
  .map((list) => list.toSorted((left, right) => left - right).map((one) => began + one * minute));

/** Scans at those times; each report is seen by the first scan after it arrived. Every scan is done twice. */
function run(
  story: Story,
  list: readonly Sent[],
  times: readonly number[],
  after: (now: number) => void,
) {
  story.scan(began);
  let before = -Infinity;
  for (const now of times) {
    const coveredBefore = new Set<number | null>(story.covered);
    const arrived = list.filter((one) => one.arrives > before && one.arrives <= now);
    story.scan(
      now,
      arrived.map((one) => one.pending),
    );
    const { state, last } = story;
    const coveredHere = last?.decided.filter((one) => one.about === 'entry') ?? [];
    for (const one of last?.decided ?? []) {
      if (one.about !== 'cycle') continue;
      assert.ok(!coveredBefore.has(one.cycle), 'a covered cycle is not MISSING');
      assert.ok(coveredHere.every((entry) => entry.cycle !== one.cycle));
    }
    assert.deepEqual(story.scan(now), [], 'scanning again says nothing');
    assert.deepEqual(story.state, state);
    after(now);
    before = now;
  }
}

test('cron: each passed cycle that no report covers is MISSING exactly once, and no covered one is', () => {
  const job = jobWith({ grace });
  const cycles = cyclesOf(job, newState, calendar);
  assert.ok(cycles !== null);
  fc.assert(
    fc.property(sent(0), scans, (list, times) => {
      const story = new Story(job, newState);
      const expected = new Set<number>();
      run(story, list, times, (now) => {
        // A cycle is told when its deadline passes without a report, by the first scan that can know.
        const here = new Set(
          list
            .filter((one) => one.arrives <= now)
            .map((one) => cycles.cycleOf(one.pending.endedAt)),
        );
        for (let due = monday; cycles.deadline(due) <= now; due += gap)
          if (!here.has(due)) expected.add(due);
        assert.deepEqual(new Set(story.missing), expected);
        assert.equal(story.missing.length, expected.size);
        const latest = Math.floor((now - grace - monday) / gap) * gap + monday;
        const newest = Math.max(-1, ...[...here].map((cycle) => cycle ?? -1));
        const overdue = latest >= monday && newest < latest;
        assert.equal(story.state.standing?.status === 'MISSING', overdue);
      });
    }),
    settings,
  );
});

test('cron: no cycle is MISSING twice, nor after a report of it was judged, however late reports come', () => {
  const job = jobWith({ grace });
  fc.assert(
    fc.property(sent(4 * gap), scans, (list, times) => {
      const story = new Story(job, newState);
      run(story, list, times, (now) => {
        assert.equal(new Set(story.missing).size, story.missing.length);
        const { standing } = story.state;
        const shown = standingNow(job, story.state, cyclesOf(job, story.state, calendar), now);
        assert.equal(shown.status, standing?.status ?? 'UNKNOWN', 'status says what the scan said');
        assert.ok(shown.nextDue === null || shown.nextDue >= now - grace);
      });
    }),
    settings,
  );
});

test('every P: MISSING is told once for each whole period that passed since a report, and never while one is in time', () => {
  const job = jobWith({ schedule: everyDay, grace });
  fc.assert(
    fc.property(sent(0), scans, (list, times) => {
      const story = new Story(job, newState);
      const expected: number[] = [];
      let anchor = began;
      let seen = 0;
      run(story, list, times, (now) => {
        for (; seen < list.length && (list[seen] as Sent).arrives <= now; seen += 1) {
          const end = (list[seen] as Sent).pending.endedAt;
          while (anchor + gap + gap <= end) expected.push((anchor += gap));
          anchor = end;
        }
        while (anchor + gap + grace <= now) expected.push((anchor += gap));
        assert.deepEqual(story.missing, expected);
        const newest = list[seen - 1]?.pending.endedAt ?? began;
        assert.equal(story.state.standing?.status === 'MISSING', newest + gap + grace <= now);
      });
    }),
    settings,
  );
});

test('every P: cycles that are MISSING go forward, and none is one that a report covers, however late reports come', () => {
  const job = jobWith({ schedule: everyDay, grace });
  fc.assert(
    fc.property(sent(4 * gap), scans, (list, times) => {
      const story = new Story(job, newState);
      run(story, list, times, (now) => {
        const { missing, state } = story;
        assert.ok(
          missing.every((one, index) => index === 0 || one > (missing[index - 1] as number)),
        );
        const shown = standingNow(job, state, cyclesOf(job, state, calendar), now);
        assert.equal(shown.status, state.standing?.status ?? 'UNKNOWN');
        assert.ok((shown.nextDue ?? 0) >= now - grace);
      });
    }),
    settings,
  );
});

test('what a job remembers does not depend on how often it was looked at, while reports come at once', () => {
  for (const rules of [{}, { schedule: everyDay }]) {
    const job = jobWith(rules);
    fc.assert(
      fc.property(sent(0), scans, (list, times) => {
        const last = times.at(-1) as number;
        const [often, once] = [new Story(job, newState), new Story(job, newState)];
        const everyHour = Array.from(
          { length: Math.floor((last - began) / hour) },
          (_, index) => began + (index + 1) * hour,
        );
        run(often, list, [...everyHour.filter((time) => time < last), last], () => undefined);
        run(once, list, [last], () => undefined);
        assert.equal(often.state.standing?.status, once.state.standing?.status);
        assert.equal(often.state.lastSuccessAt, once.state.lastSuccessAt);
        assert.equal(often.versions.at(-1)?.endedAt, once.versions.at(-1)?.endedAt);
      }),
      { numRuns: 60 },
    );
  }
});
