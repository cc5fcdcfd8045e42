/** What is to be told now: of each incident what is different from what people know, unless they are not to be told of it for a while. */
import { agentOf, remindersDue, subjectKey } from '../core/incident.ts';
import { muteOf, type Mute } from '../core/mute.ts';
import { MOST_TOLD_A_DAY, summarise, withoutKnownBySilence, type Alarm } from '../core/news.ts';
import { rankOf, worst } from '../core/statuses.ts';
import {
  deleteAlarm,
  insertAlarm,
  keepInstead,
  markTold,
  toldBetween,
  untoldAlarms,
  type Telling,
} from '../db/alarms.ts';
import { countReminders, type IncidentRecord } from '../db/incidents.ts';
import type { AlarmRequest } from './request.ts';

const day = 24 * 3_600_000;

/** By subjectKey. */
type OpenIncidents = ReadonlyMap<string, IncidentRecord>;

export interface News extends Alarm {
  /** People are told of it for the last time today. */
  readonly flapping: boolean;
}

const isMuted = (mutes: readonly Mute[], { members }: Pick<Alarm, 'members'>): boolean =>
  members.every(({ name }) => muteOf(mutes, name) !== null);

/** Adds a reminder of every incident that has become so old. One that is muted is reminded of when that is over. */
export async function addReminders(
  { db, config, now }: AlarmRequest,
  open: OpenIncidents,
  mutes: readonly Mute[],
): Promise<void> {
  const { remind } = config.notifications;
  if (remind.length === 0) return;
  for (const incident of open.values()) {
    const { id, announcedAt, members, reminders } = incident;
    if (announcedAt === null || isMuted(mutes, incident)) continue;
    const due = remindersDue(Math.max(0, now - announcedAt), remind);
    // Fewer, where a clock that was ahead has counted too many, or where the configuration has changed.
    if (due !== reminders) await countReminders(db, id, due);
    if (due <= reminders) continue;
    const severity = worst(members.map((member) => member.severity));
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

/** With those that are in the incident by now. What is neither open nor has ended is nothing. */
function withPresent(alarm: Alarm | null, incident: IncidentRecord | undefined): Alarm | null {
  if (alarm === null || alarm.change === 'ended') return alarm;
  return incident === undefined ? null : { ...alarm, members: incident.members };
}

/** People have heard enough of it for a day, unless it is worse than what they have heard, or has reached another agent. */
function isEnough({ after, change, members }: Alarm, told: readonly Telling[]): boolean {
  if (change === 'reminder' || told.length < MOST_TOLD_A_DAY) return false;
  const agents = new Set(told.flatMap((one) => one.members.map(({ name }) => agentOf(name))));
  const isWorse = told.every((one) => rankOf(after) > rankOf(one.after));
  return !isWorse && members.every(({ name }) => agents.has(agentOf(name)));
}

/** Takes what is to be told out of what was recorded. Within a transaction, with the messages that tell it. */
export async function takeNews(
  request: AlarmRequest,
  open: OpenIncidents,
  mutes: readonly Mute[],
): Promise<News[]> {
  const { db, now } = request;
  const alarms = await untoldAlarms(db);
  if (alarms.length === 0) return [];
  const told = await toldBetween(db, now - day, now);
  const bySubject = Map.groupBy(alarms, ({ subject }) => subjectKey(subject));
  const news: News[] = [];
  for (const [key, list] of bySubject) {
    const summary = withPresent(summarise(list), open.get(key));
    const before = told.get(key) ?? [];
    if (summary === null || isEnough(summary, before) || isMuted(mutes, summary)) {
      await withhold(request, list, summary);
      continue;
    }
    for (const { id } of list) if (id !== summary.id) await deleteAlarm(db, id);
    await markTold(db, summary, now);
    const isLast = before.length + 1 === MOST_TOLD_A_DAY && summary.change !== 'reminder';
    news.push({ ...summary, flapping: isLast });
  }
  return withoutKnownBySilence(news);
}
