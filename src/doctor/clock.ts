/** Whether the clock is right, by what keeps it and by what was recorded, and whether time zones are known. */
import type { Finding } from '../core/finding.ts';
import { offsetAt } from '../core/zone.ts';
import { critical, fine, moment, warning } from './finding.ts';
import type { Look } from './look.ts';
import type { Machine } from './machine.ts';
import { installerOf } from './installer.ts';

export interface ClockFacts {
  /** null: nobody on this machine knows, as in a container. */
  readonly synchronised: boolean | null;
  /** Who says so. */
  readonly by: string;
  /** What installs a service that would keep it, where systemd says that it has none; null where that is not known, or no service can. */
  readonly install?: readonly string[] | null;
}

/** systemd-timesyncd touches this file whenever it has set the clock. */
const SYNCHRONISED = '/run/systemd/timesync/synchronized';

/**
 * The one that comes with systemd is a package of its own on Debian; elsewhere chrony is usual. None where there is an ntpd, which it would
 * replace.
 */
function installKeeper(machine: Machine): readonly string[] | null {
  const install = installerOf(machine);
  if (install === null || machine.find('ntpd') !== null) return null;
  return [...install, install[0] === 'apt-get' ? 'systemd-timesyncd' : 'chrony'];
}

/** What timedatectl says; null where it has no answer. */
async function askSystemd(machine: Machine): Promise<ClockFacts | null> {
  const show = (name: string) => machine.ask('timedatectl', 'show', '-p', name, '--value');
  const { code, out } = await show('NTPSynchronized');
  if (code !== 0) return null;
  const facts = { synchronised: out.trim() === 'yes', by: 'timedatectl' };
  if (facts.synchronised) return facts;
  // A container has the clock of its host, which no service in it keeps.
  if (machine.stats('/run/systemd/container') !== null) return { ...facts, install: null };
  if ((await show('CanNTP')).out.trim() !== 'no') return facts;
  return { ...facts, install: installKeeper(machine) };
}

async function askChrony({ ask, find }: Machine): Promise<ClockFacts | null> {
  if (find('chronyc') === null) return null;
  const { code, out } = await ask('chronyc', '-n', 'tracking');
  if (code !== 0) return null;
  return { synchronised: !/^Leap status\s*: Not synchronised/mu.test(out), by: 'chronyc' };
}

/** Asks who may know. chrony need not tell the kernel that it keeps the clock: a no of timedatectl is not the last word where it runs. */
export async function readClock(machine: Machine): Promise<ClockFacts> {
  const { stats } = machine;
  const isSystemd = stats('/run/systemd/system') !== null;
  const systemd = isSystemd ? await askSystemd(machine) : null;
  if (systemd?.synchronised === true) return systemd;
  if (systemd === null && stats(SYNCHRONISED) !== null)
    return { synchronised: true, by: SYNCHRONISED };
  return (await askChrony(machine)) ?? systemd ?? { synchronised: null, by: '' };
}

/** Offsets that have not changed for decades: January and July of 2024, in hours. */
const knownOffsets: readonly (readonly [zone: string, instant: number, hours: number])[] = [
  ['Europe/Paris', Date.UTC(2024, 0, 15), 1],
  ['Europe/Paris', Date.UTC(2024, 6, 15), 2],
  ['Africa/Douala', Date.UTC(2024, 6, 15), 1],
];

/** A zone whose offset is wrong, or not known; null where all are right. */
export function wrongZone(offset: (instant: number, zone: string) => number): string | null {
  const wrong = knownOffsets.find(([zone, instant, hours]) => {
    try {
      return offset(instant, zone) !== hours * 3_600_000;
    } catch {
      return true;
    }
  });
  return wrong?.[0] ?? null;
}

function judgeZones(zone: string | null): Finding {
  if (zone === null) return fine('clock', 'time zones', 'time zones and their changes are known');
  return critical('clock', zone, {
    message: `the time zone data of this program is wrong or missing: ${zone} is not as it should be`,
    why: 'backups would be due at the wrong hour; the data are part of the program, or of the Node that runs it',
  });
}

/** timedatectl needs systemd and a service; where nobody keeps the clock there is no command that would. */
function setting(by: string, install: ClockFacts['install'], hands: Look['hands']): string | null {
  if (install !== undefined) return install === null ? null : hands.root(install);
  if (by === 'chronyc') return hands.root(['chronyc', 'makestep']);
  const isSystemd = by === 'timedatectl' || by === SYNCHRONISED;
  return isSystemd ? hands.root(['timedatectl', 'set-ntp', 'true']) : null;
}

/**
 * @param fault why the clock must be wrong by what earlier scans recorded; null where it may be right
 */
export function judgeClock(
  { synchronised, by, install }: ClockFacts,
  fault: string | null,
  { hands, now }: Pick<Look, 'hands' | 'now'>,
): Finding[] {
  const time = moment(now);
  const zones = judgeZones(wrongZone(offsetAt));
  const set = setting(by, install, hands);
  if (fault !== null) {
    const why = 'scans refuse to judge by it: every deadline would be wrong';
    return [critical('clock', 'clock', { message: fault, why, mend: set }), zones];
  }
  if (synchronised === false) {
    const message = `the clock is not synchronised (${by}); it says ${time}`;
    const why = 'a clock that drifts tells of backups that are missing, or hides them';
    return [warning('clock', 'clock', { message, why, mend: set }), zones];
  }
  const message =
    synchronised === null
      ? `it is ${time}; who keeps the clock cannot be found out here`
      : `it is ${time}; the clock is synchronised (${by})`;
  return [fine('clock', 'clock', message), zones];
}
