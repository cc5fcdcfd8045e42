/** Jobs that no report ever matched, and reports that no job expects. */
import { nearest } from '../../config/words.ts';
import type { Job } from '../../core/job.ts';
import type { Finding } from '../../core/finding.ts';
import { formatInstant } from '../../core/instant.ts';
import { cyclesOf, type Calendar } from '../../core/missed.ts';
import { standingNow } from '../../core/standing.ts';
import type { JobRecord } from '../../db/jobs.ts';
import { counted, fine, listed, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import type { Stranger } from '../deposits/strangers.ts';

/** Jobs that are told one by one; the others of them are counted. */
const MOST_JOBS = 10;

type Judging = Pick<Look, 'file' | 'hands' | 'now'>;

/** A job of which nothing was ever judged. */
export interface UnmatchedJob {
  readonly job: Job;
  /** Until when it may still be waited for, ms UTC; null where that has passed. */
  readonly waitsUntil: number | null;
  /** What its agent reports instead, and no job expects; null where nothing is alike. */
  readonly alike: string | null;
}

/** Enabled jobs that a scan has seen, and never a report. */
export function unmatchedJobs(
  jobs: readonly Job[],
  records: ReadonlyMap<string, JobRecord>,
  strangers: readonly Stranger[],
  { calendar, now }: { readonly calendar: Calendar; readonly now: number },
): UnmatchedJob[] {
  const reported = Map.groupBy(strangers, ({ agent }) => agent);
  return jobs.flatMap((job): UnmatchedJob[] => {
    const state = records.get(job.id)?.state;
    if (!job.enabled || state === undefined || state.lastJudgedEnd !== null) return [];
    const standing = standingNow(job, state, cyclesOf(job, state, calendar), now);
    // What was adopted has a status without a report.
    if (standing.status !== 'UNKNOWN' && standing.status !== 'MISSING') return [];
    const names = (reported.get(job.agent) ?? []).map(({ database }) => database);
    const waitsUntil = standing.status === 'MISSING' ? null : standing.deadline;
    return [{ job, waitsUntil, alike: nearest(job.database, names) }];
  });
}

function judgeUnmatched({ job, alike }: UnmatchedJob, { file, hands }: Judging): Finding {
  const other = alike === null ? '' : `; ${job.agent} reports "${alike}", which no job expects`;
  return warning('jobs', job.id, {
    message: `${job.id} has never matched a report, and its time has passed${other}`,
    why:
      alike === null
        ? 'either the agent does not send it, or under another name: names are compared letter by letter'
        : 'if that is the same database, the configuration has to name it as the report does',
    mend: alike === null ? hands.own('status', job.id) : hands.edit(file),
  });
}

export function judgeUnmatchedJobs(unmatched: readonly UnmatchedJob[], look: Judging): Finding[] {
  const waiting = unmatched.filter(({ waitsUntil }) => waitsUntil !== null);
  const overdue = unmatched.filter(({ waitsUntil }) => waitsUntil === null);
  const told = overdue.slice(0, MOST_JOBS).map((one) => judgeUnmatched(one, look));
  const rest = overdue.slice(MOST_JOBS).map(({ job }) => job.id);
  if (rest.length > 0) {
    told.push(
      warning('jobs', rest[0] ?? '', {
        message: `${counted(rest.length, 'more job')} never matched a report, and their time has passed: ${listed(rest)}`,
        why: 'either the agents do not send them, or under other names',
        mend: look.hands.own('status', '--problems'),
      }),
    );
  }
  const [next] = waiting.toSorted(
    (left, right) => (left.waitsUntil ?? 0) - (right.waitsUntil ?? 0),
  );
  if (next !== undefined) {
    const names = listed(waiting.map(({ job }) => job.id));
    const until = formatInstant(next.waitsUntil ?? 0);
    const message = `${counted(waiting.length, 'job')} without a report yet, the first of them expected by ${until}: ${names}`;
    told.push(fine('jobs', next.job.id, message));
  }
  return told;
}

/** What agents report and no job expects, one finding for each agent. */
export function judgeStrangers(strangers: readonly Stranger[], look: Judging): Finding[] {
  return [...Map.groupBy(strangers, ({ agent }) => agent)].map(([agent, list]) => {
    const names = listed(list.map(({ database }) => database));
    const [{ configured } = { configured: true }] = list;
    const whose = configured
      ? `${agent} reports ${counted(list.length, 'database')} that no job expects: ${names}`
      : `${agent}, which the configuration does not name, reports ${counted(list.length, 'database')}: ${names}`;
    return warning('jobs', agent, {
      message: whose,
      why: 'these backups are neither verified nor kept, and nobody hears when they stop',
      mend: look.hands.own('doctor', '--suggest-jobs'),
    });
  });
}

/** Folders beside those of the agents, without a report in them. */
export function judgeSilentStrangers(
  agents: readonly string[],
  look: Pick<Look, 'places'>,
): Finding[] {
  const [first] = agents;
  if (first === undefined) return [];
  const folders = counted(agents.length, 'folder');
  const message = `${folders} in ${look.places.deposits} that no agent of the configuration has, and no report in them: ${listed(agents)}`;
  return [fine('jobs', first, message)];
}
