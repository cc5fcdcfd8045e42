/** The outbox on its way: what is due is tried, each recipient for itself, and what became of it is recorded message by message. */
import { formatDuration } from '../core/duration.ts';
import { insertNotice } from '../db/events.ts';
import {
  dueMessages,
  forgetThread,
  messageById,
  recordAttempt,
  type DeliveryChange,
  type DueMessage,
} from '../db/messages.ts';
import { transaction } from '../db/open.ts';
import type { Attempt, Transport } from '../notify/transport.ts';
import { parcelOf, subjectOf } from './parcel.ts';
import type { AlarmRequest } from './request.ts';

const minute = 60_000;
/** From one minute on twice as long each time, up to this. */
const LONGEST_WAIT_MS = 4 * 60 * minute;
/** All ways together cost a scan no more; the heartbeat has what is left of half a minute. */
export const DELIVERY_BUDGET_MS = 20_000;
/** One way, however many messages wait for it, leaves the others their time. */
export const WAY_BUDGET_MS = 12_000;
/** A message may be refused for its recipient; when so many are, it is the way. */
const REFUSED_IN_A_SCAN = 3;

export interface DeliveryRequest extends AlarmRequest {
  readonly passId: number | null;
  /** A way out; one line where it cannot be used; null where the configuration has none of that name any more. */
  readonly open: (way: string) => Promise<Transport | string | null>;
  readonly onVerbose: (line: string) => void;
}

/** The ways that have been used, each with what it may still take. */
interface Way {
  readonly transport: Transport | string | null;
  readonly signal: AbortSignal;
  /** Messages that it took for nobody: after some of them, the next would fail as well. */
  refused: number;
}

const waitAfter = (attempts: number): number =>
  Math.min(LONGEST_WAIT_MS, minute * 2 ** Math.min(attempts, 20));

async function attemptsOf(message: DueMessage, way: Way): Promise<readonly Attempt[]> {
  const { transport, signal } = way;
  const all = (error: string): Attempt[] =>
    message.recipients.map((recipient) => ({ recipient, error }));
  if (transport === null) return all('the configuration has no such way any more');
  if (typeof transport === 'string') return all(transport);
  try {
    return await transport.send(await parcelOf(message), message.recipients, signal);
  } catch (error) {
    // A bug, of this message alone: it must not keep others, nor the scan, from their end.
    return all(`a bug: ${(error as Error).message}`);
  }
}

/** It was tried for long enough, or nobody will ever try again. */
const isGivenUp = (
  { config, now }: DeliveryRequest,
  { createdAt }: DueMessage,
  { transport }: Way,
): boolean => transport === null || now - createdAt >= config.notifications.giveUpAfter;

async function recordGivenUp(
  { db, now, passId }: DeliveryRequest,
  { letter, createdAt, way, attempts }: DueMessage,
  failed: readonly Attempt[],
): Promise<void> {
  const to = failed.map(({ recipient }) => recipient).join(', ');
  const times =
    attempts === 0 ? 'once' : `${attempts + 1} times in ${formatDuration(now - createdAt)}`;
  const message = `"${letter.subject}" was not delivered by ${way} to ${to}: tried ${times}, at last: ${failed[0]?.error ?? ''}`;
  await insertNotice(db, {
    scanId: passId,
    jobId: null,
    agent: '',
    at: now,
    severity: 'warning',
    reason: 'alarm_given_up',
    message,
    operator: null,
    count: failed.length,
  });
}

async function record(
  request: DeliveryRequest,
  message: DueMessage,
  attempts: readonly Attempt[],
  way: Way,
): Promise<void> {
  const { db, now } = request;
  const failed = attempts.filter(({ error }) => error !== null);
  const givenUp = failed.length > 0 && isGivenUp(request, message, way);
  const changes = attempts.map(({ recipient, error }): DeliveryChange => ({
    recipient,
    deliveredAt: error === null ? now : null,
    givenUpAt: error !== null && givenUp ? now : null,
    error,
  }));
  const isDone = failed.length === 0 || givenUp;
  const attemptAt = now + waitAfter(message.attempts);
  await transaction(db, async () => {
    await recordAttempt(db, message, changes, { attemptAt, endedAt: isDone ? now : null });
    if (!givenUp) return;
    await recordGivenUp(request, message, failed);
    // They have not heard of what it tells: where that goes on they are told of it anew.
    for (const { recipient } of failed) await forgetThread(db, message, recipient);
  });
}

function tell(
  { onVerbose }: DeliveryRequest,
  message: DueMessage,
  attempts: readonly Attempt[],
): void {
  for (const { recipient, error } of attempts)
    onVerbose(
      error === null
        ? `sent by ${message.way} to ${recipient}: ${subjectOf(message.letter)}`
        : `not sent by ${message.way} to ${recipient}, will be tried again: ${error}`,
    );
}

/** After the commit of everything that the messages tell. What cannot be delivered changes nothing else, and stays for the next scan. */
export async function deliverAll(request: DeliveryRequest): Promise<void> {
  const { db, now } = request;
  const due = await dueMessages(db, now);
  if (due.length === 0) return;
  const all = AbortSignal.timeout(DELIVERY_BUDGET_MS);
  const ways = new Map<string, Way>();
  try {
    for (const id of due) {
      if (all.aborted) break;
      const message = await messageById(db, id);
      const way = ways.get(message.way) ?? (await openWay(request, message.way, all));
      ways.set(message.way, way);
      if (way.refused >= REFUSED_IN_A_SCAN || way.signal.aborted) continue;
      const attempts = await attemptsOf(message, way);
      await record(request, message, attempts, way);
      tell(request, message, attempts);
      // Where the way is gone for good, each of its messages is done with.
      if (way.transport !== null && attempts.every(({ error }) => error !== null)) way.refused += 1;
    }
  } finally {
    for (const { transport } of ways.values())
      if (transport !== null && typeof transport !== 'string') transport.close();
  }
}

async function openWay({ open }: DeliveryRequest, name: string, all: AbortSignal): Promise<Way> {
  const signal = AbortSignal.any([all, AbortSignal.timeout(WAY_BUDGET_MS)]);
  return { transport: await open(name), signal, refused: 0 };
}
