/** What runs the scans: a timer of systemd or a line of a crontab, and whether it would work. */
import type { Finding } from '../core/finding.ts';
import { limitOf } from './command-words.ts';
import { editCrontab, faultsOf, judgeEntry, readEntry, type EntryFacts } from './cron-entry.ts';
import { isCronRunning, isCronTargetActive, readCrontabs, type Crontabs } from './crontab.ts';
import { userFinder } from './crontab-faults.ts';
import { critical, fine, warning } from './finding.ts';
import { installCron, installUnits, SYSTEM_CONFIG, type Own } from './install-schedule.ts';
import type { Look } from './look.ts';
import type { Machine } from './machine.ts';
import { realPath } from './real-path.ts';
import { judgePartial, judgeRunners, placeOf } from './runners.ts';
import { judgeTimer } from './timer.ts';
import { readTimers, type ScanTimer, type Timers } from './timers.ts';

export type { Own } from './install-schedule.ts';

/** Read by the user who runs doctor, root where possible: others may not read all of it. */
export interface ScheduleFacts {
  readonly crontabs: Crontabs;
  readonly entries: readonly EntryFacts[];
  readonly timers: Timers;
  readonly cronRunning: boolean | null;
  /** This user may read the crontabs of all users. */
  readonly sawAll: boolean;
  /** Names in /etc/cron.d. */
  readonly cronNames: readonly string[];
  /** There is the user that the units of the program name. */
  readonly hasUnitUser: boolean;
}

export async function readSchedule(machine: Machine, isRoot: boolean): Promise<ScheduleFacts> {
  const crontabs = await readCrontabs(machine);
  return {
    crontabs,
    entries: await Promise.all(crontabs.entries.map((entry) => readEntry(entry, machine))),
    timers: await readTimers(machine),
    cronRunning: (await isCronTargetActive(machine)) || isCronRunning(machine),
    sawAll: isRoot,
    cronNames: machine.names('/etc/cron.d'),
    // Where it cannot be asked it is taken to be there, as the package makes it.
    hasUnitUser: (await userFinder(machine)('backupmon')) !== false,
  };
}

type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands' | 'now'>;

const unwatched = 'without scans nothing is judged, promoted or told';

function nothing(facts: ScheduleFacts, own: Own, look: Judging): Finding {
  const unseen = facts.sawAll ? '' : '; crontabs of other users were not looked at: only root may';
  // A unit that is there runs scans of another configuration.
  const isFree = facts.timers.services.length === 0;
  return warning('schedule', 'timer', {
    message: `neither a timer of systemd nor a crontab runs scans${unseen}`,
    why: unwatched,
    mend:
      facts.timers.running && facts.cronRunning !== true && isFree
        ? installUnits(facts.hasUnitUser, own, look)
        : installCron(facts.cronNames, own, look),
  });
}

function judgeDaemon(facts: ScheduleFacts, look: Judging): Finding[] {
  if (facts.entries.length === 0 || facts.cronRunning !== false) return [];
  return [
    critical('schedule', 'cron', {
      message: `${facts.entries[0]?.entry.file} runs scans, and no cron is running`,
      why: unwatched,
      mend: facts.timers.running
        ? look.hands.root(['systemctl', 'enable', '--now', 'cron'])
        : look.hands.root(['service', 'cron', 'start']),
    }),
  ];
}

/** @param runner what runs scans all the same; null where nothing does */
function judgeIgnored(
  facts: ScheduleFacts['crontabs'],
  runner: string | null,
  hands: Look['hands'],
): Finding[] {
  return facts.ignored.map(({ file, line, why }) => {
    const message = `${file} would run scans, but ${why}`;
    return runner === null
      ? critical('schedule', file, {
          message,
          why: unwatched,
          mend: editCrontab(file, line, hands),
        })
      : fine('schedule', file, `${message}; ${runner} runs them`);
  });
}

/** Scans of another configuration are told, and count for nothing. */
function judgeOthers(configs: ReadonlySet<string>, file: string): Finding[] {
  return [...configs].map((other) =>
    fine('schedule', other, `scans of ${other} are run too; this is about ${file}`),
  );
}

/** What of it all is about this configuration. */
function ofConfig(facts: ScheduleFacts, file: string): ScheduleFacts & { others: Set<string> } {
  const real = realPath(file);
  const isOurs = (config: string | null): boolean =>
    (config ?? SYSTEM_CONFIG) === file || realPath(config ?? SYSTEM_CONFIG) === real;
  const { crontabs, entries, timers } = facts;
  const configs = [
    ...entries.map(({ entry }) => entry.config),
    ...timers.timers.map((one) => one.config),
  ];
  return {
    ...facts,
    crontabs: { ...crontabs, ignored: crontabs.ignored.filter(({ config }) => isOurs(config)) },
    entries: entries.filter(({ entry }) => isOurs(entry.config)),
    timers: { ...timers, timers: timers.timers.filter(({ config }) => isOurs(config)) },
    others: new Set(
      configs.filter((config) => !isOurs(config)).map((config) => config ?? SYSTEM_CONFIG),
    ),
  };
}

const startedBy = (timers: readonly ScanTimer[]): string[] => [
  ...new Set(
    timers.flatMap(({ timer, of }) =>
      timer !== null && of.timer['ActiveState'] === 'active' ? timer : [],
    ),
  ),
];

/** @param own how this program is called */
export function judgeSchedule(facts: ScheduleFacts, own: Own, look: Judging): Finding[] {
  const { others, ...ours } = ofConfig(facts, look.file);
  const { entries, crontabs } = ours;
  const { timers } = ours.timers;
  const started = startedBy(timers);
  const whole = entries.filter(({ entry }) => limitOf(entry.command) === null);
  const working = whole.filter((one) => faultsOf(one, look).length === 0);
  const [line] = facts.cronRunning === false ? [] : working;
  const runner = started[0] ?? (line === undefined ? null : placeOf(line));
  const found = [
    ...timers.flatMap((timer) => judgeTimer(timer, look, runner)),
    ...judgeIgnored(crontabs, runner, look.hands),
    ...entries.flatMap((entry) => judgeEntry(entry, look)),
    ...judgeDaemon(ours, look),
    ...judgeRunners(started, { whole, working }, look),
    ...(started.length === 0 ? judgePartial(entries, look) : []),
  ];
  const isRun = timers.length > 0 || entries.length > 0 || crontabs.ignored.length > 0;
  return [...(isRun ? found : [nothing(ours, own, look)]), ...judgeOthers(others, look.file)];
}
