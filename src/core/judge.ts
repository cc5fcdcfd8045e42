/**
 * The one place that decides what a report and its file are worth. Facts in, verdict out: nothing is read, nothing is
 * written, and the same facts always give the same verdict.
 *
 * Of several conclusions that apply the first counts: FAILED, TRANSFER_INTEGRITY_FAILED, CONTENT_INVALID, HASH_MISMATCH,
 * SIZE_ANOMALY, SUCCESS.
 */
import { exactBytes } from './bytes.ts';
import type { ArrivalFacts, FileFact, Verdict } from './conclusion.ts';
import type { JobRules } from './job.ts';
import { faultText, judgeContent, type ContentCase, type Finding } from './judge-content.ts';
import type { Reason } from './reasons.ts';
import type { ReportEntry, StageName } from './report.ts';
import { catalogue, type Status } from './statuses.ts';
import { forPeople } from './text.ts';

/** An rsync temporary file younger than this means that the transfer is under way. */
const TEMPORARY_IS_YOUNG = 15 * 60_000;

export interface Case extends ContentCase {
  readonly file: FileFact;
  readonly arrival: ArrivalFacts;
  readonly rules: ContentCase['rules'] & Pick<JobRules, 'settle'>;
  /** The instant until which an rsync temporary file may excuse a mismatch: the cycle's deadline. */
  readonly deadline: number;
  readonly now: number;
}

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
  content: null,
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
  const { size, sha256, content } = file;
  const inside = content?.fault == null ? '' : `; ${faultText(entry, content, content.fault)}`;
  const finding = failed(
    'hash_differs',
    `expected SHA-256 ${entry.expected.sha256}, found ${sha256}${inside}`,
  );
  return { ...finding, found: { size, sha256 }, content };
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

/** Decides one report entry. Total: whatever the facts are, there is a verdict. */
export function judge(from: Case): Verdict {
  const { entry, file } = from;
  // First: what is concluded about it now would keep an older one, which waits as well, from being judged.
  if (file.kind === 'postponed') {
    const message =
      'its agent sent more than one scan reads of one agent, and it waits for the next';
    return { kind: 'postponed', until: from.now + from.rules.settle, message };
  }
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
  return conclude(judgeContent(from, file));
}
