/** Makes of the news one message for each way out and set of recipients that has any. */
import { subjectKey } from '../core/incident.ts';
import type { AlarmLetter, LetterItem } from '../core/letter.ts';
import { alarmSubject } from '../core/letter-subject.ts';
import { isNamed, wants } from '../core/routing.ts';
import { severities } from '../core/statuses.ts';
import { insertMessage, putThread, threadsOf, type ThreadRecord } from '../db/messages.ts';
import { gatherFacts, toItem, type Facts } from './facts.ts';
import type { News } from './news.ts';
import { domainOf, recipientsOf, type Recipient } from './recipients.ts';
import type { AlarmRequest } from './request.ts';

/** What one recipient is told, and in which threads that began. */
interface Share extends Recipient {
  readonly news: readonly News[];
  readonly threads: readonly ThreadRecord[];
}

const namesOf = ({ members }: News): string[] => members.map(({ name }) => name);

function shareOf(
  recipient: Recipient,
  news: readonly News[],
  threads: readonly ThreadRecord[],
): Share {
  const own = news.filter((one) => wants(recipient, namesOf(one), one.worst));
  return {
    ...recipient,
    news: own,
    threads: threads.filter(
      (thread) =>
        thread.way === recipient.way &&
        thread.recipient === recipient.recipient &&
        own.some(({ incidentId }) => incidentId === thread.incidentId),
    ),
  };
}

/** Equal for those who get the very same message. An address that is written twice gets one. */
const shareKey = ({ way, jobs, news, threads }: Share): string =>
  JSON.stringify([
    way,
    jobs?.toSorted() ?? null,
    news.map(({ id }) => id),
    threads.map(({ incidentId, messageId }) => [incidentId, messageId]),
  ]);

const isOver = ({ change }: Pick<News, 'change'>): boolean => change === 'ended';

/** Worst first, what is over last. */
const byWeight = (left: News, right: News): number =>
  Number(isOver(left)) - Number(isOver(right)) ||
  severities.indexOf(right.after) - severities.indexOf(left.after) ||
  (subjectKey(left.subject) < subjectKey(right.subject) ? -1 : 1);

/**
 * The thread that a message belongs to: none where something in it is told for the first time. Of several it is that of the gravest news:
 * mail programs put a message into one.
 */
function threadOf({ news, threads }: Share): ThreadRecord | null {
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
  const subject = thread?.subject ?? alarmSubject(config.site, items);
  return { kind: 'alarm', site: config.site, at: now, items, subject, isReply: thread !== null };
}

/**
 * Message-IDs that nothing else has, and that stay what they are from attempt to attempt.
 * @param kind keeps a digest and an alarm of one moment apart
 */
export const messageIdOf = (request: AlarmRequest, kind: string, number: number): string =>
  `<backupmon.${kind}.${request.now.toString(36)}.${number}@${domainOf(request.config)}>`;

async function putMessage(
  request: AlarmRequest,
  shares: readonly [Share, ...Share[]],
  facts: Facts,
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
  for (const { incidentId } of share.news)
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
export async function composeMessages(request: AlarmRequest, news: readonly News[]): Promise<void> {
  if (news.length === 0) return;
  const sorted = news.toSorted(byWeight);
  const facts = await gatherFacts(request, sorted);
  const ids = [...new Set(sorted.map(({ incidentId }) => incidentId))];
  const threads = await threadsOf(request.db, ids);
  const shares = recipientsOf(request.config)
    .map((recipient) => shareOf(recipient, sorted, threads))
    .filter((share) => share.news.length > 0);
  const groups = [...Map.groupBy(shares, shareKey).values()];
  for (const [index, [first, ...rest]] of groups.entries())
    if (first !== undefined)
      await putMessage(request, [first, ...rest], facts, messageIdOf(request, 'alarm', index + 1));
}
