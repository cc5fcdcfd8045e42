/** Indexes by which the oldest history is forgotten: what refers to a row has to be found before the row may go. */
import type { Kysely } from 'kysely';

export async function endOfHistory({ schema }: Kysely<unknown>): Promise<void> {
  const index = (name: string, table: string, columns: readonly string[]) =>
    schema
      .createIndex(name)
      .on(table)
      .columns([...columns]);
  await index('events_of_entry', 'events', ['entry_id'])
    .where('entry_id', 'is not', null)
    .execute();
  await index('events_of_agent', 'events', ['agent', 'id'])
    .where('agent', 'is not', null)
    .execute();
  await index('events_of_version', 'events', ['version_id'])
    .where('version_id', 'is not', null)
    .execute();
  await index('versions_of_entry', 'versions', ['entry_id'])
    .where('entry_id', 'is not', null)
    .execute();
  await index('held_event', 'held', ['event_id']).execute();
  await index('held_entry', 'held', ['entry_id']).execute();
  await index('reports_refused', 'reports', ['agent', 'id'])
    .where('refused_reason', 'is not', null)
    .execute();
}
