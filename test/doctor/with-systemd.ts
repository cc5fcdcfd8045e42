/** Machines made of a folder that systemd runs: `systemctl show` answers for each unit on its own. */
import type { MadeMachine } from './support.ts';

export type Properties = Readonly<Record<string, string | readonly string[]>>;

/** `ExecStart` as systemctl shows it, where no quotes are left. */
export const shownCommand = (argv: string): string =>
  `{ path=${argv.split(' ')[0]} ; argv[]=${argv} ; ignore_errors=no ; start_time=[n/a] ; pid=0 }`;

/** @param units what is shown of units that systemd has loaded, by their names; of others nothing is */
export function runBySystemd(made: MadeMachine, units: Readonly<Record<string, Properties>>): void {
  made.file('/run/systemd/system/x', '');
  for (const [name, properties] of Object.entries(units)) {
    const lines = Object.entries({ Id: name, ...properties }).flatMap(([key, value]) =>
      [value].flat().map((one) => `${key}=${one}\n`),
    );
    made.file(`/shown/${name}`, lines.join(''));
  }
  made.program('env', 'test "$1" = TZ=UTC && shift && exec "$@"');
  made.program(
    'systemctl',
    `PATH=/usr/bin:/bin
     test "$1" = show || exit 1
     cd '${made.root}/shown'
     shift
     while [ "$1" != -p ]; do
       case "$1" in
         '*.timer') for unit in *.timer; do cat "$unit"; echo; done;;
         *) test ! -e "$1" || cat "$1"; echo;;
       esac
       shift
     done`,
  );
}
