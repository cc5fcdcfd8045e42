/** All that runs scans together: how often that is, and whether one of them is too many. */
import { formatDuration } from '../core/duration.ts';
import type { Finding } from '../core/finding.ts';
import { limitOf } from './command-words.ts';
import { editCrontab, type EntryFacts } from './cron-entry.ts';
import { longestGap, parseTimes } from './cron-times.ts';
import { critical, warning } from './finding.ts';
import type { Look } from './look.ts';

type Judging = Pick<Look, 'config' | 'hands'>;

const unwatched = 'without scans nothing is judged, promoted or told';

/** One of those that run scans. */
interface Runner {
  readonly name: string;
  /** What has it run none. */
  readonly stop: string;
}

export const placeOf = ({ entry }: EntryFacts): string => `${entry.file}, line ${entry.line}`;

function runnersOf(
  timers: readonly string[],
  entries: readonly EntryFacts[],
  { hands }: Judging,
): Runner[] {
  return [
    ...timers.map((timer) => ({
      name: timer,
      stop: hands.root(['systemctl', 'disable', '--now', timer]),
    })),
    ...entries.map((one) => ({
      name: placeOf(one),
      stop: editCrontab(one.entry.file, one.entry.line, hands),
    })),
  ];
}

function judgeTwice(runners: readonly Runner[]): Finding[] {
  const [one, other] = runners;
  if (one === undefined || other === undefined) return [];
  return [
    warning('schedule', one.name, {
      message: `both ${one.name} and ${other.name}${other.name.includes(', ') ? ',' : ''} run scans`,
      why: 'one of the two yields to the other, and who stops one for a while does not stop the scans',
      mend: one.stop,
    }),
  ];
}

const gapOf = (entries: readonly EntryFacts[]): number | null =>
  longestGap(entries.map(({ entry }) => parseTimes(entry.schedule)));

/** Lines that run scans of all jobs, one by one and together: never, or too seldom. */
function judgeGap(entries: readonly EntryFacts[], { config, hands }: Judging): Finding[] {
  const [first] = entries;
  const gap = gapOf(entries);
  if (first === undefined || config === null || gap === null || gap <= config.scanMaxAge) return [];
  const { file, line } = first.entry;
  const others = entries.length > 1 ? ` and ${entries.slice(1).map(placeOf).join(', ')}` : '';
  const mend = editCrontab(file, line, hands);
  if (gap === Infinity) {
    return [
      critical('schedule', file, {
        message: `${placeOf(first)}${others}: scans are run when the machine starts, once in two years, or never`,
        why: unwatched,
        mend,
      }),
    ];
  }
  return [
    warning('schedule', file, {
      message: `${placeOf(first)}${others}: up to ${formatDuration(gap)} from one scan to the next; scan_max_age is ${formatDuration(config.scanMaxAge)}`,
      why: 'nothing is judged, promoted or told meanwhile, and `status` is critical',
      mend,
    }),
  ];
}

/** Lines of which none runs a scan of all jobs. */
export function judgePartial(entries: readonly EntryFacts[], { hands }: Judging): Finding[] {
  const [first] = entries;
  if (first === undefined || entries.some(({ entry }) => limitOf(entry.command) === null))
    return [];
  const { file, line, command } = first.entry;
  return [
    critical('schedule', file, {
      message: `${placeOf(first)}: no scan of all jobs is run, by reason of ${limitOf(command)}`,
      why: unwatched,
      mend: editCrontab(file, line, hands),
    }),
  ];
}

/**
 * Of two lines that are enough only together each is needed.
 *
 * @param whole lines that run scans of all jobs
 * @param working those of them that cron runs without a fault
 */
export function judgeRunners(
  started: readonly string[],
  { whole, working }: Readonly<Record<'whole' | 'working', readonly EntryFacts[]>>,
  look: Judging,
): Finding[] {
  const limit = look.config?.scanMaxAge ?? Infinity;
  const isEnough = (one: EntryFacts): boolean => (gapOf([one]) ?? 0) <= limit;
  return [
    ...judgeTwice(runnersOf(started, working.filter(isEnough), look)),
    ...(started.length === 0 ? judgeGap(whole, look) : []),
  ];
}
