/** Which configuration a scan of a crontab is of. */
import { findConfig } from '../../config/find.ts';
import type { CronUser } from './cron-users.ts';
import type { CronEntry } from './crontab.ts';
import type { ScanCommand } from './scan-commands.ts';

const VARIABLE = 'BACKUPMON_CONFIG';

/** A path that means the same wherever it is read, and to whatever shell. */
export const isPlainPath = (path: string): boolean => /^\/[^$`*?[]*$/u.test(path);

/** Programs that run others as they were called: by the same user, with the same variables. */
const passing = new Set(
  'bash chronic chrt command cronic dash env exec flock ionice nice node nodejs nohup setsid sh stdbuf systemd-cat taskset time timeout'.split(
    ' ',
  ),
);
/** Others, and options of these that make an environment of their own. */
const changing = new Set(
  'chroot docker doas machinectl podman runuser setpriv su sudo systemd-run unshare - -i -l -lc --login --ignore-environment'.split(
    ' ',
  ),
);
const named = (word: string): string => word.replace(/^.*\//u, '');

/** Who else runs it: a program that may change the user and all variables; null where it is run as the line says. */
export function changedBy({ before }: ScanCommand): string | null {
  const [first] = before;
  if (first === undefined) return null;
  const by = before.find((word) => changing.has(named(word)));
  if (by !== undefined) return by.startsWith('-') ? `${first} ${by}` : by;
  return passing.has(named(first)) ? null : first;
}

/** @returns null where it cannot be told */
export function configurationOf(
  scan: ScanCommand,
  { variables }: Pick<CronEntry, 'variables'>,
  { uid, home }: CronUser,
): string | null {
  const given = scan.config ?? scan.environment.get(VARIABLE) ?? null;
  const inherited = given ?? variables.get(VARIABLE) ?? '';
  if (inherited !== '' && !isPlainPath(inherited)) return null;
  if (given !== null && given !== '') return given;
  // A file that was read may name one; sudo and its like take variables away.
  if (scan.isSourced || (changedBy(scan) !== null && inherited !== '')) return null;
  const set = [...variables, ...scan.environment];
  const environment = changedBy(scan) === null ? { HOME: home, ...Object.fromEntries(set) } : {};
  return findConfig(undefined, environment, uid ?? 0);
}
