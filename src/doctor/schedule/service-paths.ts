/** Folders that the service of a scan needs, and that its settings keep it from. */
import { dirname } from 'node:path';
import type { Finding } from '../../core/finding.ts';
import { override } from './drop-in.ts';
import { critical, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import type { ScanTimer } from './timers.ts';
import { hiddenFrom, hiddenPlaces, keptFrom, unitWord } from './unit-paths.ts';
import type { Shown } from './unit-shown.ts';

type Hands = Look['hands'];
type Judging = Pick<Look, 'file' | 'config' | 'places' | 'hands'>;

const present = (paths: readonly (string | null)[]): string[] =>
  paths.filter((path) => path !== null);

const stateOf = ({ places }: Judging): string | null =>
  places.database === null ? null : dirname(places.database);

/** What a scan has to write, but for the metrics. */
function written(look: Judging): string[] {
  const { config, places } = look;
  const inDeposits =
    config?.archiveReports === true || config?.jobs.some(({ rules }) => rules.deposit === 'remove');
  return present([places.validated, stateOf(look), inDeposits === true ? places.deposits : null]);
}

/** What it has to see. */
const seen = (look: Judging): string[] =>
  present([look.places.deposits, look.places.validated, stateOf(look), look.file]);

const metricsOf = ({ config }: Judging): string[] =>
  config?.metrics == null ? [] : [dirname(config.metrics)];

const edit = (service: string, hands: Hands): string => hands.root(['systemctl', 'edit', service]);

/** Opens folders by a drop-in; where another setting would close them all the same, its lines have to be changed. */
function opening(of: Shown, paths: readonly string[], service: string, hands: Hands): string {
  const opened = {
    ...of,
    ReadWritePaths: `${of['ReadWritePaths'] ?? ''} ${paths.map((path) => JSON.stringify(path)).join(' ')}`,
  };
  return keptFrom(opened, paths).length === 0
    ? override(service, `ReadWritePaths=${paths.map(unitWord).join(' ')}`, hands)
    : edit(service, hands);
}

const isByHome = (of: Shown, hidden: readonly string[]): boolean =>
  hiddenFrom({ ...of, ProtectHome: 'no' }, hidden).length === 0;

/** Shows these and nothing else of the homes; what another setting hides has to be taken out of it. */
function showing(of: Shown, hidden: readonly string[], service: string, hands: Hands): string {
  const places = [...new Set(hidden.flatMap((path) => hiddenPlaces(of, path)))];
  // A colon ends the path there.
  if (!isByHome(of, hidden) || places.some((place) => place.includes(':')))
    return edit(service, hands);
  const home = of['ProtectHome'] === 'tmpfs' ? [] : ['ProtectHome=tmpfs'];
  return override(service, [...home, `BindPaths=${places.map(unitWord).join(' ')}`], hands);
}

function judgeKept({ service, of }: ScanTimer, look: Judging): Finding[] {
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
  const hidden = hiddenFrom(of.service, seen(look));
  if (hidden.length === 0) return [];
  const by = isByHome(of.service, hidden) ? 'ProtectHome' : 'InaccessiblePaths';
  return [
    critical('schedule', service, {
      message: `${service} does not see ${hidden.join(', ')}: it has ${by}`,
      why: 'its scans fail, although the same command works in a shell',
      mend: showing(of.service, hidden, service, look.hands),
    }),
  ];
}

/** A scan goes on without them. */
function judgeMetrics({ service, of }: ScanTimer, look: Judging): Finding[] {
  const paths = metricsOf(look);
  const isHidden = hiddenFrom(of.service, paths).length > 0;
  if (!isHidden && keptFrom(of.service, paths).length === 0) return [];
  const { hands } = look;
  return [
    warning('schedule', service, {
      message: `${service} ${isHidden ? 'does not see' : 'may not write'} ${paths.join(', ')}, the folder of the metrics`,
      why: 'its scans write no metrics, although the same command in a shell does',
      mend: (isHidden ? showing : opening)(of.service, paths, service, hands),
    }),
  ];
}

export const judgePaths = (timer: ScanTimer, look: Judging): Finding[] => [
  ...judgeKept(timer, look),
  ...judgeHidden(timer, look),
  ...judgeMetrics(timer, look),
];
