/** Promotion by hand: the held copy, or a deposit that is checked again first. */
import { isOvertaken, withPromoted } from '../core/advance.ts';
import { rawHash, type Conclusion } from '../core/conclusion.ts';
import type { Config, Job } from '../core/job.ts';
import { judge } from '../core/judge.ts';
import { cycleOfReport, type Calendar } from '../core/missed.ts';
import { entriesById, entriesNaming, type RecordedEntry } from '../db/entries.ts';
import { insertEvent, type EventRecord } from '../db/events.ts';
import { jobsById, updateJob, type JobRecord } from '../db/jobs.ts';
import { transaction } from '../db/open.ts';
import type { Database } from '../db/schema.ts';
import {
  deleteHeld,
  retireHold,
  insertVersion,
  versionsOfJob,
  type HeldRecord,
  type VersionRecord,
} from '../db/versions.ts';
import { openZone } from '../deposits/drop-zone.ts';
import { removeTree } from '../files/durable.ts';
import { closeFolder, openFolder } from '../files/folder.ts';
import { Trouble } from '../files/trouble.ts';
import type { Reader } from '../intake/reader.ts';
import { missingPart } from '../validated/compare.ts';
import { pointCurrent, publish, type PrivateCopy } from '../validated/publish.ts';
import { measure, type Measured } from './measure.ts';
import { checkPaths, loadMemory } from './memory.ts';
import { verifies } from './reconcile.ts';

export interface PromoteRequest {
  readonly config: Config;
  readonly db: Database;
  readonly calendar: Calendar;
  readonly now: number;
  readonly passId: number | null;
  readonly job: Job;
  /** Name of a deposit; null for the held copy. */
  readonly file: string | null;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly operator: string;
  readonly note: string | null;
  readonly reader: Reader;
}

export type PromoteOutcome =
  | { readonly kind: 'promoted'; readonly event: EventRecord }
  /** Exit code 2: it was looked at, and it must not be promoted. */
  | {
      readonly kind: 'refused';
      readonly reason: string;
      readonly message: string;
      readonly hint: string | null;
    };

/** What is promoted, whichever way it came. */
interface Candidate {
  readonly copy: PrivateCopy;
  readonly endedAt: number;
  readonly cycle: number;
  readonly rawSha256: string | null;
  readonly entry: RecordedEntry | null;
  readonly entryId: number;
  readonly overridden: string | null;
}

type Found =
  | { readonly kind: 'found'; readonly candidate: Candidate }
  | (PromoteOutcome & { readonly kind: 'refused' });

const refused = (
  reason: string,
  message: string,
  hint: string | null = null,
): PromoteOutcome & { kind: 'refused' } => ({
  kind: 'refused',
  reason,
  message,
  hint,
});

/** The held copy, its bytes read once more. @throws Trouble */
async function fromHold(request: PromoteRequest, held: HeldRecord | undefined): Promise<Found> {
  const { config, db, job, reader } = request;
  if (held === undefined)
    return refused(
      'nothing_held',
      `nothing is held for ${job.id}`,
      `name a deposit: backupmon promote ${job.id} FILE`,
    );
  const gone = missingPart(config.validated, held);
  if (gone !== null) return refused('held_copy_lost', `the held copy: ${gone}`);
  const sound = await verifies(config.validated, held, reader);
  if (!sound)
    return refused(
      'held_copy_damaged',
      `the held copy ${held.folder}/${held.file} is not what was held: its SHA-256 differs`,
    );
  const [entry = null] = await entriesById(db, [held.entryId]);
  return {
    kind: 'found',
    candidate: {
      copy: {
        folder: `${config.validated}/${held.folder}`,
        file: held.file,
        size: held.size,
        sha256: held.sha256,
      },
      endedAt: held.endedAt,
      cycle: held.cycle,
      rawSha256: held.rawSha256,
      entry,
      entryId: held.entryId,
      overridden: 'the size anomaly',
    },
  };
}

/** Reads the deposit for the newest recorded report that it matches. @throws Trouble */
async function readDeposit(
  request: PromoteRequest,
  entries: readonly RecordedEntry[],
): Promise<{ entry: RecordedEntry; measured: Measured } | null> {
  const { config, job, reader, dryRun } = request;
  const deposits = openFolder(config.deposits);
  const zone = openZone(deposits, job.agent);
  try {
    let first: { entry: RecordedEntry; measured: Measured } | null = null;
    for (const entry of entries) {
      const item = {
        job,
        digest: '',
        report: entry.report,
        endedAt: entry.endedAt,
        entry: entry.entry,
        reportChangedAt: 0,
        recorded: entry,
      };
      const intake = { reader, validated: dryRun ? null : config.validated, reflink: true };
      const measured = await measure(intake, zone, item, true);
      if (measured.matchedState !== null) return { entry, measured };
      first ??= { entry, measured };
    }
    return first;
  } finally {
    zone?.close();
    closeFolder(deposits);
  }
}

async function fromDeposit(
  request: PromoteRequest,
  record: JobRecord,
  versions: readonly VersionRecord[],
  file: string,
): Promise<Found> {
  const { job, config, force, now } = request;
  const entries = await entriesNaming(request.db, record.id, file);
  if (entries.length === 0)
    return refused('not_reported', `no recorded report of ${job.id} names ${file}`);
  const read = await readDeposit(request, entries);
  if (read === null)
    return refused('not_reported', `no recorded report of ${job.id} names ${file}`);
  const { entry, measured } = read;
  if (measured.fact.kind === 'trouble')
    throw new Trouble(measured.fact.reason.toUpperCase(), 'read', file);
  const newest = versions.at(-1) ?? null;
  const cycle = cycleOfReport(job, record.state, request.calendar, entry.endedAt);
  const verdict = judge({
    entry: entry.entry,
    file: measured.fact,
    // Nothing is excused as arriving: somebody asks for it now.
    arrival: { reportChangedAt: 0, fileChangedAt: null, temporaryChangedAt: null },
    rules: job.rules,
    newestVersion:
      newest === null
        ? null
        : {
            ...newest,
            inPlace:
              missingPart(config.validated, newest) === null &&
              newest.folder.startsWith(`${job.path}/`),
          },
    sizes: record.state.sizes,
    cycle,
    heldCycles: [],
    deadline: now,
    now,
  });
  if (verdict.kind !== 'concluded')
    throw new Error(`promotion of ${file} was judged as ${verdict.kind}`);
  const { status, reason, message } = verdict.conclusion;
  const overridable = status === 'SIZE_ANOMALY' || status === 'CONTENT_INVALID';
  const { copy } = measured;
  if (status !== 'SUCCESS' && !(overridable && force)) {
    if (copy !== null) removeTree(copy.folder);
    return refused(
      reason,
      `${file} is not promoted: ${status}, ${message}`,
      overridable ? 'add --force if it is right all the same' : null,
    );
  }
  const { fact } = measured;
  if (fact.kind !== 'read') throw new Error(`promotion of ${file} without having read it`);
  return {
    kind: 'found',
    candidate: {
      copy: copy ?? { folder: '', file, size: fact.size, sha256: fact.sha256 },
      endedAt: entry.endedAt,
      cycle,
      rawSha256: rawHash(entry.entry),
      entry,
      entryId: entry.id,
      overridden: status === 'SUCCESS' ? null : `${status} (${reason})`,
    },
  };
}

function conclusionOf(request: PromoteRequest, candidate: Candidate): Conclusion {
  const overridden = candidate.overridden === null ? '' : `, overriding ${candidate.overridden}`;
  const note = request.note === null ? '' : `: ${request.note}`;
  return {
    status: 'SUCCESS',
    severity: 'ok',
    reason: 'promoted_by_hand',
    message: `promoted by ${request.operator}${overridden}${note}`,
    assurance: 'intact',
    found: { size: candidate.copy.size, sha256: candidate.copy.sha256 },
  };
}

async function recordPromotion(
  request: PromoteRequest,
  job: JobRecord,
  candidate: Candidate,
  conclusion: Conclusion,
  folder: string,
  versions: readonly VersionRecord[],
  held: HeldRecord | undefined,
): Promise<number> {
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
  const promoted = withPromoted(job.state, conclusion, { endedAt, cycle, size: copy.size }, now);
  // An older backup made good again says nothing about the newest one, which keeps its status.
  const { lastJudgedEnd } = job.state;
  const isNewest =
    (lastJudgedEnd === null || endedAt >= lastJudgedEnd) && !isOvertaken(job.state, cycle);
  const standing =
    isNewest && promoted.standing !== null ? { ...promoted.standing, eventId } : job.state.standing;
  await updateJob(
    db,
    job.id,
    { ...promoted, standing, since: isNewest ? promoted.since : job.state.since },
    isNewest ? { recheckEntryId: null } : {},
  );
  if (held !== undefined) {
    // Promoted itself, it lies in the tree by now; beside another one it is of no use any more.
    if (request.file === null) await deleteHeld(db, job.id);
    else await retireHold(db, held, now, 'another backup was promoted by hand');
  }
  return eventId;
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
  const folder = publish(config.validated, job.path, candidate.endedAt, candidate.copy);
  pointNewest(request, versions, folder, candidate.endedAt);
  const id = await transaction(db, () =>
    recordPromotion(request, known, candidate, conclusion, folder, versions, held),
  );
  return { kind: 'promoted', event: viewOf(request, candidate, conclusion, id, folder) };
}
