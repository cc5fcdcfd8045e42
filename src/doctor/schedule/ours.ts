/** What of all that runs scans is about one configuration. */
import { systemConfigFile } from '../../config/find.ts';
import { isStranger, placeOf, type EntryFacts } from './cron-entry.ts';
import type { Look } from '../look.ts';
import { realPath } from '../real-path.ts';
import type { Ignored } from './crontab.ts';
import type { ScanTimer } from './timers.ts';

export interface Ours {
  readonly entries: readonly EntryFacts[];
  readonly timers: readonly ScanTimer[];
  readonly ignored: readonly Ignored[];
  /** Other configurations that are scanned. */
  readonly others: readonly string[];
  /** What scans one of which it cannot be told whether it is this. */
  readonly unsure: readonly string[];
}

/** What was found on the machine. */
export interface Found {
  readonly entries: readonly EntryFacts[];
  readonly timers: readonly ScanTimer[];
  readonly ignored: readonly (Ignored & { readonly configs: readonly (string | null)[] })[];
}

type Judging = Pick<Look, 'file' | 'scanner'>;

const isActive = ({ of }: ScanTimer): boolean => of.timer['ActiveState'] === 'active';

/** Of one who may not scan no file is missed. */
const mayCount = ({ entries }: Ignored, look: Judging): boolean =>
  entries.some((entry) => entry.user === '' || !isStranger({ entry, changedBy: null }, look));

/** What is about the configuration that is looked at. */
export function oursOf({ entries, timers, ignored }: Found, look: Judging): Ours {
  const { file } = look;
  const real = realPath(file);
  const isOurs = (config: string): boolean => config === file || realPath(config) === real;
  const ofTimer = ({ config }: ScanTimer): string => config ?? systemConfigFile;
  const known = timers.filter(({ unsure }) => unsure !== true);
  const configs = new Set([
    ...entries.flatMap(({ config }) => config ?? []),
    ...known.map(ofTimer),
  ]);
  return {
    entries: entries.filter(({ config }) => config !== null && isOurs(config)),
    timers: known.filter((one) => isOurs(ofTimer(one))),
    ignored: ignored.filter(
      (one) =>
        one.configs.some((config) => config !== null && isOurs(config)) && mayCount(one, look),
    ),
    others: [...configs].filter((config) => !isOurs(config)),
    unsure: [
      ...timers.flatMap((one) => (one.unsure === true && isActive(one) ? (one.timer ?? []) : [])),
      ...entries
        .filter((one) => one.config === null && one.limit === null && !isStranger(one, look))
        .map(placeOf),
    ],
  };
}
