/**
 * Incidents: what people are told about a problem, from its beginning to its end. A backup that is not well belongs to exactly one
 * incident; how that one changes from scan to scan is what alarms are made of. Pure.
 */
import { severities, worst, type Severity, type Status } from './statuses.ts';

export const incidentKinds = ['job', 'silent', 'refused', 'blocked', 'lost', 'scan'] as const;
/**
 * Whose trouble it is: one job's; an agent's of which nothing arrives at all; an agent's whose reports are refused; our own, with jobs that
 * could not be judged; the tree's, of which versions are gone; or that of backupmon as a whole, which could not scan at all.
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

const memberFields = [
  'name',
  'status',
  'severity',
  'reason',
  'message',
  'since',
  'cycle',
  'eventId',
  'badCycles',
] as const satisfies readonly (keyof Member)[];

export const isSameMember = (left: Member, right: Member | undefined): boolean =>
  right !== undefined && memberFields.every((field) => left[field] === right[field]);

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

/** A job may be blocked and have a bad backup too: what is said of one says nothing of the other. */
const families: Readonly<Record<IncidentKind, string>> = {
  job: 'backup',
  silent: 'backup',
  lost: 'backup',
  blocked: 'blocked',
  refused: 'refused',
  scan: 'scan',
};

/** Whether it is about backups, and not about blocked jobs or refused reports. */
export const isOfBackups = ({ kind }: Subject): boolean => families[kind] === 'backup';

const memberKey = ({ kind }: Subject, name: string): string => `${families[kind]} ${name}`;

const severityOf = (members: readonly Member[]): Severity =>
  worst(members.map(({ severity }) => severity));

/** How many bad cycles in a row this makes: a further conclusion about the same cycle is none. */
function countCycles({ cycle }: Problem, before: Member | undefined): number {
  if (before === undefined) return 1;
  const isNext = cycle !== null && before.cycle !== null && cycle > before.cycle;
  return before.badCycles + (isNext ? 1 : 0);
}

/** It has been bad since it was first, whatever it was called then, and wherever it belonged. */
function toMember(problem: Problem, before: Member | undefined): Member {
  const { name, status, severity, reason, message, cycle, eventId } = problem;
  const since = before?.since ?? problem.since;
  const badCycles = countCycles(problem, before);
  return { name, status, severity, reason, message, since, cycle, eventId, badCycles };
}

/** Of a job, `agent/database`, or the agent itself. */
export const agentOf = (name: string): string => name.split('/', 1)[0] as string;

/**
 * What makes a member something new, in an incident that people know: another problem of the job; another lost version; another cause, or
 * another agent that it has reached, whose people may not have heard of it. What else joins is more of the same.
 */
const whatIsNew: Readonly<Record<IncidentKind, (member: Member) => string>> = {
  job: ({ status }) => status,
  silent: () => '',
  refused: ({ reason }) => reason,
  blocked: ({ name, reason }) => `${agentOf(name)} ${reason}`,
  lost: ({ name, eventId }) => `${name} ${eventId}`,
  scan: ({ reason }) => reason,
};

/** What is told of an incident that people know, as it goes on. */
function changeOf({ subject, members }: Incident, now: readonly Member[]): StepKind | null {
  const rank = (list: readonly Member[]): number => severities.indexOf(severityOf(list));
  const difference = rank(now) - rank(members);
  if (difference !== 0) return difference > 0 ? 'worsened' : 'improved';
  const whatOf = whatIsNew[subject.kind];
  const known = new Set(members.map(whatOf));
  return now.some((member) => !known.has(whatOf(member))) ? 'changed' : null;
}

interface Facts {
  readonly now: number;
  /** By memberKey, as `bad` is. */
  readonly before: ReadonlyMap<string, Member>;
  /** Those whose trouble people know of. */
  readonly announced: ReadonlySet<string>;
  /** All that are not well now. */
  readonly bad: ReadonlySet<string>;
}

/** One subject: null where nothing is wrong with it, nor was. */
function compareOne(
  subject: Subject,
  open: Incident | undefined,
  staying: readonly Member[],
  problems: readonly Problem[],
  { now, before, announced, bad }: Facts,
): { readonly incident: Incident | null; readonly step: Step | null } {
  const found = problems.map((problem) =>
    toMember(problem, before.get(memberKey(subject, problem.name))),
  );
  const members = [...staying, ...found];
  const openedAt = open?.openedAt ?? now;
  const known = open?.announcedAt ?? null;
  const last = open?.members ?? [];
  const was = known === null ? 'ok' : severityOf(last);
  const step = (kind: StepKind, list: readonly Member[]): Step => ({
    kind,
    subject,
    openedAt,
    before: was,
    after: kind === 'ended' ? 'ok' : severityOf(list),
    members: list,
  });
  if (members.length === 0) {
    // Where all of them are the trouble of another subject now, nothing is over; but silence is, when only its jobs are left.
    const isOver =
      subject.kind === 'silent' || last.some(({ name }) => !bad.has(memberKey(subject, name)));
    return { incident: null, step: known !== null && isOver ? step('ended', last) : null };
  }
  // What people know of goes on, wherever it belongs now.
  const isDue = problems.some(
    ({ name, failAfter }, index) =>
      (found[index] as Member).badCycles >= failAfter || announced.has(memberKey(subject, name)),
  );
  const announcedAt = known ?? (isDue ? now : null);
  const incident: Incident = { subject, openedAt, announcedAt, members };
  if (open === undefined || known === null)
    return { incident, step: announcedAt === null ? null : step('opened', members) };
  const change = changeOf(open, members);
  return { incident, step: change === null ? null : step(change, members) };
}

/**
 * Compares the incidents that are open with what is wrong now.
 * @param open all that have to do with what was looked at
 * @param problems of all that was looked at; whatever is not among them is well
 * @param isLookedAt whether anything new is known of a member; if not, it stays as it is
 * @param now milliseconds UTC
 */
export function compareIncidents(
  open: readonly Incident[],
  problems: readonly Problem[],
  isLookedAt: (subject: Subject, name: string) => boolean,
  now: number,
): Comparison {
  const bySubject = new Map(open.map((incident) => [subjectKey(incident.subject), incident]));
  const problemsOf = Map.groupBy(problems, ({ subject }) => subjectKey(subject));
  const facts: Facts = {
    now,
    before: new Map(
      open.flatMap(({ subject, members }) =>
        members.map((member) => [memberKey(subject, member.name), member]),
      ),
    ),
    announced: new Set(
      open.flatMap(({ subject, announcedAt, members }) =>
        announcedAt === null ? [] : members.map(({ name }) => memberKey(subject, name)),
      ),
    ),
    bad: new Set(problems.map(({ subject, name }) => memberKey(subject, name))),
  };
  const subjects = new Map(
    [...open, ...problems].map(({ subject }) => [subjectKey(subject), subject]),
  );
  const incidents: Incident[] = [];
  const ended: Subject[] = [];
  const steps: Step[] = [];
  for (const [key, subject] of subjects) {
    const before = bySubject.get(key);
    const staying = before?.members.filter(({ name }) => !isLookedAt(subject, name)) ?? [];
    const { incident, step } = compareOne(
      subject,
      before,
      staying,
      problemsOf.get(key) ?? [],
      facts,
    );
    if (incident === null) ended.push(subject);
    else incidents.push(incident);
    if (step !== null) steps.push(step);
  }
  return { incidents, ended, steps };
}

/**
 * How many reminders an incident of this age has called for: one at each of the ages, then one each time as much again as the last has passed.
 * @param age since it was announced, milliseconds
 * @param ages `remind:`, ascending, milliseconds; none for no reminders
 */
export function remindersDue(age: number, ages: readonly number[]): number {
  const last = ages.at(-1);
  if (last === undefined) return 0;
  return ages.filter((one) => one < last && one <= age).length + Math.floor(age / last);
}
