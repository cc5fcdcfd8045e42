/** One link in the chain of evidence behind a job's status, and how it is printed. */
import type { RuleName } from '../core/job.ts';
import { formatDuration } from '../core/duration.ts';
import { formatInstant } from '../core/instant.ts';
import { formatLocal } from '../core/zone.ts';
import type { Job, KeepPolicy } from '../core/job.ts';
import { clean, columnsOf, inColour, sign, symbolOf } from './symbols.ts';
import type { JobDetailView, Screen } from './views.ts';
import { hanging, padEnd } from './width.ts';

/** `not_made`: nothing was looked at, so nothing is claimed. */
export type Mark = 'passed' | 'failed' | 'doubtful' | 'not_made';

export interface Check {
  readonly mark: Mark;
  /** At most 10 columns. */
  readonly title: string;
  /** Clean paragraphs, each wrapped on its own. */
  readonly lines: readonly string[];
}

const severityOf = { passed: 'ok', failed: 'critical', doubtful: 'warning' } as const;
const titleWidth = 10;

export function checkLines({ mark, title, lines }: Check, screen: Screen): string[] {
  const symbol = mark === 'not_made' ? sign('dash', screen) : symbolOf(severityOf[mark], screen);
  const name = padEnd(title, titleWidth);
  return lines.flatMap((text, index) => {
    const lead = index === 0 ? `${symbol} ${name}  ` : ' '.repeat(titleWidth + 4);
    const [first = '', ...rest] = hanging(lead, text, columnsOf(screen));
    if (index > 0 || mark === 'not_made') return [first, ...rest];
    return [inColour(severityOf[mark], symbol, screen) + first.slice(symbol.length), ...rest];
  });
}

/** `2026-06-20T19:00:00Z = 2026-06-20 20:00 (Africa/Douala)` */
export function inBothZones(instant: number, zone: string): string {
  const text = formatInstant(instant);
  return zone === 'UTC' ? text : `${text} = ${formatLocal(instant, zone)}`;
}

/** As the configuration would have it: `1h30m`. */
const durationText = (ms: number): string => formatDuration(ms).replaceAll(' ', '');

function keepText(keep: KeepPolicy): string {
  const parts = Object.entries(keep).filter(([, count]) => count > 0);
  if (parts.length === 1 && keep.last > 0) return String(keep.last);
  return `{ ${parts.map(([unit, count]) => `${unit}: ${count}`).join(', ')} }`;
}

/** The name of each rule in the configuration, and its value as written there. */
const ruleTexts: Readonly<Record<RuleName, (job: Job) => string>> = {
  schedule: ({ rules: { schedule } }) =>
    schedule.kind === 'cron'
      ? `schedule: "${schedule.expression}"`
      : `schedule: every ${durationText(schedule.period)}`,
  timezone: ({ rules }) => `timezone: ${rules.timezone}`,
  grace: ({ rules }) => `grace: ${durationText(rules.grace)}`,
  early: ({ rules }) => `early: ${rules.early === null ? 'auto' : durationText(rules.early)}`,
  verify: ({ rules }) => `verify: ${rules.verify}`,
  keep: ({ rules }) => `keep: ${keepText(rules.keep)}`,
  unchanged: ({ rules }) => `unchanged: ${rules.unchanged}`,
  sizeChange: ({ rules: { sizeChange } }) =>
    `size_change: ${sizeChange === null ? 'off' : `${Number((sizeChange * 100).toFixed(2))}%`}`,
  settle: ({ rules }) => `settle: ${durationText(rules.settle)}`,
  deposit: ({ rules }) => `deposit: ${rules.deposit}`,
  failAfter: ({ rules }) => `fail_after: ${rules.failAfter}`,
  path: ({ path }) => `path: ${path}`,
};

/** `grace: 1h30m (config.yaml:12)`: the rule, and the line that sets it. */
export function ruleText(view: JobDetailView, name: RuleName, screen: Screen): string {
  const { job } = view.job;
  const line = job.lines[name];
  const file = view.configFile.slice(view.configFile.lastIndexOf('/') + 1);
  const place = line === undefined ? 'built-in default' : `${clean(file, screen)}:${line}`;
  return `${clean(ruleTexts[name](job), screen)} (${place})`;
}
