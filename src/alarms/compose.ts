/** Makes of the news one message for each way out and set of recipients that has any. */
import { subjectKey } from '../core/incident.ts';
import type { AlarmLetter, LetterItem } from '../core/letter.ts';
import { alarmSubject, isOver, itemCounts } from '../core/letter-subject.ts';
import type { Mute } from '../core/mute.ts';
import { isNamed } from '../core/routing.ts';
import { severities } from '../core/statuses.ts';
import type { IncidentRecord } from '../db/incidents.ts';
import { insertMessage, putThread, type ThreadRecord } from '../db/messages.ts';
import { gatherFacts, toItem, type Facts } from './facts.ts';
import type { News } from './news.ts';
import { domainOf } from './recipients.ts';
import type { AlarmRequest } from './request.ts';
import { leftBySilence, sharesOf, type Share } from './shares.ts';

/** More than these nobody reads, and mail servers refuse at last: the counts tell of the rest. */
const ITEMS_TOLD = 50;

/** Equal for those who get the very same message. An address that is written twice gets one. */
const shareKey = ({ way, jobs, news, threads }: Share): string =>
  JSON.stringify([
    way,
    jobs?.toSorted() ?? null,
    news.map(({ id }) => id),
    threads.map(({ incidentId, messageId }) => [incidentId, messageId]),
  ]);

/** Worst first, what is over last. */
const byWeight = (left: News, right: News): number =>
  Number(isOver(left)) - Number(isOver(right)) ||
  severities.indexOf(right.after) - severities.indexOf(left.after) ||
  (subjectKey(left.subject) < subjectKey(right.subject) ? -1 : 1);

/**
 * The thread that a message belongs to: none where something in it is told for the first time. Of several it is that of the gravest news:
 * mail programs put a message into one. Other ways out have no threads: their subject says how things are now.
 */
function threadOf({ way, news, threads }: Share): ThreadRecord | null {
  if (way !== 'email') return null;
  const known = news.map(({ incidentId }) =>
    threads.find((thread) => thread.incidentId === incidentId),
  );
  return known.includes(undefined) ? null : (known[0] ?? null);
}

function letterOf(
  { config, now }: AlarmRequest,
  share: Share,
  facts: Facts,
  thread: ThreadRecord | null,
): AlarmLetter {
  const items = share.news.map((one): LetterItem =>
    toItem(one, facts, (name) => isNamed(share.jobs, name)),
  );
  return {
    kind: 'alarm',
    site: config.site,
    at: now,
    items: items.slice(0, ITEMS_TOLD),
    itemCount: items.length,
    counts: itemCounts(items),
    subject: thread?.subject ?? alarmSubject(config.site, items),
    isReply: thread !== null,
  };
}

/**
 * Message-IDs that nothing else has, and that stay what they are from attempt to attempt.
 * @param kind keeps a digest and an alarm of one moment apart
 */
export const messageIdOf = (request: AlarmRequest, kind: string, number: number): string =>
  `<backupmon.${kind}.${request.now.toString(36)}.${number}@${domainOf(request.config)}>`;

/** All that people know of by these news: of one that went on as another of the same subject, both; of silence, what is left of it. */
function incidentsIn(news: readonly News[], open: ReadonlyMap<string, IncidentRecord>): number[] {
  const subjects = news.flatMap((one) => [subjectKey(one.subject), ...leftBySilence(one)]);
  const ids = subjects.flatMap((key) => open.get(key)?.id ?? []);
  return [...new Set([...news.map(({ incidentId }) => incidentId), ...ids])];
}

async function putMessage(
  request: AlarmRequest,
  shares: readonly [Share, ...Share[]],
  facts: Facts,
  open: ReadonlyMap<string, IncidentRecord>,
  messageId: string,
): Promise<void> {
  const { db, now } = request;
  const [share] = shares;
  const thread = threadOf(share);
  const letter = letterOf(request, share, facts, thread);
  const recipients = [...new Set(shares.map(({ recipient }) => recipient))];
  await insertMessage(db, {
    way: share.way,
    recipients,
    messageId,
    thread: thread?.messageId ?? null,
    letter,
    createdAt: now,
  });
  for (const incidentId of incidentsIn(share.news, open))
    for (const recipient of recipients)
      await putThread(db, {
        incidentId,
        way: share.way,
        recipient,
        messageId: thread?.messageId ?? messageId,
        subject: letter.subject,
      });
}

/** Within the transaction that took the news. */
export async function composeMessages(
  request: AlarmRequest,
  news: readonly News[],
  open: ReadonlyMap<string, IncidentRecord>,
  mutes: readonly Mute[],
): Promise<void> {
  const shares = await sharesOf(request, news, open, mutes, byWeight);
  if (shares.length === 0) return;
  const told = [...new Set(shares.flatMap((share) => share.news))];
  const facts = await gatherFacts(request, told);
  const groups = [...Map.groupBy(shares, shareKey).values()];
  for (const [index, [first, ...rest]] of groups.entries()) {
    if (first === undefined) continue;
    const messageId = messageIdOf(request, 'alarm', index + 1);
    await putMessage(request, [first, ...rest], facts, open, messageId);
  }
}
