/** What is to be told of incidents: recorded with what caused it, told when messages are made of it. */
import type { IncidentKind, Member, Step, Subject } from '../core/incident.ts';
import type { Change } from '../core/letter.ts';
import type { Alarm } from '../core/news.ts';
import type { Severity } from '../core/statuses.ts';
import type { Database } from './schema.ts';

/**
 * To be told, in the transaction of what caused it. Who is in it is kept of an incident that has ended; of one that is open, those who are in it
 * when it is told.
 */
export async function insertAlarm(
  db: Database,
  incidentId: number,
  step: Pick<Step, 'before' | 'after' | 'members'> & { readonly kind: Change },
  at: number,
): Promise<void> {
  await db
    .insertInto('alarms')
    .values({
      incident_id: incidentId,
      at,
      kind: step.kind,
      before: step.before,
      after: step.after,
      members: JSON.stringify(step.kind === 'ended' ? step.members : []),
      composed_at: null,
    })
    .execute();
}

/** Those that nobody was told of yet, in the order in which they were recorded. */
export async function untoldAlarms(db: Database): Promise<Alarm[]> {
  const rows = await db
    .selectFrom('alarms')
    .innerJoin('incidents', 'incidents.id', 'alarms.incident_id')
    .selectAll('alarms')
    .select(['incidents.kind as subject_kind', 'name', 'opened_at', 'worst'])
    .where('composed_at', 'is', null)
    .orderBy('alarms.id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    incidentId: row.incident_id,
    subject: { kind: row.subject_kind as IncidentKind, name: row.name },
    openedAt: row.opened_at,
    worst: row.worst as Severity,
    at: row.at,
    change: row.kind as Change,
    before: row.before as Severity,
    after: row.after as Severity,
    members: JSON.parse(row.members) as Member[],
  }));
}

/** What people were told of one subject. */
export interface Telling {
  readonly after: Severity;
  readonly members: readonly Pick<Member, 'name'>[];
}

/** What people were told of each subject between these times, reminders apart, by subjectKey. */
export async function toldBetween(
  db: Database,
  since: number,
  until: number,
): Promise<Map<string, Telling[]>> {
  const rows = await db
    .selectFrom('alarms')
    .innerJoin('incidents', 'incidents.id', 'alarms.incident_id')
    .select(['incidents.kind', 'name', 'after', 'members'])
    .where('composed_at', '>', since)
    .where('composed_at', '<=', until)
    .where('alarms.kind', '!=', 'reminder')
    .execute();
  return new Map(
    [...Map.groupBy(rows, ({ kind, name }) => `${kind} ${name}`)].map(([key, list]) => [
      key,
      list.map(({ after, members }) => ({
        after: after as Severity,
        members: JSON.parse(members) as Member[],
      })),
    ]),
  );
}

/** It is told, with these in it. */
export async function markTold(
  db: Database,
  { id, members }: Pick<Alarm, 'id' | 'members'>,
  at: number,
): Promise<void> {
  const names = JSON.stringify(members.map(({ name }) => ({ name })));
  await db
    .updateTable('alarms')
    .set({ composed_at: at, members: names })
    .where('id', '=', id)
    .execute();
}

/** One that stands for others, which are gone. */
export async function keepInstead(db: Database, kept: Alarm): Promise<void> {
  await db
    .updateTable('alarms')
    .set({ incident_id: kept.incidentId, kind: kept.change, before: kept.before })
    .where('id', '=', kept.id)
    .execute();
}

/** Nobody is to be told of a subject any more. */
export async function deleteUntold(db: Database, { kind, name }: Subject): Promise<void> {
  const own = db
    .selectFrom('incidents')
    .select('id')
    .where('kind', '=', kind)
    .where('name', '=', name);
  await db
    .deleteFrom('alarms')
    .where('incident_id', 'in', own)
    .where('composed_at', 'is', null)
    .execute();
}

export async function deleteAlarm(db: Database, id: number): Promise<void> {
  await db.deleteFrom('alarms').where('id', '=', id).execute();
}

/** Forgets what was told before that time, and incidents that were over by then. */
export async function forgetAlarmsBefore(db: Database, before: number): Promise<void> {
  await db.deleteFrom('alarms').where('composed_at', '<', before).execute();
  const over = db.selectFrom('incidents').select('id').where('ended_at', '<', before);
  // What is still to be told of one keeps it.
  const kept = db.selectFrom('alarms').select('incident_id');
  await db
    .deleteFrom('threads')
    .where('incident_id', 'in', over)
    .where('incident_id', 'not in', kept)
    .execute();
  await db
    .deleteFrom('incidents')
    .where('ended_at', '<', before)
    .where('id', 'not in', kept)
    .execute();
}
