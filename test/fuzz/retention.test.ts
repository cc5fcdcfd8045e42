/** Which versions stay: against a slow oracle that follows the sentences of the README and nothing else. */
import assert from 'node:assert/strict';
import type { KeepPolicy, Schedule } from '../../src/core/job.ts';
import { decideRetention, type RetainedVersion } from '../../src/core/retention.ts';
import { fuzz } from './inputs.ts';
import type { Random } from './random.ts';

const hour = 3_600_000;
const day = 24 * hour;
const rules = ['last', 'daily', 'weekly', 'monthly', 'yearly'] as const;

interface Case {
  readonly versions: readonly RetainedVersion[];
  readonly policy: KeepPolicy;
  readonly zone: string;
  readonly schedule: Schedule;
}

const zones = ['UTC', 'Africa/Douala', 'Europe/Paris', 'Pacific/Auckland', 'America/Nuuk'];

/** Versions of one job, of different end times, in any order: reruns, gaps, bursts, years apart. */
function versionsOf(random: Random): RetainedVersion[] {
  const step = random.pick([1_000, hour, 6 * hour, day, 5 * day, 40 * day]);
  const start = Date.UTC(2020 + random.below(10), random.below(12), random.between(1, 28));
  const cycleLength = random.pick([1, 2, 5]) * step;
  const times = new Set(random.list(24, () => start + random.below(40) * step + random.below(3)));
  return [...times].map((endedAt) => {
    const cycle = random.once(12) ? null : Math.floor(endedAt / cycleLength) * cycleLength;
    return { key: `v${endedAt}`, endedAt, cycle };
  });
}

function anyCase(random: Random): Case {
  const count = (): number => (random.once(2) ? 0 : random.below(7));
  const policy = {
    last: count(),
    daily: count(),
    weekly: count(),
    monthly: count(),
    yearly: count(),
  };
  if (Object.values(policy).every((number) => number === 0)) policy.last = 1 + random.below(5);
  return {
    versions: versionsOf(random),
    policy,
    zone: random.pick(zones),
    schedule: random.once(3)
      ? { kind: 'every', period: random.pick([hour, day, 7 * day]) }
      : { kind: 'cron', expression: '0 20 * * *' },
  };
}

/** The date on a calendar of the zone, by Intl alone. */
const formatters = new Map(
  zones.map((zone) => [
    zone,
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }),
  ]),
);

/** Weeks are counted from a Monday long ago. */
function unitOf(
  rule: (typeof rules)[number],
  { endedAt, key }: RetainedVersion,
  zone: string,
): string {
  const date = formatters.get(zone)?.format(endedAt) ?? '';
  if (rule === 'last') return key;
  if (rule === 'daily') return date;
  if (rule === 'weekly')
    return String(Math.floor((Date.parse(date) - Date.UTC(1970, 0, 5)) / (7 * day)));
  return date.slice(0, rule === 'monthly' ? 7 : 4);
}

/** Of each cycle the newest; with `every P`, the newest, and each next one that is P/2 older than the last that counts. */
function counting({ versions, schedule }: Case): RetainedVersion[] {
  const newestFirst = versions.toSorted((left, right) => right.endedAt - left.endedAt);
  if (schedule.kind === 'cron') {
    return newestFirst.filter(
      ({ cycle, endedAt }) =>
        cycle === null ||
        !versions.some((other) => other.cycle === cycle && other.endedAt > endedAt),
    );
  }
  const counted: RetainedVersion[] = [];
  for (const version of newestFirst) {
    const nearer = counted.some(({ endedAt }) => endedAt - version.endedAt < schedule.period / 2);
    if (!nearer) counted.push(version);
  }
  return counted;
}

/** Each rule keeps the newest of each of its last N units, and the oldest of all while it has room left. */
function oracle(given: Case): Set<string> {
  const counted = counting(given);
  const kept = new Set<string>();
  for (const rule of rules) {
    const most = given.policy[rule];
    const units = [...new Set(counted.map((version) => unitOf(rule, version, given.zone)))];
    for (const unit of units.slice(0, most)) {
      const newest = counted.find((version) => unitOf(rule, version, given.zone) === unit);
      kept.add(newest?.key ?? '');
    }
    const oldest = counted.at(-1);
    if (units.length < most && oldest !== undefined) kept.add(oldest.key);
  }
  return kept;
}

const keptOf = ({ versions, policy, zone, schedule }: Case): Set<string> =>
  new Set(
    decideRetention(versions, policy, zone, schedule)
      .filter(({ keep }) => keep)
      .map(({ key }) => key),
  );

fuzz('retention: against an oracle', anyCase, (given) => {
  const { versions, policy, zone, schedule } = given;
  const decided = decideRetention(versions, policy, zone, schedule);
  assert.deepEqual(
    decided.map(({ key }) => key).toSorted(),
    versions.map(({ key }) => key).toSorted(),
    'one decision for each version',
  );
  for (const { reasons } of decided) assert.ok(reasons.length > 0 && reasons.every(Boolean));
  const kept = keptOf(given);
  assert.deepEqual(kept, oracle(given));

  // Never the newest, and no more of the others than asked.
  const newest = versions.toSorted((left, right) => right.endedAt - left.endedAt)[0];
  if (newest !== undefined) assert.ok(kept.has(newest.key));
  const asked = rules.reduce((sum, rule) => sum + policy[rule], 0);
  assert.ok(kept.size <= asked, `${kept.size} kept, ${asked} asked for`);
  assert.ok(kept.size >= Math.min(policy.last, counting(given).length));

  // Whoever of a cycle stays is its newest.
  if (schedule.kind === 'cron') {
    for (const one of versions.filter(({ key }) => kept.has(key))) {
      const newer = versions.some(
        ({ cycle, endedAt }) => cycle !== null && cycle === one.cycle && endedAt > one.endedAt,
      );
      assert.ok(!newer, 'an older version of a cycle outlived a newer one');
    }
  }
});

fuzz(
  'retention: a larger keep keeps more',
  (random) => {
    const given = anyCase(random);
    const rule = random.pick(rules);
    const policy = { ...given.policy, [rule]: given.policy[rule] + random.between(1, 5) };
    const shuffled = given.versions
      .map((version) => ({ version, place: random.next() }))
      .toSorted((left, right) => left.place - right.place)
      .map(({ version }) => version);
    return { given, larger: { ...given, policy }, shuffled: { ...given, versions: shuffled } };
  },
  ({ given, larger, shuffled }) => {
    const kept = keptOf(given);
    const more = keptOf(larger);
    for (const key of kept) assert.ok(more.has(key), `${key} is kept by the smaller keep only`);
    assert.deepEqual(keptOf(shuffled), kept, 'the order of the list decides');
    // Pruning once more removes nothing more: scan after scan does not wear the versions away.
    const left = given.versions.filter(({ key }) => kept.has(key));
    assert.deepEqual(keptOf({ ...given, versions: left }), kept);
  },
);
