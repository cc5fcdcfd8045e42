/** Promotion by hand: what an administrator vouches for comes into the tree, and is recorded with his name. */
import { isOvertaken, withPromoted } from '../core/advance.ts';
import type { Conclusion } from '../core/conclusion.ts';
import type { JobState } from '../core/state.ts';
import { insertEvent, type EventRecord } from '../db/events.ts';
import { jobsById, updateJob, type JobRecord } from '../db/jobs.ts';
import { transaction } from '../db/open.ts';
import {
  deleteHeld,
  insertVersion,
  retireHold,
  versionsOfJob,
  type HeldRecord,
  type VersionRecord,
} from '../db/versions.ts';
import { makeDurable, openTree, pointCurrent, publish } from '../validated/publish.ts';
import { checkPaths, loadMemory, type Memory } from './memory.ts';
import {
  fromDeposit,
  fromHold,
  refused,
  type Candidate,
  type PromoteOutcome,
  type PromoteRequest,
} from './promotable.ts';
import { jobNow, recordIncidents } from './record-incidents.ts';

export type { PromoteOutcome, PromoteRequest } from './promotable.ts';

function conclusionOf(request: PromoteRequest, candidate: Candidate): Conclusion {
  const overridden = candidate.overridden === null ? '' : `, overriding ${candidate.overridden}`;
  const note = request.note === null ? '' : `: ${request.note}`;
  return {
    status: 'SUCCESS',
    severity: 'ok',
    reason: 'promoted_by_hand',
    message: `promoted by ${request.operator}${overridden}${note}`,
    ...candidate.proved,
    found: { size: candidate.copy.size, sha256: candidate.copy.sha256 },
  };
}

/** Returns the event's id, and the state of the job after it. */
async function recordPromotion(
  request: PromoteRequest,
  job: JobRecord,
  candidate: Candidate,
  conclusion: Conclusion,
  folder: string,
  versions: readonly VersionRecord[],
  held: HeldRecord | undefined,
): Promise<{ readonly id: number; readonly state: JobState }> {
  const { db, now } = request;
  const { copy, endedAt, cycle } = candidate;
  // What lies in the tree already keeps the one row it has: two would share a folder, and pruning one would empty both.
  const already = versions.find((version) => version.folder === folder);
  const versionId =
    already?.id ??
    (await insertVersion(db, {
      jobId: job.id,
      entryId: candidate.entryId,
      cycle,
      endedAt,
      folder,
      file: copy.file,
      size: copy.size,
      sha256: copy.sha256,
      rawSha256: candidate.rawSha256,
      fingerprint: conclusion.content?.fingerprint ?? null,
      contentKind: conclusion.content?.kind ?? null,
      assurance: conclusion.assurance,
      origin: 'promote',
      publishedAt: now,
    }));
  const eventId = await insertEvent(db, {
    scanId: request.passId,
    jobId: job.id,
    agent: request.job.agent,
    at: now,
    cycle,
    conclusion,
    entryId: candidate.entryId,
    versionId,
    operator: request.operator,
    count: 1,
  });
  const promoted = withPromoted(job.state, conclusion, { endedAt, cycle }, now);
  // An older backup made good again says nothing about the newest one, which keeps its status.
  const { lastJudgedEnd } = job.state;
  const isNewest =
    (lastJudgedEnd === null || endedAt >= lastJudgedEnd) && !isOvertaken(job.state, cycle);
  const standing =
    isNewest && promoted.standing !== null ? { ...promoted.standing, eventId } : job.state.standing;
  const state = { ...promoted, standing, since: isNewest ? promoted.since : job.state.since };
  await updateJob(db, job.id, state, isNewest ? { recheckEntryId: null } : {});
  if (held !== undefined) {
    // Promoted itself, it lies in the tree by now; beside another one it is of no use any more.
    if (request.file === null) await deleteHeld(db, job.id);
    else await retireHold(db, held, now, 'another backup was promoted by hand');
  }
  return { id: eventId, state };
}

/** What people are told of it: that the job's trouble is over, where it is. */
async function recordEnd(
  { config, db, job, now, calendar }: PromoteRequest,
  { agents, incidents }: Memory,
  state: JobState,
): Promise<void> {
  const context = { db, now, calendar, incidents };
  await recordIncidents(context, {
    agent: job.agent,
    jobs: config.jobs.filter((other) => other.agent === job.agent && other.enabled),
    present: job.enabled ? [jobNow(context, job, state, [])] : [],
    refused: [],
    areReportsKnown: false,
    lastSign: agents.get(job.agent)?.newestReportEnd ?? null,
  });
}

function pointNewest(
  request: PromoteRequest,
  versions: readonly VersionRecord[],
  folder: string,
  endedAt: number,
): void {
  const { job, config } = request;
  const own = versions.filter(
    (version) => version.folder.startsWith(`${job.path}/`) && version.endedAt > endedAt,
  );
  const newest = own.at(-1)?.folder ?? folder;
  pointCurrent(config.validated, job.path, newest.slice(newest.lastIndexOf('/') + 1));
}

function viewOf(
  request: PromoteRequest,
  candidate: Candidate,
  conclusion: Conclusion,
  id: number | null,
  folder: string | null,
): EventRecord {
  const { job, now, operator } = request;
  const { entry, copy } = candidate;
  const found = { size: copy.size, sha256: copy.sha256 };
  return {
    id,
    agent: job.agent,
    database: job.database,
    cycle: candidate.cycle,
    at: now,
    status: conclusion.status,
    severity: conclusion.severity,
    reason: conclusion.reason,
    message: conclusion.message,
    operator,
    count: 1,
    setAside: null,
    report:
      entry === null
        ? null
        : {
            file: entry.report.name,
            startedAt: entry.report.startedAt,
            endedAt: entry.endedAt,
            stages: entry.entry.stages,
          },
    file: { name: copy.file, expected: entry?.entry.expected ?? found, found },
    assurance: conclusion.assurance,
    content: conclusion.content,
    promotedTo: folder === null ? null : `${folder}/${copy.file}`,
  };
}

/** @throws Trouble when the file cannot be read or the tree not be written */
export async function promote(request: PromoteRequest): Promise<PromoteOutcome> {
  const { config, db, job, dryRun } = request;
  const memory = await loadMemory(db);
  checkPaths(config.jobs, memory);
  const glance = memory.jobs.get(job.id);
  const known = glance === undefined ? undefined : (await jobsById(db, [glance.id])).get(glance.id);
  if (known === undefined) return refused('not_reported', `no scan has seen ${job.id} yet`);
  const versions = await versionsOfJob(db, known.id);
  const held = memory.held.get(known.id);
  const found =
    request.file === null
      ? await fromHold(request, held)
      : await fromDeposit(request, known, versions, request.file);
  if (found.kind === 'refused') return found;
  const { candidate } = found;
  const conclusion = conclusionOf(request, candidate);
  if (dryRun)
    return { kind: 'promoted', event: viewOf(request, candidate, conclusion, null, null) };
  const tree = openTree(config.validated, request.reader.flush);
  const folder = publish(tree, job.path, candidate.endedAt, candidate.copy);
  pointNewest(request, versions, folder, candidate.endedAt);
  await makeDurable(tree, folder);
  const id = await transaction(db, async () => {
    const recorded = await recordPromotion(
      request,
      known,
      candidate,
      conclusion,
      folder,
      versions,
      held,
    );
    await recordEnd(request, memory, recorded.state);
    return recorded.id;
  });
  return { kind: 'promoted', event: viewOf(request, candidate, conclusion, id, folder) };
}
