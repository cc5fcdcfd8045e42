/** What the alarms that nobody was told of yet come down to: whatever happened in between, people learn what is different now. Pure. */
import type { Member, Subject } from './incident.ts';
import type { Change } from './letter.ts';
import { rankOf, type Severity } from './statuses.ts';

/** One step of an incident, or a reminder of it, as it was recorded. Instants are milliseconds UTC. */
export interface Alarm {
  readonly id: number;
  readonly incidentId: number;
  readonly subject: Subject;
  readonly openedAt: number;
  /** The worst severity of the incident since it was announced. */
  readonly worst: Severity;
  readonly at: number;
  readonly change: Change;
  readonly before: Severity;
  readonly after: Severity;
  readonly members: readonly Member[];
}

function changeOf(first: Alarm, last: Alarm, all: readonly Alarm[]): Change {
  if (rankOf(first.before) < rankOf('warning')) return 'opened';
  if (last.after === 'ok') return 'ended';
  const difference = rankOf(last.after) - rankOf(first.before);
  if (difference !== 0) return difference > 0 ? 'worsened' : 'improved';
  return all.every(({ change }) => change === 'reminder') ? 'reminder' : 'changed';
}

/**
 * One alarm in place of several of the same subject, in the order in which they were recorded; null where nothing is different: what began
 * and ended unnoticed is no news.
 */
export function summarise(alarms: readonly Alarm[]): Alarm | null {
  const first = alarms[0];
  const last = alarms.at(-1);
  if (first === undefined || last === undefined) return null;
  const { before } = first;
  if (before === 'ok' && last.after === 'ok') return null;
  // What was known before goes on, in the same thread, also where it was over for a while.
  const { incidentId, openedAt } = before === 'ok' ? last : first;
  const worst = rankOf(first.worst) > rankOf(last.worst) ? first.worst : last.worst;
  return { ...last, incidentId, openedAt, worst, before, change: changeOf(first, last, alarms) };
}

/**
 * What people know already: an agent that was silent is heard of again, and some of its jobs are missing as they were before, now each by
 * itself.
 */
export function withoutKnownBySilence<One extends Alarm>(all: readonly One[]): One[] {
  const missed = new Set(
    all
      .filter(({ subject, change }) => subject.kind === 'silent' && change === 'ended')
      .flatMap(({ members }) => members.map(({ name, status }) => `${name} ${status}`)),
  );
  return all.filter(
    ({ subject, change, members }) =>
      subject.kind !== 'job' ||
      change !== 'opened' ||
      !members.every(({ name, status }) => missed.has(`${name} ${status}`)),
  );
}

/** People are told of one subject so many times a day at most; what comes then is told together, when that day is over. */
export const MOST_TOLD_A_DAY = 6;
