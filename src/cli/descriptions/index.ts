import { checkConfig } from './check-config.ts';
import type { CommandName, Description } from './description.ts';
import { doctor } from './doctor.ts';
import { files } from './files.ts';
import { history } from './history.ts';
import { initDb } from './init-db.ts';
import { notify } from './notify.ts';
import { promote } from './promote.ts';
import { scan } from './scan.ts';
import { snooze } from './snooze.ts';
import { status } from './status.ts';

/** In the order in which help and the manual list them. */
const all: Readonly<Record<CommandName, Description>> = {
  'init-db': initDb,
  scan,
  status,
  history,
  promote,
  snooze,
  notify,
  'check-config': checkConfig,
  doctor,
  files,
};

/** Every command. */
export const descriptions: readonly Description[] = Object.values(all);
