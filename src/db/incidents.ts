/** Incidents that are open, and who is in them. */
import {
  isSameMember,
  subjectKey,
  type Incident,
  type IncidentKind,
  type Member,
} from '../core/incident.ts';
import { worst, type Severity, type Status } from '../core/statuses.ts';
import type { Database, IncidentMembersTable, IncidentsTable } from './schema.ts';

export interface IncidentRecord extends Incident {
  readonly id: number;
  /** The worst severity since it was announced; `ok` before. */
  readonly worst: Severity;
  /** How many times people were reminded of it. */
  readonly reminders: number;
}

const toMember = (row: IncidentMembersTable): Member => ({
  name: row.name,
  status: row.status as Status,
  severity: row.severity as Member['severity'],
  reason: row.reason,
  message: row.message,
  since: row.since,
  cycle: row.cycle,
  eventId: row.event_id,
  badCycles: row.bad_cycles,
});

const toIncident = (
  row: Omit<IncidentsTable, 'id'> & { id: number },
  members: readonly IncidentMembersTable[],
): IncidentRecord => ({
  id: row.id,
  subject: { kind: row.kind as IncidentKind, name: row.name },
  openedAt: row.opened_at,
  announcedAt: row.announced_at,
  worst: row.worst as Severity,
  reminders: row.reminders,
  members: members.map(toMember),
});

/** All that are open, by subjectKey. */
export async function openIncidents(db: Database): Promise<Map<string, IncidentRecord>> {
  const rows = await db
    .selectFrom('incidents')
    .selectAll()
    .where('ended_at', 'is', null)
    .orderBy('id')
    .execute();
  if (rows.length === 0) return new Map();
  const members = await db.selectFrom('incident_members').selectAll().orderBy('name').execute();
  const byIncident = Map.groupBy(members, (member) => member.incident_id);
  return new Map(
    rows.map((row) => {
      const incident = toIncident(row, byIncident.get(row.id) ?? []);
      return [subjectKey(incident.subject), incident];
    }),
  );
}

/** Writes what is different from what is recorded. */
async function putMembers(
  db: Database,
  id: number,
  before: readonly Member[],
  members: readonly Member[],
): Promise<void> {
  const names = new Set(members.map(({ name }) => name));
  const known = new Map(before.map((member) => [member.name, member]));
  const changed = members.filter((member) => !isSameMember(member, known.get(member.name)));
  const gone = [...before.filter(({ name }) => !names.has(name)), ...changed];
  for (const { name } of gone)
    await db
      .deleteFrom('incident_members')
      .where('incident_id', '=', id)
      .where('name', '=', name)
      .execute();
  for (const member of changed) {
    await db
      .insertInto('incident_members')
      .values({
        incident_id: id,
        name: member.name,
        status: member.status,
        severity: member.severity,
        reason: member.reason,
        message: member.message,
        since: member.since,
        cycle: member.cycle,
        event_id: member.eventId,
        bad_cycles: member.badCycles,
      })
      .execute();
  }
}

/** Opens it, or brings one that is open up to date. Returns it as it is recorded now. */
export async function putIncident(
  db: Database,
  incident: Incident,
  known: IncidentRecord | null,
): Promise<IncidentRecord> {
  const { subject, openedAt, announcedAt, members } = incident;
  const reminders = known?.reminders ?? 0;
  const present = announcedAt === null ? [] : members.map(({ severity }) => severity);
  const worstYet = worst([known?.worst ?? 'ok', ...present]);
  const values = {
    kind: subject.kind,
    name: subject.name,
    opened_at: openedAt,
    announced_at: announcedAt,
    ended_at: null,
    worst: worstYet,
    reminders,
  };
  let id = known?.id;
  if (id === undefined) {
    const row = await db
      .insertInto('incidents')
      .values(values)
      .returning('id')
      .executeTakeFirstOrThrow();
    ({ id } = row);
  } else {
    await db.updateTable('incidents').set(values).where('id', '=', id).execute();
  }
  await putMembers(db, id, known?.members ?? [], members);
  return { ...incident, id, worst: worstYet, reminders };
}

export async function endIncident(db: Database, id: number, at: number): Promise<void> {
  await db.updateTable('incidents').set({ ended_at: at }).where('id', '=', id).execute();
  await db.deleteFrom('incident_members').where('incident_id', '=', id).execute();
}

export async function countReminders(db: Database, id: number, reminders: number): Promise<void> {
  await db.updateTable('incidents').set({ reminders }).where('id', '=', id).execute();
}
