/**
 * The one catalogue of statuses: severity, label, whether it promotes and what to do are read from here by the
 * exit code, the tables, JSON and Nagios alike. A status without a row does not compile.
 */

export const severities = ['ok', 'pending', 'warning', 'critical'] as const;
/** From harmless to worst: ok < pending < warning < critical. */
export type Severity = (typeof severities)[number];

export const assurances = ['intact', 'readable', 'complete'] as const;
/** How much was proved about a file: the agent's bytes, a stream that decodes, a dump that is whole. */
export type Assurance = (typeof assurances)[number];

export const statuses = [
  'SUCCESS',
  'HASH_MISMATCH',
  'SIZE_ANOMALY',
  'FAILED',
  'TRANSFER_INTEGRITY_FAILED',
  'CONTENT_INVALID',
  'MISSING',
  'UNKNOWN',
  'REPORT_REFUSED',
  'NOTICE',
] as const;
export type Status = (typeof statuses)[number];

/** Those that a job can have; the others are events of an agent, and of backupmon itself. */
export const jobStatuses: readonly Status[] = statuses.filter(
  (status) => status !== 'REPORT_REFUSED' && status !== 'NOTICE',
);

export interface StatusRow {
  /** Severity where neither the job's rules nor the reason say otherwise. */
  readonly severity: Severity;
  /** The word shown to people. */
  readonly label: string;
  /** Counts as a healthy backup: last success, size history, ends a hold. */
  readonly healthy: boolean;
  /** What an administrator does about it; empty when there is nothing to do. `{job}` is replaced by the job's id. */
  readonly advice: string;
}

export const catalogue: Readonly<Record<Status, StatusRow>> = {
  SUCCESS: { severity: 'ok', label: 'success', healthy: true, advice: '' },
  HASH_MISMATCH: {
    severity: 'warning',
    label: 'unchanged',
    healthy: true,
    advice:
      'If that is normal for this database set `unchanged: ok`; if not, check that the agent still dumps the live database.',
  },
  SIZE_ANOMALY: {
    severity: 'warning',
    label: 'size anomaly, held',
    healthy: false,
    advice: 'Look at the held copy. If it is right: backupmon promote {job}',
  },
  FAILED: {
    severity: 'critical',
    label: 'failed',
    healthy: false,
    advice: "Read the agent's own log, mend what failed there, and run its backup again.",
  },
  TRANSFER_INTEGRITY_FAILED: {
    severity: 'critical',
    label: 'transfer damaged',
    healthy: false,
    advice: 'Send the file again from the agent; it is judged again as soon as it changes.',
  },
  CONTENT_INVALID: {
    severity: 'critical',
    label: 'content invalid',
    healthy: false,
    advice: 'The dump itself is bad: check the dump command on the agent and run it again.',
  },
  MISSING: {
    severity: 'critical',
    label: 'missing',
    healthy: false,
    advice:
      'Check that the agent runs, that its clock is right, and that it can reach this server.',
  },
  UNKNOWN: {
    severity: 'pending',
    label: 'not judged yet',
    healthy: false,
    advice: 'Nothing to do yet: wait for its first backup.',
  },
  REPORT_REFUSED: {
    severity: 'warning',
    label: 'report refused',
    healthy: false,
    advice: "Look at the report in the agent's folder and at what wrote it.",
  },
  NOTICE: { severity: 'ok', label: 'notice', healthy: false, advice: '' },
};

/** Where the reason, not the status, tells what to do. */
const adviceOfReason: ReadonlyMap<string, string> = new Map([
  ['version_lost', 'Look at the disk and at who removed it; the next healthy backup ends this.'],
  ['not_judged', 'Mend what blocks it: the report stays, and the next scan judges it.'],
]);

/** What an administrator does about a conclusion; `{job}` is to be replaced by the job's id. */
export const adviceFor = (status: Status, reason: string): string =>
  adviceOfReason.get(reason) ?? catalogue[status].advice;

/** From harmless to worst, to be compared. */
export const rankOf = (severity: Severity): number => severities.indexOf(severity);

/** The worse of all given severities; `ok` for none. */
export function worst(list: Iterable<Severity>): Severity {
  let result = 0;
  for (const severity of list) result = Math.max(result, severities.indexOf(severity));
  return severities[result] as Severity;
}
