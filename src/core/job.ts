/** What the configuration expects: one `Job` per backup, already validated. Plain data, so that it can be cached as JSON. */
import type { MaintenanceWindow, NotificationsConfig } from './notifications.ts';
import type { Assurance, Severity } from './statuses.ts';

/** When a backup should be complete. `period` is in milliseconds. */
export type Schedule =
  | { readonly kind: 'cron'; readonly expression: string }
  | { readonly kind: 'every'; readonly period: number };

/** How many versions to keep, counted as restic counts: see core/retention.ts. At least one number is positive. */
export interface KeepPolicy {
  readonly last: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
}

/** The rules of one job after defaults, agent and database have been merged. All durations are milliseconds. */
export interface JobRules {
  readonly schedule: Schedule;
  /** IANA zone of the schedule, of retention's calendar days, and of times without an offset. */
  readonly timezone: string;
  /** MISSING at due + grace; an inherited one is already shortened to half of the schedule's shortest gap. */
  readonly grace: number;
  /** How long before due a report may count for a cycle; null is `auto`. */
  readonly early: number | null;
  readonly verify: Assurance;
  readonly keep: KeepPolicy;
  /** Severity of HASH_MISMATCH. */
  readonly unchanged: Exclude<Severity, 'pending'>;
  /** Fraction of the median (0.5 = 50 %); null is `off`. */
  readonly sizeChange: number | null;
  readonly settle: number;
  readonly deposit: 'keep' | 'remove';
  /** Bad cycles in a row before people are told. */
  readonly failAfter: number;
}

export type RuleName = keyof JobRules | 'path';

export interface Job {
  /** `agent/database` */
  readonly id: string;
  readonly agent: string;
  readonly database: string;
  readonly enabled: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Folder in the validated tree, relative to it, rendered and checked. */
  readonly path: string;
  readonly rules: JobRules;
  /** Line of the configuration file that set each rule; absent where it is the built-in default. */
  readonly lines: Readonly<Partial<Record<RuleName, number>>>;
}

export interface AgentConfig {
  readonly id: string;
  /** Zone of the agent's times that carry no offset. */
  readonly timezone: string;
  /** Milliseconds; how long a report of this agent that does not parse counts as still arriving. */
  readonly settle: number;
}

export interface Config {
  /** Absolute path of the file it was read from. */
  readonly file: string;
  readonly deposits: string;
  readonly validated: string;
  readonly database: string;
  readonly site: string;
  readonly timezone: string;
  /** Milliseconds. */
  readonly scanMaxAge: number;
  /** Milliseconds. */
  readonly scanTimeout: number;
  readonly archiveReports: boolean;
  readonly parallel: number | 'auto';
  readonly agents: readonly AgentConfig[];
  /** All jobs, disabled ones too, in the order of the file. */
  readonly jobs: readonly Job[];
  readonly notifications: NotificationsConfig;
  readonly maintenance: readonly MaintenanceWindow[];
  /** Absolute path of the file for node_exporter; null for none. */
  readonly metrics: string | null;
}
