/** The service of systemd that runs scans: what it runs, as whom, how that ended, and what that may see and write. */
import { dirname } from 'node:path';
import type { Finding } from '../core/finding.ts';
import { limitOf, runsScan } from './command-words.ts';
import { override } from './drop-in.ts';
import { critical, warning } from './finding.ts';
import type { Look } from './look.ts';
import { commandsIn, type ScanTimer } from './timers.ts';
import { hiddenFrom, keptFrom, unitWord, type Shown } from './unit-paths.ts';

type Hands = Look['hands'];
type Judging = Pick<Look, 'config' | 'places' | 'scanner' | 'hands'>;

const unwatched = 'without scans nothing is judged, promoted or told';

/** What the service runs, whatever files say that were not read again, or that others undo. */
function judgeCommand({ service, of, missing }: ScanTimer, { hands }: Judging): Finding[] {
  const mend = hands.root(['systemctl', 'edit', '--full', service]);
  const wrong = (message: string, why: string): Finding[] => [
    critical('schedule', service, { message, why, mend }),
  ];
  if (missing !== null)
    return wrong(
      `${service} runs ${missing}, which is not there or is no program`,
      'each run ends at once, with exit code 203 or 1',
    );
  const shown = of.service['ExecStart'];
  if (shown === undefined) return [];
  const commands = commandsIn(shown);
  const scans = commands.filter(runsScan);
  if (scans.length === 0)
    return wrong(`${service} runs ${commands.join('; ') || 'nothing'}, and no scan`, unwatched);
  const limits = scans.map(limitOf);
  if (limits.includes(null)) return [];
  return wrong(`${service} runs scans, but none of all jobs (${limits.join(', ')})`, unwatched);
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

/** `n/a` or nothing: it was not asked yet. */
function judgeCondition({ service, of }: ScanTimer, { hands }: Judging): Finding[] {
  const { ConditionResult: result, ConditionTimestamp: asked = '' } = of.service;
  if (result !== 'no' || asked === '' || asked === 'n/a') return [];
  return [
    critical('schedule', service, {
      message: `${service} was not started when it was due last: one of its conditions does not hold`,
      why: unwatched,
      mend: hands.root(['systemctl', 'status', '--no-pager', service]),
    }),
  ];
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

/** Opens folders by a drop-in; where another setting would close them all the same, its lines have to be changed. */
const opening = (of: Shown, paths: readonly string[], service: string, hands: Hands): string => {
  const opened = {
    ...of,
    ReadWritePaths: `${of['ReadWritePaths'] ?? ''} ${paths.map((path) => JSON.stringify(path)).join(' ')}`,
  };
  return keptFrom(opened, paths).length === 0
    ? override(service, `ReadWritePaths=${paths.map(unitWord).join(' ')}`, hands)
    : hands.root(['systemctl', 'edit', service]);
};

function judgeWritten({ service, of }: ScanTimer, look: Judging): Finding[] {
  const hidden = new Set(hiddenFrom(of.service, written(look)));
  const kept = keptFrom(of.service, written(look)).filter((path) => !hidden.has(path));
  if (kept.length === 0) return [];
  return [
    critical('schedule', service, {
      message: `${service} may not write ${kept.join(', ')}: its ReadWritePaths do not name it`,
      why: 'its scans fail, although the same command works in a shell',
      mend: opening(of.service, kept, service, look.hands),
    }),
  ];
}

function judgeHidden({ service, of }: ScanTimer, look: Judging): Finding[] {
  const { deposits, validated, database } = look.places;
  const paths = [deposits, validated, database].filter((path) => path !== null);
  const hidden = hiddenFrom(of.service, paths);
  if (hidden.length === 0) return [];
  const isByHome = hiddenFrom({ ...of.service, ProtectHome: 'no' }, hidden).length === 0;
  return [
    critical('schedule', service, {
      message: `${service} does not see ${hidden.join(', ')}: it has ${isByHome ? 'ProtectHome' : 'InaccessiblePaths'}`,
      why: 'its scans fail, although the same command works in a shell',
      mend: isByHome
        ? override(service, 'ProtectHome=no', look.hands)
        : look.hands.root(['systemctl', 'edit', service]),
    }),
  ];
}

export const judgeService = (timer: ScanTimer, look: Judging): Finding[] => [
  ...judgeLoaded(timer, look),
  ...judgeCommand(timer, look),
  ...judgeCondition(timer, look),
  ...judgeResult(timer, look),
  ...judgeUser(timer, look),
  ...judgeWritten(timer, look),
  ...judgeHidden(timer, look),
];
