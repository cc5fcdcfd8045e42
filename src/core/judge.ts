/**
 * The one place that decides what a report and its file are worth. Facts in, verdict out: nothing is read, nothing is
 * written, and the same facts always give the same verdict.
 *
 * Of several conclusions that apply the first counts: FAILED, TRANSFER_INTEGRITY_FAILED, CONTENT_INVALID, HASH_MISMATCH,
 * SIZE_ANOMALY, SUCCESS.
 */
import { bytes, exactBytes } from './bytes.ts';
import {
  rawHash,
  type ArrivalFacts,
  type Conclusion,
  type FileFact,
  type SizeSample,
  type Verdict,
  type VersionFact,
} from './conclusion.ts';
import type { JobRules } from './job.ts';
import type { Reason } from './reasons.ts';
import type { ReportEntry, StageName } from './report.ts';
import { isOutside, sizeBounds } from './sizes.ts';
import { catalogue, type Status } from './statuses.ts';
import { forPeople } from './text.ts';

/** An rsync temporary file younger than this means that the transfer is under way. */
const TEMPORARY_IS_YOUNG = 15 * 60_000;
/** From this many held cycles in a row a size anomaly is critical. */
const HELD_CYCLES_CRITICAL = 3;

export interface Case {
  readonly entry: ReportEntry;
  readonly file: FileFact;
  readonly arrival: ArrivalFacts;
  readonly rules: Pick<JobRules, 'settle' | 'unchanged' | 'sizeChange'>;
  /** The newest version of the job, wherever it lies. */
  readonly newestVersion: VersionFact | null;
  readonly sizes: readonly SizeSample[];
  /** The cycle of this report, and the cycles in a row that were held before it. */
  readonly cycle: number;
  readonly heldCycles: readonly number[];
  /** The instant until which an rsync temporary file may excuse a mismatch: the cycle's deadline. */
  readonly deadline: number;
  readonly now: number;
}

type Finding = Omit<Conclusion, 'severity'> & { readonly severity?: Conclusion['severity'] };

const conclude = (finding: Finding): Verdict => ({
  kind: 'concluded',
  conclusion: { severity: catalogue[finding.status].severity, ...finding },
});

const unproved = (status: Status, reason: Reason, message: string): Finding => ({
  status,
  reason,
  message,
  assurance: null,
  found: null,
});

const stageNames: readonly StageName[] = ['backup', 'compress', 'transfer'];

/** FAILED: the agent itself says so, or says too little to claim success. */
function agentFailure(entry: ReportEntry): Finding | null {
  for (const name of stageNames) {
    const stage = entry.stages[name];
    if (stage?.ok !== false) continue;
    const said = forPeople(stage.error ?? '');
    const words = said === '' ? 'no error message was given' : `"${said}"`;
    return unproved(
      'FAILED',
      `${name}_failed`,
      `the agent reports that its ${name} failed: ${words}`,
    );
  }
  if (entry.incomplete === null) return null;
  return unproved('FAILED', 'report_incomplete', `the report is incomplete: ${entry.incomplete}`);
}

/** Whether the file has to be looked at: not where the report alone decides. */
export const needsFile = (entry: ReportEntry): boolean =>
  agentFailure(entry) === null && entry.unverifiable === null;

/** TRANSFER_INTEGRITY_FAILED: the bytes on this server are not the bytes that were sent. */
function transferFailure(entry: ReportEntry, file: FileFact): Finding | null {
  const failed = (reason: Reason, message: string): Finding =>
    unproved('TRANSFER_INTEGRITY_FAILED', reason, message);
  if (entry.unverifiable !== null) return failed('not_verifiable', entry.unverifiable);
  if (file.kind === 'absent')
    return failed('file_absent', `${entry.file} was reported but is not there`);
  if (file.kind === 'unsafe') {
    return failed(
      'unsafe_file',
      `${entry.file} is ${file.what}; only a regular file of its own is read`,
    );
  }
  if (file.kind === 'changing')
    return failed('changed_while_read', `${entry.file} changed while it was read`);
  if (file.kind === 'wrong_size') {
    const finding = failed(
      'size_differs',
      `expected ${exactBytes(entry.expected.size)}, found ${exactBytes(file.size)}`,
    );
    return { ...finding, found: { size: file.size, sha256: null } };
  }
  if (file.kind !== 'read' || file.sha256 === entry.expected.sha256) return null;
  const finding = failed(
    'hash_differs',
    `expected SHA-256 ${entry.expected.sha256}, found ${file.sha256}`,
  );
  return { ...finding, found: { size: file.size, sha256: file.sha256 } };
}

/**
 * A mismatch is no failure yet while its parts are still being written.
 * An age below zero (the clock moved back) counts as young only within the same span, else it would never end.
 */
function arrivingUntil(from: Case): number | null {
  const { arrival, rules, now } = from;
  // Nothing that arrives makes it verifiable.
  if (from.entry.unverifiable !== null) return null;
  const changedAt = Math.max(arrival.reportChangedAt, arrival.fileChangedAt ?? 0);
  if (Math.abs(now - changedAt) < rules.settle) return changedAt + rules.settle;
  const temporary = arrival.temporaryChangedAt;
  if (temporary === null || now >= from.deadline) return null;
  if (Math.abs(now - temporary) >= TEMPORARY_IS_YOUNG) return null;
  return Math.min(temporary + TEMPORARY_IS_YOUNG, from.deadline);
}

/** CONTENT_INVALID at this depth of verification: a dump of nothing. The agent's word for an empty dump is taken. */
function contentFailure(entry: ReportEntry, size: number): Omit<Finding, 'found'> | null {
  const rawSize = entry.stages.compress === null ? null : entry.raw.size;
  if (size !== 0 && rawSize !== 0) return null;
  return {
    status: 'CONTENT_INVALID',
    reason: 'empty',
    message:
      size === 0
        ? 'the file is empty: 0 bytes'
        : `the agent compressed an empty dump: 0 bytes before compression, ${bytes(size)} after`,
    assurance: 'intact',
  };
}

/** HASH_MISMATCH, shown as "unchanged": the newest version already holds this content and is in its place. */
function unchanged(from: Case, sha256: string): Omit<Finding, 'found'> | null {
  const version = from.newestVersion;
  if (version === null || !version.inPlace) return null;
  const raw = rawHash(from.entry);
  const sameFile = version.sha256 === sha256;
  if (!sameFile && (raw === null || raw !== version.rawSha256)) return null;
  return {
    status: 'HASH_MISMATCH',
    severity: from.rules.unchanged,
    reason: sameFile ? 'same_file' : 'same_content',
    message: sameFile
      ? 'the file equals the newest version'
      : 'the uncompressed content equals the newest version, as the agent reports it',
    assurance: 'intact',
  };
}

function sizeAnomaly(from: Case, size: number): Omit<Finding, 'found'> | null {
  const bounds = sizeBounds(from.sizes, from.rules.sizeChange);
  if (bounds === null || !isOutside(size, bounds)) return null;
  const inARow = new Set([...from.heldCycles, from.cycle]).size;
  return {
    status: 'SIZE_ANOMALY',
    severity: inARow >= HELD_CYCLES_CRITICAL ? 'critical' : 'warning',
    reason: size < bounds.low ? 'too_small' : 'too_large',
    message:
      `${bytes(size)} is far from the usual ${bytes(bounds.median)} ` +
      `(expected ${bytes(Math.ceil(bounds.low))} to ${bytes(Math.floor(bounds.high))} after ${bounds.samples} backups)` +
      (inARow > 1 ? `; held for ${inARow} cycles in a row` : ''),
    assurance: 'intact',
  };
}

/** Decides one report entry. Total: whatever the facts are, there is a verdict. */
export function judge(from: Case): Verdict {
  const { entry, file } = from;
  const failure = agentFailure(entry);
  if (failure !== null) return conclude(failure);
  if (file.kind === 'trouble') {
    return { kind: 'blocked', reason: file.reason, message: file.message };
  }
  const damage = transferFailure(entry, file);
  if (damage !== null) {
    const until = arrivingUntil(from);
    if (until === null) return conclude(damage);
    return { kind: 'arriving', until, message: `still arriving: ${damage.message}` };
  }
  // Not the agent's fault, and never a reason to call a backup good.
  if (file.kind !== 'read')
    return { kind: 'blocked', reason: 'not_read', message: 'the file was not looked at' };
  return judgeContent(from, file);
}

/** The bytes are the agent's: what is left to decide is what they are worth. */
function judgeContent(from: Case, file: { size: number; sha256: string }): Verdict {
  const { entry } = from;
  const { size, sha256 } = file;
  const finding = contentFailure(entry, size) ??
    unchanged(from, sha256) ??
    sizeAnomaly(from, size) ?? {
      status: 'SUCCESS',
      reason: 'verified',
      message:
        entry.expected.size === null
          ? `SHA-256 as reported; ${bytes(size)}, no size was reported`
          : `size and SHA-256 as reported; ${bytes(size)}`,
      assurance: 'intact',
    };
  return conclude({ ...finding, found: { size, sha256 } });
}
