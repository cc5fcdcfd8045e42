/** Whether the clock is right, by what keeps it and by what was recorded, and whether time zones are known. */
import type { Finding } from '../core/finding.ts';
import { offsetAt } from '../core/zone.ts';
import { critical, fine, moment, warning } from './finding.ts';
import type { Look } from './look.ts';
import type { Machine } from './machine.ts';

export interface ClockFacts {
  /** null: nobody on this machine knows, as in a container. */
  readonly synchronised: boolean | null;
  /** Who says so. */
  readonly by: string;
}

/** systemd-timesyncd touches this file whenever it has set the clock. */
const SYNCHRONISED = '/run/systemd/timesync/synchronized';

/** Asks who may know, one after the other. */
export async function readClock({ ask, stats, find }: Machine): Promise<ClockFacts> {
  if (stats('/run/systemd/system') !== null) {
    const { code, out } = await ask('timedatectl', 'show', '-p', 'NTPSynchronized', '--value');
    if (code === 0) return { synchronised: out.trim() === 'yes', by: 'timedatectl' };
  }
  if (stats(SYNCHRONISED) !== null) return { synchronised: true, by: SYNCHRONISED };
  if (find('chronyc') !== null) {
    const { code, out } = await ask('chronyc', '-n', 'tracking');
    if (code === 0)
      return { synchronised: !/^Leap status\s*: Not synchronised/mu.test(out), by: 'chronyc' };
  }
  return { synchronised: null, by: '' };
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
    why: 'backups would be due at the wrong hour',
    mend: 'backupmon --version',
  });
}

/**
 * @param fault why the clock must be wrong by what earlier scans recorded; null where it may be right
 */
export function judgeClock(
  { synchronised, by }: ClockFacts,
  fault: string | null,
  { hands, now }: Pick<Look, 'hands' | 'now'>,
): Finding[] {
  const time = moment(now);
  const zones = judgeZones(wrongZone(offsetAt));
  // timedatectl needs systemd; where nobody keeps the clock there is no command that would.
  const chrony = by === 'chronyc' ? hands.root(['chronyc', 'makestep']) : null;
  const isSystemd = by === 'timedatectl' || by === SYNCHRONISED;
  const set = isSystemd ? hands.root(['timedatectl', 'set-ntp', 'true']) : chrony;
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
