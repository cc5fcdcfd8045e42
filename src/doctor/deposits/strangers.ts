/** Databases that agents report and no job expects: from the reports that lie there, and from what scans have recorded. */
import type { Config } from '../../core/job.ts';
import type { AgentRecord } from '../../db/agents.ts';
import type { ZoneFacts } from './zone.ts';

export interface Stranger {
  readonly agent: string;
  readonly database: string;
  /** The configuration names the agent. */
  readonly configured: boolean;
  /** End times of the rounds that reports tell of, oldest first; none where only the database remembers it. */
  readonly ends: readonly number[];
}

type Newest = NonNullable<ZoneFacts['rounds']['newest']>;

/** Of the newest report counts what it names, whoever has read it. */
function namesOf(newest: Newest | null, record: AgentRecord | undefined): readonly string[] {
  const recordedEnd = record?.newestReportEnd ?? -Infinity;
  if (newest === null || newest.endedAt < recordedEnd) return record?.unexpected ?? [];
  return newest.databases;
}

/** In the order of the agents; each database once. */
export function strangersOf(
  config: Config,
  zones: readonly ZoneFacts[],
  records: ReadonlyMap<string, AgentRecord>,
): Stranger[] {
  const known = new Set(config.jobs.map(({ id }) => id));
  return zones.flatMap(({ agent, configured, rounds, there }) => {
    // A folder that has gone reports nothing any more.
    if (!there) return [];
    return [...new Set(namesOf(rounds.newest, records.get(agent)))].flatMap((database) =>
      known.has(`${agent}/${database}`)
        ? []
        : [{ agent, database, configured, ends: rounds.ends.get(database) ?? [] }],
    );
  });
}
