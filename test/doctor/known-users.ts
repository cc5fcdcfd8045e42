/** Shared by tests: users and groups that only getent(1) knows, on a machine with the system's own programs else. */
import { machineAt, type Machine } from '../../src/doctor/machine.ts';
import { makeMachine, type MadeMachine } from './support.ts';

/** `paris:x:2001:2001::/:/bin/sh` and `paris:x:2001:anna`; a name may be its own number, so that commands can be run. */
export function knowing(
  users: readonly string[],
  groups: readonly string[],
): MadeMachine & { readonly real: Machine } {
  const made = makeMachine();
  made.file('/passwd', users.map((line) => `${line}\n`).join(''));
  made.file('/group', groups.map((line) => `${line}\n`).join(''));
  made.program(
    'getent',
    `[ "$1" = -s ] && exec /bin/cat ${made.root}/passwd
     exec /usr/bin/awk -F: -v key="$2" '$1 == key || $3 == key { print; found = 1; exit } END { exit !found }' ${made.root}/$1`,
  );
  return {
    ...made,
    real: machineAt(made.root, [`${made.root}/programs`, '/usr/bin', '/bin']),
  };
}
