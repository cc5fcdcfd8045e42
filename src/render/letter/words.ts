/**
 * What a message about incidents says, decided once for text and HTML, so that they cannot differ: they choose how it looks, and not one
 * word. Foreign text is clean from here on.
 */
import type { AlarmLetter, LetterItem, TestLetter } from '../../core/letter.ts';
import { hasRecovered, isOver } from '../../core/letter-subject.ts';
import type { Severity } from '../../core/statuses.ts';
import { forPeople } from '../../core/text.ts';
import { minuteOf } from '../times.ts';
import { factsOf, isOfJobs, rowOf, safetyOf, type Fact, type Row, type Safety } from './facts.ts';
import { changeWord, headlineOf, namesText } from './headlines.ts';

/** One job with all that is known of it. */
export interface Block {
  /** null where the heading has said it. */
  readonly name: string | null;
  readonly facts: readonly Fact[];
  readonly safety: Safety | null;
}

export interface ItemWords {
  /** Whose colours it has. */
  readonly severity: Severity;
  /** `CRITICAL`, `STILL WARNING`, `RECOVERED`; before the headline it makes the line that says everything. */
  readonly word: string;
  readonly headline: string;
  /** Sentences below it. */
  readonly notes: readonly string[];
  /** Few jobs have a block each. */
  readonly blocks: readonly Block[];
  /** What is safe of the jobs in rows. */
  readonly safety: Safety | null;
  /** `What to do`; where there is nothing to do, what the commands are for. */
  readonly steps: string;
  readonly advice: readonly string[];
  readonly commands: readonly string[];
  /** Many jobs have a row each, below everything else. */
  readonly rows: readonly Row[];
  /** `and 12 more`, or empty. */
  readonly more: string;
}

export interface AlarmWords {
  /** The first line where there are several items: their counts. */
  readonly counts: string | null;
  readonly items: readonly ItemWords[];
  readonly closing: string;
}

/** More jobs than this have one line each. */
const blocksTold = 5;
/** Ways to go on from here; more are no help at night. */
const stepsTold = 3;
const longestStep = 1_000;

const flappingNote =
  'This opens and ends so often that further changes within a day are told together.';
const closedNote =
  'This is no recovery: backupmon does not look for it any more, or counts what is wrong elsewhere.';

function notesOf(item: LetterItem): string[] {
  return [
    ...(isOver(item) && !hasRecovered(item) ? [closedNote] : []),
    ...(item.flapping ? [flappingNote] : []),
  ];
}

/** Of many jobs, those of which nothing is left are the ones to be named. */
function safetyOfMany({ kind, jobs }: LetterItem): Safety | null {
  if (!isOfJobs(kind)) return null;
  const lost = jobs.filter(({ lastHealthy }) => lastHealthy === null);
  if (lost.length === 0) {
    const text = 'What is safe: each backup listed here has a healthy version.';
    return { isSafe: true, text, path: null };
  }
  const count = `${lost.length} of the ${jobs.length} listed here ${lost.length === 1 ? 'has' : 'have'}`;
  const text = `NOTHING is safe of ${namesText(lost, lost.length)}: ${count} no healthy version.`;
  return { isSafe: false, text, path: null };
}

/** Each once, in their order. */
const distinct = (texts: readonly string[], limit = stepsTold): string[] =>
  [...new Set(texts.map((text) => forPeople(text, longestStep)))]
    .filter((text) => text !== '')
    .slice(0, limit);

function severityOf(item: LetterItem): Severity {
  if (!isOver(item)) return item.after;
  return hasRecovered(item) ? 'ok' : 'pending';
}

function itemWords(item: LetterItem, now: number): ItemWords {
  const { jobs, jobCount, kind } = item;
  // What blocks them is mostly one cause, which need not be told of each.
  const isShort = jobs.length <= (kind === 'blocked' ? 1 : blocksTold);
  // The heading names a job or an agent; a single one of a site-wide trouble is named here.
  const isNamed = jobs.length === 1 && jobs[0]?.name === item.name;
  const block = (job: (typeof jobs)[number]): Block => ({
    name: isNamed ? null : forPeople(job.name),
    facts: factsOf(item, job, now),
    safety: safetyOf(kind, job, now),
  });
  const more = Math.max(0, jobCount - jobs.length);
  const advice = distinct(jobs.map((job) => job.advice));
  return {
    severity: severityOf(item),
    word: changeWord(item),
    headline: headlineOf(item, now),
    notes: notesOf(item),
    blocks: isShort ? jobs.map(block) : [],
    safety: isShort ? null : safetyOfMany(item),
    steps: advice.length === 0 ? 'To see more' : 'What to do',
    advice,
    // Of many alike, the worst is where to begin.
    commands: distinct(
      jobs.map(({ command }) => command),
      isShort ? blocksTold : 1,
    ),
    rows: isShort ? [] : jobs.map((job) => rowOf(item, job, now)),
    more: more === 0 ? '' : `and ${more} more`,
  };
}

/** A message may be read days after it was made: its ages are those of then. What it has no room for is named. */
function closingOf({ at, items, itemCount }: AlarmLetter): string {
  const more = itemCount - items.length;
  const rest = more > 0 ? `${more} more are not listed here: backupmon status --problems. ` : '';
  return `${rest}As of ${minuteOf(at)} UTC; ages count from then.`;
}

/** The words of a message about incidents, in the order in which they are told. */
export const alarmWords = (letter: AlarmLetter): AlarmWords => ({
  counts: letter.itemCount === 1 ? null : letter.counts,
  items: letter.items.map((item) => itemWords(item, letter.at)),
  closing: closingOf(letter),
});

/** How a message is signed. */
export const signatureOf = (site: string): string => `backupmon on ${forPeople(site, 60)}`;

/** A message that is no news at all. */
export function testWords({ site, at, way }: TestLetter) {
  const name = forPeople(way, 100);
  return {
    first: `This way works: ${name}, from backupmon on ${forPeople(site, 60)}`,
    lines: [
      'This is a test message. It says nothing about any backup, and there is nothing to do.',
      'Alarms that are meant for you will reach you here.',
    ],
    closing: `Sent at ${minuteOf(at)} UTC.`,
  };
}
