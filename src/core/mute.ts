/** Of what nobody is to be told for a while: because somebody asked for it, or because it is planned. Pure. */
import type { Calendar } from './missed.ts';
import type { MaintenanceWindow } from './notifications.ts';
import { isNamed } from './routing.ts';

export interface Mute {
  /** `agent` or `agent/database`; null for all. */
  readonly jobs: readonly string[] | null;
  /** Milliseconds UTC. */
  readonly until: number;
  readonly reason: string | null;
  /** Who asked for it; null where the configuration plans it. */
  readonly operator: string | null;
}

interface Snooze {
  readonly name: string;
  readonly until: number;
  readonly reason: string | null;
  readonly operator: string;
}

/** What is muted at this time. @param timezone of the windows */
export function mutesAt(
  now: number,
  snoozes: readonly Snooze[],
  windows: readonly MaintenanceWindow[],
  calendar: Calendar,
  timezone: string,
): Mute[] {
  const asked = snoozes.map(({ name, until, reason, operator }): Mute => ({
    jobs: [name],
    until,
    reason,
    operator,
  }));
  const planned = windows.flatMap(({ schedule, duration, jobs, reason }): Mute[] => {
    const began = calendar(schedule, timezone).atOrBefore(now);
    return began === null ? [] : [{ jobs, until: began + duration, reason, operator: null }];
  });
  return [...asked, ...planned].filter(({ until }) => until > now);
}

/** Why a job or agent is muted, the longest where there are several; null where it is not. */
export function muteOf(mutes: readonly Mute[], name: string): Mute | null {
  if (mutes.length === 0) return null;
  const own = mutes.filter(({ jobs }) => isNamed(jobs, name));
  return own.toSorted((left, right) => right.until - left.until)[0] ?? null;
}
