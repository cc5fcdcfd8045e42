/** What is to be told now: of each incident what is different from what people know, unless they are not to be told of it for a while. */
import { remindersDue, subjectKey } from '../core/incident.ts';
import { muteOf, type Mute } from '../core/mute.ts';
import { isKnownBySilence, MOST_TOLD_A_DAY, summarise, type Alarm } from '../core/news.ts';
import { severities } from '../core/statuses.ts';
import {
  deleteAlarm,
  insertAlarm,
  keepInstead,
  markTold,
  toldSince,
  untoldAlarms,
} from '../db/alarms.ts';
import { countReminders, openIncidents, type IncidentRecord } from '../db/incidents.ts';
import type { AlarmRequest } from './request.ts';

const day = 24 * 3_600_000;

export interface News extends Alarm {
  /** People are told of it for the last time today. */
  readonly flapping: boolean;
}

const isMuted = (mutes: readonly Mute[], { members }: Pick<Alarm, 'members'>): boolean =>
  members.every(({ name }) => muteOf(mutes, name) !== null);

/** Adds a reminder of every incident that has become so old. One that is muted is reminded of when that is over. */
export async function addReminders(
  { db, config, now }: AlarmRequest,
  mutes: readonly Mute[],
): Promise<void> {
  const { remind } = config.notifications;
  if (remind.length === 0) return;
  for (const incident of (await openIncidents(db)).values()) {
    const { id, announcedAt, members, reminders } = incident;
    if (announcedAt === null || isMuted(mutes, incident)) continue;
    const due = remindersDue(now - announcedAt, remind);
    if (due <= reminders) continue;
    await countReminders(db, id, due);
    const ranks = members.map(({ severity }) => severities.indexOf(severity));
    const severity = severities[Math.max(...ranks)] ?? 'critical';
    const step = { kind: 'reminder', before: severity, after: severity, members } as const;
    await insertAlarm(db, id, step, now);
  }
}

/** Nobody is told of it now: it is kept as one, or as none where nothing is different. */
async function withhold(
  { db }: AlarmRequest,
  alarms: readonly Alarm[],
  kept: Alarm | null,
): Promise<void> {
  for (const { id } of alarms) if (id !== kept?.id) await deleteAlarm(db, id);
  if (kept !== null && alarms.length > 1) await keepInstead(db, kept);
}

/** With those that are in the incident by now: others may have joined after what was recorded last, as more of the same. */
function withPresent(
  alarm: Alarm | null,
  incidents: ReadonlyMap<number, IncidentRecord>,
): Alarm | null {
  if (alarm === null || alarm.change === 'ended') return alarm;
  const members = incidents.get(alarm.incidentId)?.members ?? alarm.members;
  return { ...alarm, members };
}

/** Takes what is to be told out of what was recorded. Within a transaction, with the messages that tell it. */
export async function takeNews(request: AlarmRequest, mutes: readonly Mute[]): Promise<News[]> {
  const { db, now } = request;
  const alarms = await untoldAlarms(db);
  if (alarms.length === 0) return [];
  const told = await toldSince(db, now - day);
  const present = new Map([...(await openIncidents(db)).values()].map((one) => [one.id, one]));
  const bySubject = Map.groupBy(alarms, ({ subject }) => subjectKey(subject));
  const news: News[] = [];
  for (const [key, list] of bySubject) {
    const summary = withPresent(summarise(list), present);
    const times = told.get(key) ?? 0;
    if (summary === null || times >= MOST_TOLD_A_DAY || isMuted(mutes, summary)) {
      await withhold(request, list, summary);
      continue;
    }
    for (const { id } of list) if (id !== summary.id) await deleteAlarm(db, id);
    await markTold(db, summary.id, now);
    news.push({ ...summary, flapping: times + 1 === MOST_TOLD_A_DAY });
  }
  return news.filter((one) => !isKnownBySilence(one, news));
}
