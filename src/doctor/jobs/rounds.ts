/** Which databases an agent reports, and when its rounds ended: read from the reports that lie in its folder, archived ones too. */
import { MAX_REPORT_BYTES, parseReport } from '../../deposits/report/parse.ts';
import type { AgentZone } from '../../deposits/drop-zone.ts';
import { listReports, readReport, type ReportFile } from '../../deposits/report-files.ts';
import { changedAt, listFolder, statIn, stateOf } from '../../files/folder.ts';

export interface Rounds {
  /** The newest report that can be read; null where there is none. */
  readonly newest: { readonly endedAt: number; readonly databases: readonly string[] } | null;
  /** By the name of the database: the different end times of its rounds, oldest first. */
  readonly ends: ReadonlyMap<string, readonly number[]>;
}

/** How much may be read in all: whoever deposits could make it last without end. */
export interface Budget {
  reports: number;
  bytes: number;
}

export const newBudget = (): Budget => ({ reports: 4_000, bytes: 128 * 1024 * 1024 });

/** Of one agent: two months of daily rounds. */
const REPORTS_OF_AGENT = 60;
const BYTES_OF_AGENT = 8 * 1024 * 1024;
/** What ends further ahead was dated by a wrong clock. Milliseconds. */
const CLOCK_SKEW = 5 * 60_000;

interface Reading {
  /** IANA zone of times that carry no offset. */
  readonly timezone: string;
  readonly now: number;
  readonly budget: Budget;
}

interface Candidate {
  readonly zone: AgentZone;
  readonly file: ReportFile;
}

/** The newest reports that lie there, by the time that the agent cannot set. */
function lying(zone: AgentZone): Candidate[] {
  return listReports(zone)
    .files.toSorted((left, right) => right.changedAt - left.changedAt)
    .slice(0, REPORTS_OF_AGENT)
    .map((file) => ({ zone, file }));
}

/** The newest archived ones: their names begin with the end of the round. */
function archived(zone: AgentZone): Candidate[] {
  const archive = zone.archive();
  if (archive === null) return [];
  const inArchive = { ...zone, log: archive };
  return listFolder(archive)
    .names.filter((name) => !name.startsWith('.') && name.toLowerCase().endsWith('.json'))
    .toSorted()
    .slice(-REPORTS_OF_AGENT)
    .toReversed()
    .flatMap((name): Candidate[] => {
      const stats = statIn(archive, name);
      if (stats === null) return [];
      const state = stateOf(stats);
      const file = { place: 'log', name, state, changedAt: changedAt(stats) } as const;
      return [{ zone: inArchive, file: { ...file, size: Number(stats.size) } }];
    });
}

interface Round {
  readonly endedAt: number;
  readonly databases: readonly string[];
}

/** One report; null for what a scan would refuse. */
function roundOf({ zone, file }: Candidate, { timezone, now }: Reading): Round | null {
  const read = readReport(zone, file);
  if (read.kind !== 'bytes') return null;
  const parsed = parseReport(read.bytes, timezone);
  if (parsed.kind !== 'report') return null;
  const { agentId, report } = parsed;
  if (agentId.toLowerCase() !== zone.agent.toLowerCase()) return null;
  if (report.endedAt > now + CLOCK_SKEW) return null;
  return { endedAt: report.endedAt, databases: report.entries.map(({ database }) => database) };
}

/** @throws Trouble */
export function readRounds(zone: AgentZone, reading: Reading): Rounds {
  const { budget } = reading;
  const ends = new Map<string, Set<number>>();
  let newest: Round | null = null;
  let bytes = BYTES_OF_AGENT;
  for (const candidate of [...lying(zone), ...archived(zone)].slice(0, REPORTS_OF_AGENT)) {
    if (budget.reports <= 0 || budget.bytes <= 0 || bytes <= 0) break;
    budget.reports -= 1;
    // A larger one is refused unread.
    const cost = Math.min(candidate.file.size, MAX_REPORT_BYTES);
    budget.bytes -= cost;
    bytes -= cost;
    const round = roundOf(candidate, reading);
    if (round === null) continue;
    if (newest === null || round.endedAt > newest.endedAt) newest = round;
    for (const name of round.databases) {
      const known = ends.get(name) ?? new Set<number>();
      ends.set(name, known.add(round.endedAt));
    }
  }
  const sorted = [...ends].map(
    ([name, times]) => [name, [...times].toSorted((left, right) => left - right)] as const,
  );
  return { newest, ends: new Map(sorted) };
}
