import type { Database } from '../db/schema.ts';
import { clockFault } from '../pass/clock.ts';
import { UserProblem } from './problems.ts';

/** Before a pass records itself: one that ran by a wrong clock would be part of what the next one goes by. @throws UserProblem */
export async function checkClock(db: Database, now: number): Promise<void> {
  const fault = await clockFault(db, now);
  if (fault === null) return;
  throw new UserProblem('clock_wrong', `${fault}; nothing was judged`, {
    hint: 'set it right (timedatectl), and the next scan does what this one could not; if it was wrong before and is right now: backupmon init-db --reset, which finds every version again',
  });
}
