/** One timer of systemd that runs scans: whether it is started, and when it starts them. */
import { formatDuration } from '../../core/duration.ts';
import type { Finding } from '../../core/finding.ts';
import { critical, fine, moment, warning } from '../finding.ts';
import { judgeBoot } from './timer-boot.ts';
import type { Look } from '../look.ts';
import { judgeService, limitOfService, unusable } from './service.ts';
import { timerFor, type ScanTimer } from './timers.ts';
import { scansOf } from './unit-commands.ts';
import type { Shown } from './unit-shown.ts';
import { unwatched } from './unwatched.ts';

type Hands = Look['hands'];
type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands' | 'now'>;

/** The one that comes with the program starts the service of its own name, whatever that is. */
function makeTimer(timer: string, hands: Look['hands']): string {
  const saved = hands.save(`/etc/systemd/system/${timer}`, 'files', 'backupmon-scan.timer');
  const start = hands.root(['systemctl', 'daemon-reload'], ['systemctl', 'enable', '--now', timer]);
  return `${saved} && ${start}`;
}

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

const isMasked = (shown: Shown): boolean =>
  shown['LoadState'] === 'masked' || (shown['UnitFileState'] ?? '').startsWith('masked');

/** A timer whose service is masked cannot be started either. */
function judgeStopped(timer: string, { service, of }: ScanTimer, hands: Hands): Finding {
  const masked = isMasked(of.timer);
  const names = [...(masked ? [timer] : []), ...(isMasked(of.service) ? [service] : [])];
  const unmask = names.length > 0 ? [['systemctl', 'unmask', ...names]] : [];
  return warning('schedule', timer, {
    message: `${timer} is ${masked ? 'masked' : of.timer['ActiveState']}: it starts no scans`,
    why: unwatched,
    mend: hands.root(...unmask, ['systemctl', 'enable', '--now', timer]),
  });
}

/** No timer starts it; one of its name, which starts something else, is nobody's to be written over. */
function judgeUnstarted({ service, otherwise, of }: ScanTimer, hands: Hands): Finding {
  const timer = timerFor(service);
  const { ActiveState: state, SubState: sub } = of.service;
  // As one that scans and sleeps in turn; what has ended, and remains active (RemainAfterExit), goes on with nothing.
  if (state === 'active' && sub !== 'exited')
    return fine(
      'schedule',
      service,
      `${service} is active, and no timer starts it: it cannot be told when it scans`,
    );
  const message = `${service} runs scans, and no timer starts it`;
  if (otherwise === undefined)
    return warning('schedule', service, {
      message,
      why: unwatched,
      mend: makeTimer(timer, hands),
    });
  return warning('schedule', service, {
    message: `${message}: ${timer} starts ${otherwise}`,
    why: unwatched,
    mend: hands.root(['systemctl', 'edit', '--full', timer]),
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
  const { timer, of } = one;
  const { hands } = look;
  if (timer === null) return [judgeUnstarted(one, hands)];
  const { ActiveState: active, LoadState: load } = of.timer;
  if (load === 'bad-setting' || load === 'error')
    return [critical('schedule', timer, unusable(timer, hands))];
  if (active !== 'active') return [judgeStopped(timer, one, hands)];
  const late = [...judgeNext(timer, one, look), ...judgeBoot(timer, of.timer, hands)];
  if (late.length > 0) return late.slice(0, 1);
  const { LastTriggerUSec: last = '' } = of.timer;
  const started = last === '' || last === 'n/a' ? 'it has not started a scan yet' : `last: ${last}`;
  return [fine('schedule', timer, `${timer} is active; ${started}`)];
}

/** systemctl has not answered, or not in time. */
function judgeUnknown(name: string, beside: string | null): Finding {
  const message = `it cannot be told whether ${name} is started: systemctl says nothing of it`;
  return beside === null
    ? warning('schedule', name, { message, why: unwatched })
    : fine('schedule', name, `${message}; ${beside} runs scans`);
}

/** @param beside what else runs scans; null where nothing does */
export function judgeTimer(
  timer: ScanTimer,
  look: Judging,
  beside: string | null = null,
): Finding[] {
  const { timer: name, service, of } = timer;
  const active = of.timer['ActiveState'];
  if (name !== null && active === undefined) return [judgeUnknown(name, beside)];
  if (beside !== null && active !== 'active') return [judgeSpare(timer, beside, look.hands)];
  const limit = limitOfService(timer);
  const isBeside = beside !== null && beside !== name;
  if (isBeside && limit !== null && scansOf(timer.commands ?? []).length > 0)
    return [
      fine('schedule', service, `${service} runs no scans of all jobs (${limit}); ${beside} does`),
    ];
  return [...judgeStart(timer, look), ...judgeService(timer, look)];
}
