/** What can be promoted by hand: the held copy, or a deposit, each checked again. */
import { rawHash, type Conclusion } from '../core/conclusion.ts';
import type { Config, Job } from '../core/job.ts';
import { judge } from '../core/judge.ts';
import { cycleOfReport, type Calendar } from '../core/missed.ts';
import { entriesById, entriesNaming, type RecordedEntry } from '../db/entries.ts';
import { listEvents, type EventRecord } from '../db/events.ts';
import type { JobRecord } from '../db/jobs.ts';
import type { Database } from '../db/schema.ts';
import type { HeldRecord, VersionRecord } from '../db/versions.ts';
import { openZone } from '../deposits/drop-zone.ts';
import { removeTree } from '../files/durable.ts';
import { closeFolder, openFolder } from '../files/folder.ts';
import { Trouble } from '../files/trouble.ts';
import type { Reader } from '../intake/reader.ts';
import { missingPart } from '../validated/compare.ts';
import type { PrivateCopy } from '../validated/publish.ts';
import { judgeAgain } from './round.ts';
import { measure, type Measured } from './measure.ts';
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
  /** Starts the program, see Intake. */
  readonly program: readonly string[];
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
export interface Candidate {
  readonly copy: PrivateCopy;
  readonly endedAt: number;
  readonly cycle: number;
  readonly rawSha256: string | null;
  /** What was found out about it when it was judged. */
  readonly proved: Pick<Conclusion, 'assurance' | 'content'>;
  readonly entry: RecordedEntry | null;
  readonly entryId: number;
  readonly overridden: string | null;
}

type Found =
  | { readonly kind: 'found'; readonly candidate: Candidate }
  | (PromoteOutcome & { readonly kind: 'refused' });

export const refused = (
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
export async function fromHold(
  request: PromoteRequest,
  held: HeldRecord | undefined,
): Promise<Found> {
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
  // The same bytes as then, so what was found in them still holds.
  const everything = { jobs: [], since: null, until: null, statuses: [], limit: 1 };
  const [event] = await listEvents(db, { ...everything, ids: [held.eventId] });
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
      proved: { assurance: event?.assurance ?? 'intact', content: event?.content ?? null },
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
  const { config, job, reader, program, dryRun } = request;
  const deposits = openFolder(config.deposits);
  const zone = openZone(deposits, job.agent);
  try {
    let first: { entry: RecordedEntry; measured: Measured } | null = null;
    for (const entry of entries) {
      const item = judgeAgain(job, entry);
      const intake = {
        reader,
        validated: dryRun ? null : config.validated,
        program,
        reflink: true,
      };
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

export async function fromDeposit(
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
      rawSha256: rawHash(entry.entry, fact.content),
      proved: { assurance: verdict.conclusion.assurance, content: fact.content },
      entry,
      entryId: entry.id,
      overridden: status === 'SUCCESS' ? null : `${status} (${reason})`,
    },
  };
}
