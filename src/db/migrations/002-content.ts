/** What the content of a backup was found to be. Rows of before have none: it was not looked into. */
import type { Kysely } from 'kysely';

export async function content({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('events').addColumn('content', 'text').execute();
  await schema.alterTable('versions').addColumn('fingerprint', 'text').execute();
  await schema.alterTable('versions').addColumn('content_kind', 'text').execute();
}
