/**
 * Reads the reports of one agent and finds out what there is to judge. Reads and remembers only; nothing in the drop zone is
 * changed here, and nothing is decided about a backup.
 */

import { lyingReports, reportByDigest, type KnownReport } from '../db/reports.ts';
import { listReports, type ReportFile } from '../deposits/report-files.ts';
import { MAX_NAMES } from '../files/folder.ts';
import { jobsKeyOf } from '../core/jobs-key.ts';
import { gatherReport, hasChanged, refuse, type GatherContext } from './gather-report.ts';
import { judgeAgain, newDraft, type Draft, type Refusal, type Round } from './round.ts';
import { weigh } from './weight.ts';

type ReportContext = GatherContext & { readonly jobsKey: string };

/** What is wrong with a folder is told once, as a refused report of that agent. */
async function refuseFolder(context: GatherContext, draft: Draft, refused: Refusal): Promise<void> {
  const digest = `folder:${refused.message}`;
  refuse(draft, await reportByDigest(context.db, context.agent.id, digest), {
    file: { place: 'root', name: '', state: digest, changedAt: 0, size: 0 },
    digest,
    key: digest,
    startedAt: null,
    endedAt: null,
    refused,
    stays: true,
  });
}

/** Folders that are not entered, or not looked through to their end. */
async function gatherFolders(
  context: GatherContext,
  draft: Draft,
  overfull: readonly string[],
): Promise<void> {
  for (const message of context.zone.unsafe)
    await refuseFolder(context, draft, { reason: 'unsafe_file', message });
  for (const path of overfull) {
    const message = `${path} holds more than ${MAX_NAMES} names: what lies beyond is not looked at`;
    await refuseFolder(context, draft, { reason: 'too_many_files', message });
  }
}

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
  // The newest first, by the time that the agent cannot set: a flood of old ones does not keep the news waiting.
  for (const file of unread.toSorted((a, b) => b.changedAt - a.changedAt)) {
    if (!context.allowance.takeReport(file.size)) break;
    await gatherReport(context, draft, file, byState.get(file.state), states);
  }
}

/** @throws Trouble when the agent's folder cannot be read */
export async function gather(context: GatherContext): Promise<Round> {
  const draft = newDraft();
  const { files, overfull } = listReports(context.zone);
  // Opened now, so that a link in the place of a folder is told.
  if (files.length > 0) {
    context.zone.files();
    context.zone.archive();
  }
  await gatherFolders(context, draft, overfull);
  const jobsKey = files.length === 0 ? '' : jobsKeyOf(context.agent.scope);
  if (files.length > 0) await gatherReports({ ...context, jobsKey }, draft, files);
  if (context.memory.recheck.size > 0) gatherRechecks(context, draft);
  return { agent: context.agent, ...draft, jobsKey, weights: weigh(context.zone, draft.toJudge) };
}
