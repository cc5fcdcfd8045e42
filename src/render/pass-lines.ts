/** What a scan or a promotion says: news on its own, every conclusion when asked for. */
import { catalogue, type Severity } from '../core/statuses.ts';
import { wholeEventLines } from './history-table.ts';
import { info, lineOf, textOf, type Line } from './lines.ts';
import { remarkLines, unexpectedRemark } from './remarks.ts';
import { clean, inColour, looks, shellWord, sign, statusWord } from './symbols.ts';
import type { PassView, Screen } from './views.ts';

type News = PassView['news'][number];

const isProblem = (severity: Severity): boolean =>
  severity === 'critical' || severity === 'warning';

function newsLine(news: News, screen: Screen): string {
  const { kind, severity, status } = news;
  const job = clean(news.job, screen);
  // Our own trouble is news about a job whose last status may be a good one: that word would say the contrary.
  const says = kind === 'recovery' || isProblem(catalogue[status].severity);
  const label = says ? ` ${statusWord(status, severity)}` : '';
  const word = kind === 'recovery' ? 'RECOVERED' : looks[severity].word;
  const advice = clean(
    news.advice.replaceAll('{job}', () => shellWord(job)),
    screen,
  );
  const message = clean(news.message, screen);
  return (
    inColour(severity, word, screen) +
    ` ${job}${label}` +
    (message === '' ? '' : `: ${message}`) +
    (advice === '' || kind === 'recovery' ? '' : ` ${sign('arrow', screen)} ${advice}`)
  );
}

/**
 * One line for each new problem or recovery, then the notices; '' when there is nothing to say, so that cron sends no
 * mail. These lines go into mails and journals, one message each: they are not broken at the width of the screen.
 */
export const renderNews = (view: PassView, screen: Screen): string =>
  textOf(newsLines(view, screen));

/** The same for the journal: a recovery is more than an information, and a notice asks to be looked at. */
export const newsLines = (view: PassView, screen: Screen): Line[] => [
  ...view.news.map((news) =>
    lineOf(newsLine(news, screen), news.kind === 'recovery' ? 'pending' : news.severity),
  ),
  ...view.notices.map((notice) => lineOf(clean(notice, screen), 'warning')),
];

/**
 * Every conclusion, for `-v` and `--dry-run`, in the order given, messages in full. No line is wider than the screen, or 80
 * columns where that is less.
 */
export const renderEvents = (view: PassView, screen: Screen): string =>
  textOf(passEventLines(view, screen));

/** The same for the journal. */
export const passEventLines = (view: PassView, screen: Screen): Line[] => [
  ...(view.events.length === 0
    ? [info('No new conclusions.')]
    : wholeEventLines(view.events, screen)),
  ...remarkLines(
    view.unexpected.map((unexpected) => unexpectedRemark(unexpected, screen)),
    screen,
  ),
  ...(view.dryRun ? [info('Dry run: nothing was copied, recorded, archived or sent.')] : []),
];
