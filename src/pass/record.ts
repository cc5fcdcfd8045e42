/** Writes what was decided about one agent into the database. */
import type { Conclusion } from '../core/conclusion.ts';
import type { RefusalReason } from '../core/report.ts';
import { catalogue } from '../core/statuses.ts';
import { putAgent } from '../db/agents.ts';
import { insertEvent, type EventRecord } from '../db/events.ts';
import { endHistoryOfAgent, endHistoryOfJob } from '../db/history.ts';
import { markGone, recordReport } from '../db/reports.ts';
import type { Uncounted } from './reconcile.ts';
import type { Round } from './round.ts';
import type { RecordContext } from './record-context.ts';
import { recordJob } from './record-job.ts';
import { entryKey } from './job-case.ts';
import type { Settled } from './settle.ts';

export interface AgentResult {
  readonly agent: string;
  readonly round: Round | null;
  readonly settled: readonly Settled[];
  /** By job id `agent/database`. */
  readonly uncounted: ReadonlyMap<string, readonly Uncounted[]>;
}

const refusedConclusion = (reason: RefusalReason, message: string): Conclusion => ({
  status: 'REPORT_REFUSED',
  severity: reason === 'forged' ? 'critical' : catalogue.REPORT_REFUSED.severity,
  reason,
  message,
  assurance: null,
  found: null,
  content: null,
});

/** One event for each reason, with a count. */
export function refusalEvents(round: Round, now: number): EventRecord[] {
  const byReason = Map.groupBy(round.refusals, (refusal) => refusal.reason);
  return [...byReason.values()].flatMap((list): EventRecord[] => {
    const first = list[0];
    if (first === undefined) return [];
    const message =
      list.length === 1 ? first.message : `${first.message} (and ${list.length - 1} more reports)`;
    const { status, severity, reason } = refusedConclusion(first.reason, message);
    return [
      {
        id: null,
        agent: round.agent.id,
        database: null,
        cycle: null,
        at: now,
        status,
        severity,
        reason,
        message,
        operator: null,
        count: list.length,
        setAside: null,
        report: null,
        file: null,
        assurance: null,
        content: null,
        promotedTo: null,
      },
    ];
  });
}

/** Reports of which something is still to be judged: they are read again by the next scan. */
export function waitingReports(result: AgentResult): ReadonlySet<string> {
  const done = new Set<string>();
  for (const { decision } of result.settled) {
    for (const key of decision.confirmed) done.add(key);
    for (const { key } of decision.decided) if (key !== null) done.add(key);
  }
  const items = result.round?.toJudge ?? [];
  return new Set(items.filter((item) => !done.has(entryKey(item))).map((item) => item.digest));
}

async function recordRound(
  context: RecordContext,
  round: Round,
  waiting: ReadonlySet<string>,
): Promise<void> {
  for (const report of round.gone) await markGone(context.db, report.id);
  for (const seen of round.seen) {
    const id = await recordReport(context.db, {
      agent: round.agent.id,
      digest: seen.key,
      name: seen.file.name,
      startedAt: seen.startedAt,
      endedAt: seen.endedAt,
      seenAt: context.now,
      fileState: seen.file.state,
      jobsKey: waiting.has(seen.digest) ? 'waiting' : round.jobsKey,
      refused: seen.refused,
    });
    context.ids.reports.set(seen.key, id);
  }
}

async function recordUnexpected(
  context: RecordContext,
  round: Round,
  newestEnd: number | null,
): Promise<void> {
  const found = round.unexpected;
  if (found === null || (newestEnd !== null && found.endedAt < newestEnd)) return;
  await putAgent(context.db, {
    agent: round.agent.id,
    newestReportEnd: found.endedAt,
    unexpected: found.names,
    unexpectedCount: found.count,
  });
}

/** Where something was added, as much of the oldest goes. */
async function endHistory(
  { db, ids }: RecordContext,
  { agent, round }: AgentResult,
  events: readonly EventRecord[],
): Promise<void> {
  for (const database of new Set(events.map((event) => event.database))) {
    const jobId = ids.jobs.get(`${agent}/${database}`);
    if (jobId !== undefined) await endHistoryOfJob(db, jobId);
  }
  if (round !== null) await endHistoryOfAgent(db, agent);
}

/** Everything about one agent. Returns its events, with their ids. Runs inside a transaction of the caller. */
export async function recordAgent(
  context: RecordContext,
  result: AgentResult,
  newestEnd: number | null,
): Promise<EventRecord[]> {
  const { round } = result;
  if (round !== null) await recordRound(context, round, waitingReports(result));
  const events: EventRecord[] = [];
  for (const view of round === null ? [] : refusalEvents(round, context.now)) {
    const id = await insertEvent(context.db, {
      scanId: context.passId,
      jobId: null,
      agent: view.agent,
      at: context.now,
      cycle: null,
      conclusion: { ...view, assurance: null, found: null, content: null },
      entryId: null,
      versionId: null,
      operator: null,
      count: view.count,
    });
    events.push({ ...view, id });
  }
  for (const settled of result.settled) {
    const uncounted = result.uncounted.get(settled.from.job.id) ?? [];
    events.push(...(await recordJob(context, settled, uncounted)));
  }
  if (round !== null) await recordUnexpected(context, round, newestEnd);
  await endHistory(context, result, events);
  return events;
}
