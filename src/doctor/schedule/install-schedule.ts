/** Commands that have scans run where nothing runs them yet: units of systemd, or a line for cron. */
import { systemConfigFile } from '../../config/find.ts';
import { readProgram } from './cron-program.ts';
import { DEFAULT_PATH } from './crontab.ts';
import { override } from './drop-in.ts';
import { quoted } from '../hands.ts';
import type { Look } from '../look.ts';
import { useradd } from '../rights/new-user.ts';
import { scanCommandsIn } from './scan-commands.ts';
import { judgePaths } from './service-paths.ts';
import { unitWord } from './unit-paths.ts';

/** How a program of ours is called in a crontab. */
export interface Own {
  /** The command with its absolute path; several words where it is no program by itself. */
  readonly program: readonly string[];
}

/** The one that scans, of the units that come with the program. */
export const SERVICE = 'backupmon-scan.service';
/** All of them. */
export const ownUnits = [SERVICE, 'backupmon-scan.timer', 'backupmon-failure@.service'] as const;
/** Of the unit that comes with the program. */
const USER = 'backupmon';
const UNIT_COMMAND = '/usr/bin/backupmon scan';

/** What that unit says of folders; as `systemctl show` would have it. */
const UNIT_FOLDERS = {
  ProtectSystem: 'strict',
  ProtectHome: 'yes',
  StateDirectory: 'backupmon',
  CacheDirectory: 'backupmon',
  ReadWritePaths: '/mnt/agent_deposits /mnt/validated_backups',
};

type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands' | 'machine'>;

const scanWords = ({ program }: Own, file: string): string[] => [
  ...program,
  ...(file === systemConfigFile ? [] : ['--config', file]),
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

/** Opens the folders of this configuration to it, where they are others than those of the example. */
function openFolders(look: Judging): string[] {
  const timer = {
    timer: null,
    service: SERVICE,
    config: null,
    credentials: [],
    missing: null,
    next: null,
    of: { timer: {}, service: UNIT_FOLDERS },
  };
  return judgePaths(timer, look).flatMap(({ mend }) => mend ?? []);
}

/**
 * The units that come with the program, and what this configuration needs otherwise.
 *
 * @param hasUser there is the user that they name
 */
export function installUnits(hasUser: boolean, own: Own, look: Judging): string {
  const { hands } = look;
  const folder = '/etc/systemd/system';
  const settings = unitSettings(own, look);
  const isItsUser = !settings.some((line) => line.startsWith('User='));
  const reload = hands.root(['systemctl', 'daemon-reload']);
  return [
    ...(hasUser || !isItsUser ? [] : [hands.root(useradd)]),
    ...ownUnits.map((name) => hands.save(`${folder}/${name}`, 'files', name)),
    ...[
      ...(settings.length === 0 ? [] : [override(SERVICE, settings, hands)]),
      ...openFolders(look),
    ].map((command) => command.replace(` && ${reload}`, '')),
    reload,
    hands.root(['systemctl', 'enable', '--now', 'backupmon-scan.timer']),
  ].join(' && ');
}

/** A PATH by which cron finds what the command needs, where its own does not do. */
function pathFor(command: string, { scanner, machine }: Judging): string[] {
  const uid = scanner.known ? scanner.uid : null;
  return scanCommandsIn(command).flatMap((scan) => {
    const { missingFolder } = readProgram(scan, { path: DEFAULT_PATH }, machine, uid);
    return missingFolder === null ? [] : [`PATH=${missingFolder}:${DEFAULT_PATH}`];
  });
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
  const words = quoted(scanWords(own, file));
  const command = words.replaceAll('%', String.raw`\%`);
  let name = 'backupmon';
  for (let number = 2; taken.includes(name); number += 1) name = `backupmon-${number}`;
  return hands.write(`/etc/cron.d/${name}`, [
    ...pathFor(words, look),
    `*/10 * * * * ${user} ${command}`,
  ]);
}
