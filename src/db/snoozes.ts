/** Jobs and agents of which people asked to hear nothing for a while. */
import type { Database, SnoozesTable } from './schema.ts';

export interface SnoozeRecord {
  /** `agent` or `agent/database` */
  readonly name: string;
  /** Milliseconds UTC. */
  readonly until: number;
  readonly reason: string | null;
  readonly operator: string;
  readonly at: number;
}

/** All that were not ended by hand, whether or not their time is over. */
export const allSnoozes = (db: Database): Promise<SnoozeRecord[]> =>
  db.selectFrom('snoozes').selectAll().orderBy('name').execute();

/** Those that hold at this time. */
export async function snoozesAt(db: Database, now: number): Promise<SnoozeRecord[]> {
  return (await allSnoozes(db)).filter(({ until }) => until > now);
}

/** In place of an earlier one of that name. */
export async function putSnooze(db: Database, snooze: SnoozesTable): Promise<void> {
  await db
    .insertInto('snoozes')
    .values(snooze)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(snooze))
    .execute();
}

export async function deleteSnooze(db: Database, name: string): Promise<void> {
  await db.deleteFrom('snoozes').where('name', '=', name).execute();
}
