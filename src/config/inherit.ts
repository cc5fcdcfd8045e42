/** Rules pass down from the built-in ones to `defaults`, to the agent, to the database; the nearest wins. */
import type { JobRules, RuleName, Schedule } from '../core/job.ts';
import type { Span } from './problem.ts';
import type { RuleContent } from './schema.ts';
import { entriesOf, spanOf } from './tree.ts';
import type { Tree } from './tree.ts';

export interface WrittenRule {
  readonly span: Span;
  readonly path: readonly PropertyKey[];
}

/** What a job, or everything below this level, goes by. Levels that write nothing share the object of their parent. */
export interface Inherited {
  readonly values: Omit<JobRules, 'schedule'> & {
    readonly schedule?: Schedule;
    readonly path: string;
  };
  readonly lines: Readonly<Partial<Record<RuleName, number>>>;
  /** Where each rule is written; absent for built-in ones. */
  readonly written: Readonly<Partial<Record<RuleName, WrittenRule>>>;
  /** Rules whose nearest value is faulty, so that nothing can be said about what depends on them. */
  readonly faulty: ReadonlySet<RuleName | 'labels'>;
  readonly labels: Readonly<Record<string, string>>;
  readonly enabled: boolean;
}

/** What applies where the file says nothing. There is no built-in schedule: nobody can guess when a backup is due. */
export const builtIn: Inherited = {
  values: {
    timezone: 'UTC',
    grace: 90 * 60_000,
    early: null,
    verify: 'complete',
    keep: { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0 },
    unchanged: 'warning',
    sizeChange: 0.5,
    settle: 2 * 60_000,
    failAfter: 1,
    deposit: 'keep',
    path: '{agent}/{database}',
  },
  lines: {},
  written: {},
  faulty: new Set(),
  labels: {},
  enabled: true,
};

/** The keys of the file, where rules have names of more than one word. */
const ruleOfKey = {
  schedule: 'schedule',
  timezone: 'timezone',
  grace: 'grace',
  early: 'early',
  verify: 'verify',
  keep: 'keep',
  path: 'path',
  unchanged: 'unchanged',
  size_change: 'sizeChange',
  settle: 'settle',
  fail_after: 'failAfter',
  deposit: 'deposit',
} as const satisfies Readonly<Record<string, RuleName>>;

/** All keys that a job may have. */
export const jobKeys: readonly string[] = [...Object.keys(ruleOfKey), 'enabled', 'labels'];

export interface Level {
  /** As checked; a key that `tree` has and this lacks was faulty. */
  readonly content: RuleContent | null | undefined;
  readonly tree: Tree | undefined;
  readonly path: readonly PropertyKey[];
}

/** The parent's rules with those of one level laid over them. */
export function inherit(
  parent: Inherited,
  level: Level,
  lineOf: (offset: number) => number,
): Inherited {
  const entries = entriesOf(level.tree);
  if (entries.size === 0) return parent;
  const content: Partial<RuleContent> = level.content ?? {};
  const values: Record<string, unknown> = { ...parent.values };
  const lines = { ...parent.lines };
  const written = { ...parent.written };
  const faulty = new Set(parent.faulty);
  for (const [key, rule] of Object.entries(ruleOfKey) as [keyof typeof ruleOfKey, RuleName][]) {
    const entry = entries.get(key);
    if (entry === undefined) continue;
    lines[rule] = lineOf(entry.key.start);
    written[rule] = { span: spanOf(entry), path: [...level.path, key] };
    const value = content[key];
    if (value === undefined) {
      faulty.add(rule);
      continue;
    }
    faulty.delete(rule);
    values[rule] = value;
  }
  if (hasFaultyLabels(content, entries.get('labels')?.value)) faulty.add('labels');
  return {
    values: values as Inherited['values'],
    lines,
    written,
    faulty,
    labels: content.labels ? { ...parent.labels, ...content.labels } : parent.labels,
    enabled: content.enabled ?? parent.enabled,
  };
}

function hasFaultyLabels(content: Partial<RuleContent>, written: Tree | undefined): boolean {
  const checked = Object.keys(content.labels ?? {}).length;
  return (
    written !== undefined && (content.labels === undefined || checked < entriesOf(written).size)
  );
}
