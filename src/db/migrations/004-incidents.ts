/** Incidents, who is in them, what is to be told of them, and the messages that tell it. */
import type { Kysely } from 'kysely';

export async function incidents({ schema }: Kysely<unknown>): Promise<void> {
  const index = (name: string, table: string, columns: readonly string[]) =>
    schema
      .createIndex(name)
      .on(table)
      .columns([...columns]);
  await schema
    .createTable('incidents')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('opened_at', 'bigint', (column) => column.notNull())
    .addColumn('announced_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('worst', 'text', (column) => column.notNull())
    .addColumn('reminders', 'integer', (column) => column.notNull())
    .execute();
  // One of each subject is open at most.
  await index('incidents_open', 'incidents', ['kind', 'name'])
    .unique()
    .where('ended_at', 'is', null)
    .execute();
  await schema
    .createTable('incident_members')
    .addColumn('incident_id', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('severity', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('cycle', 'bigint')
    .addColumn('event_id', 'integer')
    .addColumn('bad_cycles', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('incident_members_key', ['incident_id', 'name'])
    .execute();
  await schema
    .createTable('alarms')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('incident_id', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('before', 'text', (column) => column.notNull())
    .addColumn('after', 'text', (column) => column.notNull())
    .addColumn('members', 'text', (column) => column.notNull())
    .addColumn('composed_at', 'bigint')
    .execute();
  await index('alarms_to_compose', 'alarms', ['id']).where('composed_at', 'is', null).execute();
  // How often people were told of one subject within a day.
  await index('alarms_composed', 'alarms', ['composed_at'])
    .where('composed_at', 'is not', null)
    .execute();
  await schema
    .createTable('messages')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('way', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('thread', 'text')
    .addColumn('letter', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_attempt_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .execute();
  await index('messages_to_deliver', 'messages', ['id']).where('ended_at', 'is', null).execute();
  await schema
    .createTable('deliveries')
    .addColumn('message', 'integer', (column) => column.notNull())
    .addColumn('recipient', 'text', (column) => column.notNull())
    .addColumn('delivered_at', 'bigint')
    .addColumn('given_up_at', 'bigint')
    .addColumn('error', 'text')
    .addPrimaryKeyConstraint('deliveries_key', ['message', 'recipient'])
    .execute();
  await schema
    .createTable('threads')
    .addColumn('incident_id', 'integer', (column) => column.notNull())
    .addColumn('way', 'text', (column) => column.notNull())
    .addColumn('recipient', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('threads_key', ['incident_id', 'way', 'recipient'])
    .execute();
  await schema
    .createTable('snoozes')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('operator', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
}
