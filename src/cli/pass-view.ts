/** What a pass did, for people and scripts. */
import { adviceFor, worst, type Severity } from '../core/statuses.ts';
import type { Config } from '../core/job.ts';
import type { JobChangeView, PassOutcome } from '../pass/request.ts';
import type { PassView } from '../render/views.ts';
import { toEventView } from './status-view.ts';

const isBad = (severity: Severity | undefined): boolean =>
  severity === 'warning' || severity === 'critical';

/** The worst current severity of the jobs in scope, and of the reports that this pass refused. */
export const severityOf = (outcome: PassOutcome): Severity =>
  worst([
    outcome.quiet,
    ...outcome.changes.map((change) => change.after.severity),
    ...outcome.events
      .filter((event) => event.status === 'REPORT_REFUSED')
      .map((event) => event.severity),
  ]);

type News = PassView['news'][number];

/** What is news about a job: a problem that was not there before, or the end of one. */
function newsOf(change: JobChangeView): News[] {
  const { job, before, after, blocked, blockedBefore } = change;
  const news: News[] = [];
  const common = { job: job.id, status: after.status, message: after.message };
  const changed = before?.status !== after.status || before.severity !== after.severity;
  if (isBad(after.severity) && changed) {
    const advice = adviceFor(after.status, after.reason).replaceAll('{job}', () => job.id);
    news.push({ kind: 'problem', severity: after.severity, ...common, advice });
  } else if (isBad(before?.severity) && after.severity === 'ok') {
    news.push({ kind: 'recovery', severity: 'ok', ...common, advice: '' });
  }
  if (blocked !== null && !blockedBefore) {
    news.push({
      kind: 'problem',
      severity: 'critical',
      job: job.id,
      status: after.status,
      message: `could not be judged: ${blocked.message}`,
      advice: 'mend that; the report stays for the next scan',
    });
  }
  return news;
}

export function passView(
  config: Config,
  outcome: PassOutcome,
  about: { readonly now: number; readonly command: 'scan' | 'promote'; readonly dryRun: boolean },
): PassView {
  const refused = outcome.events.filter((event) => event.status === 'REPORT_REFUSED');
  return {
    ...about,
    severity: severityOf(outcome),
    events: outcome.events.map((event) => toEventView(config, event)),
    unexpected: outcome.unexpected,
    news: [
      ...outcome.changes.flatMap(newsOf),
      ...refused.map((event): News => ({
        kind: 'problem',
        severity: event.severity,
        job: event.agent,
        status: event.status,
        message: `${event.reason}: ${event.message}`,
        advice: adviceFor(event.status, event.reason),
      })),
    ],
    notices: outcome.notices,
    blocked: outcome.changes.flatMap(({ job, blocked }) =>
      blocked === null
        ? []
        : [
            {
              job: job.id,
              reason: blocked.reason,
              since: blocked.since,
              message: blocked.message,
            },
          ],
    ),
  };
}
