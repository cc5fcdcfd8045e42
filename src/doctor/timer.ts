/** One timer of systemd that runs scans: whether it is started, and when it starts them. */
import { formatDuration } from '../core/duration.ts';
import type { Finding } from '../core/finding.ts';
import { critical, fine, moment, warning } from './finding.ts';
import type { Look } from './look.ts';
import { judgeService } from './service.ts';
import type { ScanTimer } from './timers.ts';

export { override } from './drop-in.ts';

type Hands = Look['hands'];
type Judging = Pick<Look, 'config' | 'places' | 'scanner' | 'hands' | 'now'>;

/** The one that comes with the program starts the service of its own name, whatever that is. */
function makeTimer(timer: string, hands: Look['hands']): string {
  const saved = hands.save(`/etc/systemd/system/${timer}`, 'files', 'backupmon-scan.timer');
  const start = hands.root(['systemctl', 'daemon-reload'], ['systemctl', 'enable', '--now', timer]);
  return `${saved} && ${start}`;
}

const unwatched = 'without scans nothing is judged, promoted or told';

/** Something else runs scans: this one need not, and must not by and by. */
function judgeSpare({ timer, service, of }: ScanTimer, beside: string, hands: Hands): Finding {
  const name = timer ?? service;
  if (of.timer['UnitFileState'] !== 'enabled')
    return fine('schedule', name, `${name} is not started by systemd; ${beside} runs scans`);
  return warning('schedule', name, {
    message: `${name} is stopped, but enabled, and ${beside} runs scans`,
    why: 'after the next boot both do, and one of the two yields to the other',
    mend: hands.root(['systemctl', 'disable', name]),
  });
}

function judgeStopped(timer: string, { of }: ScanTimer, hands: Hands): Finding {
  const { ActiveState: active = '', UnitFileState: enabled = '', LoadState: load = '' } = of.timer;
  const isMasked = load === 'masked' || enabled.startsWith('masked');
  const unmask = isMasked ? [['systemctl', 'unmask', timer]] : [];
  return warning('schedule', timer, {
    message: `${timer} is ${isMasked ? 'masked' : active || 'unknown'}: it starts no scans`,
    why: unwatched,
    mend: hands.root(...unmask, ['systemctl', 'enable', '--now', timer]),
  });
}

/** When it starts scans: never again, or too seldom. */
function judgeNext(timer: string, { of, next }: ScanTimer, look: Judging): Finding[] {
  const { config, hands, now } = look;
  if (of.timer['SubState'] === 'elapsed') {
    return [
      critical('schedule', timer, {
        message: `${timer} is active, and starts no scan any more: none of its times is to come`,
        why: unwatched,
        mend: hands.root(['systemctl', 'edit', '--full', timer]),
      }),
    ];
  }
  if (config === null || next === null || next - now <= config.scanMaxAge) return [];
  return [
    warning('schedule', timer, {
      message: `${timer} starts the next scan at ${moment(next)}, in ${formatDuration(next - now)}; scan_max_age is ${formatDuration(config.scanMaxAge)}`,
      why: 'nothing is judged, promoted or told meanwhile, and `status` is critical',
      mend: hands.root(['systemctl', 'edit', '--full', timer]),
    }),
  ];
}

function judgeStart(one: ScanTimer, look: Judging): Finding[] {
  const { timer, service, of } = one;
  const { hands } = look;
  if (timer === null) {
    return [
      warning('schedule', service, {
        message: `${service} runs scans, and no timer starts it`,
        why: unwatched,
        mend: makeTimer(service.replace(/\.service$/u, '.timer'), hands),
      }),
    ];
  }
  if (of.timer['ActiveState'] !== 'active') return [judgeStopped(timer, one, hands)];
  const late = judgeNext(timer, one, look);
  if (late.length > 0) return late;
  if (of.timer['UnitFileState'] === 'disabled') {
    return [
      warning('schedule', timer, {
        message: `${timer} runs, but is not enabled`,
        why: 'after the next boot no scan is started',
        mend: hands.root(['systemctl', 'enable', '--now', timer]),
      }),
    ];
  }
  const { LastTriggerUSec: last = '' } = of.timer;
  const started = last === '' || last === 'n/a' ? 'it has not started a scan yet' : `last: ${last}`;
  return [fine('schedule', timer, `${timer} is active; ${started}`)];
}

/** @param beside what else runs scans; null where nothing does */
export function judgeTimer(
  timer: ScanTimer,
  look: Judging,
  beside: string | null = null,
): Finding[] {
  const isStarted = timer.timer !== null && timer.of.timer['ActiveState'] === 'active';
  if (beside !== null && !isStarted) return [judgeSpare(timer, beside, look.hands)];
  return [...judgeStart(timer, look), ...judgeService(timer, look)];
}
