/** Commands that have scans run where nothing runs them yet: units of systemd, or a line for cron. */
import { quoted } from './hands.ts';
import type { Look } from './look.ts';
import { override } from './drop-in.ts';
import { unitWord } from './unit-paths.ts';

/** How a program of ours is called in a crontab. */
export interface Own {
  /** The command with its absolute path; several words where it is no program by itself. */
  readonly program: readonly string[];
}

export const SYSTEM_CONFIG = '/etc/backupmon/config.yaml';
const SERVICE = 'backupmon-scan.service';
/** Of the unit that comes with the program. */
const USER = 'backupmon';
const UNIT_COMMAND = '/usr/bin/backupmon scan';

type Judging = Pick<Look, 'file' | 'scanner' | 'hands'>;

const scanWords = ({ program }: Own, file: string): string[] => [
  ...program,
  ...(file === SYSTEM_CONFIG ? [] : ['--config', file]),
  'scan',
];

/** What the unit as it comes says otherwise: `$` and `%` mean something to systemd. */
function unitSettings(own: Own, { file, scanner }: Judging): string[] {
  const words = scanWords(own, file);
  const command = words.map((word) => unitWord(word).replaceAll('$', '$$$$')).join(' ');
  const user = scanner.known && scanner.user !== USER ? [scanner.user, scanner.group] : null;
  return [
    ...(user === null ? [] : [`User=${user[0]}`, `Group=${user[1]}`]),
    ...(words.join(' ') === UNIT_COMMAND ? [] : ['ExecStart=', `ExecStart=${command}`]),
  ];
}

/**
 * The units that come with the program; their folders are those of the example, and may have to be changed.
 *
 * @param hasUser there is the user that they name
 */
export function installUnits(hasUser: boolean, own: Own, look: Judging): string {
  const { hands } = look;
  const folder = '/etc/systemd/system';
  const names = [SERVICE, 'backupmon-scan.timer', 'backupmon-failure@.service'];
  const settings = unitSettings(own, look);
  return [
    ...(hasUser ? [] : [hands.root(['useradd', '--system', '--user-group', USER])]),
    ...names.map((name) => hands.save(`${folder}/${name}`, 'files', name)),
    ...(settings.length === 0 ? [] : [override(SERVICE, settings, hands)]),
    hands.root(
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--now', 'backupmon-scan.timer'],
    ),
  ].join(' && ');
}

/**
 * A file with one line for cron, of a name that is not there yet: what has that name may be of another configuration.
 *
 * @param taken names in /etc/cron.d
 */
export function installCron(taken: readonly string[], own: Own, look: Judging): string {
  const { file, scanner, hands } = look;
  // Cron knows no numbers; run as root a scan becomes the owner by itself.
  const isNamed = scanner.known && scanner.user !== String(scanner.uid);
  const user = isNamed ? scanner.user : 'root';
  // It makes line ends of percent signs.
  const command = quoted(scanWords(own, file)).replaceAll('%', String.raw`\%`);
  let name = 'backupmon';
  for (let number = 2; taken.includes(name); number += 1) name = `backupmon-${number}`;
  return hands.write(`/etc/cron.d/${name}`, [`*/10 * * * * ${user} ${command}`]);
}
