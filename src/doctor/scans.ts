/** When scans ran, and how they ended: what the database has recorded of them. */
import { formatDuration } from '../core/duration.ts';
import type { Finding } from '../core/finding.ts';
import type { DatabaseFacts } from './database/database-facts.ts';
import { critical, fine, moment, warning } from './finding.ts';
import type { Look } from './look.ts';

export type ScanFacts = Pick<
  DatabaseFacts,
  'initialisedAt' | 'lastComplete' | 'newest' | 'running'
>;
export type ScanLimits = Pick<NonNullable<Look['config']>, 'scanMaxAge' | 'scanTimeout'>;
type Judging = Pick<Look, 'hands' | 'now' | 'places'>;

const subject = 'scans';

function judgeNone(
  { initialisedAt }: ScanFacts,
  { scanMaxAge }: ScanLimits,
  look: Judging,
): Finding {
  const age = initialisedAt === null ? 0 : look.now - initialisedAt;
  const since = initialisedAt === null ? '' : `, ${formatDuration(age)} after init-db`;
  return (age > scanMaxAge ? critical : warning)('schedule', subject, {
    message: `no scan of all jobs has come to its end yet${since}`,
    why: 'nothing is watched before the first one: no backup is missed',
    mend: look.hands.own('scan'),
  });
}

/** A pass that has not finished: it runs, is stuck, or was killed. */
function judgeUnfinished(facts: ScanFacts, { scanTimeout }: ScanLimits, look: Judging): Finding[] {
  const { newest, running } = facts;
  const { hands, now, places } = look;
  if (newest?.finishedAt !== null) return [];
  const age = now - newest.startedAt;
  const began = `the ${newest.command} that began at ${moment(newest.startedAt)}`;
  if (!running) {
    return [
      warning('schedule', subject, {
        message: `${began} did not come to its end, and does not run any more: it was killed, or the machine went down`,
        why: 'what it had not recorded yet is done again by the next scan, and by nothing else',
        mend: hands.own('scan', '-v'),
      }),
    ];
  }
  if (age <= scanTimeout)
    return [fine('schedule', subject, `${began} is running (${formatDuration(age)})`)];
  return [
    critical('schedule', subject, {
      message: `${began} has been running for ${formatDuration(age)}, longer than scan_timeout (${formatDuration(scanTimeout)})`,
      why: 'every other scan yields to it, and exits 3',
      mend: hands.root(['fuser', '-v', `${places.database}.lock`]),
    }),
  ];
}

function judgeEnd({ newest }: ScanFacts, { hands }: Judging): Finding[] {
  if (newest?.exitCode !== 3) return [];
  return [
    warning('schedule', subject, {
      message: `the newest ${newest.command}, of ${moment(newest.startedAt)}, ended with exit code 3: it could not be done, or a job could not be judged`,
      why: 'what is blocked is not judged, and missed at its deadline',
      mend: hands.own('scan', '-v'),
    }),
  ];
}

function judgeLast(
  facts: ScanFacts,
  { scanMaxAge, scanTimeout }: ScanLimits,
  look: Judging,
): Finding {
  const { lastComplete, newest, running } = facts;
  const { hands, now } = look;
  if (lastComplete === null) return judgeNone(facts, { scanMaxAge, scanTimeout }, look);
  const age = now - lastComplete.startedAt;
  const ran = `the last complete scan began at ${moment(lastComplete.startedAt)}, ${formatDuration(age)} ago`;
  const atWork = running && newest?.finishedAt === null && now - newest.startedAt < scanTimeout;
  if (age <= scanMaxAge || atWork) return fine('schedule', subject, ran);
  return critical('schedule', subject, {
    message: `${ran}; scan_max_age is ${formatDuration(scanMaxAge)}`,
    why: 'nothing is judged, promoted or told meanwhile, and `status` is critical',
    mend: hands.own('scan', '-v'),
  });
}

export const judgeScans = (facts: ScanFacts, limits: ScanLimits, look: Judging): Finding[] => [
  judgeLast(facts, limits, look),
  ...judgeUnfinished(facts, limits, look),
  ...judgeEnd(facts, look),
];
