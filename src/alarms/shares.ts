/**
 * Who is told what: the news of his jobs, and what goes on without his knowledge. That is what a job of his joined later, what opened while
 * all that he would have heard of was muted, and what was open before he was named.
 */
import { subjectKey } from '../core/incident.ts';
import { muteOf, type Mute } from '../core/mute.ts';
import { isNamed, wants } from '../core/routing.ts';
import { worst } from '../core/statuses.ts';
import { untoldAlarms } from '../db/alarms.ts';
import type { IncidentRecord } from '../db/incidents.ts';
import { threadsOf, type ThreadRecord } from '../db/messages.ts';
import { inPieces } from '../db/pieces.ts';
import type { News } from './news.ts';
import { recipientsOf, type Recipient } from './recipients.ts';
import type { AlarmRequest } from './request.ts';

/** What one recipient is told, and in which threads that began. */
export interface Share extends Recipient {
  readonly news: readonly News[];
  readonly threads: readonly ThreadRecord[];
}

/** What there is to be told, by its gravity. */
interface Everything {
  readonly news: readonly News[];
  /** Of the news, those that are none for who has been told of their incident. */
  readonly standing: ReadonlySet<News>;
  readonly threads: ReadonlyMap<string, readonly ThreadRecord[]>;
  readonly mutes: readonly Mute[];
}

const recipientKey = ({ way, recipient }: Pick<Recipient, 'way' | 'recipient'>): string =>
  JSON.stringify([way, recipient]);

/** An incident that goes on, as it is told to somebody who has not heard of it. The number is that of no alarm. */
function standingNews(incident: IncidentRecord, now: number): News {
  const { id, subject, openedAt, members } = incident;
  return {
    id: -id,
    incidentId: id,
    subject,
    openedAt,
    worst: incident.worst,
    at: now,
    change: 'opened',
    before: 'ok',
    after: worst(members.map(({ severity }) => severity)),
    members,
    flapping: false,
  };
}

/** Subjects of the trouble that is left where an agent is silent no more: who was told of the silence knows of it. */
export const leftBySilence = ({ subject, change, members }: News): string[] =>
  subject.kind === 'silent' && change === 'ended'
    ? members.map(({ name }) => subjectKey({ kind: 'job', name }))
    : [];

/** Those that people know, and of which nothing waits for its time to be told. */
async function standing(
  { db, now }: AlarmRequest,
  open: ReadonlyMap<string, IncidentRecord>,
  news: readonly News[],
): Promise<News[]> {
  if (open.size === 0) return [];
  const waiting = [...news, ...(await untoldAlarms(db))].map(({ subject }) => subjectKey(subject));
  const others = new Set([...waiting, ...news.flatMap(leftBySilence)]);
  return [...open]
    .filter(([key, { announcedAt }]) => announcedAt !== null && !others.has(key))
    .map(([, incident]) => standingNews(incident, now));
}

function isTold(recipient: Recipient, one: News, isKnown: boolean, all: Everything): boolean {
  const isStanding = all.standing.has(one);
  if (isStanding && isKnown) return false;
  const names = one.members.map(({ name }) => name);
  // Who was told of the beginning is told of the end.
  const routing = isKnown ? { ...recipient, severity: 'warning' as const } : recipient;
  if (!wants(routing, names, isStanding ? one.after : one.worst)) return false;
  if (isKnown) return true;
  if (one.change === 'ended') return false;
  const own = names.filter((name) => isNamed(recipient.jobs, name));
  return own.some((name) => muteOf(all.mutes, name) === null);
}

function shareOf(recipient: Recipient, all: Everything): Share {
  const threads = all.threads.get(recipientKey(recipient)) ?? [];
  const known = new Set(threads.map(({ incidentId }) => incidentId));
  const news = all.news.filter((one) => isTold(recipient, one, known.has(one.incidentId), all));
  const told = new Set(news.map(({ incidentId }) => incidentId));
  return { ...recipient, news, threads: threads.filter(({ incidentId }) => told.has(incidentId)) };
}

/**
 * Those who are told anything.
 * @param open incidents, by subjectKey
 * @param order of what is told
 */
export async function sharesOf(
  request: AlarmRequest,
  news: readonly News[],
  open: ReadonlyMap<string, IncidentRecord>,
  mutes: readonly Mute[],
  order: (left: News, right: News) => number,
): Promise<Share[]> {
  const recipients = recipientsOf(request.config);
  if (recipients.length === 0) return [];
  const going = await standing(request, open, news);
  const everything = [...news, ...going].toSorted(order);
  const ids = [...new Set(everything.map(({ incidentId }) => incidentId))];
  const threads = await inPieces(ids, (some) => threadsOf(request.db, some));
  const all: Everything = {
    news: everything,
    standing: new Set(going),
    threads: Map.groupBy(threads, recipientKey),
    mutes,
  };
  return recipients
    .map((recipient) => shareOf(recipient, all))
    .filter((share) => share.news.length > 0);
}
