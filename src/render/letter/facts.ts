/** What is told of one job in a message: its facts, what is safe of it, and its line where there are many. */
import { bytes, exactBytes } from '../../core/bytes.ts';
import type { IncidentKind } from '../../core/incident.ts';
import type { LetterItem, LetterJob } from '../../core/letter.ts';
import { isOver } from '../../core/letter-subject.ts';
import type { Severity } from '../../core/statuses.ts';
import { forPeople } from '../../core/text.ts';
import { inBothZones } from '../check.ts';
import { looks, statusWord } from '../symbols.ts';
import { minuteOf, momentAndAge, roughly } from '../times.ts';

export interface Fact {
  readonly label: string;
  readonly text: string;
  /** A path or a hash: to be copied, never broken. */
  readonly isCode: boolean;
}

/** What is left if nothing is done. */
export interface Safety {
  readonly isSafe: boolean;
  readonly text: string;
  /** Of the version; null where there is none. */
  readonly path: string | null;
}

/** One job of many, in one line. */
export interface Row {
  readonly severity: Severity;
  readonly status: string;
  readonly name: string;
  readonly note: string;
  /** Nothing is left of it, and the note says so. */
  readonly isLost: boolean;
}

export const NOTHING_SAFE = 'NOTHING is safe: there is no healthy version.';

const longestMessage = 600;
const longestPath = 4_096;

const fact = (label: string, text: string, isCode = false): Fact[] =>
  text === '' ? [] : [{ label, text, isCode }];

/** The cause of what is backupmon's own trouble: `No space left on device (enospc)`. */
export const causeOf = ({ message, reason }: LetterJob): string =>
  [forPeople(message, longestMessage), reason === '' ? '' : `(${forPeople(reason, 60)})`]
    .filter((part) => part !== '')
    .join(' ');

type Measure = 'size' | 'sha256';
const labels: Readonly<Record<Measure, string>> = { size: 'size', sha256: 'SHA-256' };

/** Both sides where they differ, one where they do not, or where the other is unknown. */
function comparison({ expected, found }: LetterJob, measure: Measure): Fact[] {
  const isCode = measure === 'sha256';
  const shown = (side: LetterJob['expected']): string => {
    const value = side?.[measure] ?? null;
    return typeof value === 'number' ? exactBytes(value) : forPeople(value ?? '', 64);
  };
  const [wanted, there] = [shown(expected), shown(found)];
  const label = labels[measure];
  if (wanted !== '' && wanted === there) return fact(`Reported and found ${label}`, wanted, isCode);
  return [...fact(`Reported ${label}`, wanted, isCode), ...fact(`Found ${label}`, there, isCode)];
}

/** What makes up the state of a job, from what it is called to what was measured. */
export function factsOf(item: LetterItem, job: LetterJob, now: number): Fact[] {
  const since = fact('Since', momentAndAge(job.since, now));
  // What it was judged as before says nothing about what blocks it.
  if (item.kind === 'blocked' && !isOver(item))
    return [...fact('Not judged because', causeOf(job)), ...since];
  if (item.kind === 'scan' && !isOver(item)) return [...fact('Cause', causeOf(job)), ...since];
  // An agent has no standing: what is there is what was wrong last.
  if (!isOfJobs(item.kind) && isOver(item)) return fact('What it was', causeOf(job));
  const { status, severity, reason, cycle, deadline, timezone } = job;
  const words = [severity, forPeople(reason, 60)].filter((word) => word !== '').join(', ');
  const state = fact(isOver(item) ? 'Now' : 'Status', `${statusWord(status, severity)} (${words})`);
  const what = fact('What happened', forPeople(job.message, longestMessage));
  if (isOver(item)) return [...state, ...since, ...what];
  return [
    ...state,
    ...since,
    ...what,
    ...(cycle === null ? [] : fact('Due', inBothZones(cycle, timezone))),
    ...(deadline === null ? [] : fact('Deadline', inBothZones(deadline, timezone))),
    ...comparison(job, 'size'),
    ...comparison(job, 'sha256'),
  ];
}

/** Whether it is about jobs: an agent, and backupmon itself, have no versions of their own. */
export const isOfJobs = (kind: IncidentKind): boolean => kind !== 'refused' && kind !== 'scan';

/** What is safe of a job; null for what has no versions of its own. */
export function safetyOf(kind: IncidentKind, { lastHealthy }: LetterJob, now: number) {
  if (lastHealthy === null)
    return isOfJobs(kind) ? { isSafe: false, text: NOTHING_SAFE, path: null } : null;
  const { endedAt, path, size } = lastHealthy;
  const text = `What is safe: the version of ${momentAndAge(endedAt, now)}, ${bytes(size)}`;
  return { isSafe: true, text, path: forPeople(path, longestPath) } satisfies Safety;
}

function noteOf({ lastHealthy }: LetterJob, now: number): string {
  if (lastHealthy === null) return 'NOTHING is safe';
  const { endedAt, size } = lastHealthy;
  return `safe: ${minuteOf(endedAt)} UTC (${roughly(now - endedAt)} ago), ${bytes(size)}`;
}

/** One line for a job; what its heading has told already is not told again. */
export function rowOf(item: LetterItem, job: LetterJob, now: number): Row {
  const [first] = item.jobs;
  const isBlocked = item.kind === 'blocked' && !isOver(item);
  const isOther = first !== undefined && isBlocked && causeOf(first) !== causeOf(job);
  const notes = [
    ...(isOfJobs(item.kind) ? [noteOf(job, now)] : []),
    ...(isOther ? [causeOf(job)] : []),
  ];
  return {
    severity: isBlocked ? item.after : job.severity,
    status: `${looks[isBlocked ? item.after : job.severity].symbol} ${
      isBlocked ? 'NOT JUDGED' : statusWord(job.status, job.severity)
    }`,
    name: forPeople(job.name),
    note: notes.join('; '),
    isLost: isOfJobs(item.kind) && job.lastHealthy === null,
  };
}
