/** Messages as JSON, for webhooks and commands. */
import type {
  AlarmLetter,
  DigestJob,
  DigestLetter,
  HealthyVersion,
  Letter,
  LetterItem,
  LetterJob,
} from '../../core/letter.ts';
import { digestState, hasRecovered } from '../../core/letter-subject.ts';
import type { Expectation } from '../../core/report.ts';
import { worst, type Severity } from '../../core/statuses.ts';
import { time } from '../json/time.ts';

/** What the text shows as a sparkline. */
const trendLength = 8;

const measuresObject = (measures: Expectation | null): object | null =>
  measures === null ? null : { size: measures.size, sha256: measures.sha256 };

const versionObject = (version: HealthyVersion | null): object | null =>
  version === null
    ? null
    : { finished_at: time(version.endedAt), path: version.path, size: version.size };

const jobObject = (job: LetterJob): object => ({
  job: job.name,
  status: job.status,
  severity: job.severity,
  reason: job.reason,
  message: job.message,
  since: time(job.since),
  cycle: time(job.cycle),
  deadline: time(job.deadline),
  expected: measuresObject(job.expected),
  found: measuresObject(job.found),
  last_healthy: versionObject(job.lastHealthy),
  advice: job.advice,
  command: job.command,
});

const itemObject = (item: LetterItem): object => ({
  change: item.change,
  kind: item.kind,
  name: item.name,
  opened_at: time(item.openedAt),
  severity_before: item.before,
  severity: item.after,
  // An incident may end without a recovery: where nobody expects the backup any more, or where another incident goes on with it.
  recovered: item.change === 'ended' ? hasRecovered(item) : null,
  jobs: item.jobs.map(jobObject),
  job_count: item.jobCount,
  flapping: item.flapping,
});

const alarmBody = ({ items, itemCount }: AlarmLetter): object => ({
  events: items.map(itemObject),
  event_count: itemCount,
});

function heldObject(held: DigestJob['held']): object | null {
  if (held === null) return null;
  return { path: held.path, size: held.size, held_at: time(held.heldAt) };
}

const digestJobObject = (job: DigestJob): object => ({
  job: job.name,
  status: job.status,
  severity: job.severity,
  since: time(job.since),
  size: job.size,
  trend: job.sizes.slice(-trendLength),
  versions: job.versions,
  last_success_at: time(job.lastSuccessAt),
  next_due: time(job.nextDue),
  held: heldObject(job.held),
  blocked: job.blocked,
  snoozed_until: time(job.snoozedUntil),
});

function digestBody(letter: DigestLetter): object {
  const { total, ok, warning, pending, critical } = letter.summary;
  return {
    since: time(letter.since),
    summary: { total, ok, warning, pending, critical },
    jobs: letter.jobs.map(digestJobObject),
    job_count: letter.jobCount,
    published: letter.published,
    pruned: letter.pruned,
    scans: letter.scans,
    undelivered: letter.undelivered,
  };
}

function severityOf(letter: Letter): Severity {
  switch (letter.kind) {
    case 'alarm':
      return worst(letter.items.map(({ after }) => after));
    case 'digest':
      return digestState(letter).severity;
    case 'test':
      return 'ok';
    default:
      return letter satisfies never;
  }
}

function bodyOf(letter: Letter): object {
  switch (letter.kind) {
    case 'alarm':
      return alarmBody(letter);
    case 'digest':
      return digestBody(letter);
    case 'test':
      return { way: letter.way };
    default:
      return letter satisfies never;
  }
}

/** One document for each message; what it has beside its head depends on `kind`. Texts are in it as they came. */
export const letterDocument = (letter: Letter): object => ({
  schema: 'backupmon.alarms/1',
  generated_at: time(letter.at),
  site: letter.site,
  kind: letter.kind,
  subject: letter.subject,
  severity: severityOf(letter),
  ...bodyOf(letter),
});
