/** Reads one report of an agent, and adds to its round what follows from it. */
import { formatDuration } from '../core/duration.ts';
import { formatInstant } from '../core/instant.ts';
import type { Report } from '../core/report.ts';
import { forPeople } from '../core/text.ts';
import { entriesOfReport, type RecordedEntry } from '../db/entries.ts';
import { reportByDigest, type KnownReport } from '../db/reports.ts';
import type { Database } from '../db/schema.ts';
import { fileStateIn, type AgentZone } from '../deposits/drop-zone.ts';
import { readReport, type ReportFile } from '../deposits/report-files.ts';
import { parseReport } from '../deposits/report/parse.ts';
import type { Allowance } from './allowance.ts';
import { CLOCK_SKEW } from './clock.ts';
import type { Memory } from './memory.ts';
import type { PassAgent } from './request.ts';
import { MAX_UNEXPECTED, type Draft, type Refusal, type SeenFile } from './round.ts';

const CLOCK_SKEW_REFUSED = 24 * 3_600_000;

export interface GatherContext {
  readonly db: Database;
  readonly memory: Memory;
  readonly agent: PassAgent;
  readonly zone: AgentZone;
  /** Zone of times without an offset. */
  readonly timezone: string;
  readonly now: number;
  readonly allowance: Allowance;
}

/** A report file that is opened, and what is remembered of it and beside it. */
interface Opened {
  readonly file: ReportFile;
  readonly digest: string;
  readonly known: KnownReport | null;
  /** Another file of the same content lies there, and is the one that counts. */
  readonly isCopy: boolean;
  /** It was not there when the last scan looked. */
  readonly arrived: boolean;
}

/** Whether the file of a recorded entry is another than the one that was judged. */
export function hasChanged(zone: AgentZone, entry: RecordedEntry): boolean {
  const name = entry.entry.file;
  return name !== null && entry.fileState !== null && fileStateIn(zone, name) !== entry.fileState;
}

export function refuse(draft: Draft, known: KnownReport | null, seen: SeenFile): void {
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
  if (ahead <= CLOCK_SKEW) return null;
  const when = `its end time ${formatInstant(report.endedAt)} is ${formatDuration(ahead)} ahead of this server's clock`;
  return {
    reason: 'clock_skew',
    message: ahead > CLOCK_SKEW_REFUSED ? when : `${when}; it is judged once that time has come`,
  };
}

/** Of all reports only the newest tells what is unexpected; the others are not kept for it. */
function noteUnexpected(draft: Draft, known: ReadonlySet<string>, report: Report): void {
  const { endedAt } = report;
  if (draft.unexpected !== null && endedAt <= draft.unexpected.endedAt) return;
  const names = report.entries.map((entry) => entry.database).filter((name) => !known.has(name));
  draft.unexpected = { endedAt, names: names.slice(0, MAX_UNEXPECTED), count: names.length };
}

/**
 * Adds the entries of a report that belong to jobs and have not been judged; those that have been, if the report arrived once more
 * and their file is another one by now. A copy adds nothing of its own.
 */
async function addEntries(
  context: GatherContext,
  draft: Draft,
  opened: Opened,
  report: Report,
): Promise<void> {
  const { digest, file, known, isCopy, arrived } = opened;
  const recorded = known === null ? [] : await entriesOfReport(context.db, known.id);
  const byJob = new Map(recorded.map((item) => [item.jobId, item]));
  const jobs = new Map(context.agent.scope.map((job) => [job.database, job]));
  const twice = new Set(draft.toJudge.flatMap((item) => (item.digest === digest ? item.job : [])));
  for (const entry of report.entries) {
    const job = jobs.get(entry.database);
    if (job === undefined || twice.has(job)) continue;
    const record = context.memory.jobs.get(job.id);
    const before = byJob.get(record?.id ?? -1) ?? null;
    const newest = before?.endedAt === record?.lastJudgedEnd;
    const again = before !== null && arrived && newest && hasChanged(context.zone, before);
    if (!again && (before !== null || isCopy)) continue;
    context.allowance.takeBackups(1);
    draft.toJudge.push({
      job,
      digest,
      report: { name: file.name, startedAt: report.startedAt },
      endedAt: report.endedAt,
      entry,
      reportChangedAt: file.changedAt,
      recorded: before,
    });
  }
}

const seenOf = (
  { file, digest, isCopy }: Pick<Opened, 'file' | 'digest' | 'isCopy'>,
  report: Report | null,
  refused: Refusal | null,
  stays: boolean,
): SeenFile => ({
  file,
  digest,
  key: isCopy ? `${digest}:${file.state}` : digest,
  startedAt: report?.startedAt ?? null,
  endedAt: report?.endedAt ?? null,
  refused,
  stays,
});

async function gatherBytes(
  context: GatherContext,
  draft: Draft,
  opened: Opened,
  bytes: Uint8Array,
): Promise<void> {
  const { agent, now } = context;
  const { file, known } = opened;
  const parsed = parseReport(bytes, context.timezone);
  if (parsed.kind === 'refused') {
    const settle = agent.configured?.settle ?? 0;
    // As for files: a time of change in the far future, by a clock that was wrong, is not young.
    if (parsed.reason === 'cut_short' && Math.abs(now - file.changedAt) < settle) {
      draft.arrivingUntil = Math.max(draft.arrivingUntil ?? 0, file.changedAt + settle);
      return;
    }
    refuse(draft, known, seenOf(opened, null, parsed, true));
    return;
  }
  const { report } = parsed;
  const refused = refusalOf(context, parsed.agentId, report);
  if (refused !== null) {
    refuse(draft, known, seenOf(opened, report, refused, true));
    return;
  }
  if (report.endedAt > now) return;
  draft.seen.push(seenOf(opened, report, null, agent.configured === null));
  noteUnexpected(draft, agent.known, report);
  await addEntries(context, draft, opened, report);
}

/** `lying` are the states of all report files; `here` is what is recorded of this very file. */
export async function gatherReport(
  context: GatherContext,
  draft: Draft,
  listed: ReportFile,
  here: KnownReport | undefined,
  lying: ReadonlySet<string>,
): Promise<void> {
  const { agent, db, zone } = context;
  const read = readReport(zone, listed);
  if (read.kind === 'gone') return;
  if (read.kind === 'refused') {
    // Its content is not read, so its state stands for it.
    const { file } = read;
    const digest = `unread:${file.state}`;
    const known = await reportByDigest(db, agent.id, digest);
    const { reason, message } = read;
    const seen = seenOf({ file, digest, isCopy: false }, null, { reason, message }, true);
    refuse(draft, known, seen);
    return;
  }
  const { file, digest } = read;
  const known = await reportByDigest(db, agent.id, digest);
  const elsewhere = known?.fileState ?? file.state;
  const isCopy =
    draft.seen.some((seen) => seen.key === digest) ||
    (elsewhere !== file.state && lying.has(elsewhere));
  const arrived = here === undefined;
  await gatherBytes(context, draft, { file, digest, known, isCopy, arrived }, read.bytes);
}
