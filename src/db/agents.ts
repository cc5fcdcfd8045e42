/** What each agent's newest report names beyond what is expected. */
import type { AgentsTable, Database } from './schema.ts';

export interface AgentRecord {
  readonly agent: string;
  readonly newestReportEnd: number | null;
  /** At most 100 names; `unexpectedCount` counts them all. */
  readonly unexpected: readonly string[];
  readonly unexpectedCount: number;
}

const toAgent = (row: AgentsTable): AgentRecord => ({
  agent: row.agent,
  newestReportEnd: row.newest_report_end,
  unexpected: JSON.parse(row.unexpected) as string[],
  unexpectedCount: row.unexpected_count,
});

export async function loadAgents(db: Database): Promise<Map<string, AgentRecord>> {
  const rows = await db.selectFrom('agents').selectAll().execute();
  return new Map(rows.map((row) => [row.agent, toAgent(row)]));
}

export async function putAgent(db: Database, agent: AgentRecord): Promise<void> {
  const row = {
    agent: agent.agent,
    newest_report_end: agent.newestReportEnd,
    unexpected: JSON.stringify(agent.unexpected),
    unexpected_count: agent.unexpectedCount,
  };
  await db
    .insertInto('agents')
    .values(row)
    .onConflict((conflict) => conflict.column('agent').doUpdateSet(row))
    .execute();
}

/** What an agent's newest report names that no job of the configuration expects by now. */
export interface Unexpected {
  readonly agent: string;
  /** At most 100. */
  readonly names: readonly string[];
  readonly count: number;
  readonly lastReportedAt: number | null;
}

export async function unexpectedDatabases(
  db: Database,
  jobs: readonly { readonly id: string }[],
): Promise<readonly Unexpected[]> {
  const rows = await db
    .selectFrom('agents')
    .selectAll()
    .where('unexpected_count', '>', 0)
    .execute();
  if (rows.length === 0) return [];
  const configured = new Set(jobs.map((job) => job.id));
  return rows.map(toAgent).flatMap(({ agent, unexpected, unexpectedCount, newestReportEnd }) => {
    const names = unexpected.filter((name) => !configured.has(`${agent}/${name}`));
    const count = unexpectedCount - (unexpected.length - names.length);
    return count > 0 ? [{ agent, names, count, lastReportedAt: newestReportEnd }] : [];
  });
}

/** Agents that have events of their own, whether or not any job of theirs was ever known: history can show them by name. */
export async function agentsWithEvents(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('events')
    .select('agent')
    .distinct()
    .where('agent', 'is not', null)
    .execute();
  return rows.flatMap(({ agent }) => (agent === null || agent === '' ? [] : [agent]));
}
