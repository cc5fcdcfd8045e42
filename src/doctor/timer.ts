/** One timer of systemd that runs scans: whether it is started, as whom its service runs, and what that may write. */
import { dirname } from 'node:path';
import type { Finding } from '../core/finding.ts';
import { critical, fine, warning } from './finding.ts';
import type { Look } from './look.ts';
import type { ScanTimer } from './timers.ts';

type Judging = Pick<Look, 'config' | 'places' | 'scanner' | 'hands'>;

/** The one that comes with the program starts the service of its own name, whatever that is. */
function makeTimer(timer: string, hands: Look['hands']): string {
  const saved = hands.save(`/etc/systemd/system/${timer}`, 'files', 'backupmon-scan.timer');
  const start = hands.root(['systemctl', 'daemon-reload'], ['systemctl', 'enable', '--now', timer]);
  return `${saved} && ${start}`;
}

function judgeStart({ timer, service, of }: ScanTimer, { hands }: Judging): Finding {
  if (timer === null) {
    return warning('schedule', service, {
      message: `${service} runs scans, and no timer starts it`,
      why: 'without scans nothing is judged, promoted or told',
      mend: makeTimer(service.replace(/\.service$/u, '.timer'), hands),
    });
  }
  const { ActiveState: active = '', UnitFileState: enabled = '' } = of.timer;
  const start = hands.root(['systemctl', 'enable', '--now', timer]);
  if (active !== 'active') {
    return warning('schedule', timer, {
      message: `${timer} is ${active || 'unknown'}: it starts no scans`,
      why: 'without scans nothing is judged, promoted or told',
      mend: start,
    });
  }
  if (enabled === 'disabled') {
    return warning('schedule', timer, {
      message: `${timer} runs, but is not enabled`,
      why: 'after the next boot no scan is started',
      mend: start,
    });
  }
  const { LastTriggerUSec: last = '' } = of.timer;
  const started = last === '' || last === 'n/a' ? 'it has not started a scan yet' : `last: ${last}`;
  return fine('schedule', timer, `${timer} is active; ${started}`);
}

function judgeResult({ service, of }: ScanTimer, { hands }: Judging): Finding[] {
  const { Result: result = 'success', ExecMainStatus: status = '' } = of.service;
  if (result === 'success' || result === '') return [];
  return [
    critical('schedule', service, {
      message: `the last run of ${service} failed: ${result}${status === '' ? '' : `, exit code ${status}`}`,
      why: 'that scan could not do its work',
      mend: hands.root(['journalctl', '-u', service, '-n', '50', '--no-pager']),
    }),
  ];
}

function judgeUser({ service, of }: ScanTimer, { scanner, hands }: Judging): Finding[] {
  const user = of.service['User'] || 'root';
  const may = [scanner.user, String(scanner.uid), 'root'];
  if (!scanner.known || may.includes(user)) return [];
  return [
    critical('schedule', service, {
      message: `${service} runs as ${user}, and the database belongs to ${scanner.user}`,
      why: 'only the owner of the database, or root, may scan: each run ends with exit code 3',
      mend: hands.root(['systemctl', 'edit', service]),
    }),
  ];
}

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);

/** What the service has to write. */
function written({ config, places }: Judging): string[] {
  const { deposits, validated, database } = places;
  const inDeposits =
    config?.archiveReports === true || config?.jobs.some(({ rules }) => rules.deposit === 'remove');
  const paths = [
    validated,
    database === null ? null : dirname(database),
    inDeposits === true ? deposits : null,
    config?.metrics == null ? null : dirname(config.metrics),
  ];
  return paths.filter((path) => path !== null);
}

/** Folders that a service may not write although its own settings, and not their modes, keep it from it. */
export function keptFrom(of: Readonly<Record<string, string>>, paths: readonly string[]): string[] {
  if (of['ProtectSystem'] !== 'strict') return [];
  const own = (of['StateDirectory'] ?? '').split(' ').filter((name) => name !== '');
  const open = [
    ...own.map((name) => `/var/lib/${name}`),
    ...(of['ReadWritePaths'] ?? '').split(' ').map((path) => path.replace(/^[-+]+/u, '')),
  ].filter((path) => path !== '');
  return paths.filter((path) => !open.some((folder) => isWithin(path, folder)));
}

const homes = ['/home', '/root', '/run/user'];

/** Folders that it does not see at all. */
export const hiddenFrom = (
  of: Readonly<Record<string, string>>,
  paths: readonly string[],
): string[] =>
  of['ProtectHome'] === 'yes' || of['ProtectHome'] === 'tmpfs'
    ? paths.filter((path) => homes.some((home) => isWithin(path, home)))
    : [];

/** Adds a setting to a service, after whatever other drop-ins say. */
export function override(service: string, setting: string, hands: Look['hands']): string {
  const folder = `/etc/systemd/system/${service}.d`;
  return [
    hands.root(['mkdir', '-p', folder]),
    hands.write(`${folder}/zz-${setting.split('=', 1)[0]}.conf`, ['[Service]', setting]),
    hands.root(['systemctl', 'daemon-reload']),
  ].join(' && ');
}

function judgePaths({ service, of }: ScanTimer, look: Judging): Finding[] {
  const { deposits, validated, database } = look.places;
  const kept = keptFrom(of.service, written(look));
  const hidden = hiddenFrom(
    of.service,
    [deposits, validated, database].filter((path) => path !== null),
  );
  const found: Finding[] = [];
  if (kept.length > 0) {
    found.push(
      critical('schedule', service, {
        message: `${service} may not write ${kept.join(', ')}: its ReadWritePaths do not name it`,
        why: 'its scans fail, although the same command works in a shell',
        mend: override(service, `ReadWritePaths=${kept.join(' ')}`, look.hands),
      }),
    );
  }
  if (hidden.length > 0) {
    found.push(
      critical('schedule', service, {
        message: `${service} does not see ${hidden.join(', ')}: it has ProtectHome`,
        why: 'its scans fail, although the same command works in a shell',
        mend: override(service, 'ProtectHome=no', look.hands),
      }),
    );
  }
  return found;
}

export const judgeTimer = (timer: ScanTimer, look: Judging): Finding[] => [
  judgeStart(timer, look),
  ...judgeResult(timer, look),
  ...judgeUser(timer, look),
  ...judgePaths(timer, look),
];
