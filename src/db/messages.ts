/** The outbox: messages that are to be delivered, to whom, and what became of that. */
import type { Letter } from '../core/letter.ts';
import type { Database } from './schema.ts';

export interface NewMessage {
  readonly way: string;
  readonly recipients: readonly string[];
  readonly messageId: string;
  readonly thread: string | null;
  readonly letter: Letter;
  readonly createdAt: number;
}

export async function insertMessage(db: Database, message: NewMessage): Promise<void> {
  const { way, messageId, thread, letter, createdAt, recipients } = message;
  const { id } = await db
    .insertInto('messages')
    .values({
      way,
      message_id: messageId,
      thread,
      letter: JSON.stringify(letter),
      created_at: createdAt,
      attempts: 0,
      next_attempt_at: createdAt,
      ended_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const recipient of recipients) {
    await db
      .insertInto('deliveries')
      .values({ message: id, recipient, delivered_at: null, given_up_at: null, error: null })
      .execute();
  }
}

export interface MessageRecord {
  readonly id: number;
  readonly way: string;
  readonly messageId: string;
  readonly thread: string | null;
  readonly createdAt: number;
  readonly attempts: number;
}

/** One that is due, with those who have not accepted it yet. */
export interface DueMessage extends MessageRecord {
  readonly letter: Letter;
  readonly recipients: readonly string[];
}

/** Ids of those that are to be tried now: who has failed least comes first. A clock that was ahead delays nothing. */
export async function dueMessages(db: Database, now: number): Promise<number[]> {
  const rows = await db
    .selectFrom('messages')
    .select('id')
    .where('ended_at', 'is', null)
    .where((eb) => eb.or([eb('next_attempt_at', '<=', now), eb('created_at', '>', now)]))
    .orderBy('attempts')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

export async function messageById(db: Database, id: number): Promise<DueMessage> {
  const row = await db
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const open = await db
    .selectFrom('deliveries')
    .select('recipient')
    .where('message', '=', id)
    .where('delivered_at', 'is', null)
    .where('given_up_at', 'is', null)
    .orderBy('recipient')
    .execute();
  return {
    id,
    way: row.way,
    messageId: row.message_id,
    thread: row.thread,
    createdAt: row.created_at,
    attempts: row.attempts,
    letter: JSON.parse(row.letter) as Letter,
    recipients: open.map(({ recipient }) => recipient),
  };
}

export interface DeliveryChange {
  readonly recipient: string;
  readonly deliveredAt: number | null;
  readonly givenUpAt: number | null;
  readonly error: string | null;
}

/** What became of one attempt, in a transaction of the caller. */
export async function recordAttempt(
  db: Database,
  { id, attempts }: MessageRecord,
  changes: readonly DeliveryChange[],
  next: { readonly attemptAt: number; readonly endedAt: number | null },
): Promise<void> {
  for (const { recipient, deliveredAt, givenUpAt, error } of changes) {
    await db
      .updateTable('deliveries')
      .set({ delivered_at: deliveredAt, given_up_at: givenUpAt, error })
      .where('message', '=', id)
      .where('recipient', '=', recipient)
      .execute();
  }
  await db
    .updateTable('messages')
    .set({ attempts: attempts + 1, next_attempt_at: next.attemptAt, ended_at: next.endedAt })
    .where('id', '=', id)
    .execute();
}

/** What could not be delivered yet. */
export interface Undelivered {
  readonly way: string;
  readonly recipient: string;
  readonly since: number;
  readonly attempts: number;
  /** Why the last attempt failed; null before the first. */
  readonly error: string | null;
}

/** Oldest first. */
export async function undelivered(db: Database): Promise<Undelivered[]> {
  return db
    .selectFrom('messages')
    .innerJoin('deliveries', 'deliveries.message', 'messages.id')
    .select(['way', 'recipient', 'created_at as since', 'attempts', 'error'])
    .where('ended_at', 'is', null)
    .where('delivered_at', 'is', null)
    .where('given_up_at', 'is', null)
    .orderBy('messages.id')
    .orderBy('recipient')
    .execute();
}

/** How many deliveries were given up since then. */
export async function givenUpSince(db: Database, since: number): Promise<number> {
  const { count } = await db
    .selectFrom('deliveries')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('given_up_at', '>', since)
    .executeTakeFirstOrThrow();
  return count;
}

/** Forgets messages that were done with by then. */
export async function forgetMessagesBefore(db: Database, before: number): Promise<void> {
  const old = db.selectFrom('messages').select('id').where('ended_at', '<', before);
  await db.deleteFrom('deliveries').where('message', 'in', old).execute();
  await db.deleteFrom('messages').where('ended_at', '<', before).execute();
}

export interface ThreadRecord {
  readonly incidentId: number;
  readonly way: string;
  readonly recipient: string;
  readonly messageId: string;
  readonly subject: string;
}

/** By which messages people were first told of these incidents. */
export async function threadsOf(
  db: Database,
  incidentIds: readonly number[],
): Promise<ThreadRecord[]> {
  if (incidentIds.length === 0) return [];
  const rows = await db
    .selectFrom('threads')
    .selectAll()
    .where('incident_id', 'in', incidentIds)
    .execute();
  return rows.map((row) => ({
    incidentId: row.incident_id,
    way: row.way,
    recipient: row.recipient,
    messageId: row.message_id,
    subject: row.subject,
  }));
}

/** Somebody never got the message by which he was to be told first, nor a later one: of mails, one of that thread. */
export async function forgetThread(
  db: Database,
  { way, messageId, createdAt }: Pick<MessageRecord, 'way' | 'messageId' | 'createdAt'>,
  recipient: string,
): Promise<void> {
  const heard = await db
    .selectFrom('messages')
    .innerJoin('deliveries', 'deliveries.message', 'messages.id')
    .select('messages.id')
    .where('way', '=', way)
    .where('recipient', '=', recipient)
    .where('delivered_at', 'is not', null)
    .where('created_at', '>=', createdAt)
    .where((eb) => eb.or([eb('thread', '=', messageId), eb('way', '!=', 'email')]))
    .limit(1)
    .executeTakeFirst();
  if (heard !== undefined) return;
  await db
    .deleteFrom('threads')
    .where('message_id', '=', messageId)
    .where('way', '=', way)
    .where('recipient', '=', recipient)
    .execute();
}

export async function putThread(db: Database, thread: ThreadRecord): Promise<void> {
  const { incidentId, way, recipient, messageId, subject } = thread;
  await db
    .insertInto('threads')
    .values({ incident_id: incidentId, way, recipient, message_id: messageId, subject })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
