/** What a message says of each job, gathered when it is composed. */
import type { Subject, Member } from '../core/incident.ts';
import type { LetterItem, LetterJob } from '../core/letter.ts';
import { isOver } from '../core/letter-subject.ts';
import { adviceFor, severities, type Severity, type Status } from '../core/statuses.ts';
import { forPeople, shellWord } from '../core/text.ts';
import { listEvents, type EventRecord } from '../db/events.ts';
import { inPieces } from '../db/pieces.ts';
import type { JobView } from '../render/views.ts';
import { statusView } from '../views/status-view.ts';
import type { News } from './news.ts';
import type { AlarmRequest } from './request.ts';

/** More than these nobody reads; the count tells of the rest. */
const JOBS_TOLD = 50;

/** What is known by now of everything that the news are about. */
export interface Facts {
  readonly timezone: string;
  readonly jobs: ReadonlyMap<string, JobView>;
  readonly events: ReadonlyMap<number, EventRecord>;
}

export async function gatherFacts(
  { db, config, calendar, now }: AlarmRequest,
  news: readonly News[],
): Promise<Facts> {
  const members = news.flatMap((one) => one.members);
  const names = new Set(members.map(({ name }) => name));
  const source = { config, db, calendar, now, running: true };
  const view = await statusView(
    source,
    config.jobs.filter(({ id }) => names.has(id)),
  );
  const ids = [...new Set(members.flatMap(({ eventId }) => eventId ?? []))];
  const everything = { jobs: [], since: null, until: null, statuses: [], limit: null };
  const events = await inPieces(ids, (some) => listEvents(db, { ...everything, ids: some }));
  return {
    timezone: config.timezone,
    jobs: new Map(view.jobs.map((job) => [job.job.id, job])),
    events: new Map(events.map((event) => [event.id ?? 0, event])),
  };
}

/** The next command to type. */
function commandFor({ kind }: Subject, { name, status }: Pick<Member, 'name' | 'status'>): string {
  const word = shellWord(forPeople(name));
  if (kind === 'refused') return `backupmon history ${word} --status REPORT_REFUSED`;
  if (kind === 'blocked') return `backupmon status ${word}`;
  if (kind === 'scan') return 'backupmon scan --dry-run';
  return status === 'SIZE_ANOMALY' ? `backupmon promote ${word}` : `backupmon status ${word}`;
}

/** A member as it stands; what is over may be well. */
type MemberNow = Omit<Member, 'badCycles' | 'severity'> & { readonly severity: Severity };

/** How a job stands now, where its incident is over. */
function standingOf(member: Member, view: JobView | undefined): MemberNow {
  if (view === undefined) return member;
  const { status, severity, reason, message, since, cycle, eventId } = view.standing;
  return {
    ...member,
    status,
    severity,
    reason,
    message,
    since: since ?? member.since,
    cycle,
    eventId,
  };
}

function toLetterJob(news: News, now: MemberNow, facts: Facts): LetterJob {
  const view = facts.jobs.get(now.name);
  const over = isOver(news);
  const event = now.eventId === null ? undefined : facts.events.get(now.eventId);
  const newest = view?.newest ?? null;
  const word = shellWord(forPeople(now.name));
  // What a blocked job was before says nothing of what blocks it.
  const reason = news.subject.kind === 'blocked' ? 'not_judged' : now.reason;
  const advice = over ? '' : adviceOf(news.subject, now.status, reason);
  return {
    name: now.name,
    status: now.status,
    severity: now.severity,
    reason: now.reason,
    message: now.message,
    since: now.since,
    cycle: now.cycle,
    deadline: view === undefined || now.cycle === null ? null : now.cycle + view.job.rules.grace,
    timezone: view?.job.rules.timezone ?? facts.timezone,
    expected: event?.file?.expected ?? null,
    found: event?.file?.found ?? null,
    lastHealthy:
      newest === null ? null : { endedAt: newest.endedAt, path: newest.path, size: newest.size },
    advice: advice.replaceAll('{job}', () => word),
    command: commandFor(news.subject, now),
  };
}

const adviceOf = ({ kind }: Subject, status: Status, reason: string): string =>
  kind === 'scan' ? 'Mend that; until then nothing is judged.' : adviceFor(status, reason);

const worstFirst = (left: MemberNow, right: MemberNow): number =>
  severities.indexOf(right.severity) - severities.indexOf(left.severity);

/** @param isTold whether somebody hears of a member */
export function toItem(news: News, facts: Facts, isTold: (name: string) => boolean): LetterItem {
  const own = news.members.filter(({ name }) => isTold(name));
  const over = isOver(news);
  // Before any are left out: those that are not well by now must not be.
  const members = own
    .map((member) => (over ? standingOf(member, facts.jobs.get(member.name)) : member))
    .toSorted(worstFirst);
  const { change, subject, openedAt, before, after, flapping } = news;
  return {
    change,
    ...subject,
    openedAt,
    before,
    after,
    jobs: members.slice(0, JOBS_TOLD).map((member) => toLetterJob(news, member, facts)),
    jobCount: members.length,
    flapping,
  };
}
