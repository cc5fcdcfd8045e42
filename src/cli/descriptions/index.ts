import { checkConfig } from './check-config.ts';
import type { Description } from './description.ts';
import { history } from './history.ts';
import { initDb } from './init-db.ts';
import { notify } from './notify.ts';
import { promote } from './promote.ts';
import { scan } from './scan.ts';
import { snooze } from './snooze.ts';
import { status } from './status.ts';

/** Every command, in the order in which help and the manual list them. */
export const descriptions: readonly Description[] = [
  initDb,
  scan,
  status,
  history,
  promote,
  snooze,
  notify,
  checkConfig,
];
