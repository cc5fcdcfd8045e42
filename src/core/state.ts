/** What is remembered about a job from one scan to the next. Plain data; instants are milliseconds UTC. */
import type { SizeSample } from './conclusion.ts';
import type { Severity, Status } from './statuses.ts';

/** The conclusion that makes up a job's status, until the next one. */
export interface Standing {
  readonly eventId: number | null;
  readonly status: Status;
  readonly severity: Severity;
  readonly reason: string;
  readonly message: string;
  /** The cycle it was concluded for. */
  readonly cycle: number | null;
}

/** As much of it as tells where the job stands. */
export interface WatchedState {
  /** When the watch began; null before the first complete scan that found the job with its present schedule. */
  readonly watchBegan: number | null;
  /** Schedule and zone that the watch is for. */
  readonly scheduleKey: string;
  /**
   * cron: the last cycle for which it is decided whether it was missed.
   * every: the anchor, from which the next cycle is one period away; a missed cycle when it lies after `lastJudgedEnd`.
   */
  readonly settledThrough: number | null;
  /** cron: the newest cycle that an accepted report covers. */
  readonly coveredThrough: number | null;
  /** End time of the newest report judged. */
  readonly lastJudgedEnd: number | null;
  readonly standing: Standing | null;
  /** Since when the job has its present status. */
  readonly since: number | null;
  readonly lastSuccessAt: number | null;
  readonly blocked: {
    readonly reason: string;
    readonly message: string;
    readonly since: number;
  } | null;
  /** Until when a report or file counts as still being written. */
  readonly arrivingUntil: number | null;
}

export interface JobState extends WatchedState {
  /** Healthy sizes since the last baseline, at most one per cycle, oldest first. */
  readonly sizes: readonly SizeSample[];
  /** The cycles held since the last healthy backup, newest last: failures between them do not end a hold. */
  readonly heldCycles: readonly number[];
}

export const newState: JobState = {
  watchBegan: null,
  scheduleKey: '',
  settledThrough: null,
  coveredThrough: null,
  lastJudgedEnd: null,
  standing: null,
  since: null,
  lastSuccessAt: null,
  sizes: [],
  heldCycles: [],
  blocked: null,
  arrivingUntil: null,
};
