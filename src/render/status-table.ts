/** `backupmon status` for people: where every job stands, one line each. */
import { info, lineOf, textOf, type Line } from './lines.ts';
import { isProblem } from './problem.ts';
import { remarkLines, statusRemarks } from './remarks.ts';
import { statusLines } from './status-columns.ts';
import { clean, columnsOf, worstFirst } from './symbols.ts';
import { momentAndAge } from './times.ts';
import type { Screen, StatusView } from './views.ts';
import { wrap } from './width.ts';

/** `1 critical, 1 warning, 2 ok`; what there is none of is left out. */
export function countsText(summary: StatusView['summary']): string {
  const counts = worstFirst.filter((severity) => summary[severity] > 0);
  return counts.map((severity) => `${summary[severity]} ${severity}`).join(', ') || 'no jobs';
}

export function lastScanText({ lastScan, now }: StatusView): string {
  if (lastScan === null) return 'no complete scan yet: run backupmon scan';
  const { startedAt, finishedAt, exitCode } = lastScan;
  const when = momentAndAge(startedAt, now);
  if (finishedAt === null) return `last scan began ${when}, and has not finished`;
  return `last scan ${when}${exitCode === null ? '' : `, exit code ${exitCode}`}`;
}

function nothingToShow(view: StatusView, problemsOnly: boolean): string {
  if (view.jobs.length === 0) return 'No jobs: the configuration expects none, or none was named.';
  return problemsOnly && view.scanOverdue === null
    ? 'No problems: no job is critical or in warning.'
    : 'No job is critical or in warning.';
}

/** Every line ends in a line feed; none is wider than the screen, or 80 columns where that is less. */
export const renderStatus = (
  view: StatusView,
  screen: Screen,
  options: { readonly problemsOnly: boolean },
): string => textOf(statusTableLines(view, screen, options));

/** The same for the journal: a row by the severity of its job. */
export function statusTableLines(
  view: StatusView,
  screen: Screen,
  options: { readonly problemsOnly: boolean },
): Line[] {
  const jobs = options.problemsOnly ? view.jobs.filter(isProblem) : view.jobs;
  const columns = columnsOf(screen);
  const table =
    jobs.length === 0
      ? wrap(nothingToShow(view, options.problemsOnly), columns).map(info)
      : // The head, then a row for each job.
        statusLines(jobs, view.now, screen).map((text, index) =>
          lineOf(text, jobs[index - 1]?.standing.severity ?? 'ok'),
        );
  const remarks = remarkLines(statusRemarks(view, screen), screen);
  const footer = `${clean(view.site, screen, 60)}: ${countsText(view.summary)}; ${lastScanText(view)}`;
  return [
    ...table,
    ...(remarks.length === 0 ? [] : [info(''), ...remarks]),
    info(''),
    ...wrap(footer, columns).map((line) => info(screen.paint.dim(line))),
  ];
}
