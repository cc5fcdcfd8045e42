/** What runs no scans, or others, beside what does. */
import type { Finding } from '../../core/finding.ts';
import { editCrontab } from './cron-faults.ts';
import { counted, critical, fine } from '../finding.ts';
import type { Look } from '../look.ts';
import type { Ours } from './ours.ts';
import type { Beside } from './runners.ts';
import { unwatched } from './unwatched.ts';
import { limitOfService } from './service.ts';
import { judgeTimer } from './timer.ts';
import type { ScanTimer } from './timers.ts';

type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands' | 'now'>;

const untold = ({ runner, perhaps }: Beside): string =>
  runner === null ? `it cannot be told whether ${perhaps} runs them` : `${runner} runs them`;

export function judgeIgnored(
  ignored: Ours['ignored'],
  beside: Beside,
  hands: Look['hands'],
): Finding[] {
  return ignored.map(({ file, line, why, mend }) => {
    const message = `${file} would run scans, but ${why}`;
    if (beside.runner !== null || beside.perhaps !== null)
      return fine('schedule', file, `${message}; ${untold(beside)}`);
    const edit = mend === 'edit' ? editCrontab(file, line, hands) : null;
    const command = Array.isArray(mend) ? hands.root(mend) : edit;
    return critical('schedule', file, { message, why: unwatched, mend: command });
  });
}

/** Where it cannot be told whether something else runs scans, what is stopped or limited is told, and not mended. */
export function judgeOneTimer(
  one: ScanTimer,
  { runner, perhaps }: Beside,
  look: Judging,
): Finding[] {
  const { timer, service, of } = one;
  const isWhole = of.timer['ActiveState'] === 'active' && limitOfService(one) === null;
  if (runner !== null || perhaps === null || isWhole) return judgeTimer(one, look, runner);
  const name = timer ?? service;
  const message = `${name} runs no scans of all jobs; ${untold({ runner, perhaps })}`;
  return [fine('schedule', name, message)];
}

const MOST_OTHERS = 5;

/** Scans of another configuration are told, and count for nothing. */
export function judgeOthers({ others, unsure }: Ours, file: string): Finding[] {
  const more = others.length - MOST_OTHERS;
  return [
    ...unsure
      .slice(0, MOST_OTHERS)
      .map((name) =>
        fine(
          'schedule',
          name,
          `it cannot be told whether the scans that ${name} runs are of ${file}`,
        ),
      ),
    ...others
      .slice(0, MOST_OTHERS)
      .map((other) =>
        fine('schedule', other, `scans of ${other} are run too; this is about ${file}`),
      ),
    ...(more > 0
      ? [fine('schedule', 'others', `scans of ${counted(more, 'more configuration')} are run too`)]
      : []),
  ];
}
