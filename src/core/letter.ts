/**
 * What one message tells: facts alone, gathered when it was composed, so that each way out shows them in its own form, and a message that
 * is sent days later still tells what it was made for. Plain data; instants are milliseconds UTC, sizes bytes. Texts that an agent wrote are
 * in it as they came: whoever shows them makes them harmless.
 */
import type { IncidentKind, StepKind } from './incident.ts';
import type { Expectation } from './report.ts';
import type { Severity, Status } from './statuses.ts';

export interface HealthyVersion {
  readonly endedAt: number;
  /** Absolute. */
  readonly path: string;
  readonly size: number;
}

/** One job (or one agent whose reports are refused) that an incident is about. */
export interface LetterJob {
  /** `agent/database`, or the agent. */
  readonly name: string;
  readonly status: Status;
  readonly severity: Severity;
  readonly reason: string;
  readonly message: string;
  readonly since: number;
  /** The cycle that it is about, and when that had to be there; null where there is none. */
  readonly cycle: number | null;
  readonly deadline: number | null;
  /** IANA zone of the schedule: deadlines are shown in it too. */
  readonly timezone: string;
  /** Of the file: what the report said, and what was there; null where no file was looked at. */
  readonly expected: Expectation | null;
  readonly found: Expectation | null;
  /** The newest version in the tree; null where there is none: nothing is safe. */
  readonly lastHealthy: HealthyVersion | null;
  /** What to do, one or two sentences; empty where nothing is. */
  readonly advice: string;
  /** The next command to type; it begins with `backupmon`. */
  readonly command: string;
}

export type Change = StepKind | 'reminder';

/** What has become of one incident. */
export interface LetterItem {
  readonly change: Change;
  readonly kind: IncidentKind;
  /** The job's, the agent's, or empty: the trouble of backupmon itself is one for all. */
  readonly name: string;
  readonly openedAt: number;
  /** `ok` before it was told of, and when it is over. */
  readonly before: Severity;
  readonly after: Severity;
  /** The worst first; those of the rest are counted in `jobCount`. When it is over, those that were last, as they stand now. */
  readonly jobs: readonly LetterJob[];
  readonly jobCount: number;
  /** It opens and ends so often that what follows within a day is told together. */
  readonly flapping: boolean;
}

export interface AlarmLetter {
  readonly kind: 'alarm';
  readonly site: string;
  /** When it was composed. */
  readonly at: number;
  /** The worst first, what is over last; those of the rest are counted in `itemCount` and `counts`. */
  readonly items: readonly LetterItem[];
  readonly itemCount: number;
  /** `2 critical, 1 warning, 1 recovered`: of all of them. */
  readonly counts: string;
  /** `Re:` is not part of it. What an agent wrote is not in it. */
  readonly subject: string;
  readonly isReply: boolean;
}

export interface DigestJob {
  readonly name: string;
  readonly status: Status;
  readonly severity: Severity;
  readonly since: number | null;
  readonly size: number | null;
  /** Recent healthy sizes, oldest first. */
  readonly sizes: readonly number[];
  readonly versions: number;
  readonly lastSuccessAt: number | null;
  readonly nextDue: number | null;
  readonly held: { readonly size: number; readonly heldAt: number; readonly path: string } | null;
  readonly blocked: string | null;
  /** Until when its alarms are snoozed; null where they are not. */
  readonly snoozedUntil: number | null;
}

/** How everything stands, asked for by the clock and not by trouble. */
export interface DigestLetter {
  readonly kind: 'digest';
  readonly site: string;
  readonly at: number;
  /** When the last one was composed, or notifications began. */
  readonly since: number;
  readonly timezone: string;
  readonly summary: Readonly<Record<Severity | 'total', number>>;
  /** Worst first; the rest is counted in `jobCount`. */
  readonly jobs: readonly DigestJob[];
  readonly jobCount: number;
  /** Versions published and pruned since the last one. */
  readonly published: number;
  readonly pruned: number;
  readonly scans: number;
  /** Alarms that somebody has not got, given up or not. */
  readonly undelivered: number;
  /** What speaks against an all-clear though every status may be ok: of all jobs, listed or not. */
  readonly doubtful: {
    readonly blocked: number;
    readonly held: number;
    /** Agents whose reports are refused. */
    readonly refused: number;
  };
  readonly subject: string;
}

export interface TestLetter {
  readonly kind: 'test';
  readonly site: string;
  readonly at: number;
  /** Name of the way that is tried. */
  readonly way: string;
  readonly subject: string;
}

export type Letter = AlarmLetter | DigestLetter | TestLetter;
