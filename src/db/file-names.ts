/** Names of deposits by the name of their job, for those who do not know its number. */
import { recentFileNames } from './entries.ts';
import type { Database } from './schema.ts';

/** File names of the newest `limit` reports of a job that name one, each once; none for a job that no scan has seen. */
export async function recordedFileNames(
  db: Database,
  job: { readonly agent: string; readonly database: string },
  limit: number,
): Promise<string[]> {
  const row = await db
    .selectFrom('jobs')
    .select('id')
    .where('agent', '=', job.agent)
    .where('database', '=', job.database)
    .executeTakeFirst();
  return row === undefined ? [] : recentFileNames(db, row.id, limit);
}
