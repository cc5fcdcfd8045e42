/** All that runs scans together: what does so surely, how often that is, and whether one of them is too many. */
import { formatDuration } from '../../core/duration.ts';
import type { Finding } from '../../core/finding.ts';
import { placeOf, type EntryFacts } from './cron-entry.ts';
import { editCrontab, faultsOf } from './cron-faults.ts';
import { longestGap, parseTimes } from './cron-times.ts';
import { critical, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { worksService } from './service.ts';
import { judgeTimer } from './timer.ts';
import type { ScanTimer } from './timers.ts';
import { unwatched } from './unwatched.ts';

type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands' | 'now'>;

/** One that surely runs scans of all jobs. */
interface Runner {
  readonly name: string;
  /** Nothing is wrong with it: the others may go. */
  readonly isWell: boolean;
  /** What has it run none. */
  readonly stop: string;
}

/** All that runs scans of one configuration. */
interface Run {
  readonly started: readonly ScanTimer[];
  /** All lines that run scans. */
  readonly entries: readonly EntryFacts[];
  /** Those of all jobs that cron runs without a fault. */
  readonly working: readonly EntryFacts[];
  /** Cron runs, for all that can be seen. */
  readonly isCron: boolean;
  /** Nothing runs scans of which it cannot be told whether they are these. */
  readonly isTold: boolean;
}

const gapOf = (entries: readonly EntryFacts[]): number | null =>
  longestGap(entries.map(({ entry }) => parseTimes(entry.schedule)));

/** Of two lines that are enough only together each is needed. */
function isEnough(one: EntryFacts, { config }: Judging): boolean {
  const gap = gapOf([one]);
  return gap !== null && gap <= (config?.scanMaxAge ?? Infinity);
}

/** Lines that cron runs without a fault, and that scan all jobs. */
export const workingOf = (entries: readonly EntryFacts[], look: Judging): EntryFacts[] =>
  entries.filter((one) => one.limit === null && faultsOf(one, look).length === 0);

/** Timers that run, and whose service works: one that does not scan all jobs is at fault. */
export const startedOf = (timers: readonly ScanTimer[], look: Judging): ScanTimer[] =>
  timers.filter(
    (one) =>
      one.timer !== null && one.of.timer['ActiveState'] === 'active' && worksService(one, look),
  );

/** What runs scans, surely and often enough, or perhaps. */
export interface Beside {
  readonly runner: string | null;
  readonly perhaps: string | null;
}

const isSoon = ({ of, next }: ScanTimer, { config, now }: Judging): boolean =>
  of.timer['SubState'] !== 'elapsed' &&
  (next === null || next - now <= (config?.scanMaxAge ?? Infinity));

/**
 * @param run its lines are those that cron runs, as far as can be seen
 * @param unsure what scans one of which it cannot be told whether it is this configuration
 */
export function besideOf(
  { started, working, isCron }: Pick<Run, 'started' | 'working' | 'isCron'>,
  unsure: readonly string[],
  look: Judging,
): Beside {
  const timer = started.find((one) => isSoon(one, look))?.timer;
  // Where processes cannot be seen, cron may not run.
  const sure = working.filter(({ program }) => isCron && program.unsure === null);
  const gap = gapOf(sure);
  const isOften = gap !== null && gap <= (look.config?.scanMaxAge ?? Infinity);
  const [line] = isOften ? sure : [];
  const [other] = gap === null ? working : working.filter((one) => !sure.includes(one));
  return {
    runner: timer ?? (line === undefined ? null : placeOf(line)),
    perhaps: other === undefined ? (unsure[0] ?? null) : placeOf(other),
  };
}

function runnersOf({ started, working, isCron }: Run, look: Judging): Runner[] {
  const { hands } = look;
  const isWell = (one: ScanTimer): boolean =>
    judgeTimer(one, look).every(({ severity }) => severity === 'ok');
  const timers = new Map(started.map((one) => [one.timer ?? '', isWell(one)]));
  const lines = working.filter((one) => one.program.unsure === null && isEnough(one, look));
  return [
    ...[...timers].map(([name, isFine]) => ({
      name,
      isWell: isFine,
      stop: hands.root(['systemctl', 'disable', '--now', name]),
    })),
    ...lines.map((one) => ({
      name: placeOf(one),
      isWell: isCron,
      stop: editCrontab(one.entry.file, one.entry.line, hands),
    })),
  ];
}

/** The one that is kept has to be well. */
function judgeTwice(runners: readonly Runner[]): Finding[] {
  const kept = runners.findLast(({ isWell }) => isWell);
  const one = runners.find((runner) => runner !== kept);
  if (one === undefined || kept === undefined) return [];
  return [
    warning('schedule', one.name, {
      message: `both ${one.name} and ${kept.name}${kept.name.includes(', ') ? ',' : ''} run scans`,
      why: 'one of the two yields to the other, and who stops one for a while does not stop the scans',
      mend: one.stop,
    }),
  ];
}

/** Lines that run scans of all jobs, one by one and together: never, or too seldom. */
function judgeGap(working: readonly EntryFacts[], { config, hands }: Judging): Finding[] {
  const [first] = working;
  const gap = gapOf(working);
  if (first === undefined || config === null || gap === null || gap <= config.scanMaxAge) return [];
  const { file, line } = first.entry;
  const others = working.length > 1 ? ` and ${working.slice(1).map(placeOf).join(', ')}` : '';
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
function judgePartial(entries: readonly EntryFacts[], { hands }: Judging): Finding[] {
  const [first] = entries;
  if (first === undefined || entries.some(({ limit }) => limit === null)) return [];
  const { file, line } = first.entry;
  return [
    critical('schedule', file, {
      message: `${placeOf(first)}: no scan of all jobs is run, by reason of ${first.limit}`,
      why: unwatched,
      mend: editCrontab(file, line, hands),
    }),
  ];
}

export function judgeRunners(run: Run, look: Judging): Finding[] {
  const { started, entries, working, isTold } = run;
  const isAlone = started.length === 0 && isTold;
  return [
    ...judgeTwice(runnersOf(run, look)),
    ...(isAlone ? judgeGap(working, look) : []),
    ...(isAlone ? judgePartial(entries, look) : []),
  ];
}
