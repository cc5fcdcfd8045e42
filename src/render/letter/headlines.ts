/** What has become of an incident, in one line: the first that is read, on a small screen perhaps the only one. */
import { formatDuration } from '../../core/duration.ts';
import type { LetterItem, LetterJob } from '../../core/letter.ts';
import { hasRecovered, isOver } from '../../core/letter-subject.ts';
import { forPeople } from '../../core/text.ts';
import { looks, statusWord } from '../symbols.ts';
import { minuteOf } from '../times.ts';
import { causeOf } from './facts.ts';

/** Names that a heading lists; the rest is counted. */
const namesTold = 5;

export const backups = (count: number): string => (count === 1 ? '1 backup' : `${count} backups`);

export function namesText(jobs: readonly LetterJob[], count: number): string {
  const names = jobs.slice(0, namesTold).map(({ name }) => forPeople(name));
  const more = Math.max(0, count - names.length);
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** `CRITICAL`, `STILL CRITICAL`, `RECOVERED`; an incident that is over while its jobs are not well is `CLOSED`. */
export function changeWord(item: LetterItem): string {
  const { word } = looks[item.after];
  switch (item.change) {
    case 'opened':
      return word;
    case 'worsened':
      return `WORSE: ${word}`;
    case 'improved':
      return `BETTER, STILL ${word}`;
    case 'changed':
      return `CHANGED, STILL ${word}`;
    case 'reminder':
      return `STILL ${word}`;
    case 'ended':
      return hasRecovered(item) ? 'RECOVERED' : 'CLOSED';
    default:
      return item.change satisfies never;
  }
}

/** ` since 2026-06-20 21:30 UTC`, or for reminders ` for 3d`. */
function sinceText({ change, jobs, openedAt }: LetterItem, now: number): string {
  const since = jobs.length === 0 ? openedAt : Math.min(...jobs.map((job) => job.since));
  return change === 'reminder'
    ? ` for ${formatDuration(Math.max(0, now - since))}`
    : ` since ${minuteOf(since)} UTC`;
}

type Phrase = (item: LetterItem, name: string, time: string) => string;

const openPhrases: Readonly<Record<LetterItem['kind'], Phrase>> = {
  job: ({ jobs: [job] }, name, time) =>
    `${name} ${job === undefined ? 'is not well' : statusWord(job.status, job.severity)}${time}`,
  silent: ({ jobCount }, name, time) =>
    `nothing arrives from ${name}: ${backups(jobCount)} MISSING${time}`,
  refused: ({ jobs: [job] }, name, time) => {
    const reason = forPeople(job?.reason ?? '', 60);
    return `reports of ${name} are refused${reason === '' ? ',' : `: ${reason},`}${time}`;
  },
  blocked: ({ jobs, jobCount }, _name, time) => {
    const [cause = 'unknown', ...others] = new Set(jobs.map(causeOf));
    const more = others.length === 0 ? '' : ', and other causes';
    return `${backups(jobCount)} could not be judged: ${cause}${more},${time}`;
  },
  scan: ({ jobs: [job] }, _name, time) =>
    `backupmon cannot scan: ${job === undefined ? 'unknown' : causeOf(job)},${time}`,
  lost: ({ jobs, jobCount }, _name, time) =>
    `versions are gone from the validated tree: ${namesText(jobs, jobCount)},${time}`,
};

const overPhrases: Readonly<Record<LetterItem['kind'], Phrase>> = {
  job: ({ before }, name, time) => `${name}${time} (was ${before})`,
  silent: ({ jobCount }, name, time) => `${name}${time} of silence: ${backups(jobCount)}`,
  refused: (_item, name, time) => `reports of ${name} are refused no more,${time}`,
  blocked: ({ jobCount }, _name, time) =>
    jobCount === 1
      ? `1 backup is blocked no more,${time}`
      : `${jobCount} backups are blocked no more,${time}`,
  scan: (_item, _name, time) => `backupmon can scan again,${time}`,
  lost: ({ jobs, jobCount }, _name, time) =>
    `from the loss of versions of ${namesText(jobs, jobCount)}${time}`,
};

/** What is wrong and since when; of what is over, how long it took, and whether that is good news. */
export function headlineOf(item: LetterItem, now: number): string {
  const name = forPeople(item.name);
  if (!isOver(item)) {
    const was =
      item.change === 'worsened' || item.change === 'improved' ? ` (was ${item.before})` : '';
    return openPhrases[item.kind](item, name, sinceText(item, now)) + was;
  }
  const time = ` after ${formatDuration(Math.max(0, now - item.openedAt))}`;
  const told = overPhrases[item.kind](item, name, time);
  if (hasRecovered(item)) return told;
  return `${told}, ${item.jobCount > 1 ? 'but not all of them are well' : 'but not known to be well'}`;
}
