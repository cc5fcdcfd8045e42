/** The service of systemd that runs scans: whether it can be started, what it runs, and as whom. */
import type { Finding } from '../../core/finding.ts';
import { critical, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { judgePaths } from './service-paths.ts';
import { judgeRuns } from './service-runs.ts';
import type { ScanTimer } from './timers.ts';
import { commandsOf, limitOfScan, scansOf, type UnitCommand } from './unit-commands.ts';
import { unwatched } from './unwatched.ts';

type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands'>;

const commandsIn = ({ of, commands }: ScanTimer): readonly UnitCommand[] =>
  commands ?? commandsOf(of.service['ExecStart'], '');

/** What keeps the service from running a scan of all jobs; null where nothing does, or systemd does not tell what it runs. */
export function limitOfService(timer: ScanTimer): string | null {
  if (timer.of.service['ExecStart'] === undefined) return null;
  const limits = scansOf(commandsIn(timer)).map(limitOfScan);
  return limits.includes(null) ? null : limits.join(', ') || 'no scan';
}

/** systemd has read it, and cannot start it. */
function judgeState({ service, of }: ScanTimer, { hands }: Judging): Finding[] {
  const { LoadState: state = '' } = of.service;
  if (state === 'masked') {
    const message = `${service} is masked: it cannot be started`;
    const mend = hands.root(['systemctl', 'unmask', service]);
    return [critical('schedule', service, { message, why: unwatched, mend })];
  }
  if (state !== 'bad-setting' && state !== 'error') return [];
  return [critical('schedule', service, unusable(service, hands))];
}

/** A unit that systemd has refused. */
export const unusable = (unit: string, hands: Look['hands']): Parameters<typeof critical>[2] => ({
  message: `systemd cannot use ${unit}: something is wrong in its files`,
  why: unwatched,
  mend: hands.root(['systemd-analyze', 'verify', unit]),
});

/** What the service runs, whatever files say that were not read again, or that others undo. */
function judgeCommand(timer: ScanTimer, { hands }: Judging): Finding[] {
  const { service, of, missing } = timer;
  const mend = hands.root(['systemctl', 'edit', '--full', service]);
  const wrong = (message: string, why: string): Finding[] => [
    critical('schedule', service, { message, why, mend }),
  ];
  if (missing !== null)
    return wrong(
      `${service} runs ${missing}, which is not there or is no program`,
      'each run ends at once, with exit code 203 or 1',
    );
  if (of.service['ExecStart'] === undefined) return [];
  const commands = commandsIn(timer);
  if (scansOf(commands).length === 0) {
    const run = commands.map(({ text }) => text).join('; ');
    return wrong(`${service} runs ${run || 'nothing'}, and no scan`, unwatched);
  }
  const limit = limitOfService(timer);
  if (limit === null) return [];
  return wrong(`${service} runs scans, but none of all jobs (${limit})`, unwatched);
}

function judgeLoaded({ timer, service, of }: ScanTimer, { hands }: Judging): Finding[] {
  const stale = of.timer['NeedDaemonReload'] === 'yes' && timer !== null ? [timer] : [];
  if (of.service['NeedDaemonReload'] === 'yes') stale.push(service);
  const [first] = stale;
  if (first === undefined) return [];
  return [
    warning('schedule', first, {
      message: `${stale.join(' and ')}: changed since systemd has read it`,
      why: 'what the files say does not hold before systemd has read them again',
      mend: hands.root(['systemctl', 'daemon-reload']),
    }),
  ];
}

function judgeUser({ service, of }: ScanTimer, { scanner, hands }: Judging): Finding[] {
  const isDynamic = of.service['DynamicUser'] === 'yes';
  // A user of that name that exists is used.
  const user = of.service['User'] || (isDynamic ? service.replace(/\.service$/u, '') : 'root');
  const may = [scanner.user, String(scanner.uid), 'root'];
  if (!scanner.known || may.includes(user)) return [];
  return [
    critical('schedule', service, {
      message: `${service} runs as ${user}${isDynamic ? ', a user that systemd makes up' : ''}, and the database belongs to ${scanner.user}`,
      why: 'only the owner of the database, or root, may scan: each run ends with exit code 3',
      mend: hands.root(['systemctl', 'edit', service]),
    }),
  ];
}

export const judgeService = (timer: ScanTimer, look: Judging): Finding[] => [
  ...judgeLoaded(timer, look),
  ...judgeState(timer, look),
  ...judgeCommand(timer, look),
  ...judgeRuns(timer, look),
  ...judgeUser(timer, look),
  ...judgePaths(timer, look),
];

/** Nothing that is known of it keeps its scans from being run. */
export const worksService = (timer: ScanTimer, look: Judging): boolean =>
  judgeService(timer, look).every(({ severity }) => severity !== 'critical');
