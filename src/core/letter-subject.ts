/**
 * Subjects of messages. They stand in headers, on locked screens and in logs: configured names, statuses, counts and machine words are in
 * them, and nothing that an agent wrote. Pure.
 */
import type { DigestLetter, LetterItem, LetterJob } from './letter.ts';
import { catalogue, severities, worst, type Severity } from './statuses.ts';
import { forPeople, shorten } from './text.ts';

/** UTF-16 units; what is longer is cut by mail programs, each in its own way. */
const LONGEST = 150;
const LONGEST_SITE = 40;
/** Longer names lose their middle: what follows them says what is wrong. */
const LONGEST_NAME = 60;

/** Worst first. */
const order = severities.toReversed();

const backups = (count: number): string => (count === 1 ? '1 backup' : `${count} backups`);

function shortName(text: string): string {
  const characters = Array.from(forPeople(text, 1000));
  if (characters.length <= LONGEST_NAME) return characters.join('');
  const half = LONGEST_NAME / 2;
  return `${characters.slice(0, half).join('')}…${characters.slice(1 - half).join('')}`;
}

/** `: enospc`, or nothing where that is no machine word. */
function causeText(jobs: readonly LetterJob[]): string {
  const reasons = new Set(jobs.map(({ reason }) => reason));
  const words = [...reasons].filter((reason) => /^[a-z0-9_]+$/.test(reason));
  return words.length === 0 ? '' : `: ${words.join(', ')}`;
}

/** `MISSING`; that a copy is held is told inside. */
const statusText = ({ status }: LetterJob): string =>
  catalogue[status].label.replace(/, held$/, '').toUpperCase();

const namesText = (jobs: readonly LetterJob[]): string =>
  jobs.map(({ name }) => shortName(name)).join(', ');

const stateTexts: Readonly<
  Record<LetterItem['kind'], (item: LetterItem, name: string, still: string) => string>
> = {
  job: ({ jobs: [job] }, name, still) =>
    `${name}${still} ${job === undefined ? 'IS NOT WELL' : statusText(job)}`,
  silent: ({ jobCount }, name, still) => `${name} is${still} silent: ${backups(jobCount)} MISSING`,
  refused: ({ jobs }, name, still) => `reports of ${name} are${still} refused${causeText(jobs)}`,
  blocked: ({ jobs, jobCount }, _name, still) =>
    `${backups(jobCount)}${still} blocked${causeText(jobs)}`,
  lost: ({ jobs }, _name, still) => `versions are${still} gone: ${namesText(jobs)}`,
  scan: ({ jobs }, _name, still) => `cannot scan${still === '' ? '' : ', still'}${causeText(jobs)}`,
};

const stateText = (item: LetterItem): string =>
  stateTexts[item.kind](item, shortName(item.name), item.change === 'reminder' ? ' still' : '');

/** What an incident that is over was about. */
function overText({ kind, name, jobs, jobCount }: LetterItem): string {
  if (kind === 'blocked') return `${backups(jobCount)} no longer blocked`;
  if (kind === 'scan') return 'it can scan again';
  return kind === 'lost' ? namesText(jobs) : shortName(name);
}

/** The incident has ended; whether all is well is another question. */
export const isOver = ({ change }: Pick<LetterItem, 'change'>): boolean => change === 'ended';

/**
 * It has ended, and each of its jobs stands well now. An incident also ends where nobody expects the backup any more, or where its trouble
 * belongs to another one: to call that a recovery would be a false green. An agent, and backupmon itself, have no standing: that reports are
 * refused no more, or that it can scan again, is all there is to say.
 */
export const hasRecovered = (item: LetterItem): boolean =>
  isOver(item) &&
  (item.kind === 'refused' ||
    item.kind === 'scan' ||
    (item.jobs.length > 0 && item.jobs.every(({ severity }) => severity === 'ok')));

/** `recovered: a, b`; what is over and not well comes before it. */
function overTexts(items: readonly LetterItem[]): string[] {
  const over = items.filter(isOver);
  const recovered = over.filter(hasRecovered);
  const closed = over.filter((item) => !hasRecovered(item));
  return [
    ...(closed.length === 0 ? [] : [`closed, not recovered: ${closed.map(overText).join(', ')}`]),
    ...(recovered.length === 0 ? [] : [`recovered: ${recovered.map(overText).join(', ')}`]),
  ];
}

/** `2 critical, 1 warning, 1 recovered`: incidents, not jobs; an agent that is silent is one. */
export function itemCounts(items: readonly LetterItem[]): string {
  const open = items.filter((item) => !isOver(item));
  const recovered = items.filter(hasRecovered).length;
  const closed = items.length - open.length - recovered;
  const counts = order.map((severity) => ({
    count: open.filter(({ after }) => after === severity).length,
    word: severity as string,
  }));
  counts.push({ count: closed, word: 'closed' }, { count: recovered, word: 'recovered' });
  return counts.flatMap(({ count, word }) => (count === 0 ? [] : [`${count} ${word}`])).join(', ');
}

const withSite = (site: string, text: string): string =>
  shorten(`[backupmon ${forPeople(site, LONGEST_SITE)}] ${text}`, LONGEST);

/** The subject of a message about incidents: one by what it is, several by their counts and then the worst. */
export function alarmSubject(site: string, items: readonly LetterItem[]): string {
  const open = order.flatMap((severity) =>
    items.filter((item) => !isOver(item) && item.after === severity),
  );
  const states = open.map(stateText).join(', ');
  const parts = [...(states === '' ? [] : [states]), ...overTexts(items)].join('; ');
  const counts = open.length === 0 || items.length === 1 ? '' : `${itemCounts(items)}: `;
  return withSite(site, counts + parts);
}

type Digest = Omit<DigestLetter, 'subject'>;

const counted = (count: number, text: string): string[] => (count === 0 ? [] : [text]);

/** What keeps a digest from being all well though every status may be. */
function doubts({ doubtful: { blocked, held, refused }, undelivered }: Digest): string[] {
  return [
    ...counted(blocked, `${blocked} blocked`),
    ...counted(held, `${held} held`),
    ...counted(undelivered, `${undelivered} ${undelivered === 1 ? 'alarm' : 'alarms'} undelivered`),
    ...counted(refused, `reports of ${refused} ${refused === 1 ? 'agent' : 'agents'} refused`),
  ];
}

export interface DigestState {
  /** The worst of all jobs; no better than warning where something is doubtful. */
  readonly severity: Severity;
  readonly isAllWell: boolean;
  /** `2 critical, 1 warning, 37 ok; 1 held`, or `all 40 backups are well`. */
  readonly text: string;
}

/** How everything stands, in one line: all is well only where nothing at all speaks against it. */
export function digestState(letter: Digest): DigestState {
  const { summary } = letter;
  const { total } = summary;
  const known = order.filter((severity) => summary[severity] > 0);
  const doubtful = doubts(letter);
  const isAllWell = total > 0 && summary.ok === total && doubtful.length === 0;
  if (isAllWell) {
    const text = total === 1 ? 'the only backup is well' : `all ${total} backups are well`;
    return { severity: 'ok', isAllWell, text };
  }
  const counts = known.map((severity) => `${summary[severity]} ${severity}`).join(', ');
  const severity = worst([...known, doubtful.length > 0 ? 'warning' : 'pending']);
  return {
    severity,
    isAllWell,
    text: [counts || 'no backups are expected', ...doubtful].join('; '),
  };
}

/** The subject of a digest. */
export const digestSubject = (letter: Digest): string =>
  withSite(letter.site, `digest: ${digestState(letter).text}`);
