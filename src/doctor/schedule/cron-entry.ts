/** One line of a crontab that runs scans: what it runs, as whom, and of which configuration. */
import { changedBy, configurationOf } from './cron-configuration.ts';
import { readProgram, type ProgramFacts } from './cron-program.ts';
import type { FindUser } from './cron-users.ts';
import type { CronEntry } from './crontab.ts';
import type { Look } from '../look.ts';
import type { Machine } from '../machine.ts';
import type { ScanCommand } from './scan-commands.ts';
import { limitOfScan } from './unit-commands.ts';

/** A line and a configuration: one that runs scans of two is there twice. */
export interface EntryFacts {
  readonly entry: CronEntry;
  /** Absolute path; null where it cannot be told. */
  readonly config: string | null;
  /** What keeps it from scanning all jobs of that: `--dry-run`, `paris`; null where nothing does. */
  readonly limit: string | null;
  readonly program: ProgramFacts;
  /** A program that may change the user runs it; null where it is run by the user of the line. */
  readonly changedBy: string | null;
  /** Why what its SHELL names runs nothing; null where it may. */
  readonly shellFault: string | null;
}

/** For people, in the middle of a sentence. */
export const placeOf = ({ entry }: Pick<EntryFacts, 'entry'>): string =>
  `${entry.file}, line ${entry.line}`;

/** Why its SHELL runs nothing; null where it may. */
export function shellFault({ shell }: CronEntry, { stats }: Pick<Machine, 'stats'>): string | null {
  if (shell === null) return null;
  if (/\/(?:false|true|nologin)$/u.test(shell)) return 'which runs no commands';
  return stats(shell) === null ? 'which does not exist' : null;
}

/** Its configurations, each with the scans of it. */
async function scansOf(
  entry: CronEntry,
  findUser: FindUser,
): Promise<Map<string | null, ScanCommand[]>> {
  const user = await findUser(entry.user);
  const found = new Map<string | null, ScanCommand[]>();
  for (const scan of entry.scans) {
    const config = configurationOf(scan, entry, user);
    found.set(config, [...(found.get(config) ?? []), scan]);
  }
  return found;
}

/** Which configurations a line would scan; null for one that cannot be told. */
export const configurationsOf = async (
  entry: CronEntry,
  findUser: FindUser,
): Promise<(string | null)[]> => [...(await scansOf(entry, findUser)).keys()];

/** Of a line that leaves scans to a timer of systemd, too; see {@link limitOfScan}. */
const limitOf = (scan: ScanCommand, { stats }: Pick<Machine, 'stats'>): string | null =>
  scan.asksForSystemd && stats('/run/systemd/system') !== null
    ? 'its test for systemd'
    : limitOfScan(scan);

export async function readEntry(
  entry: CronEntry,
  machine: Machine,
  findUser: FindUser,
): Promise<EntryFacts[]> {
  const { uid } = await findUser(entry.user);
  const fault = shellFault(entry, machine);
  return [...(await scansOf(entry, findUser))].flatMap(([config, scans]): EntryFacts[] => {
    const scan = scans.find((one) => limitOf(one, machine) === null) ?? scans[0];
    if (scan === undefined) return [];
    const program = readProgram(scan, entry, machine, uid);
    const limit = limitOf(scan, machine);
    return [{ entry, config, limit, program, changedBy: changedBy(scan), shellFault: fault }];
  });
}

/** What its owner may have been allowed to run as somebody else. */
const allowing = new Set(['sudo', 'doas']);

/** Its user may not scan, whatever else is right about it. */
export function isStranger(
  { entry, changedBy: by }: Pick<EntryFacts, 'entry' | 'changedBy'>,
  { scanner }: Pick<Look, 'scanner'>,
): boolean {
  const may = [scanner.user, String(scanner.uid), 'root'];
  return scanner.known && !may.includes(entry.user) && (by === null || !allowing.has(by));
}
