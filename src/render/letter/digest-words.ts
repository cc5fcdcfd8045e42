/** What a digest says, decided once for text and HTML. Foreign text is clean from here on. */
import { bytes } from '../../core/bytes.ts';
import { formatDuration } from '../../core/duration.ts';
import type { DigestJob, DigestLetter } from '../../core/letter.ts';
import { digestState } from '../../core/letter-subject.ts';
import type { Severity } from '../../core/statuses.ts';
import { forPeople } from '../../core/text.ts';
import { inBothZones } from '../check.ts';
import { sparkline } from '../sparkline.ts';
import { looks, shellWord, statusWord } from '../symbols.ts';
import { minuteOf, momentAndAge, roughly } from '../times.ts';

/** One job in one line. */
export interface DigestRow {
  readonly severity: Severity;
  readonly status: string;
  readonly name: string;
  readonly size: string;
  readonly trend: string;
  readonly versions: string;
  readonly lastGood: string;
  readonly nextDue: string;
}

export interface Section {
  readonly severity: Severity;
  readonly title: string;
  readonly lines: readonly { readonly text: string; readonly command: string }[];
}

export interface DigestWords {
  readonly severity: Severity;
  readonly word: string;
  readonly headline: string;
  readonly notes: readonly string[];
  readonly rows: readonly DigestRow[];
  /** `and 12 more jobs`, or empty. */
  readonly more: string;
  readonly sections: readonly Section[];
  readonly closing: string;
}

/** As many as the status table shows. */
const trendLength = 8;
const longestPath = 4_096;

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const ago = (instant: number, now: number): string => `${roughly(now - instant)} ago`;

function dueText(nextDue: number | null, now: number): string {
  if (nextDue === null) return '–';
  return nextDue < now ? `late ${roughly(now - nextDue)}` : `in ${roughly(nextDue - now)}`;
}

/** What was judged well before it was blocked is not known to be well now. */
function stateOf({ status, severity, blocked }: DigestJob): Pick<DigestRow, 'severity' | 'status'> {
  const isDoubtful = blocked !== null && (severity === 'ok' || severity === 'pending');
  if (isDoubtful) return { severity: 'warning', status: `${looks.warning.symbol} blocked` };
  // That a copy is held is told below.
  const word = statusWord(status, severity).replace(/, held$/i, '');
  return { severity, status: `${looks[severity].symbol} ${word}` };
}

const rowOf = (job: DigestJob, now: number): DigestRow => ({
  ...stateOf(job),
  name: forPeople(job.name),
  size: job.size === null ? '–' : bytes(job.size).replace(/ bytes?$/, ' B'),
  trend: sparkline(job.sizes, trendLength, true),
  versions: String(job.versions),
  lastGood: job.lastSuccessAt === null ? 'never' : ago(job.lastSuccessAt, now),
  nextDue: dueText(job.nextDue, now),
});

function heldLines({ name, held }: DigestJob) {
  if (held === null) return [];
  const where = forPeople(held.path, longestPath);
  const text = `${forPeople(name)}: ${bytes(held.size)} since ${minuteOf(held.heldAt)} UTC, ${where}; if it is right:`;
  return [{ text, command: `backupmon promote ${shellWord(forPeople(name))}` }];
}

const blockedLines = ({ name, blocked }: DigestJob) =>
  blocked === null ? [] : [{ text: `${forPeople(name)}: ${forPeople(blocked)}`, command: '' }];

function snoozedLines({ name, snoozedUntil }: DigestJob, now: number) {
  if (snoozedUntil === null) return [];
  const until = `no alarms until ${momentAndAge(snoozedUntil, now)}`;
  return [{ text: `${forPeople(name)}: ${until}`, command: '' }];
}

function sectionsOf({ jobs, at }: DigestLetter): Section[] {
  const sections: Section[] = [
    {
      severity: 'warning',
      title: 'Blocked: could not be judged',
      lines: jobs.flatMap(blockedLines),
    },
    {
      severity: 'warning',
      title: 'Held: not published until you say so',
      lines: jobs.flatMap(heldLines),
    },
    {
      severity: 'pending',
      title: 'Snoozed',
      lines: jobs.flatMap((job) => snoozedLines(job, at)),
    },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

/** The words of a digest: how everything stands first, then what happened since the last one. */
export function digestWords(letter: DigestLetter): DigestWords {
  const { at, since, undelivered, jobs, jobCount } = letter;
  const { severity, isAllWell, text } = digestState(letter);
  const more = Math.max(0, jobCount - jobs.length);
  const period = `Since ${minuteOf(since)} UTC (${formatDuration(Math.max(0, at - since))})`;
  const done = [
    counted(letter.scans, 'scan'),
    `${counted(letter.published, 'version')} published`,
    `${letter.pruned} pruned`,
  ].join(', ');
  return {
    severity,
    word: isAllWell ? 'ALL WELL' : looks[severity].word,
    headline: isAllWell ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.` : text,
    notes: [
      ...(undelivered === 0
        ? []
        : [
            `${counted(undelivered, 'alarm')} could not be delivered: check the mail server, webhooks and commands.`,
          ]),
      `${period}: ${done}.`,
    ],
    rows: jobs.map((job) => rowOf(job, at)),
    more: more === 0 ? '' : `and ${more} more ${more === 1 ? 'job' : 'jobs'}`,
    sections: sectionsOf(letter),
    closing: `As of ${inBothZones(at, letter.timezone)}.`,
  };
}
