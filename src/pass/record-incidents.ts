/**
 * Writes what became of the incidents of one agent, and what is to be told of them, in the transaction of the events that caused it. Of jobs
 * that nothing was decided about, what is known is what they are in incidents for.
 */
import {
  compareIncidents,
  isOfBackups,
  subjectKey,
  type Comparison,
  isSameMember,
  type Incident,
  type Member,
  type Problem,
  type Subject,
} from '../core/incident.ts';
import type { Job } from '../core/job.ts';
import { cyclesOf, type Calendar } from '../core/missed.ts';
import { standingNow } from '../core/standing.ts';
import type { JobState } from '../core/state.ts';
import { problemsOfAgent, type JobNow } from '../core/trouble.ts';
import type { EventRecord } from '../db/events.ts';
import { deleteUntold, insertAlarm } from '../db/alarms.ts';
import { endIncident, putIncident, type IncidentRecord } from '../db/incidents.ts';
import type { Database } from '../db/schema.ts';
import type { AgentResult } from './record.ts';

export interface IncidentContext {
  readonly db: Database;
  readonly now: number;
  readonly calendar: Calendar;
  /** Those that are open, by subjectKey; kept up to date. */
  readonly incidents: Map<string, IncidentRecord>;
}

/** What is known of one agent after something was decided about it. */
export interface AgentNow {
  readonly agent: string;
  /** All that are expected of it. */
  readonly jobs: readonly Job[];
  /** Those that something was decided about. */
  readonly present: readonly JobNow[];
  readonly refused: readonly Problem[];
  /** Whether its reports were looked at: then what was refused before, and is not now, is over. */
  readonly areReportsKnown: boolean;
  /** The end of its newest report, whatever became of it; null for none. */
  readonly lastSign: number | null;
}

/** The conclusion that a job's status comes from; null where it was recorded before this pass. */
const eventOf = (events: readonly EventRecord[], job: Job, status: string): number | null =>
  events.findLast((event) => event.database === job.database && event.status === status)?.id ??
  null;

/** @param events those that were recorded with it */
export function jobNow(
  { now, calendar }: Pick<IncidentContext, 'now' | 'calendar'>,
  job: Job,
  state: JobState,
  events: readonly EventRecord[],
): JobNow {
  const standing = standingNow(job, state, cyclesOf(job, state, calendar), now);
  return {
    name: job.id,
    standing: { ...standing, eventId: standing.eventId ?? eventOf(events, job, standing.status) },
    since: standing.since ?? now,
    blocked: state.blocked,
    lastJudgedEnd: state.lastJudgedEnd,
    failAfter: job.rules.failAfter,
  };
}

const memberNow = ({ name, ...member }: Member, job: Job): JobNow => ({
  name,
  standing: member,
  since: member.since,
  blocked: null,
  lastJudgedEnd: null,
  failAfter: job.rules.failAfter,
});

function refusedProblem({ agent }: AgentResult, events: readonly EventRecord[]): Problem[] {
  const refused = events.filter(({ status }) => status === 'REPORT_REFUSED');
  const worst = refused.find(({ severity }) => severity === 'critical') ?? refused[0];
  if (worst === undefined) return [];
  const { status, severity, reason, message, at, id } = worst;
  return [
    {
      name: agent,
      subject: { kind: 'refused', name: agent },
      status,
      severity: severity === 'critical' ? 'critical' : 'warning',
      reason,
      message,
      since: at,
      cycle: null,
      eventId: id,
      failAfter: 1,
    },
  ];
}

/** The end of the newest report that arrived, whatever it was about and whatever became of it. */
function lastSignOf({ round }: AgentResult, remembered: number | null): number | null {
  const ends = round?.seen.flatMap(({ endedAt }) => endedAt ?? []) ?? [];
  const last = Math.max(remembered ?? -Infinity, ...ends);
  return last === -Infinity ? null : last;
}

/**
 * What a scan found out about an agent.
 * @param jobs all that are expected of it
 * @param events those that were recorded of it
 * @param lastEnd the end of the newest report that was judged before this pass; null for none
 */
export function agentNow(
  context: IncidentContext,
  result: AgentResult,
  jobs: readonly Job[],
  events: readonly EventRecord[],
  lastEnd: number | null,
): AgentNow {
  const refused = refusedProblem(result, events);
  const isAccepted = result.round?.seen.some((seen) => seen.refused === null) ?? false;
  return {
    agent: result.agent,
    jobs,
    present: result.settled.map(({ from: { job }, decision: { state } }) =>
      jobNow(context, job, state, events),
    ),
    refused,
    areReportsKnown: isAccepted || refused.length > 0,
    lastSign: lastSignOf(result, lastEnd),
  };
}

/** All incidents that anything of the agent can be in: looked up, for there may be as many as jobs. */
function incidentsOf({ incidents }: IncidentContext, { agent, jobs }: AgentNow): IncidentRecord[] {
  const subjects: Subject[] = [
    ...jobs.map(({ id }): Subject => ({ kind: 'job', name: id })),
    { kind: 'silent', name: agent },
    { kind: 'refused', name: agent },
    { kind: 'blocked', name: '' },
    { kind: 'lost', name: '' },
  ];
  return subjects.flatMap((subject) => incidents.get(subjectKey(subject)) ?? []);
}

/** Those of the agent's jobs that nothing was decided about stand as they do in their incidents. */
function knownMembers(
  incidents: readonly IncidentRecord[],
  byId: ReadonlyMap<string, Job>,
  decided: ReadonlySet<string>,
): JobNow[] {
  return incidents
    .filter(({ subject }) => isOfBackups(subject))
    .flatMap(({ subject, members }) =>
      members.flatMap((member) => {
        const job = byId.get(member.name);
        if (job === undefined || decided.has(job.id)) return [];
        // It may have been bad under another name before: in silence, what counts is what it misses.
        const since = subject.kind === 'silent' ? (member.cycle ?? member.since) : member.since;
        return [{ ...memberNow(member, job), since }];
      }),
    );
}

/** Runs inside the transaction of the agent's events, after them. */
export async function recordIncidents(context: IncidentContext, agent: AgentNow): Promise<void> {
  const { now, incidents } = context;
  const decided = new Set(agent.present.map(({ name }) => name));
  const byId = new Map(agent.jobs.map((job) => [job.id, job]));
  const known = knownMembers(incidentsOf(context, agent), byId, decided);
  const problems = [
    ...problemsOfAgent(agent.agent, [...agent.present, ...known], agent.lastSign),
    ...agent.refused,
  ];
  const isLookedAt = (subject: Subject, name: string): boolean => {
    if (subject.kind === 'refused') return name === agent.agent && agent.areReportsKnown;
    return decided.has(name) || (isOfBackups(subject) && byId.has(name));
  };
  const open = incidentsOf(context, agent).filter(({ subject, members }) =>
    members.some(({ name }) => isLookedAt(subject, name)),
  );
  const all = withSubjectsOf(open, problems, incidents);
  await recordComparison(context, compareIncidents(all, problems, isLookedAt, now));
}

/** What became of incidents, and what is to be told of it. Within a transaction. */
export async function recordComparison(
  { db, now, incidents }: Omit<IncidentContext, 'calendar'>,
  comparison: Comparison,
): Promise<void> {
  for (const incident of comparison.incidents) {
    const key = subjectKey(incident.subject);
    const before = incidents.get(key) ?? null;
    if (before !== null && isSame(before, incident)) continue;
    incidents.set(key, await putIncident(db, incident, before));
  }
  for (const step of comparison.steps) {
    const incident = incidents.get(subjectKey(step.subject));
    if (incident !== undefined) await insertAlarm(db, incident.id, step, now);
  }
  const told = new Set(comparison.steps.map(({ subject }) => subjectKey(subject)));
  for (const subject of comparison.ended) {
    const incident = incidents.get(subjectKey(subject));
    if (incident === undefined) continue;
    // Its trouble goes on as that of another subject: what waits to be told of this one is told of that.
    const isElsewhere = incident.announcedAt !== null && !told.has(subjectKey(subject));
    if (isElsewhere) await deleteUntold(db, subject);
    await endIncident(db, incident.id, now);
    incidents.delete(subjectKey(subject));
  }
}

/** In whatever order. */
function isSame(left: Incident, right: Incident): boolean {
  if (left.announcedAt !== right.announcedAt || left.members.length !== right.members.length)
    return false;
  const known = new Map(left.members.map((member) => [member.name, member]));
  return right.members.every((member) => isSameMember(member, known.get(member.name)));
}

/** Jobs that are not expected any more: nobody is told that what they were in is over. */
export async function forgetJobs(
  { db, now, incidents }: Omit<IncidentContext, 'calendar'>,
  names: ReadonlySet<string>,
): Promise<void> {
  for (const [key, incident] of incidents) {
    const members = incident.members.filter(({ name }) => !names.has(name));
    if (members.length === incident.members.length) continue;
    if (members.length > 0)
      incidents.set(key, await putIncident(db, { ...incident, members }, incident));
    else {
      await deleteUntold(db, incident.subject);
      await endIncident(db, incident.id, now);
      incidents.delete(key);
    }
  }
}

/** Those, and those that one of the problems joins. */
function withSubjectsOf(
  open: readonly IncidentRecord[],
  problems: readonly Problem[],
  incidents: ReadonlyMap<string, IncidentRecord>,
): readonly IncidentRecord[] {
  const joined = problems.flatMap(({ subject }) => incidents.get(subjectKey(subject)) ?? []);
  return [...new Set([...open, ...joined])];
}
