/** What runs the scans: a timer of systemd or a line of a crontab, and whether it would work. */
import type { Finding } from '../../core/finding.ts';
import { judgeIgnored, judgeOthers, judgeOneTimer } from './beside.ts';
import {
  cronService,
  isCronRunning,
  isCronTargetActive,
  withCron,
  type CronFacts,
} from './cron-daemon.ts';
import { configurationsOf, isStranger, readEntry, type EntryFacts } from './cron-entry.ts';
import { judgeEntry } from './cron-faults.ts';
import { ownCrontab } from './cron-files.ts';
import { userFinder } from './cron-users.ts';
import { readCrontabs } from './crontab.ts';
import { critical, fine, warning } from '../finding.ts';
import { installCron, installUnits, ownUnits, type Own } from './install-schedule.ts';
import type { Look } from '../look.ts';
import type { Machine } from '../machine.ts';
import { oursOf, type Found, type Ours } from './ours.ts';
import { besideOf, judgeRunners, startedOf, workingOf } from './runners.ts';
import { unwatched } from './unwatched.ts';
import { readTimers, type Timers } from './timers.ts';
import { hasUnitFile } from './unit-files.ts';

export type { Own } from './install-schedule.ts';

/** Read by the user who runs doctor, root where possible: others may not read all of it. */
export interface ScheduleFacts extends CronFacts {
  readonly entries: readonly EntryFacts[];
  /** Files that cron passes over. */
  readonly ignored: Found['ignored'];
  readonly timers: Timers;
  /** This user may read the crontabs of all users. */
  readonly sawAll: boolean;
  /** Names of the units of the program that have files, whatever they run. */
  readonly unitNames: readonly string[];
  /** Names in /etc/cron.d. */
  readonly cronNames: readonly string[];
  /** There is the user that the units of the program name. */
  readonly hasUnitUser: boolean;
}

/** systemd-cron has made timers of the lines of crontabs, which are read themselves. */
const withoutCrontabs = ({ timers, ...rest }: Timers): Timers => ({
  ...rest,
  timers: timers.filter(({ timer }) => timer?.startsWith('cron-') !== true),
});

export async function readSchedule(machine: Machine, isRoot: boolean): Promise<ScheduleFacts> {
  const findUser = userFinder(machine);
  const own = isRoot ? [] : await ownCrontab(machine);
  const { entries, ignored } = await readCrontabs(machine, findUser, own);
  const read = await Promise.all(entries.map((entry) => readEntry(entry, machine, findUser)));
  const withConfigs = ignored.map(async (one) => {
    const configs = await Promise.all(
      one.entries.map((entry) => configurationsOf(entry, findUser)),
    );
    return { ...one, configs: configs.flat() };
  });
  const isTarget = await isCronTargetActive(machine);
  const timers = await readTimers(machine);
  return {
    entries: read.flat(),
    ignored: await Promise.all(withConfigs),
    timers: isTarget ? withoutCrontabs(timers) : timers,
    cronRunning: isTarget || isCronRunning(machine),
    hasCron: machine.find('cron') !== null || machine.find('crond') !== null,
    cronService: cronService(machine),
    sawAll: isRoot,
    unitNames: ownUnits.filter((name) => hasUnitFile(machine, name)),
    cronNames: machine.names('/etc/cron.d'),
    // Where it cannot be asked it is taken to be there, as the package makes it.
    hasUnitUser: (await findUser('backupmon')).exists !== false,
  };
}

type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands' | 'now' | 'machine'>;

/** What has the names of our units, and is not to be written over: it may run a script that runs scans. */
function judgeTaken(message: string, taken: readonly string[], { hands }: Judging): Finding {
  return warning('schedule', 'timer', {
    message: `${message}, as far as can be seen; ${taken.join(' and ')} ${taken.length === 1 ? 'is' : 'are'} there all the same`,
    why: `${unwatched}; scans that a script runs are not seen`,
    mend: hands.root(['systemctl', 'cat', ...taken]),
  });
}

/** One of a crontab that was not looked at may run them: that is seen before anything is made. */
function judgeUnseen(message: string, { hands }: Judging): Finding {
  return warning('schedule', 'timer', {
    message: `${message}; crontabs of other users were not looked at: only root may`,
    why: unwatched,
    mend: `sudo ${hands.own('doctor')}`,
  });
}

function nothing(facts: ScheduleFacts, own: Own, look: Judging): Finding {
  const { timers, unitNames, cronNames } = facts;
  const message = 'neither a timer of systemd nor a crontab runs scans';
  if (!facts.sawAll) return judgeUnseen(message, look);
  // A unit that is there runs scans of another configuration.
  const isFree = timers.services.length === 0;
  if (timers.running && isFree && unitNames.length > 0) return judgeTaken(message, unitNames, look);
  return warning('schedule', 'timer', {
    message,
    why: unwatched,
    mend:
      timers.running && facts.cronRunning !== true && isFree
        ? installUnits(facts.hasUnitUser, own, look)
        : withCron(facts, timers.running, look, [installCron(cronNames, own, look)]),
  });
}

/** @param runner what runs scans all the same; null where nothing does */
function judgeDaemon(
  facts: ScheduleFacts,
  entries: readonly EntryFacts[],
  runner: string | null,
  look: Judging,
): Finding[] {
  const [first] = entries;
  if (first === undefined || facts.cronRunning !== false) return [];
  const message = `${first.entry.file} runs scans, and no cron is running`;
  if (runner !== null) return [fine('schedule', 'cron', `${message}; ${runner} runs them`)];
  const mend = withCron(facts, facts.timers.running, look, []);
  return [critical('schedule', 'cron', { message, why: unwatched, mend })];
}

/** Lines of users who may not scan are told by the file. */
function judgeEntries(entries: readonly EntryFacts[], look: Judging): Finding[] {
  const strangers = Map.groupBy(
    entries.filter((one) => isStranger(one, look)),
    ({ entry }) => `${entry.user} ${entry.file}`,
  );
  return [
    ...entries.filter((one) => !isStranger(one, look)).flatMap((one) => judgeEntry(one, look)),
    ...[...strangers.values()].flatMap(([first, ...more]) =>
      first === undefined ? [] : judgeEntry(first, look, more.length),
    ),
  ];
}

/** What of a machine's schedule is about one configuration. */
export const scheduleOf = (facts: ScheduleFacts, look: Pick<Look, 'file' | 'scanner'>): Ours =>
  oursOf({ ...facts, timers: facts.timers.timers }, look);

/** @param own how this program is called */
export function judgeSchedule(facts: ScheduleFacts, own: Own, look: Judging): Finding[] {
  const ours = scheduleOf(facts, look);
  const { entries, timers, ignored, unsure } = ours;
  const started = startedOf(timers, look);
  const isCron = facts.cronRunning === true;
  const working = facts.cronRunning === false ? [] : workingOf(entries, look);
  const beside = besideOf({ started, working, isCron }, unsure, look);
  const isRun = timers.length > 0 || entries.length > 0 || ignored.length > 0;
  if (!isRun && unsure.length === 0)
    return [nothing(facts, own, look), ...judgeOthers(ours, look.file)];
  return [
    ...timers.flatMap((timer) => judgeOneTimer(timer, beside, look)),
    ...judgeIgnored(ignored, beside, look.hands),
    ...judgeEntries(entries, look),
    ...judgeDaemon(facts, entries, started[0]?.timer ?? null, look),
    ...judgeRunners({ started, entries, working, isCron, isTold: unsure.length === 0 }, look),
    ...judgeOthers(ours, look.file),
  ];
}
