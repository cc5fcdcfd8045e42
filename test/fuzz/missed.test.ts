/** What is concluded from passing time alone: bounded, in order, and the same for whoever asks later. */
import assert from 'node:assert/strict';
import { occurrencesOf, shortestGap } from '../../src/calendar/occurrences.ts';
import { cyclesOf, missedNow, scheduleKeyOf } from '../../src/core/missed.ts';
import { standingNow } from '../../src/core/standing.ts';
import { newState, type JobState } from '../../src/core/state.ts';
import type { Job, Schedule } from '../../src/core/job.ts';
import { day, hour, jobWith, minute } from '../core/support.ts';
import { fuzz } from './inputs.ts';
import type { Random } from './random.ts';

const now = Date.UTC(2026, 9, 25, 1, 30);
const expressions = [
  '* * * * *',
  '*/15 * * * *',
  '30 2 * * *',
  '0 20 * * 1-6',
  '0 0 1 * *',
  '0 0 29 2 *',
];
const periods = [minute, hour, day, 7 * day, 36_525 * day, 1_000];

interface Case {
  readonly job: Job;
  readonly state: JobState;
  readonly covered: ReadonlySet<number>;
}

function anyCase(random: Random): Case {
  const schedule: Schedule = random.once(3)
    ? { kind: 'every', period: random.pick(periods) }
    : { kind: 'cron', expression: random.pick(expressions) };
  const span = (): number => random.pick([0, minute, hour, day, 40 * day, random.below(3 * day)]);
  // The configuration shortens it to half of the shortest gap.
  const most = schedule.kind === 'every' ? Infinity : shortestGap(schedule.expression, 'UTC') / 2;
  const grace = Math.min(span(), most);
  const before = (): number | null =>
    random.once(4) ? null : now - random.pick([0, 1, hour, day, random.below(60 * day), 900 * day]);
  const job = jobWith({
    schedule,
    timezone: random.pick(['UTC', 'Europe/Paris', 'Australia/Lord_Howe', 'Africa/Cairo']),
    grace,
    early: random.once(2) ? null : span(),
    settle: random.pick([0, 2 * minute]),
  });
  const lastJudgedEnd = before();
  // The end of a report, or a cycle whose deadline has passed.
  const missedOnce = before();
  const settledThrough = random.once(2) || missedOnce === null ? lastJudgedEnd : missedOnce - grace;
  const state: JobState = {
    ...newState,
    watchBegan: before(),
    scheduleKey: random.once(6) ? 'another' : scheduleKeyOf(job),
    settledThrough,
    coveredThrough: random.once(2) ? settledThrough : before(),
    lastJudgedEnd,
    arrivingUntil: random.once(4) ? now + random.between(-hour, hour) : null,
    blocked: random.once(8) ? { reason: 'no_space', message: 'full', since: now - hour } : null,
  };
  const cycles = cyclesOf(job, state, occurrencesOf);
  const covered = new Set(
    random.list(4, () => cycles?.cycleOf(now - random.below(3 * day)) ?? now),
  );
  return { job, state, covered };
}

const isTime = (value: number | null): boolean => value === null || Number.isSafeInteger(value);

fuzz('calendar: what was missed', anyCase, ({ job, state, covered }) => {
  const missed = missedNow(job, state, covered, occurrencesOf, now);
  const { cycles, more, newestOfMore, settledThrough } = missed;
  assert.ok(cycles.length <= 101 && Number.isSafeInteger(more) && more >= 0);
  assert.ok([settledThrough, newestOfMore, ...cycles].every(isTime));
  for (const [index, cycle] of cycles.entries()) {
    assert.ok(cycle <= now && cycle >= (state.watchBegan ?? Infinity), 'not of this watch');
    assert.ok(cycle > (state.settledThrough ?? -Infinity), 'told before');
    assert.ok(!covered.has(cycle), 'a report covers it');
    if (index > 0) assert.ok(cycle > (cycles[index - 1] as number), 'out of order');
  }
  if (cycles.length > 0) {
    assert.ok((settledThrough ?? 0) >= (cycles.at(-1) as number));
    // Who asks again at the same moment is told nothing new.
    const later = { ...state, settledThrough };
    assert.deepEqual(missedNow(job, later, covered, occurrencesOf, now).cycles, []);
  }
  const calendar = cyclesOf(job, state, occurrencesOf);
  const standing = standingNow(job, state, calendar, now);
  const { since, cycle, currentCycle, nextDue, deadline } = standing;
  assert.ok(
    [since, cycle, currentCycle, nextDue, deadline].every(isTime),
    JSON.stringify(standing),
  );
  assert.ok(nextDue === null || (deadline !== null && deadline >= nextDue));
  if (standing.status === 'MISSING')
    assert.ok(cycle !== null && cycle <= now && since !== null && since <= now);
});
