/** What runs the scans: a timer of systemd or a line of a crontab, and whether it would work. */
import type { Finding } from '../core/finding.ts';
import { judgeEntry, readProgram, type EntryFacts } from './cron-entry.ts';
import { isCronRunning, readCrontabs, type Crontabs } from './crontab.ts';
import { critical, fine, warning } from './finding.ts';
import { quoted } from './hands.ts';
import type { Look } from './look.ts';
import type { Machine } from './machine.ts';
import { judgeTimer } from './timer.ts';
import { readTimers, type Timers } from './timers.ts';

/** Read by the user who runs doctor, root where possible: others may not read all of it. */
export interface ScheduleFacts {
  readonly crontabs: Crontabs;
  readonly entries: readonly EntryFacts[];
  readonly timers: Timers;
  readonly cronRunning: boolean | null;
  /** This user may read the crontabs of all users. */
  readonly sawAll: boolean;
}

export async function readSchedule(machine: Machine, isRoot: boolean): Promise<ScheduleFacts> {
  const crontabs = readCrontabs(machine);
  return {
    crontabs,
    entries: crontabs.entries.map((entry) => ({ entry, program: readProgram(entry, machine) })),
    timers: await readTimers(machine),
    cronRunning: isCronRunning(machine),
    sawAll: isRoot,
  };
}

const SYSTEM_CONFIG = '/etc/backupmon/config.yaml';

type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands'>;

/** How a program of ours is called in a crontab. */
export interface Own {
  /** The command with its absolute path; several words where it is no program by itself. */
  readonly program: readonly string[];
}

/** The units that come with the program; their folders are those of the example, and may have to be changed. */
export function installUnits({ hands }: Pick<Look, 'hands'>): string {
  const folder = '/etc/systemd/system';
  const saved = ['backupmon-scan.service', 'backupmon-scan.timer'].map((name) =>
    hands.save(`${folder}/${name}`, 'files', name),
  );
  const start = hands.root(
    ['systemctl', 'daemon-reload'],
    ['systemctl', 'enable', '--now', 'backupmon-scan.timer'],
  );
  return [...saved, start].join(' && ');
}

function nothing(facts: ScheduleFacts, own: Own, look: Judging): Finding {
  const { file, scanner, hands } = look;
  const [service] = facts.timers.services;
  const { running } = facts.timers;
  const config = file === SYSTEM_CONFIG ? [] : ['--config', file];
  // Cron knows no numbers; run as root a scan becomes the owner by itself.
  const isNamed = scanner.known && scanner.user !== String(scanner.uid);
  const user = isNamed ? scanner.user : 'root';
  // It makes line ends of percent signs.
  const command = quoted([...own.program, ...config, 'scan']).replaceAll('%', String.raw`\%`);
  const line = `*/10 * * * * ${user} ${command}`;
  const unseen = facts.sawAll ? '' : '; crontabs of other users were not looked at: only root may';
  return warning('schedule', 'timer', {
    message: `neither a timer of systemd nor a crontab runs scans${unseen}`,
    why: 'without scans nothing is judged, promoted or told',
    mend:
      running && service !== undefined
        ? hands.root(['systemctl', 'enable', '--now', service.replace(/\.service$/u, '.timer')])
        : running && facts.cronRunning !== true
          ? installUnits(look)
          : hands.write('/etc/cron.d/backupmon', [line]),
  });
}

function judgeDaemon(facts: ScheduleFacts, look: Judging): Finding[] {
  if (facts.entries.length === 0 || facts.cronRunning !== false) return [];
  return [
    critical('schedule', 'cron', {
      message: `${facts.entries[0]?.entry.file} runs scans, and no cron is running`,
      why: 'without scans nothing is judged, promoted or told',
      mend: facts.timers.running
        ? look.hands.root(['systemctl', 'enable', '--now', 'cron'])
        : look.hands.root(['service', 'cron', 'start']),
    }),
  ];
}

function judgeTwice(
  timers: readonly string[],
  entries: readonly EntryFacts[],
  look: Judging,
): Finding[] {
  const [timer] = timers;
  const [entry] = entries;
  if (timer === undefined || entry === undefined) return [];
  const { file, line } = entry.entry;
  return [
    warning('schedule', timer, {
      message: `both ${timer} and ${file}, line ${line}, run scans`,
      why: 'one of the two yields to the other, and who stops one for a while does not stop the scans',
      mend: look.hands.root(['systemctl', 'disable', '--now', timer]),
    }),
  ];
}

/** Scans of another configuration are told, and count for nothing. */
function judgeOthers(configs: ReadonlySet<string>, file: string): Finding[] {
  return [...configs].map((other) =>
    fine('schedule', other, `scans of ${other} are run too; this is about ${file}`),
  );
}

/** @param own how this program is called */
export function judgeSchedule(facts: ScheduleFacts, own: Own, look: Judging): Finding[] {
  const { file, hands } = look;
  const isOurs = (config: string | null): boolean => (config ?? SYSTEM_CONFIG) === file;
  const entries = facts.entries.filter(({ entry }) => isOurs(entry.config));
  const timers = facts.timers.timers.filter(({ config }) => isOurs(config));
  const started = timers.flatMap(({ timer, of }) =>
    timer !== null && of.timer['ActiveState'] === 'active' ? timer : [],
  );
  const others = new Set(
    [
      ...facts.entries.map(({ entry }) => entry.config),
      ...facts.timers.timers.map((one) => one.config),
    ]
      .filter((config) => !isOurs(config))
      .map((config) => config ?? SYSTEM_CONFIG),
  );
  const found = [
    ...timers.flatMap((timer) => judgeTimer(timer, look)),
    ...facts.crontabs.ignored.map(({ file: crontab, why }) =>
      critical('schedule', crontab, {
        message: `${crontab} would run scans, but ${why}`,
        why: 'without scans nothing is judged, promoted or told',
        mend: hands.edit(crontab),
      }),
    ),
    ...entries.flatMap((entry) => judgeEntry(entry, look)),
    ...judgeDaemon({ ...facts, entries }, look),
    ...judgeTwice(started, entries, look),
  ];
  const isRun = timers.length > 0 || entries.length > 0 || facts.crontabs.ignored.length > 0;
  return [...(isRun ? found : [nothing(facts, own, look)]), ...judgeOthers(others, file)];
}
