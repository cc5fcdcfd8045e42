/**
 * Reads the reports of one agent and finds out what there is to judge. Reads and remembers only; nothing in the drop zone is
 * changed here, and nothing is decided about a backup.
 */
import { createHash } from 'node:crypto';
import type { Job } from '../core/job.ts';
import type { RefusalReason, Report, ReportEntry } from '../core/report.ts';
import { formatDuration } from '../core/duration.ts';
import { formatInstant } from '../core/instant.ts';
import { forPeople } from '../core/text.ts';
import { entriesOfReport, type RecordedEntry } from '../db/entries.ts';
import { lyingReports, reportByDigest, type KnownReport } from '../db/reports.ts';
import type { Database } from '../db/schema.ts';
import { findFiles, type AgentZone } from '../deposits/drop-zone.ts';
import { listReports, readReport, type ReportFile } from '../deposits/report-files.ts';
import { parseReport } from '../deposits/report/parse.ts';
import { closeFile, stateOf } from '../files/folder.ts';
import type { Memory } from './memory.ts';
import type { PassAgent } from './request.ts';

/** One agent cannot make a scan read more reports than this; the rest wait for the next scans. */
const REPORTS_PER_SCAN = 1000;
const CLOCK_SKEW_TOLD = 5 * 60_000;
const CLOCK_SKEW_REFUSED = 24 * 3_600_000;

/** A report that was read and is remembered as seen. */
export interface SeenFile {
  readonly file: ReportFile;
  readonly digest: string;
  readonly report: Report | null;
  readonly refused: { readonly reason: RefusalReason; readonly message: string } | null;
  /** It will never be moved. */
  readonly stays: boolean;
}

export interface Refusal {
  readonly reason: RefusalReason;
  readonly message: string;
}

/** One report entry to judge, before its file was looked at. */
export interface ToJudge {
  readonly job: Job;
  readonly digest: string;
  readonly report: { readonly name: string; readonly startedAt: number | null };
  readonly endedAt: number;
  readonly entry: ReportEntry;
  readonly reportChangedAt: number;
  /** The entry as recorded, when it was judged before. */
  readonly recorded: RecordedEntry | null;
}

export interface Round {
  readonly agent: PassAgent;
  readonly seen: readonly SeenFile[];
  /** Judged before, still lying there: only the move to the archive is left. */
  readonly leftovers: readonly { readonly known: KnownReport; readonly file: ReportFile }[];
  /** Recorded as lying there, and not there any more. */
  readonly gone: readonly KnownReport[];
  /** New ones only: each report is refused once. */
  readonly refusals: readonly Refusal[];
  readonly toJudge: readonly ToJudge[];
  /** Until when a report that cannot be read yet counts as still arriving. */
  readonly arrivingUntil: number | null;
  readonly jobsKey: string;
}

interface Draft {
  readonly seen: SeenFile[];
  readonly leftovers: { known: KnownReport; file: ReportFile }[];
  readonly gone: KnownReport[];
  readonly refusals: Refusal[];
  readonly toJudge: ToJudge[];
  arrivingUntil: number | null;
}

interface GatherContext {
  readonly db: Database;
  readonly memory: Memory;
  readonly agent: PassAgent;
  readonly zone: AgentZone;
  /** Zone of times without an offset. */
  readonly timezone: string;
  readonly now: number;
}

type ReportContext = GatherContext & { readonly jobsKey: string };

/** Names the jobs that a report is judged for; a report that lies there is read again when they change. */
export const jobsKeyOf = (jobs: readonly Job[]): string =>
  createHash('sha256')
    .update(
      jobs
        .map((job) => job.database)
        .toSorted()
        .join('\n'),
    )
    .digest('hex')
    .slice(0, 16);

/** The states of every file of that name, as one word; `absent` for none. @throws Trouble */
export function fileStateIn(zone: AgentZone, name: string): string {
  const states = findFiles(zone, name).map((candidate) => {
    if (candidate.kind === 'unsafe') return candidate.state;
    closeFile(candidate.file);
    return stateOf(candidate.file.stats);
  });
  return states.length === 0 ? 'absent' : states.join('|');
}

/** Whether the file of a recorded entry is another than the one that was judged. */
function hasChanged(zone: AgentZone, entry: RecordedEntry): boolean {
  const name = entry.entry.file;
  return name !== null && entry.fileState !== null && fileStateIn(zone, name) !== entry.fileState;
}

function refuse(draft: Draft, known: KnownReport | null, seen: SeenFile): void {
  draft.seen.push(seen);
  if (seen.refused !== null && known?.refusedReason !== seen.refused.reason)
    draft.refusals.push(seen.refused);
}

/** What is wrong with a readable report: somebody else's name, or a time that has not come. null when nothing is. */
function refusalOf(context: GatherContext, agentId: string, report: Report): Refusal | null {
  if (agentId.toLowerCase() !== context.agent.id.toLowerCase()) {
    return {
      reason: 'forged',
      message: `it names agent "${forPeople(agentId, 100)}" but lies in the folder of ${context.agent.id}`,
    };
  }
  const ahead = report.endedAt - context.now;
  if (ahead <= CLOCK_SKEW_TOLD) return null;
  const when = `its end time ${formatInstant(report.endedAt)} is ${formatDuration(ahead)} ahead of this server's clock`;
  return {
    reason: 'clock_skew',
    message: ahead > CLOCK_SKEW_REFUSED ? when : `${when}; it is judged once that time has come`,
  };
}

/**
 * Adds the entries of a report that belong to jobs and have not been judged; those that have been, if the report `arrived` once more
 * and their file is another one by now.
 */
async function addEntries(
  context: GatherContext,
  draft: Draft,
  known: KnownReport | null,
  file: SeenFile & { report: Report },
  arrived: boolean,
): Promise<void> {
  const recorded = known === null ? [] : await entriesOfReport(context.db, known.id);
  const jobs = new Map(context.agent.scope.map((job) => [job.database, job]));
  for (const entry of file.report.entries) {
    const job = jobs.get(entry.database);
    if (job === undefined) continue;
    // The same content under two names is one report.
    const twice = draft.toJudge.some((item) => item.digest === file.digest && item.job === job);
    if (twice) continue;
    const record = context.memory.jobs.get(job.id);
    const before = recorded.find((item) => item.jobId === record?.id) ?? null;
    const item = {
      job,
      digest: file.digest,
      report: { name: file.file.name, startedAt: file.report.startedAt },
      endedAt: file.report.endedAt,
      entry,
      reportChangedAt: file.file.changedAt,
      recorded: before,
    };
    const newest = before?.endedAt === record?.lastJudgedEnd;
    if (before === null || (arrived && newest && hasChanged(context.zone, before))) {
      draft.toJudge.push(item);
    }
  }
}

async function gatherOne(
  context: ReportContext,
  draft: Draft,
  here: KnownReport | undefined,
  listed: ReportFile,
): Promise<void> {
  const { agent, zone, now } = context;
  const read = readReport(zone, listed);
  if (read.kind === 'gone') return;
  if (read.kind === 'refused') {
    // Its content is not read, so its state stands for it.
    const digest = `unread:${read.file.state}`;
    refuse(draft, await reportByDigest(context.db, agent.id, digest), {
      file: read.file,
      digest,
      report: null,
      refused: read,
      stays: true,
    });
    return;
  }
  const { file, digest } = read;
  const known = await reportByDigest(context.db, agent.id, digest);
  const parsed = parseReport(read.bytes, context.timezone);
  if (parsed.kind === 'refused') {
    const settle = agent.configured?.settle ?? 0;
    // As for files: a time of change in the far future, by a clock that was wrong, is not young.
    if (parsed.reason === 'cut_short' && Math.abs(now - file.changedAt) < settle) {
      draft.arrivingUntil = Math.max(draft.arrivingUntil ?? 0, file.changedAt + settle);
      return;
    }
    refuse(draft, known, { file, digest, report: null, refused: parsed, stays: true });
    return;
  }
  const { report } = parsed;
  const refused = refusalOf(context, parsed.agentId, report);
  if (refused !== null) {
    refuse(draft, known, { file, digest, report, refused, stays: true });
    return;
  }
  if (report.endedAt > now) return;
  const seen = { file, digest, report, refused: null, stays: agent.configured === null };
  draft.seen.push(seen);
  await addEntries(context, draft, known, seen, here === undefined);
}

/** Folders that are not entered are told once each, as a refused report of that agent. */
async function gatherUnsafe(context: GatherContext, draft: Draft): Promise<void> {
  for (const message of context.zone.unsafe) {
    const digest = `folder:${message}`;
    const file: ReportFile = { place: 'root', name: '', state: digest, changedAt: 0 };
    const refused = { reason: 'unsafe_file', message } as const;
    refuse(draft, await reportByDigest(context.db, context.agent.id, digest), {
      file,
      digest,
      report: null,
      refused,
      stays: true,
    });
  }
}

/** A recorded entry, to be judged once more with what its file is by now; its report is not read again. */
export const judgeAgain = (job: Job, recorded: RecordedEntry): ToJudge => ({
  job,
  digest: '',
  report: recorded.report,
  endedAt: recorded.endedAt,
  entry: recorded.entry,
  reportChangedAt: 0,
  recorded,
});

/** Jobs whose newest report was judged bad, and whose file has changed since: judged again from the recorded report. */
function gatherRechecks(context: GatherContext, draft: Draft): void {
  for (const job of context.agent.scope) {
    const record = context.memory.jobs.get(job.id);
    const entry = record === undefined ? undefined : context.memory.recheck.get(record.id);
    if (entry === undefined) continue;
    // A newer report of the same file decides about it; or this one is there again itself.
    const newer = draft.toJudge.some(
      (item) =>
        item.job === job && item.entry.file === entry.entry.file && item.endedAt >= entry.endedAt,
    );
    if (newer) continue;
    if (!hasChanged(context.zone, entry)) continue;
    draft.toJudge.push(judgeAgain(job, entry));
  }
}

/** Whether a report that lies there is done with: judged for the present jobs, or refused, and not waiting for its time. */
function isDone(context: ReportContext, here: KnownReport): boolean {
  const comes = here.refusedReason === 'clock_skew' && (here.endedAt ?? 0) <= context.now;
  return here.jobsKey === context.jobsKey && !comes;
}

async function gatherReports(
  context: ReportContext,
  draft: Draft,
  files: readonly ReportFile[],
): Promise<void> {
  const lying = await lyingReports(context.db, context.agent.id);
  const byState = new Map(lying.map((report) => [report.fileState, report]));
  const states = new Set(files.map((file) => file.state));
  draft.gone.push(...lying.filter(({ fileState }) => fileState === null || !states.has(fileState)));
  const unread: ReportFile[] = [];
  for (const file of files) {
    const here = byState.get(file.state);
    if (here === undefined || !isDone(context, here)) unread.push(file);
    else if (here.refusedReason === null) draft.leftovers.push({ known: here, file });
  }
  // The newest first: a flood of old ones does not keep the news waiting.
  const now = unread.toSorted((a, b) => b.changedAt - a.changedAt).slice(0, REPORTS_PER_SCAN);
  for (const file of now) await gatherOne(context, draft, byState.get(file.state), file);
}

/** @throws Trouble when the agent's folder cannot be read */
export async function gather(context: GatherContext): Promise<Round> {
  const draft: Draft = {
    seen: [],
    leftovers: [],
    gone: [],
    refusals: [],
    toJudge: [],
    arrivingUntil: null,
  };
  const files = listReports(context.zone);
  // Opened now, so that a link in the place of a folder is told.
  if (files.length > 0) context.zone.files();
  await gatherUnsafe(context, draft);
  const jobsKey = files.length === 0 ? '' : jobsKeyOf(context.agent.scope);
  if (files.length > 0) await gatherReports({ ...context, jobsKey }, draft, files);
  if (context.memory.recheck.size > 0) gatherRechecks(context, draft);
  return { agent: context.agent, ...draft, jobsKey };
}
