/** What a pass did, for people and scripts. */
import { adviceFor, worst, type Severity } from '../core/statuses.ts';
import type { Config } from '../core/job.ts';
import type { JobChangeView, PassOutcome } from '../pass/request.ts';
import type { PassView } from '../render/views.ts';
import { toEventView } from '../views/status-view.ts';

const isBad = (severity: Severity | undefined): boolean =>
  severity === 'warning' || severity === 'critical';

/** What the exit code tells of, and what is printed without being asked for. */
export interface Told {
  /** Whether the exit code tells of a job, or of an agent as such. */
  readonly isCounted: (name: string) => boolean;
  /** Whether its alarms are not sent for now: then it is no news either. */
  readonly isSnoozed: (name: string) => boolean;
}

export const everything: Told = { isCounted: () => true, isSnoozed: () => false };

/** The worst current severity of the jobs in scope that count, and of the reports that this pass refused. */
export const severityOf = (outcome: PassOutcome, { isCounted }: Told): Severity =>
  worst([
    outcome.quiet,
    ...outcome.changes
      .filter(({ job }) => isCounted(job.id))
      .map((change) => change.after.severity),
    ...outcome.events
      .filter(({ status, agent }) => status === 'REPORT_REFUSED' && isCounted(agent))
      .map((event) => event.severity),
  ]);

type News = PassView['news'][number];

/** What is news about a job's status: a problem that was not there before, or the end of one. */
function newsOf({ job, before, after }: JobChangeView): News[] {
  const common = { job: job.id, status: after.status, message: after.message };
  const changed = before?.status !== after.status || before.severity !== after.severity;
  if (isBad(after.severity) && changed) {
    const advice = adviceFor(after.status, after.reason).replaceAll('{job}', () => job.id);
    return [{ kind: 'problem', severity: after.severity, ...common, advice }];
  }
  return isBad(before?.severity) && after.severity === 'ok'
    ? [{ kind: 'recovery', severity: 'ok', ...common, advice: '' }]
    : [];
}

const NAMES_SHOWN = 3;

/** Jobs that are newly blocked: one line for each cause, not for each job. A folder that is not mounted blocks them all. */
function blockedNews(changes: readonly JobChangeView[]): News[] {
  const blocked = changes.filter((change) => change.blocked !== null && !change.blockedBefore);
  const causes = Map.groupBy(blocked, (change) => change.blocked?.message ?? '');
  return [...causes].flatMap(([cause, list]): News[] => {
    const [first] = list;
    if (first === undefined) return [];
    const names = list.slice(0, NAMES_SHOWN).map((change) => change.job.id);
    const more = list.length > NAMES_SHOWN ? ', …' : '';
    return [
      {
        kind: 'problem',
        severity: 'critical',
        job: list.length === 1 ? first.job.id : `${list.length} jobs (${names.join(', ')}${more})`,
        status: first.after.status,
        message: `could not be judged: ${cause}`,
        advice: 'mend that; the report stays for the next scan',
      },
    ];
  });
}

export function passView(
  config: Config,
  outcome: PassOutcome,
  about: { readonly now: number; readonly command: 'scan' | 'promote'; readonly dryRun: boolean },
  told: Told = everything,
): PassView {
  const refused = outcome.events.filter(
    ({ status, agent }) => status === 'REPORT_REFUSED' && !told.isSnoozed(agent),
  );
  const changes = outcome.changes.filter(({ job }) => !told.isSnoozed(job.id));
  return {
    ...about,
    severity: severityOf(outcome, told),
    events: outcome.events.map((event) => toEventView(config, event)),
    unexpected: outcome.unexpected,
    news: [
      ...changes.flatMap(newsOf),
      ...blockedNews(changes),
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
