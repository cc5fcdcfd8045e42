/** To which incident each job of an agent belongs, as it stands now. Pure. */
import type { Problem, Subject } from './incident.ts';
import type { JobState, Standing } from './state.ts';

/** A job at this moment. Instants are milliseconds UTC. */
export interface JobNow {
  /** `agent/database` */
  readonly name: string;
  readonly standing: Standing;
  readonly since: number;
  readonly blocked: JobState['blocked'];
  /** End time of the newest report judged. */
  readonly lastJudgedEnd: number | null;
  /** Bad cycles in a row before people are told. */
  readonly failAfter: number;
}

/** Fewer jobs than this are no silent agent: what one of them misses is its own affair. */
const SILENT_JOBS = 2;

const isMissed = ({ standing }: JobNow): boolean =>
  standing.status === 'MISSING' && standing.reason === 'no_report';

/**
 * Nothing arrives from the agent at all: several of its jobs began to be missing after the last sign of life, with cycles that were due after
 * it. What was missing while the agent was alive is no sign of its silence.
 * @param lastSign end of its newest report, whatever that was about; null for none
 * @returns names of those that miss something for that reason; none where the agent is not silent
 */
export function silencedJobs(jobs: readonly JobNow[], lastSign: number | null): string[] {
  const ends = jobs.flatMap(({ lastJudgedEnd }) => lastJudgedEnd ?? []);
  const last = Math.max(lastSign ?? -Infinity, ...ends);
  const silenced = jobs.filter(
    (job) => isMissed(job) && (job.standing.cycle ?? -Infinity) > last && job.since > last,
  );
  return silenced.length < SILENT_JOBS ? [] : silenced.map(({ name }) => name);
}

const siteWide = (kind: 'blocked' | 'lost'): Subject => ({ kind, name: '' });

function backupProblem(agent: string, job: JobNow, silenced: ReadonlySet<string>): Problem[] {
  const { name, standing, since, blocked } = job;
  const { status, severity, reason, message, cycle, eventId } = standing;
  if (severity === 'ok' || severity === 'pending') return [];
  // What blocks it is told; nothing else is known.
  if (reason === 'not_judged' && blocked !== null) return [];
  const ofAgent: Subject = { kind: 'silent', name: agent };
  const ofJob: Subject = silenced.has(name) ? ofAgent : { kind: 'job', name };
  const isLost = reason === 'version_lost';
  const subject = isLost ? siteWide('lost') : ofJob;
  // That a version has vanished is news at once: the next healthy backup ends it.
  const failAfter = isLost ? 1 : job.failAfter;
  return [{ name, subject, status, severity, reason, message, since, cycle, eventId, failAfter }];
}

function blockedProblem({ name, standing, blocked }: JobNow): Problem[] {
  if (blocked === null) return [];
  const { reason, message, since } = blocked;
  return [
    {
      name,
      subject: siteWide('blocked'),
      status: standing.status,
      severity: 'critical',
      reason,
      message,
      since,
      cycle: null,
      eventId: null,
      failAfter: 1,
    },
  ];
}

/** The scan as a whole could not be done. @param reason machine word */
export const problemOfScan = (reason: string, message: string, now: number): Problem => ({
  name: 'backupmon',
  subject: { kind: 'scan', name: '' },
  status: 'NOTICE',
  severity: 'critical',
  reason,
  message,
  since: now,
  cycle: null,
  eventId: null,
  failAfter: 1,
});

/**
 * What is wrong with the jobs of one agent.
 * @param lastSign end of its newest report, whatever that was about; null for none
 */
export function problemsOfAgent(
  agent: string,
  jobs: readonly JobNow[],
  lastSign: number | null,
): Problem[] {
  const silenced = new Set(silencedJobs(jobs, lastSign));
  return jobs.flatMap((job) => [...backupProblem(agent, job, silenced), ...blockedProblem(job)]);
}
