/** `backupmon status JOB`: the status of one job and the evidence behind it. */
import { adviceFor } from '../core/statuses.ts';
import { checkLines, inBothZones, type Check } from './check.ts';
import {
  contentCheck,
  historyCheck,
  retentionCheck,
  unchangedCheck,
  versionCheck,
} from './checks-of-content.ts';
import { arrivalChecks, reportCheck, stageChecks } from './checks-of-report.ts';
import { insideChecks } from './checks-of-stream.ts';
import { eventLines } from './history-table.ts';
import { jobRemarks, promoteCommand, remarkLines } from './remarks.ts';
import { clean, columnsOf, inColour, shellWord, statusText } from './symbols.ts';
import { momentAndAge } from './times.ts';
import type { JobDetailView, Screen } from './views.ts';
import { hanging, wrap } from './width.ts';

const recentShown = 5;

/** Nothing is listed of a content that no event tells of. */
function chain(view: JobDetailView, screen: Screen): Check[] {
  const { event } = view;
  const ofContent =
    event === null || (event.report === null && event.file === null)
      ? []
      : [
          contentCheck(event, view, screen),
          unchangedCheck(event, view, screen),
          historyCheck(event, view, screen),
        ];
  return [
    reportCheck(view, screen),
    ...stageChecks(view, screen),
    ...arrivalChecks(view, screen),
    ...insideChecks(view, screen),
    ...ofContent,
    versionCheck(event, view, screen),
    retentionCheck(view, screen),
  ];
}

function headline(view: JobDetailView, screen: Screen): string[] {
  const { job, standing } = view.job;
  const { status, severity, since } = standing;
  const columns = columnsOf(screen);
  const { now } = view.status;
  const age = since === null ? '' : `, since ${momentAndAge(since, now)}`;
  const text = `${statusText(status, severity, screen)}  ${clean(job.id, screen)} (${severity}${age})`;
  const [first = '', ...rest] = wrap(text, columns - 2);
  return [
    inColour(severity, first, screen),
    ...rest.map((line) => `  ${line}`),
    ...hanging('  ', clean(standing.message, screen, 600), columns),
  ];
}

/** Where the current cycle stands, and the last healthy backup. */
function outlook(view: JobDetailView, screen: Screen): string[] {
  const { standing, cycleState, lastSuccessAt, job } = view.job;
  const { now } = view.status;
  const { timezone } = job.rules;
  const columns = columnsOf(screen);
  const good = lastSuccessAt === null ? 'never' : momentAndAge(lastSuccessAt, now);
  const next =
    standing.nextDue === null
      ? []
      : hanging('  next due   ', inBothZones(standing.nextDue, timezone), columns);
  const cycle = standing.currentCycle;
  return [
    `  last good  ${good}`,
    ...(cycle === null
      ? []
      : hanging('  cycle      ', `${inBothZones(cycle, timezone)}: ${cycleState}`, columns)),
    ...next,
  ];
}

function nextSteps(view: JobDetailView, screen: Screen): string[] {
  const { job, standing, held, blocked } = view.job;
  const { status, severity, reason } = standing;
  const advice = severity === 'ok' ? '' : adviceFor(status, reason);
  const command = promoteCommand(job.id, screen);
  const steps = [
    ...(blocked === null || reason === 'not_judged'
      ? []
      : ['Mend what blocks it, as told above; the next scan judges it.']),
    ...(advice === '' ? [] : [advice.replaceAll('{job}', () => shellWord(clean(job.id, screen)))]),
    ...(held === null || status === 'SIZE_ANOMALY' ? [] : [`Promote the held copy: ${command}`]),
  ];
  const lines = steps.length === 0 ? ['Nothing to do.'] : steps;
  return lines.flatMap((line) => hanging('  ', clean(line, screen, 600), columnsOf(screen)));
}

/** No line is wider than the screen, or 80 columns where that is less; each ends in a line feed. */
export function renderJobDetail(view: JobDetailView, screen: Screen): string {
  const { bold } = screen.paint;
  const remarks = remarkLines(jobRemarks(view.job, screen, false), screen).map(({ text }) => text);
  const recent = eventLines(view.recent.slice(0, recentShown), screen);
  return [
    ...headline(view, screen),
    ...outlook(view, screen),
    ...remarks,
    '',
    bold('Evidence'),
    ...chain(view, screen).flatMap((check) => checkLines(check, screen)),
    '',
    bold('Recent history (UTC)'),
    ...(recent.length === 0 ? ['Nothing recorded yet.'] : recent),
    '',
    bold('What to do next'),
    ...nextSteps(view, screen),
    '',
  ].join('\n');
}
