/**
 * Which versions stay, and why.
 *
 * Counted as restic counts (its `ApplyPolicy`, internal/restic/snapshot_policy.go): from the newest to the oldest, each
 * rule keeps the newest version of each of its last N calendar units, and the oldest version of all while a rule has
 * room left. Calendar units are those of the job's zone. Before that, only the newest version of each cycle counts, so
 * that reruns, or a hijacked agent, need N cycles to displace N versions.
 */
import type { KeepPolicy, Schedule } from './job.ts';
import { isoWeek, localFields } from './zone.ts';

export interface RetainedVersion {
  /** Whatever the caller knows it by. */
  readonly key: string;
  readonly endedAt: number;
  readonly cycle: number | null;
}

export interface RetentionDecision {
  readonly key: string;
  readonly keep: boolean;
  /** In words: `last 1 of 3`, `daily 2026-06-20`, or why it goes. */
  readonly reasons: readonly string[];
}

interface Rule {
  readonly name: keyof KeepPolicy;
  /** The calendar unit of a version; `position` counts from the newest, 0. */
  readonly unit: (instant: number, zone: string, position: number) => string;
}

const two = (value: number): string => String(value).padStart(2, '0');

const rules: readonly Rule[] = [
  { name: 'last', unit: (_instant, _zone, position) => String(position) },
  {
    name: 'daily',
    unit: (instant, zone) => {
      const { year, month, day } = localFields(instant, zone);
      return `${year}-${two(month)}-${two(day)}`;
    },
  },
  {
    name: 'weekly',
    unit: (instant, zone) => {
      const { year, month, day } = localFields(instant, zone);
      const week = isoWeek(year, month, day);
      return `${week.year}-W${two(week.week)}`;
    },
  },
  {
    name: 'monthly',
    unit: (instant, zone) => {
      const { year, month } = localFields(instant, zone);
      return `${year}-${two(month)}`;
    },
  },
  { name: 'yearly', unit: (instant, zone) => String(localFields(instant, zone).year) },
];

/** Of the same end time, the later in the list is the newer: a correction, which displaces what it corrects. */
const newestFirst = (versions: readonly RetainedVersion[]): readonly RetainedVersion[] =>
  versions.toReversed().toSorted((left, right) => right.endedAt - left.endedAt);

/** Splits off versions that a newer one of the same cycle (with `every P`: within P/2) stands for. */
function newestOfEachCycle(
  sorted: readonly RetainedVersion[],
  schedule: Schedule,
): { counted: RetainedVersion[]; displaced: RetainedVersion[] } {
  const counted: RetainedVersion[] = [];
  const displaced: RetainedVersion[] = [];
  const cycles = new Set<number>();
  for (const version of sorted) {
    const previous = counted.at(-1);
    const same =
      schedule.kind === 'every'
        ? previous !== undefined && previous.endedAt - version.endedAt < schedule.period / 2
        : version.cycle !== null && cycles.has(version.cycle);
    if (same) {
      displaced.push(version);
      continue;
    }
    counted.push(version);
    if (version.cycle !== null) cycles.add(version.cycle);
  }
  return { counted, displaced };
}

/** One decision for every version, those that count first, newest first. The newest version is always kept. */
export function decideRetention(
  versions: readonly RetainedVersion[],
  policy: KeepPolicy,
  zone: string,
  schedule: Schedule,
): readonly RetentionDecision[] {
  const { counted, displaced } = newestOfEachCycle(newestFirst(versions), schedule);
  const reasons = new Map<string, string[]>(counted.map((version) => [version.key, []]));
  for (const rule of rules) {
    let left = policy[rule.name];
    let lastUnit: string | null = null;
    for (const [index, version] of counted.entries()) {
      if (left === 0) break;
      const unit = rule.unit(version.endedAt, zone, index);
      const oldest = index === counted.length - 1;
      if (unit === lastUnit && !oldest) continue;
      const label =
        rule.name === 'last'
          ? `last ${policy.last - left + 1} of ${policy.last}`
          : `${rule.name} ${unit}`;
      reasons.get(version.key)?.push(unit === lastUnit ? `oldest, ${label}` : label);
      lastUnit = unit;
      left -= 1;
    }
  }
  return [
    ...counted.map((version) => {
      const why = reasons.get(version.key) as string[];
      return {
        key: version.key,
        keep: why.length > 0,
        reasons: why.length > 0 ? why : ['no rule of keep counts it any more'],
      };
    }),
    ...displaced.map((version) => ({
      key: version.key,
      keep: false,
      reasons: ['a newer version of the same cycle stands for it'],
    })),
  ];
}
