/**
 * Incidents: what people are told about a problem, from its beginning to its end. A job that is not well belongs to exactly one incident;
 * how that one changes from scan to scan is what alarms are made of. Pure.
 */
import { worst, type Severity, type Status } from './statuses.ts';

export const incidentKinds = ['job', 'silent', 'refused', 'blocked', 'lost'] as const;
/**
 * Whose trouble it is: one job's; an agent's of which nothing arrives at all; an agent's whose reports are refused; our own, with jobs that
 * could not be judged; or the tree's, of which versions are gone.
 */
export type IncidentKind = (typeof incidentKinds)[number];

/** One incident of each subject is open at most. `name` is the job's, the agent's, or empty: our own trouble is one for all. */
export interface Subject {
  readonly kind: IncidentKind;
  readonly name: string;
}

/** One job, or one agent whose reports are refused, within an incident. Instants are milliseconds UTC. */
export interface Member {
  /** `agent/database`, or the agent. */
  readonly name: string;
  readonly status: Status;
  readonly severity: Exclude<Severity, 'ok' | 'pending'>;
  readonly reason: string;
  /** For people. What an agent wrote may be in it. */
  readonly message: string;
  readonly since: number;
  /** The cycle that it is about; null where there is none. */
  readonly cycle: number | null;
  readonly eventId: number | null;
  /** Bad cycles in a row, this one included. */
  readonly badCycles: number;
}

export interface Incident {
  readonly subject: Subject;
  readonly openedAt: number;
  /** When people were told of it first, or would have been; null while `fail_after` has not been reached. */
  readonly announcedAt: number | null;
  readonly members: readonly Member[];
}

/** What is wrong with a job now, and how often it may be so before people are told. */
export interface Problem extends Omit<Member, 'badCycles'> {
  readonly subject: Subject;
  readonly failAfter: number;
}

export const stepKinds = ['opened', 'worsened', 'changed', 'improved', 'ended'] as const;
export type StepKind = (typeof stepKinds)[number];

/** Something that people want to know. */
export interface Step {
  readonly kind: StepKind;
  readonly subject: Subject;
  readonly openedAt: number;
  /** Of the incident before and after; `ok` before it was announced, and when it has ended. */
  readonly before: Severity;
  readonly after: Severity;
  /** Those that are not well now; when it has ended, those that were last. */
  readonly members: readonly Member[];
}

export interface Comparison {
  /** Those that are open now, of the subjects that were looked at. */
  readonly incidents: readonly Incident[];
  /** Subjects of incidents that are over. */
  readonly ended: readonly Subject[];
  readonly steps: readonly Step[];
}

export const subjectKey = ({ kind, name }: Subject): string => `${kind} ${name}`;

const severityOf = (members: readonly Member[]): Severity =>
  worst(members.map(({ severity }) => severity));
